import type { CodedError } from '../core/outcome.ts';
import { resourceKey } from '../core/resource-id.ts';
import type { Window } from '../core/window.ts';
import type { MetricsQueryShape, QueryGroup, ScrapeItem } from '../plan/types.ts';
import type { MetricAnswer, MetricsAnswer, MetricsSource, SeriesAnswer } from './ports.ts';

/** One Azure metric of one item: the smallest thing that can succeed or fail. */
export interface Part {
  readonly item: ScrapeItem;
  readonly metricName: string;
}

export type PartAnswer =
  | { readonly kind: 'series'; readonly series: readonly SeriesAnswer[] }
  | { readonly kind: 'failed'; readonly error: CodedError };

export function partKey(part: Part): string {
  return `${part.item.id} ${part.metricName}`;
}

/** The parts of a group: every metric name of every item. */
export function partsOf(group: QueryGroup): Part[] {
  return group.items.flatMap((item) =>
    [...new Set(item.families.map((family) => family.metricName))].map((metricName) => ({ item, metricName })),
  );
}

/**
 * Asks Azure for the parts in one call. When Azure refuses the call as wrong and it held more than one part, the
 * halves are asked until the culprits are alone, so that one wrong name takes nothing along.
 */
export async function ask(
  group: QueryGroup & { readonly metrics: MetricsQueryShape },
  parts: readonly Part[],
  window: Window,
  intervalMs: number,
  source: MetricsSource,
  signal: AbortSignal,
): Promise<Map<string, PartAnswer>> {
  const shape = group.metrics;
  const resources = new Map(parts.map(({ item }) => [item.resource.key, item.resource.id]));
  const aggregations = shape.aggregations.filter((aggregation) => aggregation !== 'None');
  const outcome = await source.query(
    {
      mode: group.mode === 'batch' || group.mode === 'subscription' ? group.mode : 'single',
      subscriptionId: group.subscriptionId,
      resourceIds: [...resources.values()],
      ...(group.region === undefined ? {} : { region: group.region }),
      ...(shape.namespace === undefined ? {} : { namespace: shape.namespace }),
      metricNames: [...new Set(parts.map((part) => part.metricName))],
      aggregations: aggregations.length === 0 ? ['Count'] : aggregations,
      intervalMs,
      ...window,
      ...(shape.filter === undefined ? {} : { filter: shape.filter }),
      limit: shape.limit,
    },
    signal,
  );
  if (outcome.kind === 'ok') return new Map(parts.map((part) => [partKey(part), answerOf(part, outcome.value)]));
  if (outcome.error.code === 'AZ3400' && parts.length > 1 && !signal.aborted) {
    const middle = Math.ceil(parts.length / 2);
    const first = await ask(group, parts.slice(0, middle), window, intervalMs, source, signal);
    const second = await ask(group, parts.slice(middle), window, intervalMs, source, signal);
    return new Map([...first, ...second]);
  }
  return new Map(parts.map((part) => [partKey(part), { kind: 'failed', error: outcome.error }]));
}

/** Answers are joined by resource and metric name, never by position. */
function answerOf(part: Part, answer: MetricsAnswer): PartAnswer {
  const resource = answer.resources.find((candidate) => resourceKey(candidate.resourceId) === part.item.resource.key);
  const metric = resource?.metrics.find((candidate) => candidate.name.toLowerCase() === part.metricName.toLowerCase());
  if (metric === undefined) {
    return {
      kind: 'failed',
      error: {
        code: 'AZ3011',
        message: `Azure's answer holds no metric ${part.metricName} of resource ${part.item.resource.id}.`,
        ...(answer.requestId === undefined ? {} : { requestId: answer.requestId }),
      },
    };
  }
  return metric.error === undefined ? { kind: 'series', series: metric.series } : metricFailed(part, metric.error);
}

function metricFailed(part: Part, error: NonNullable<MetricAnswer['error']>): PartAnswer {
  const message = `Azure gives no values of ${part.metricName} of resource ${part.item.resource.id}: ${error.code}, ${error.message}`;
  return { kind: 'failed', error: { code: 'AZ3010', message } };
}
