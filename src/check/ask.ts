import type { CodedError, Outcome } from '../core/outcome.ts';
import { ordinaryGrains, windowBack, windowEnd } from '../core/window.ts';
import type { MetricsQueryShape, ScrapeItem } from '../plan/types.ts';
import type { LogsSource, MetricsSource, QueueSource, ResourceAnswer } from '../scrape/ports.ts';
import type { Probe } from './probes.ts';

/** Where probes are sent. */
export interface ProbeTargets {
  readonly metrics: Pick<MetricsSource, 'query'>;
  readonly logs: LogsSource;
  readonly queues: QueueSource;
}

/** Resources of the answer; none for log queries and queues. */
export type ProbeOutcome = Outcome<readonly ResourceAnswer[]>;

/** Sends one probe: the call that a run would make, for one resource and one metric. */
export async function askProbe(
  probe: Probe,
  targets: ProbeTargets,
  nowMs: number,
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  const { item, shape } = probe;
  const { query } = item.metric;
  const { fields, sasToken } = item.resource;
  if (query.kind === 'logAnalytics') {
    const window = { startMs: nowMs - query.intervalMs, endMs: nowMs };
    return withoutValue(
      await targets.logs.query({ workspaceId: fields['workspaceId'] ?? '', query: query.query, ...window }, signal),
    );
  }
  if (query.kind === 'storageQueue' && sasToken !== undefined) {
    const { accountName = '', queueName = '' } = fields;
    return withoutValue(
      await targets.queues.read({ accountName, queueName, sasToken, metricName: query.metricName, nowMs }, signal),
    );
  }
  if (shape === undefined) throw new Error(`item ${item.id} has no query`);
  const outcome = await targets.metrics.query(requestOf(probe, shape, nowMs), signal);
  if (outcome.kind !== 'ok') return isGrain(outcome.error) ? { kind: 'ok', value: [] } : outcome;
  const failed = failedAlone(item, outcome.value.resources);
  return failed === undefined ? { kind: 'ok', value: outcome.value.resources } : { kind: 'failed', error: failed };
}

function requestOf(
  { api, item, subscriptionId, region }: Probe,
  shape: MetricsQueryShape,
  nowMs: number,
): Parameters<MetricsSource['query']>[0] {
  const { intervalMs, delayMs, alignment, filter } = shape;
  const single = api === 'metrics';
  const own = item.metric.query.kind === 'azureMonitor' ? item.metric.query.metricNamespace : undefined;
  const namespace = single ? own : shape.namespace;
  const aggregations = shape.aggregations.filter((aggregation) => aggregation !== 'None');
  return {
    mode: api === 'batch' || api === 'subscription' ? api : 'single',
    subscriptionId,
    resourceIds: [item.resource.id],
    ...(region === undefined || single ? {} : { region }),
    ...(namespace === undefined ? {} : { namespace }),
    metricNames: [metricNameOf(item)],
    aggregations: aggregations.length === 0 ? ['Count'] : aggregations,
    intervalMs,
    ...windowBack(
      windowEnd(nowMs, delayMs, intervalMs, alignment),
      ordinaryGrains(intervalMs) * intervalMs,
      intervalMs,
    ),
    ...(filter === undefined ? {} : { filter }),
    limit: 1,
  };
}

/** Azure's name of the metric that a probe reads; empty for log queries. */
export function metricNameOf(item: ScrapeItem): string {
  return item.families[0]?.metricName ?? '';
}

/** An interval that is not offered is no matter of permission, and the run replaces it. */
function isGrain({ code, message }: CodedError): boolean {
  return code === 'AZ3400' && /time grain/i.test(message);
}

function failedAlone(item: ScrapeItem, resources: readonly ResourceAnswer[]): CodedError | undefined {
  const error = resources.flatMap(({ metrics }) => metrics).find((metric) => metric.error !== undefined)?.error;
  if (error === undefined) return undefined;
  const message = `Azure gives no values of ${metricNameOf(item)} of resource ${item.resource.id}: ${error.code}, ${error.message}`;
  return { code: 'AZ3010', message };
}

function withoutValue(outcome: Outcome<unknown>): ProbeOutcome {
  return outcome.kind === 'ok' ? { kind: 'ok', value: [] } : outcome;
}
