import { type Aggregation, type DataPoint, pointField } from '../core/aggregation.ts';

/** The bucket that a value is taken from. */
export interface ChosenBucket {
  readonly value: number;
  /** End of the bucket, milliseconds since the epoch. */
  readonly endMs: number;
  /** True when the two buckets before it have data too: the data ran on until here, and did not just blink. */
  readonly continuous: boolean;
}

/**
 * The newest complete bucket with data. A bucket `[t, t + intervalMs)` is complete when it ended at or before
 * `completeMs` (now less the delay). Judged by the timestamps that came back, never by position. Undefined when no
 * complete bucket has data.
 */
export function chooseBucket(
  points: readonly DataPoint[],
  aggregation: Aggregation,
  intervalMs: number,
  completeMs: number,
): ChosenBucket | undefined {
  let newest: { value: number; endMs: number } | undefined;
  const starts = new Set<number>();
  for (const point of points) {
    const value = aggregateOf(point, aggregation);
    const startMs = Date.parse(point.timeStamp);
    const endMs = startMs + intervalMs;
    if (value === undefined || !(endMs <= completeMs)) continue;
    starts.add(startMs);
    if (newest === undefined || endMs > newest.endMs) newest = { value, endMs };
  }
  if (newest === undefined) return undefined;
  const startMs = newest.endMs - intervalMs;
  return { ...newest, continuous: starts.has(startMs - intervalMs) && starts.has(startMs - 2 * intervalMs) };
}

/** `None` gives 0 for every bucket, as Promitor does. */
function aggregateOf(point: DataPoint, aggregation: Aggregation): number | undefined {
  if (aggregation === 'None') return 0;
  const value = point[pointField[aggregation]];
  return typeof value === 'number' ? value : undefined;
}
