import type { Resource, World } from '../world/model.ts';
import type { Row, Table } from './evaluate.ts';
import type { ColumnType } from './functions.ts';

const text = ['id', 'name', 'type', 'tenantId', 'kind', 'location', 'resourceGroup', 'subscriptionId', 'managedBy'];
const objects = ['sku', 'plan', 'properties', 'tags', 'identity', 'zones', 'extendedLocation'];

const columns: ReadonlyMap<string, ColumnType> = new Map([
  ...text.map((name) => [name, 'string'] as const),
  ...objects.map((name) => [name, 'object'] as const),
]);

/** Which subscriptions and resources the caller sees. */
export interface View {
  /** Ids in lower case. */
  readonly subscriptions: ReadonlySet<string>;
  readable(resource: Resource): boolean;
}

/** A table of Resource Graph by name in lower case; undefined when there is none. */
export function tableOf(world: World, name: string, view: View): Table | undefined {
  const rows =
    name === 'resources'
      ? resourceRows(world, view)
      : name === 'resourcecontainers'
        ? containerRows(world, view)
        : undefined;
  return rows === undefined ? undefined : { columns, rows, rowIdentity: true };
}

function resourceRows(world: World, view: View): Row[] {
  const tenants = new Map(world.subscriptions.map(({ id, tenantId }) => [id, tenantId]));
  return world.resources
    .filter((one) => view.subscriptions.has(one.subscriptionId) && view.readable(one))
    .map((one) => ({
      id: one.id,
      name: nameIn(one),
      type: one.type.toLowerCase(),
      tenantId: tenants.get(one.subscriptionId) ?? '',
      kind: one.kind ?? '',
      location: one.region,
      resourceGroup: one.resourceGroup.toLowerCase(),
      subscriptionId: one.subscriptionId,
      managedBy: '',
      tags: one.tags,
      properties: one.properties,
    }));
}

/** Children are listed by their own name; only the slots of a web app carry the app's as well. */
function nameIn({ type, name }: Resource): string {
  return type.toLowerCase() === 'microsoft.web/sites/slots' ? name : (name.split('/').at(-1) ?? name);
}

function containerRows(world: World, view: View): Row[] {
  const seen = world.subscriptions.filter(({ id }) => view.subscriptions.has(id));
  const subscriptions = seen.map(({ id, name, tenantId, state }) => ({
    id: `/subscriptions/${id}`,
    name,
    type: 'microsoft.resources/subscriptions',
    tenantId,
    kind: '',
    location: '',
    resourceGroup: '',
    subscriptionId: id,
    managedBy: '',
    tags: {},
    properties: {
      state,
      managementGroupAncestorsChain: [],
      subscriptionPolicies: { quotaId: 'PayAsYouGo_2014-09-01' },
    },
  }));
  const groups = world.resourceGroups
    .filter(({ subscriptionId }) => view.subscriptions.has(subscriptionId))
    .map(({ name, subscriptionId, region, tags }) => ({
      id: `/subscriptions/${subscriptionId}/resourceGroups/${name}`,
      name,
      type: 'microsoft.resources/subscriptions/resourcegroups',
      tenantId: seen.find(({ id }) => id === subscriptionId)?.tenantId ?? '',
      kind: '',
      location: region,
      resourceGroup: name.toLowerCase(),
      subscriptionId,
      managedBy: '',
      tags,
      properties: { provisioningState: 'Succeeded' },
    }));
  return [...subscriptions, ...groups];
}
