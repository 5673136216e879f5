import { json, type Reply } from '../http/reply.ts';
import { jsonObject, type Request } from '../http/request.ts';
import type { StatusPage } from '../world/model.ts';
import type { Routed, State } from './state.ts';

/** `/v1/pages/{page}/metrics/{id}/data` of Atlassian Statuspage: one data point a request. */
export function routeStatuspage(request: Request): Routed | undefined {
  const [version, pages, pageId = '', metrics, metricId = '', data, ...rest] = request.segments;
  if (version !== 'v1' || pages !== 'pages' || metrics !== 'metrics' || data !== 'data' || rest.length > 0)
    return undefined;
  return {
    api: 'statuspage',
    resources: [pageId],
    metricNames: [metricId],
    answer: (state) => answer(request, state, pageId, metricId),
  };
}

function answer(request: Request, state: State, pageId: string, metricId: string): Reply {
  const page = state.index.world.statuspages.find(({ id }) => id === pageId);
  const key = /^OAuth (.+)$/.exec(request.headers['authorization'] ?? '')?.[1];
  const known = state.index.world.statuspages.find(({ apiKey }) => apiKey === key);
  if (known === undefined) return failure(401, 'Could not authenticate');
  const ticket = state.throttles.count(`statuspage|${known.apiKey}`, perMinute(known), state.hostMs);
  if (!ticket.allowed) return json(429, { error: 'rate limited' }, { 'retry-after': String(ticket.retryAfter) });
  if (page !== known || !page.metrics.includes(metricId) || request.method !== 'POST') return failure(404, 'Not found');
  const point = pointOf(request.body);
  if (point === undefined) return failure(422, ['data is invalid']);
  state.received.add([{ receiver: pageId, name: metricId, labels: {}, ...point }]);
  return json(201, { data: { timestamp: point.timeMs / 1_000, value: point.value } });
}

function perMinute({ requestsPerMinute }: StatusPage): { readonly count: number; readonly seconds: number } {
  return { count: requestsPerMinute, seconds: 60 };
}

function failure(status: number, error: unknown): Reply {
  return json(status, { error });
}

/** `{"data":{"timestamp":<whole Unix seconds>,"value":<number>}}`. */
function pointOf(body: string): { readonly timeMs: number; readonly value: number } | undefined {
  const data = jsonObject(body)?.['data'];
  const { timestamp, value } = (typeof data === 'object' && data !== null ? data : {}) as Record<string, unknown>;
  if (!Number.isInteger(timestamp) || typeof value !== 'number') return undefined;
  return { timeMs: Number(timestamp) * 1_000, value };
}
