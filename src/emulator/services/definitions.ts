import { uuidOf } from '../hash.ts';
import { badRequest, isRefusal, json, type Reply, wrapped } from '../http/reply.ts';
import type { Request } from '../http/request.ts';
import type { Metric, Resource } from '../world/model.ts';
import { type Entry, enterArm, findResource, operationName } from './arm.ts';
import type { Routed, State } from './state.ts';

/** Metric definitions of a resource, or of a type at subscription scope. */
export function routeDefinitions(request: Request, segments: readonly string[]): Routed {
  return {
    api: 'definitions',
    subscription: segments[1] ?? '',
    resources: [segments.join('/')],
    metricNames: [],
    answer: (state) => answerDefinitions(request, segments, state),
  };
}

/** Metric namespaces of a resource. */
export function routeNamespaces(request: Request, segments: readonly string[]): Routed {
  return {
    api: 'namespaces',
    subscription: segments[1] ?? '',
    resources: [segments.join('/')],
    metricNames: [],
    answer: (state) => answerNamespaces(request, segments, state),
  };
}

function enter(request: Request, segments: readonly string[], state: State, action: string): Entry | Reply {
  const id = `/${segments.join('/')}`;
  return enterArm(request, state, {
    subscriptionId: segments[1] ?? '',
    action: `Microsoft.Insights/${action}/read`,
    scope: `${id}/providers/Microsoft.Insights`,
    target: id,
    region: state.index.resource(id)?.region ?? 'global',
    operation: operationName(request.method, request.segments),
  });
}

function answerDefinitions(request: Request, segments: readonly string[], state: State): Reply {
  const entry = enter(request, segments, state, 'metricDefinitions');
  if ('status' in entry) return entry;
  const throttled = spendDefinitions(state, entry);
  if (throttled !== undefined) return throttled;
  const resource = segments.length === 2 ? sample(request, segments, state) : findResource(state, segments);
  if (isRefusal(resource)) return wrapped({ ...resource, headers: entry.headers });
  const wanted = (request.query.get('metricnamespace') ?? resource.type).toLowerCase();
  const metrics = state.index.metrics(resource).filter(({ namespace }) => namespace.toLowerCase() === wanted);
  const owner = segments.length === 2 ? `/${segments.join('/')}` : resource.id;
  return json(200, { value: metrics.map((metric) => definition(owner, metric, segments.length === 2)) }, entry.headers);
}

/** At subscription scope any resource of the type speaks for it. */
function sample(request: Request, segments: readonly string[], state: State): ReturnType<typeof findResource> {
  const type = request.query.get('metricnamespace')?.toLowerCase();
  if (request.query.get('region') === undefined) return badRequest('Missing required region params');
  if (type === undefined) return badRequest("Missing required query parameter: 'metricnamespace'.");
  const found = state.index.world.resources.find(
    (one) => one.type.toLowerCase() === type && one.subscriptionId === segments[1]?.toLowerCase(),
  );
  return found ?? badRequest(`The subscription has no resource of the type ${type}.`);
}

function spendDefinitions(state: State, entry: Entry): Reply | undefined {
  const quota = state.index.world.limits.definitions;
  if (quota === undefined) return undefined;
  const key = `definitions|${entry.subscription.id}|${entry.claims.objectId}`;
  const { allowed, retryAfter } = state.throttles.count(key, quota, state.hostMs);
  if (allowed) return undefined;
  const length = new Date(quota.seconds * 1_000).toISOString().slice(11, 19);
  return wrapped({
    status: 429,
    code: 'ResourceRequestsThrottled',
    message: `Number of requests for action 'Microsoft.Insights/metricDefinitions/read' exceeded the limit of '${quota.count}' for time interval '${length}'. Please try again after '${retryAfter}' seconds.`,
    headers: { ...entry.headers, 'retry-after': String(retryAfter) },
  });
}

function definition(owner: string, metric: Metric, several: boolean): unknown {
  const names = metric.dimensions.map(({ name }) => name);
  const dimensions = several ? [...names, 'Microsoft.ResourceId', 'Microsoft.ResourceGroupName'] : names;
  return {
    id: `${owner}/providers/microsoft.insights/metricdefinitions/${metric.name}`,
    resourceId: owner,
    namespace: metric.namespace,
    name: { value: metric.name, localizedValue: metric.displayName },
    displayDescription: metric.description,
    isDimensionRequired: metric.dimensionRequired,
    unit: metric.unit,
    primaryAggregationType: metric.primaryAggregation,
    supportedAggregationTypes: metric.aggregations,
    metricAvailabilities: metric.grains.map((timeGrain) => ({ timeGrain, retention: 'P93D' })),
    ...(dimensions.length === 0
      ? {}
      : { dimensions: dimensions.map((name) => ({ value: name, localizedValue: name })) }),
  };
}

function answerNamespaces(request: Request, segments: readonly string[], state: State): Reply {
  const entry = enter(request, segments, state, 'metricNamespaces');
  if ('status' in entry) return entry;
  const resource = findResource(state, segments);
  if (isRefusal(resource)) return wrapped({ ...resource, headers: entry.headers });
  const names = new Set([...state.index.metrics(resource)].map(({ namespace }) => namespace));
  return json(200, { value: [...names].map((name) => namespaceEntry(resource, name)) }, entry.headers);
}

function namespaceEntry(resource: Resource, namespace: string): unknown {
  const name = namespace.replaceAll('/', '-');
  return {
    id: `${resource.id}/providers/microsoft.insights/metricNamespaces/${name}`,
    type: 'Microsoft.Insights/metricNamespaces',
    name,
    classification: namespace.toLowerCase() === resource.type.toLowerCase() ? 'Platform' : 'Custom',
    properties: { metricNamespaceName: namespace },
  };
}

/** ARM's request id: made from a counter, so that two runs of the same calls read the same. */
export function requestId(count: number): string {
  return uuidOf(`request|${count}`);
}
