import type { Part } from './ask.ts';
import { endsWithData } from './choose.ts';
import type { SeriesAnswer } from './ports.ts';

/** The newest bucket with data over all series and aggregations of a part. */
export interface Newest {
  /** Milliseconds since the epoch. */
  readonly endMs: number;
  /** True when the data ran on until here, and did not just blink; see {@link ranOn}. */
  readonly continuous: boolean;
}

/** How an answer is read: grain, and the moments of the run that matter. Milliseconds. */
export interface Reading {
  readonly intervalMs: number;
  /** Buckets that end after this moment are not complete. */
  readonly completeMs: number;
  readonly nowMs: number;
}

/** Undefined when no complete bucket has data. */
export function newestOf(series: readonly SeriesAnswer[], part: Part, reading: Reading): Newest | undefined {
  const ends = new Set<number>();
  for (const { metricName, aggregation } of part.item.families) {
    if (metricName !== part.metricName) continue;
    for (const { points } of series)
      for (const end of endsWithData(points, aggregation, reading.intervalMs, reading.completeMs)) ends.add(end);
  }
  if (ends.size === 0) return undefined;
  let endMs = Number.NEGATIVE_INFINITY;
  for (const end of ends) endMs = Math.max(endMs, end);
  return { endMs, continuous: ranOn(ends, endMs, reading) };
}

const fewestBuckets = 3;

/**
 * Whether data that is silent since `endMs` ran on until then: at least half of the buckets have data over a stretch
 * before it that is as long as the silence, and at least three of them. A burst of ten minutes, four hours ago, has
 * ended; data of many hours that stops four hours ago may well be late.
 */
function ranOn(ends: ReadonlySet<number>, endMs: number, { intervalMs, nowMs }: Reading): boolean {
  const buckets = Math.max(fewestBuckets, Math.ceil((nowMs - endMs) / intervalMs));
  const fromMs = endMs - buckets * intervalMs;
  let filled = 0;
  for (const end of ends) if (end > fromMs) filled += 1;
  return filled >= Math.max(fewestBuckets, buckets / 2);
}
