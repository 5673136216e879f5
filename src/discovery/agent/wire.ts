import { describeResource } from '../../catalogue/describe.ts';
import { findResourceType } from '../../catalogue/lookup.ts';
import type { ResourceTypeRow } from '../../catalogue/types.ts';
import type { DeclaredResource } from '../../core/declaration.ts';
import type { DiscoveredResource } from '../../core/discovery.ts';

/**
 * A resource in the JSON of Promitor's discovery API: PascalCase, `$type` first (Newtonsoft rebuilds the object by it
 * and looks at the first member only), the type's own members, then what all types have. Absent is left out, empty stays.
 */
export type WireResource = Readonly<Record<string, string>>;

/** The .NET types of the envelope. Source: Promitor's contracts, with object type names switched on. */
export const pageType =
  'Promitor.Core.Contracts.PagedPayload`1[[Promitor.Core.Contracts.AzureResourceDefinition, Promitor.Core.Contracts]], Promitor.Core.Contracts';
export const pageInformationType = 'Promitor.Core.Contracts.PageInformation, Promitor.Core.Contracts';

/** Types whose .NET name is not that of the resource type. */
const contractNames: Readonly<Record<string, string>> = { EventHubs: 'EventHub', Generic: 'GenericAzure' };

/** The form in which a scraper of Promitor, or another Azimuth, takes the resource. */
export function toWire(resource: DiscoveredResource): WireResource {
  const row = rowNamed(resource.resourceType);
  if (row === undefined) throw new Error(`resource type ${resource.resourceType} is not in the catalogue`);
  return wireOf(row, resource);
}

/** The same of any resource, its secrets left out. */
export function wireOf(row: ResourceTypeRow, resource: DeclaredResource): WireResource {
  const own = row.fields
    .filter(({ name, kind }) => name !== row.filterField && kind !== 'secret')
    .map((field) => [field.name, resource.fields[field.name] ?? field.default ?? ''] as const);
  return {
    $type: resourceDefinition(row),
    ...Object.fromEntries(own.map(([name, value]) => [memberName(name), value])),
    ResourceType: row.name,
    SubscriptionId: resource.subscriptionId,
    ResourceGroupName: resource.resourceGroupName,
    ResourceName: describeResource(row, resource).instanceName,
    UniqueName: own.map(([, value]) => value).join('-'),
  };
}

function resourceDefinition({ name }: ResourceTypeRow): string {
  return `Promitor.Core.Contracts.ResourceTypes.${contractNames[name] ?? name}ResourceDefinition, Promitor.Core.Contracts`;
}

/** A resource as the agent tells of it, or what is wrong with it in words. */
export function fromWire(value: unknown, tenantId: string): DiscoveredResource | string {
  if (typeof value !== 'object' || value === null) return 'a resource is no object';
  const members: ReadonlyMap<string, unknown> = new Map(Object.entries(value));
  const text = (name: string): string => {
    const given = members.get(name);
    return typeof given === 'string' ? given : '';
  };
  const row = rowNamed(text('ResourceType'));
  if (row === undefined) return `a resource has the type \`${text('ResourceType')}\`, which is not known`;
  const [subscriptionId, resourceGroupName] = [text('SubscriptionId'), text('ResourceGroupName')];
  if (subscriptionId === '') return `a resource of type ${row.name} has no SubscriptionId`;
  if (resourceGroupName === '') return `a resource of type ${row.name} has no ResourceGroupName`;
  const fields: Record<string, string> = {};
  for (const field of row.fields) {
    const given = text(memberName(field.name));
    if (given !== '') fields[field.name] = given;
    else if (field.required) return `a resource of type ${row.name} has no ${memberName(field.name)}`;
    if (given !== '' && field.values !== undefined && !field.values.includes(given))
      return `a resource of type ${row.name} has the ${memberName(field.name)} \`${given}\`, which is not known`;
  }
  const declared: DeclaredResource = { subscriptionId, resourceGroupName, fields };
  const name = describeResource(row, declared).id.split('/').at(-1) ?? '';
  return { ...declared, resourceType: row.name, tenantId, name, tags: {} };
}

/** Only metrics can be asked of what is found; log workspaces and queues need what no list tells (ids, secrets). */
export function rowNamed(name: string): ResourceTypeRow | undefined {
  const row = findResourceType(name);
  return row?.source === 'metrics' ? row : undefined;
}

function memberName(field: string): string {
  return field.charAt(0).toUpperCase() + field.slice(1);
}
