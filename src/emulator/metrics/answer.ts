import type { Aggregation } from '../../core/aggregation.ts';
import { type Aggregate, tidy } from '../buckets.ts';
import { printTime } from '../iso-time.ts';
import type { Metric, Variants } from '../world/model.ts';
import type { MetricsQuery } from './query.ts';
import { bucketsOf, type Group, groupsOf, type Layout, rankOf, type Source } from './series.ts';

/** What all metrics of one answer share. */
export interface AnswerContext {
  readonly query: MetricsQuery;
  readonly layout: Layout;
  readonly variants: Variants;
  readonly nowMs: number;
  /** Opening of each point, made once: `{"timeStamp":"…"`. */
  readonly pointHeads: readonly string[];
}

/** JSON text of one metric, and what it adds to the cost. */
export interface MetricText {
  readonly text: string;
  readonly cost: number;
}

export function answerContext(query: MetricsQuery, layout: Layout, variants: Variants, nowMs: number): AnswerContext {
  const pointHeads = layout.starts.map((start) => `{"timeStamp":"${printTime(start)}"`);
  return { query, layout, variants, nowMs, pointHeads };
}

/**
 * One member of `value`. Text is put together by hand: an answer for fifty resources has tens of thousands of points.
 * `idPrefix` is the id of the resource, or of the subscription without its leading slash.
 */
export function metricText(
  context: AnswerContext,
  idPrefix: string,
  metric: Metric,
  sources: readonly Source[],
): MetricText {
  const failure = failureOf(metric, context.query.aggregations);
  const groups = failure === undefined ? groupsOf(context.query, sources) : [];
  const filtered = context.query.conditions !== undefined;
  const series = context.query.metadataOnly
    ? groups.slice(0, filtered ? context.query.top : 1).map((group) => `{${dimensionText(group)}}`)
    : dataSeries(context, metric, groups, filtered);
  const tail =
    failure === undefined
      ? '"errorCode":"Success"'
      : `"errorCode":${JSON.stringify(failure.code)},"errorMessage":${JSON.stringify(failure.message)}`;
  const minutes = (context.layout.starts.length * context.layout.grainMs) / 60_000;
  return {
    text: `{"id":${JSON.stringify(`${idPrefix}/providers/Microsoft.Insights/metrics/${metric.name}`)},${headOf(metric)},"timeseries":[${series.join(',')}],${tail}}`,
    cost: Math.max(0, Math.round(series.length * minutes) - 1),
  };
}

const heads = new WeakMap<Metric, string>();

/** The members of a metric that are the same in every answer. */
function headOf(metric: Metric): string {
  const known = heads.get(metric);
  if (known !== undefined) return known;
  const { name, displayName, description, unit } = metric;
  const members = {
    type: 'Microsoft.Insights/metrics',
    name: { value: name, localizedValue: displayName },
    displayDescription: description,
    unit,
  };
  const head = JSON.stringify(members).slice(1, -1);
  heads.set(metric, head);
  return head;
}

/** A metric fails alone when the world says so, or when an aggregation is asked that it does not have. */
function failureOf(metric: Metric, asked: readonly Aggregation[]): { code: string; message: string } | undefined {
  if (metric.error !== undefined) return metric.error;
  const missing = asked.find((aggregation) => aggregation !== 'None' && !metric.aggregations.includes(aggregation));
  if (missing === undefined) return undefined;
  return {
    code: 'InvalidSamplingType',
    message: `Aggregation '${missing}' is not available for metric ${metric.name}.`,
  };
}

function dataSeries(context: AnswerContext, metric: Metric, groups: readonly Group[], filtered: boolean): string[] {
  const { query, layout, variants, nowMs } = context;
  const wanted = query.aggregations.length > 0 ? query.aggregations : [metric.primaryAggregation];
  const print = printer(wanted);
  const kept: { readonly group: Group; readonly buckets: readonly Aggregate[] }[] = [];
  const full = (): boolean => query.order === undefined && filtered && kept.length >= query.top;
  for (const group of groups) {
    if (full()) break;
    const buckets = bucketsOf(group, metric, layout, variants, nowMs);
    if (filtered && variants.idleSeries === 'omit' && buckets.every(({ count }) => count === 0)) continue;
    kept.push({ group, buckets });
  }
  const { order } = query;
  if (order !== undefined) {
    const direction = order.descending ? -1 : 1;
    const ranked = kept.map((entry) => ({ ...entry, rank: rankOf(entry.buckets, order.by) }));
    ranked.sort((left, right) => direction * (left.rank - right.rank));
    kept.splice(0, kept.length, ...ranked.slice(0, filtered ? query.top : 1));
  }
  return kept.map(({ group, buckets }) => {
    const points = buckets.map((bucket, index) => `${context.pointHeads[index] ?? ''}${print(bucket)}}`);
    return `{${dimensionText(group)},"data":[${points.join(',')}]}`;
  });
}

function dimensionText(group: Group): string {
  const values = group.dimensions.map(([name, value]) => {
    const quoted = JSON.stringify(name);
    return `{"name":{"value":${quoted},"localizedValue":${quoted}},"value":${JSON.stringify(value)}}`;
  });
  return `"metadatavalues":[${values.join(',')}]`;
}

const members: Readonly<Record<Exclude<Aggregation, 'None'>, (bucket: Aggregate) => number>> = {
  Total: ({ total }) => tidy(total),
  Count: ({ count }) => count,
  Average: ({ total, count }) => tidy(total / count),
  Minimum: ({ minimum }) => minimum,
  Maximum: ({ maximum }) => maximum,
};

/** The value members of a point for the wanted aggregations; nothing for a bucket without values. */
function printer(wanted: readonly Aggregation[]): (bucket: Aggregate) => string {
  const parts = wanted.flatMap((aggregation) =>
    aggregation === 'None' ? [] : [{ head: `,"${aggregation.toLowerCase()}":`, read: members[aggregation] }],
  );
  return (bucket) => {
    if (bucket.count === 0) return '';
    let text = '';
    for (const { head, read } of parts) text += head + String(read(bucket));
    return text;
  };
}
