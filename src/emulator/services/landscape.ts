import { isRefusal, json, type Reply, wrapped } from '../http/reply.ts';
import type { Request } from '../http/request.ts';
import { authenticate, permitted } from '../identity/access.ts';
import type { Resource, ResourceGroup, Subscription } from '../world/model.ts';
import { enterArm, findResource, operationName } from './arm.ts';
import type { Routed, State } from './state.ts';

/** Lists of tenants, subscriptions, groups and resources: what azure-cli needs to log in and to look around. */
export function routeLandscape(request: Request): Routed | undefined {
  const { segments } = request;
  if (request.method !== 'GET') return undefined;
  const path = segments.map((part) => part.toLowerCase());
  const route = (answer: (state: State) => Reply): Routed => ({
    api: 'resources',
    ...(segments[1] === undefined ? {} : { subscription: segments[1] }),
    resources: [segments.join('/')],
    metricNames: [],
    answer,
  });
  if (segments.length === 1 && path[0] === 'tenants') return route((state) => listTenants(request, state));
  if (path[0] !== 'subscriptions') return undefined;
  if (segments.length === 1) return route((state) => listSubscriptions(request, state));
  return route((state) => inSubscription(request, state, path));
}

function listTenants(request: Request, state: State): Reply {
  const claims = authenticate(request, state, 'arm');
  if (isRefusal(claims)) return wrapped(claims);
  const value = state.index.world.tenants.map(({ id, name }) => ({
    id: `/tenants/${id}`,
    tenantId: id,
    displayName: name,
  }));
  return json(200, { value });
}

function listSubscriptions(request: Request, state: State): Reply {
  const claims = authenticate(request, state, 'arm');
  if (isRefusal(claims)) return wrapped(claims);
  const { subscriptions, identities } = state.index.world;
  const roles = identities.find(({ objectId }) => objectId === claims.objectId)?.roles ?? [];
  // A role on anything below a subscription is enough to see the subscription itself.
  const visible = subscriptions.filter(
    ({ id, tenantId }) =>
      tenantId === claims.tenantId &&
      roles.some(({ scope }) => scope === '/' || `${scope}/`.startsWith(`/subscriptions/${id}/`)),
  );
  return json(200, {
    value: visible.map(describeSubscription),
    count: { type: 'Total', value: visible.length },
  });
}

function inSubscription(request: Request, state: State, path: readonly string[]): Reply {
  const { segments } = request;
  const [, subscriptionId = '', kind, groupName, child] = path;
  const id = `/${segments.join('/')}`;
  const entry = enterArm(request, state, {
    subscriptionId,
    action: 'Microsoft.Resources/subscriptions/resourceGroups/read',
    scope: id,
    target: id.replace(/\/resources$/i, ''),
    region: 'global',
    operation: operationName(request.method, segments),
  });
  if ('status' in entry) return entry;
  const { resources, resourceGroups } = state.index.world;
  const groups = resourceGroups.filter((one) => one.subscriptionId === subscriptionId);
  const own = resources.filter((one) => one.subscriptionId === subscriptionId);
  const list = (value: readonly unknown[]): Reply => json(200, { value }, entry.headers);
  if (kind === undefined) return json(200, describeSubscription(entry.subscription), entry.headers);
  if (kind === 'resources') return list(own.filter(readable(state, entry.claims.objectId)).map(describeResource));
  if (kind === 'resourcegroups' && groupName === undefined) return list(groups.map(describeGroup));
  if (child === undefined || child === 'resources') {
    const group = groups.find(({ name }) => name.toLowerCase() === groupName);
    if (group === undefined) {
      const message = `Resource group '${segments[3] ?? ''}' could not be found.`;
      return wrapped({ status: 404, code: 'ResourceGroupNotFound', message, headers: entry.headers });
    }
    if (child === undefined) return json(200, describeGroup(group), entry.headers);
    return list(own.filter((one) => one.resourceGroup.toLowerCase() === groupName).map(describeResource));
  }
  const found = findResource(state, segments);
  if (isRefusal(found)) return wrapped({ ...found, headers: entry.headers });
  return json(200, { ...describeResource(found), properties: found.properties }, entry.headers);
}

function readable(state: State, objectId: string): (resource: Resource) => boolean {
  const claims = { audience: '', tenantId: '', clientId: '', objectId, expires: 0 };
  return (resource) => permitted(state, claims, `${resource.type}/read`, resource.id);
}

function describeSubscription({ id, name, tenantId, state }: Subscription): Record<string, unknown> {
  return {
    id: `/subscriptions/${id}`,
    authorizationSource: 'RoleBased',
    managedByTenants: [],
    subscriptionId: id,
    tenantId,
    displayName: name,
    state,
    subscriptionPolicies: { locationPlacementId: 'Public_2014-09-01', quotaId: 'PayAsYouGo_2014-09-01' },
  };
}

function describeGroup({ name, subscriptionId, region, tags }: ResourceGroup): Record<string, unknown> {
  return {
    id: `/subscriptions/${subscriptionId}/resourceGroups/${name}`,
    name,
    type: 'Microsoft.Resources/resourceGroups',
    location: region,
    tags,
    properties: { provisioningState: 'Succeeded' },
  };
}

function describeResource({ id, name, type, kind, region, tags }: Resource): Record<string, unknown> {
  return { id, name, type, ...(kind === undefined ? {} : { kind }), location: region, tags };
}
