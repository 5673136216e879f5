import { inGap, valueAt } from './generators.ts';
import type { Metric, Variants } from './world/model.ts';
import type { Series } from './world/resolve.ts';

/** Sum, number and extremes of the minutes of a bucket; `count` 0 means that there is no value. */
export interface Aggregate {
  count: number;
  total: number;
  minimum: number;
  maximum: number;
}

/** Value of a series in a minute; null in its gaps. */
export function seriesValue(series: Series, minute: number): number | null {
  for (const gap of series.gaps) if (inGap(gap, minute)) return null;
  return valueAt(series.generator, series.hash, minute);
}

/** Adds the minutes `[fromMinute, toMinute)` of one series to what `into` already holds. */
export function addMinutes(into: Aggregate, series: Series, fromMinute: number, toMinute: number): void {
  for (let minute = fromMinute; minute < toMinute; minute += 1) {
    const value = seriesValue(series, minute);
    if (value === null) continue;
    into.count += 1;
    into.total += value;
    if (value < into.minimum) into.minimum = value;
    if (value > into.maximum) into.maximum = value;
  }
}

/** An aggregate of nothing. */
export function emptyAggregate(): Aggregate {
  return { count: 0, total: 0, minimum: Infinity, maximum: -Infinity };
}

/**
 * End of the newest bucket that has values, milliseconds since the epoch: buckets that end later are still null.
 */
export function visibleUntil(metric: Metric, variants: Variants, grainMs: number, nowMs: number): number {
  return nowMs - metric.lagMs - variants.newestNullBuckets * grainMs;
}

/** Below 1e9 four digits after the point are kept, so that sums of decimals print as people write them. */
export function tidy(value: number): number {
  return Math.abs(value) < 1e9 ? Math.floor(value * 10_000 + 0.5) / 10_000 : value;
}
