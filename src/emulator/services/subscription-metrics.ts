import { badRequest, isRefusal, jsonText, type Refusal, type Reply, wrapped } from '../http/reply.ts';
import { jsonObject, type Request } from '../http/request.ts';
import { answerContext, metricText } from '../metrics/answer.ts';
import { dimensionProblem, grainOf, metricsOf } from '../metrics/plan.ts';
import { type MetricsQuery, type Parameters, readMetricsQuery } from '../metrics/query.ts';
import { layoutOf } from '../metrics/series.ts';
import type { Resource } from '../world/model.ts';
import { enterArm, operationName } from './arm.ts';
import { envelope } from './metrics.ts';
import type { Routed, State } from './state.ts';

/** Metrics of all resources of one type in one region, by GET or POST. */
export function routeSubscriptionMetrics(request: Request, subscription: string): Routed {
  const parameters = parametersOf(request);
  const read = (name: string): string => ('status' in parameters ? '' : (parameters.get(name) ?? ''));
  return {
    api: 'subscription',
    subscription,
    region: read('region').toLowerCase(),
    resources: [`subscriptions/${subscription}`],
    metricNames: read('metricnames')
      .split(',')
      .filter((name) => name !== ''),
    answer: (state) => answerSubscription(request, parameters, subscription, state),
  };
}

/** A POST carries the parameters in its body, without the dollar of the filter; giving one twice is an error. */
function parametersOf(request: Request): Parameters | Refusal {
  if (request.method !== 'POST') return request.query;
  const merged = new Map(request.query);
  const body = jsonObject(request.body === '' ? '{}' : request.body);
  if (body === undefined) return badRequest('The body must be a JSON object.');
  for (const [name, value] of Object.entries(body)) {
    const key = name.toLowerCase() === 'filter' ? '$filter' : name.toLowerCase();
    if (merged.has(key)) return badRequest(`Parameter '${name}' is given in the query string and in the body.`);
    merged.set(key, Array.isArray(value) ? value.join(',') : String(value));
  }
  return merged;
}

function answerSubscription(
  request: Request,
  parameters: Parameters | Refusal,
  subscriptionId: string,
  state: State,
): Reply {
  const id = `/subscriptions/${subscriptionId}`;
  const region = request.query.get('region')?.toLowerCase().replaceAll(' ', '');
  const entry = enterArm(request, state, {
    subscriptionId,
    action: 'Microsoft.Insights/metrics/read',
    scope: `${id}/providers/Microsoft.Insights`,
    target: id,
    region: region ?? 'global',
    operation: operationName(request.method, request.segments),
  });
  if ('status' in entry) return entry;
  const text = subscriptionText(state, parameters, entry.subscription.id, region);
  return typeof text === 'string' ? jsonText(200, text, entry.headers) : wrapped({ ...text, headers: entry.headers });
}

function subscriptionText(
  state: State,
  parameters: Parameters | Refusal,
  subscriptionId: string,
  region: string | undefined,
): string | Refusal {
  if (isRefusal(parameters)) return parameters;
  if (region === undefined || region === '') return badRequest('Missing required region params');
  const query = readMetricsQuery(parameters, state.nowMs);
  if (isRefusal(query)) return query;
  const type = query.namespace?.toLowerCase();
  if (type === undefined) return badRequest("Missing required query parameter: 'metricnamespace'.");
  const served = state.index.world.variants.crossResourceTypes;
  if (served !== undefined && !served.includes(type)) {
    return badRequest(`Resource type: ${query.namespace} is not enabled for Cross Resource metrics`);
  }
  const resources = state.index.world.resources.filter(
    (one) =>
      one.type.toLowerCase() === type && one.region.toLowerCase() === region && one.subscriptionId === subscriptionId,
  );
  return bodyFor(state, query, resources, subscriptionId, region);
}

function bodyFor(
  state: State,
  query: MetricsQuery,
  resources: readonly Resource[],
  subscriptionId: string,
  region: string,
): string | Refusal {
  const [first = phantom(query.namespace ?? '', subscriptionId, region)] = resources;
  const found = metricsOf(state.index, first, query);
  if (isRefusal(found)) return found;
  const metrics = found.map(({ metric }) => metric);
  const problem = dimensionProblem(query, metrics, true);
  if (problem !== undefined) return problem;
  const grainMs = grainOf(query, metrics);
  if (typeof grainMs !== 'number') return grainMs;
  const context = answerContext(query, layoutOf(query, grainMs), state.index.world.variants, state.nowMs);
  const parts = metrics.map((metric) => {
    const sources = resources.flatMap((resource) => {
      const one = state.index.metric(resource, metric.name);
      return one === undefined ? [] : [{ resource, found: one }];
    });
    return metricText(context, `subscriptions/${subscriptionId}`, metric, sources);
  });
  return envelope(query, grainMs, parts, (query.namespace ?? '').toLowerCase(), region);
}

/** Stands for the type where the subscription has no resource of it. */
function phantom(type: string, subscriptionId: string, region: string): Resource {
  return {
    id: '',
    key: `none/${type.toLowerCase()}`,
    type,
    name: '',
    subscriptionId,
    resourceGroup: '',
    region,
    tags: {},
    properties: {},
    metrics: [],
    dimensions: new Map(),
  };
}
