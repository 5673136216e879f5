import type { FamilyView } from '../store/ports.ts';
import type { MetricRow } from './ports.ts';

/** What all series of a metric come to at one moment. */
export interface FamilySummary {
  readonly series: number;
  /** Undefined when no series has a value. */
  readonly values?: NonNullable<MetricRow['values']>;
  /** Ends of the newest and the oldest bucket shown, milliseconds since the epoch; undefined without any. */
  readonly ends?: { readonly newestMs: number; readonly oldestMs: number };
  /** Reference time of the last run that wrote one of them. */
  readonly runMs: number;
}

interface Range {
  count: number;
  sum: number;
  min: number;
  max: number;
}

const emptyRange = (): Range => ({
  count: 0,
  sum: 0,
  min: Number.POSITIVE_INFINITY,
  max: Number.NEGATIVE_INFINITY,
});

function widen(range: Range, value: number | null | undefined): void {
  if (value === null || value === undefined) return;
  range.count += 1;
  range.sum += value;
  if (value < range.min) range.min = value;
  if (value > range.max) range.max = value;
}

/** Looks at every value once; nothing is made per series, so a million of them take some 20 ms. */
export function summarize(family: FamilyView): FamilySummary {
  const values = emptyRange();
  const ends = emptyRange();
  let series = 0;
  let runMs = 0;
  for (const { pieces } of family.blocks) {
    for (const piece of pieces) {
      series += piece.values.length;
      runMs = Math.max(runMs, piece.stamp.runMs);
      for (const value of piece.values) widen(values, value);
      if (piece.bucketEnds === undefined) widen(ends, piece.stamp.bucketEndMs);
      else for (const endMs of piece.bucketEnds) widen(ends, endMs);
    }
  }
  const { min, max } = values;
  return {
    series,
    runMs,
    ...(values.count === 0 ? {} : { values: { mean: values.sum / values.count, min, max } }),
    ...(ends.count === 0 ? {} : { ends: { newestMs: ends.max, oldestMs: ends.min } }),
  };
}

/** The last means of every metric, for sparklines. */
export interface History {
  /** After a run: takes a point of every metric that it wrote. */
  record(families: readonly FamilyView[]): void;
  of(name: string): MetricRow['history'];
}

/** Points of one metric: an hour of a schedule that runs by the minute. */
const mostPoints = 60;
/** Metrics that are remembered; later ones have no sparkline. With their points they take some 5 MB. */
const mostMetrics = 1_000;

export function createHistory(): History {
  const points = new Map<string, MetricRow['history']>();
  const keep = ({ runMs, values }: FamilySummary, name: string): void => {
    const before = points.get(name) ?? [];
    if (runMs <= (before.at(-1)?.atMs ?? 0)) return;
    if (before.length === 0 && points.size >= mostMetrics) return;
    points.set(name, [...before.slice(1 - mostPoints), { atMs: runMs, mean: values?.mean ?? null }]);
  };
  return {
    record(families) {
      for (const family of families) keep(summarize(family), family.name);
      if (points.size <= families.length) return;
      const names = new Set(families.map(({ name }) => name));
      for (const name of points.keys()) if (!names.has(name)) points.delete(name);
    },
    of: (name) => points.get(name) ?? [],
  };
}
