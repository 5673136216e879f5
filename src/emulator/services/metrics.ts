import { isRefusal, jsonText, type Refusal, type Reply, unwrapped, wrapped } from '../http/reply.ts';
import type { Request } from '../http/request.ts';
import { printDuration, printTime } from '../iso-time.ts';
import { answerContext, metricText } from '../metrics/answer.ts';
import { dimensionProblem, grainOf, metricsOf } from '../metrics/plan.ts';
import { type MetricsQuery, readMetricsQuery } from '../metrics/query.ts';
import { layoutOf } from '../metrics/series.ts';
import type { Resource } from '../world/model.ts';
import { enterArm, findResource, operationName } from './arm.ts';
import type { Routed, State } from './state.ts';

/** Metrics of one resource. `segments` are those of the resource id. */
export function routeMetrics(request: Request, segments: readonly string[]): Routed {
  const metricNames = (request.query.get('metricnames') ?? '').split(',').filter((name) => name !== '');
  return {
    api: 'metrics',
    subscription: segments[1] ?? '',
    resources: [segments.join('/')],
    metricNames,
    answer: (state) => answerMetrics(request, segments, state),
  };
}

function answerMetrics(request: Request, segments: readonly string[], state: State): Reply {
  const id = `/${segments.join('/')}`;
  const known = state.index.resource(id);
  const entry = enterArm(request, state, {
    subscriptionId: segments[1] ?? '',
    action: 'Microsoft.Insights/metrics/read',
    scope: `${id}/providers/Microsoft.Insights`,
    target: id,
    region: known?.region ?? 'global',
    operation: operationName(request.method, request.segments),
  });
  if ('status' in entry) return entry;
  const resource = known ?? findResource(state, segments);
  if (isRefusal(resource)) return wrapped({ ...resource, headers: entry.headers });
  const query = readMetricsQuery(request.query, state.nowMs);
  const text = isRefusal(query) ? query : metricsBody(state, resource, query);
  return typeof text === 'string' ? jsonText(200, text, entry.headers) : unwrapped({ ...text, headers: entry.headers });
}

function metricsBody(state: State, resource: Resource, query: MetricsQuery): string | Refusal {
  const found = metricsOf(state.index, resource, query);
  if (isRefusal(found)) return found;
  const metrics = found.map(({ metric }) => metric);
  const problem = dimensionProblem(query, metrics, false);
  if (problem !== undefined) return problem;
  const grainMs = grainOf(query, metrics);
  if (typeof grainMs !== 'number') return grainMs;
  const context = answerContext(query, layoutOf(query, grainMs), state.index.world.variants, state.nowMs);
  const parts = found.map((one) => metricText(context, resource.id, one.metric, [{ resource, found: one }]));
  const namespace = (query.namespace ?? resource.type).toLowerCase();
  return envelope(query, grainMs, parts, namespace, resource.region);
}

/** The body around the metrics, for one resource and for a subscription. */
export function envelope(
  query: MetricsQuery,
  grainMs: number,
  parts: readonly { readonly text: string; readonly cost: number }[],
  namespace: string,
  region: string,
): string {
  const cost = parts.reduce((sum, part) => sum + part.cost, 0);
  const timespan = `"timespan":"${printTime(query.span.startMs)}/${printTime(query.span.endMs)}"`;
  const head = query.metadataOnly
    ? `{${timespan}`
    : `{"cost":${cost},${timespan},"interval":"${printDuration(grainMs)}"`;
  const value = parts.map(({ text }) => text).join(',');
  return `${head},"value":[${value}],"namespace":${JSON.stringify(namespace)},"resourceregion":${JSON.stringify(region)}}`;
}
