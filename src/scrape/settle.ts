import type { SeriesFamily } from '../core/family.ts';
import type { CodedError } from '../core/outcome.ts';
import type { ScrapeItem } from '../plan/types.ts';
import type { SeriesStore, SeriesValue } from '../store/ports.ts';
import { chooseBucket } from './choose.ts';
import type { FetchedPart } from './fetch.ts';
import { maxAge } from './freshness.ts';
import { momentOf, offerOf } from './offer.ts';
import type { BucketBook, ScrapeObserver, SeriesAnswer } from './ports.ts';
import type { TraceBook } from './traces.ts';

export interface SettleContext {
  readonly store: SeriesStore;
  readonly observe: ScrapeObserver;
  /** Reference time of the run, milliseconds since the epoch. */
  readonly nowMs: number;
  /** Keeps what came of each item, for explanations. */
  readonly traces: TraceBook;
  /** Wants every bucket, for a sink that does. */
  readonly book?: BucketBook;
}

/** Writes what a metrics query came to into the store, and reports each item once. */
export function settle(fetched: readonly FetchedPart[], context: SettleContext): void {
  for (const entry of fetched) {
    const { item } = entry.part;
    if (entry.answer.kind === 'failed') {
      settleFailure(item, entry.answer.error, context);
      continue;
    }
    context.book?.offer(offerOf(entry, entry.answer.series, context.nowMs));
    const { truncated, newestMs } = writePart(entry, entry.answer.series, context);
    context.observe({ kind: 'truncated', item, truncated, limit: limitOf(item) });
    const age = newestMs === undefined ? {} : { ageMs: context.nowMs - newestMs };
    context.observe({ kind: 'age', item, ...age });
    context.observe({ kind: 'succeeded', item, nowMs: context.nowMs });
  }
}

/** A resource that Azure calls gone leaves at once; after any other failure the last values stay until they are stale. */
export function settleFailure(item: ScrapeItem, error: CodedError, context: SettleContext): void {
  context.observe({ kind: 'failed', item, error, nowMs: context.nowMs });
  context.traces.note(item.id, { nowMs: context.nowMs, error });
  if (error.code === 'AZ3404' && context.store.remove(item.id)) context.observe({ kind: 'left', item, reason: 'gone' });
}

/** Writes the one value of a log query or storage queue. */
export function settleValue(item: ScrapeItem, value: number | null, context: SettleContext): void {
  const { nowMs } = context;
  for (const family of item.families) {
    write(
      item,
      family,
      [],
      [{ dimensionValues: [], value, ...(value === null ? {} : { bucketEndMs: nowMs }) }],
      context,
    );
  }
  context.traces.note(item.id, { nowMs });
  if (value !== null) context.book?.offer(momentOf(item, value, nowMs));
  context.observe({ kind: 'succeeded', item, nowMs });
}

/** What became of one Azure metric of an item. */
interface Written {
  readonly truncated: boolean;
  /** End of the newest bucket shown, milliseconds since the epoch; undefined when nothing is shown. */
  readonly newestMs?: number;
}

function limitOf(item: ScrapeItem): number {
  return item.metric.query.kind === 'azureMonitor' ? item.metric.query.limit : Number.POSITIVE_INFINITY;
}

function writePart(entry: FetchedPart, answered: readonly SeriesAnswer[], context: SettleContext): Written {
  const { item } = entry.part;
  const { dimensions } = item;
  const oldestMs = context.nowMs - maxAge(item.freshness, entry.intervalMs, entry.memory);
  noteTrace(entry, oldestMs, context);
  let newestMs = Number.NEGATIVE_INFINITY;
  for (const family of item.families) {
    const series = answered.map((one): SeriesValue => {
      const chosen = chooseBucket(one.points, family.aggregation, entry.intervalMs, entry.completeMs);
      const dimensionValues = dimensions.map(({ name }) => one.dimensions[name.toLowerCase()] ?? '');
      return chosen === undefined
        ? { dimensionValues, value: null }
        : { dimensionValues, value: chosen.value, bucketEndMs: chosen.endMs };
    });
    const shown = current(item, family, series, oldestMs, context);
    for (const { bucketEndMs } of shown) newestMs = Math.max(newestMs, bucketEndMs ?? newestMs);
    const labels = dimensions.map(({ label }) => label);
    write(item, family, labels, shown, context);
  }
  // Without a dimension to split by, there is one series whatever the limit.
  const truncated = dimensions.length > 0 && answered.length >= limitOf(item);
  return { truncated, ...(Number.isFinite(newestMs) ? { newestMs } : {}) };
}

function noteTrace(
  { part, answer, intervalMs, completeMs }: FetchedPart,
  oldestMs: number,
  context: SettleContext,
): void {
  if (answer.kind !== 'series') return;
  const asked = answer.asked === undefined ? {} : { asked: answer.asked };
  const { series } = answer;
  context.traces.note(part.item.id, { nowMs: context.nowMs, ...asked, intervalMs, completeMs, oldestMs, series });
}

/**
 * What is shown of an answer: buckets that are not too old, the value of an earlier run where this answer's window
 * was too short to hold it again, and the no-data policy for the rest. A series never goes back in time.
 */
function current(
  item: ScrapeItem,
  family: SeriesFamily,
  answered: readonly SeriesValue[],
  oldestMs: number,
  context: SettleContext,
): SeriesValue[] {
  const keyOf = ({ dimensionValues }: SeriesValue): string =>
    dimensionValues.length === 0 ? '' : dimensionValues.join('\u0000').toLowerCase();
  const earlier = new Map(context.store.read(item.id, family.name).map((series) => [keyOf(series), series]));
  const { noData, staleAfterMs } = item.freshness;
  const keepMs = noData === 'last' ? oldestMs - staleAfterMs : oldestMs;
  const usable = (series: SeriesValue | undefined, boundMs: number): series is SeriesValue =>
    series !== undefined && series.value !== null && (series.bucketEndMs ?? Number.NEGATIVE_INFINITY) >= boundMs;
  const ends = (series: SeriesValue | undefined): number => series?.bucketEndMs ?? Number.NEGATIVE_INFINITY;

  const seen = answered.length > 0 || item.dimensions.length > 0 ? answered : [{ dimensionValues: [], value: null }];
  const shown: SeriesValue[] = [];
  for (const series of seen) {
    const before = earlier.get(keyOf(series));
    earlier.delete(keyOf(series));
    const best = ends(before) > ends(series) && before?.value !== null ? before : series;
    if (usable(best, keepMs)) shown.push(best);
    else if (noData === 'unavailableValue') shown.push({ dimensionValues: series.dimensionValues, value: null });
  }
  const kept = [...earlier.values()].filter(
    (series) => series.dimensionValues.length === item.dimensions.length && usable(series, keepMs),
  );
  return [...shown, ...kept];
}

function write(
  item: ScrapeItem,
  family: SeriesFamily,
  dimensionLabels: readonly string[],
  series: readonly SeriesValue[],
  context: SettleContext,
): void {
  const dropped = context.store.replace({
    owner: item.id,
    family: { name: family.name, help: family.help },
    labels: item.labels,
    declaredNames: item.declaredNames,
    dimensionLabels,
    series,
    runMs: context.nowMs,
    staleAtMs: context.nowMs + item.freshness.staleAfterMs,
  });
  if (dropped > 0) context.observe({ kind: 'dropped', item, series: dropped });
}
