import { uncompress } from 'snappyjs';
import { uuidOf } from '../hash.ts';
import { badRequest, isRefusal, type Refusal, type Reply, wrapped } from '../http/reply.ts';
import type { Request } from '../http/request.ts';
import { authenticate, permitted } from '../identity/access.ts';
import type { Resource } from '../world/model.ts';
import type { Routed, State } from './state.ts';
import { readWriteRequest, type WrittenSeries } from './write-request.ts';

const stream = 'microsoft-prometheusmetrics';
const versions: Readonly<Record<string, 1 | 2>> = {
  'application/x-protobuf': 1,
  'application/x-protobuf;proto=io.prometheus.write.v2.request': 2,
};

/**
 * The metrics ingestion of an Azure Monitor workspace:
 * `/dataCollectionRules/{immutable id}/streams/Microsoft-PrometheusMetrics/api/v1/write?api-version=…`.
 */
export function routeIngestion(request: Request): Routed | undefined {
  const [head = '', immutableId = '', ...rest] = request.segments;
  if (head.toLowerCase() !== 'datacollectionrules') return undefined;
  if (rest.join('/').toLowerCase() !== `streams/${stream}/api/v1/write`) return undefined;
  return {
    api: 'ingestion',
    resources: [immutableId],
    metricNames: [],
    answer: (state) => {
      const taken = take(request, state, immutableId);
      if (isRefusal(taken)) return wrapped(taken);
      const samples = taken.flatMap(({ labels: { __name__: name = '', ...labels }, samples: own }) =>
        own.map(([timeMs, value]) => ({ receiver: immutableId, name, labels, timeMs, value })),
      );
      state.received.add(samples);
      return accepted;
    },
  };
}

const accepted: Reply = { status: 200, headers: {}, body: '' };

function take(request: Request, state: State, immutableId: string): readonly WrittenSeries[] | Refusal {
  if (request.method !== 'POST') return { status: 405, code: 'MethodNotAllowed', message: 'Only POST is possible.' };
  const claims = authenticate(request, state, 'ingestion');
  if (isRefusal(claims)) return claims;
  if (request.query.get('api-version') === undefined) {
    const message = 'The api-version query parameter (?api-version=) is required for all requests.';
    return { status: 400, code: 'MissingApiVersionParameter', message };
  }
  const rule = state.index.world.resources.find((resource) => immutableIdOf(resource) === immutableId.toLowerCase());
  if (rule === undefined) {
    const message = `Data collection rule with immutable Id '${immutableId}' not found.`;
    return { status: 404, code: 'NotFound', message };
  }
  if (!permitted(state, claims, 'Microsoft.Insights/Metrics/Write', rule.id)) {
    const message = `The authentication token provided does not have access to ingest data for the data collection rule with immutable Id '${immutableId}'.`;
    return { status: 403, code: 'OperationFailed', message };
  }
  return read(request);
}

/** The immutable id that a data collection rule declares in its properties, or one made of its name. */
function immutableIdOf({ type, key, properties }: Resource): string | undefined {
  if (type.toLowerCase() !== 'microsoft.insights/datacollectionrules') return undefined;
  const { immutableId } = properties;
  return typeof immutableId === 'string' ? immutableId.toLowerCase() : `dcr-${uuidOf(key).replaceAll('-', '')}`;
}

function read({ headers, bytes }: Request): readonly WrittenSeries[] | Refusal {
  const version = versions[(headers['content-type'] ?? '').toLowerCase().replaceAll(' ', '')];
  if (version === undefined || headers['content-encoding']?.toLowerCase() !== 'snappy') {
    const message = 'The body must be a remote write request: application/x-protobuf, compressed by snappy.';
    return { status: 415, code: 'UnsupportedMediaType', message };
  }
  const spoken = headers['x-prometheus-remote-write-version'] ?? '';
  if (!spoken.startsWith(version === 1 ? '0.1.' : '2.0.')) {
    return badRequest(`The header X-Prometheus-Remote-Write-Version is ${spoken || 'missing'}.`);
  }
  try {
    return readWriteRequest(version, uncompress(bytes));
  } catch (error) {
    return badRequest(`The body cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
}
