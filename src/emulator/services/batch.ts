import { badRequest, isRefusal, jsonText, type Refusal, wrapped } from '../http/reply.ts';
import { jsonObject, type Request, stringList } from '../http/request.ts';
import { authenticate, permitted } from '../identity/access.ts';
import { printDuration, printTime } from '../iso-time.ts';
import { answerContext, metricText } from '../metrics/answer.ts';
import { dimensionProblem, grainOf, metricsOf } from '../metrics/plan.ts';
import { type MetricsQuery, readBatchQuery } from '../metrics/query.ts';
import { layoutOf } from '../metrics/series.ts';
import type { Metric, Resource } from '../world/model.ts';
import type { ResourceMetric } from '../world/resolve.ts';
import { findResource, findSubscription } from './arm.ts';
import type { Routed, State } from './state.ts';

const maxResources = 50;

/** `{region}/subscriptions/{id}/metrics:getBatch`; the region may also come from the host name, or be left out. */
export function routeBatch(request: Request): Routed | undefined {
  const { segments } = request;
  if (segments.at(-1)?.toLowerCase() !== 'metrics:getbatch' || segments.at(-3)?.toLowerCase() !== 'subscriptions') {
    return undefined;
  }
  const fromHost = /^([a-z0-9]+)\.metrics\./i.exec(request.headers['host'] ?? '')?.[1];
  const region = segments.length === 4 ? segments[0] : fromHost;
  const subscription = segments.at(-2) ?? '';
  const body = jsonObject(request.body);
  return {
    api: 'batch',
    subscription,
    ...(region === undefined ? {} : { region: region.toLowerCase() }),
    resources: stringList(body?.['resourceids']),
    metricNames: (request.query.get('metricnames') ?? '').split(',').filter((name) => name !== ''),
    answer: (state) => {
      const text = answerBatch(request, state, subscription, region?.toLowerCase(), body);
      if (typeof text === 'string') return jsonText(200, text);
      return wrapped({ ...text, headers: { 'x-ms-error-code': text.code, ...text.headers } });
    },
  };
}

function answerBatch(
  request: Request,
  state: State,
  subscriptionId: string,
  region: string | undefined,
  body: Readonly<Record<string, unknown>> | undefined,
): string | Refusal {
  if (request.method !== 'POST') return { status: 405, code: 'MethodNotAllowed', message: 'Use POST for this path.' };
  const claims = authenticate(request, state, 'data');
  if (isRefusal(claims)) return claims;
  const subscription = findSubscription(state, subscriptionId, claims);
  if (isRefusal(subscription)) return subscription;
  const scope = `/subscriptions/${subscription.id}`;
  if (!permitted(state, claims, 'Microsoft.Insights/metrics/read', scope)) {
    const message = 'The caller has no read permission for metrics on the subscription.';
    return { status: 401, code: 'Unauthorized', message };
  }
  const throttled = spendBatch(state, `${subscription.id}|${claims.objectId}|${region ?? ''}`);
  if (throttled !== undefined) return throttled;
  const query = readBatchQuery(request.query, state.nowMs);
  if (isRefusal(query)) return query;
  const resources = resourcesOf(state, body, subscription.id, region, query);
  return isRefusal(resources) ? resources : batchBody(state, resources, query);
}

function spendBatch(state: State, key: string): Refusal | undefined {
  const rate = state.index.world.limits.batch;
  if (rate === undefined || state.throttles.take(`batch|${key}`, rate, state.hostMs).allowed) return undefined;
  return { status: 529, code: 'Throttled', message: 'The metrics backend is throttling requests.' };
}

interface Asked {
  readonly id: string;
  /** Undefined: it does not exist, and the world answers that with an empty entry. */
  readonly resource: Resource | undefined;
}

function resourcesOf(
  state: State,
  body: Readonly<Record<string, unknown>> | undefined,
  subscriptionId: string,
  region: string | undefined,
  query: MetricsQuery,
): readonly Asked[] | Refusal {
  const ids = stringList(body?.['resourceids']);
  if (ids.length === 0) return badRequest("The body must be a JSON object with a list of ids in 'resourceids'.");
  if (ids.length > maxResources) {
    return badRequest(`The number of resource ids ${ids.length} exceeds the allowed maximum ${maxResources}.`);
  }
  const asked: Asked[] = [];
  for (const id of ids) {
    const segments = id.split('/').filter((part) => part !== '');
    if (segments[1]?.toLowerCase() !== subscriptionId) {
      return badRequest('All resources of a batch must be in the subscription of the call.');
    }
    const resource = state.index.resource(id);
    if (resource === undefined) {
      const missing = findResource(state, segments);
      if (isRefusal(missing) && state.index.world.variants.missingInBatch === 'fail') return missing;
    } else if (resource.type.toLowerCase() !== query.namespace?.toLowerCase()) {
      return badRequest(`All resources of a batch must be of the type ${query.namespace}; ${id} is not.`);
    } else if (region !== undefined && resource.region.toLowerCase() !== region) {
      return badRequest('All resources of a batch must be in the region of the endpoint.');
    }
    asked.push({ id, resource });
  }
  return asked;
}

function batchBody(state: State, asked: readonly Asked[], query: MetricsQuery): string | Refusal {
  const found = new Map<Resource, readonly ResourceMetric[]>();
  const all = new Map<string, Metric>();
  for (const { resource } of asked) {
    if (resource === undefined) continue;
    const metrics = metricsOf(state.index, resource, query);
    if (isRefusal(metrics)) return metrics;
    found.set(resource, metrics);
    for (const { metric } of metrics) if (!all.has(metric.name)) all.set(metric.name, metric);
  }
  const metrics = [...all.values()];
  const problem = dimensionProblem(query, metrics, false);
  if (problem !== undefined) return problem;
  const grainMs = grainOf(query, metrics);
  if (typeof grainMs !== 'number') return grainMs;
  const context = answerContext(query, layoutOf(query, grainMs), state.index.world.variants, state.nowMs);
  const span = `"starttime":"${printTime(query.span.startMs)}","endtime":"${printTime(query.span.endMs)}","interval":"${printDuration(grainMs)}"`;
  const entries = asked.map(({ id, resource }) => {
    const own = resource === undefined ? undefined : found.get(resource);
    const fullId = id.startsWith('/') ? id : `/${id}`;
    const parts =
      resource === undefined || own === undefined
        ? metrics.map((metric) => metricText(context, fullId, metric, []))
        : own.map((one) => metricText(context, resource.id, one.metric, [{ resource, found: one }]));
    const cost = parts.reduce((sum, part) => sum + part.cost, 0);
    const region = resource?.region ?? asked.find((one) => one.resource !== undefined)?.resource?.region ?? '';
    const tail = `"namespace":${JSON.stringify(query.namespace?.toLowerCase())},"resourceregion":${JSON.stringify(region)},"resourceid":${JSON.stringify(fullId)}`;
    return `{"cost":${cost},${span},"value":[${parts.map(({ text }) => text).join(',')}],${tail}}`;
  });
  return `{"values":[${entries.join(',')}]}`;
}
