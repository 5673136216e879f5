import { type Aggregation, type DataPoint, pointField } from '../core/aggregation.ts';

/** The bucket that a value is taken from. */
export interface ChosenBucket {
  readonly value: number;
  /** End of the bucket, milliseconds since the epoch. */
  readonly endMs: number;
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
  let newest: ChosenBucket | undefined;
  for (const bucket of bucketsWithData(points, aggregation, intervalMs, completeMs))
    if (newest === undefined || bucket.endMs > newest.endMs) newest = bucket;
  return newest;
}

/** All complete buckets with data, in the order of the points. */
export function bucketsWithData(
  points: readonly DataPoint[],
  aggregation: Aggregation,
  intervalMs: number,
  completeMs: number,
): ChosenBucket[] {
  const buckets: ChosenBucket[] = [];
  for (const point of points) {
    const value = aggregateOf(point, aggregation);
    if (value === undefined) continue;
    const endMs = Date.parse(point.timeStamp) + intervalMs;
    if (endMs <= completeMs) buckets.push({ value, endMs });
  }
  return buckets;
}

/** `None` gives 0 for every bucket, as Promitor does. */
function aggregateOf(point: DataPoint, aggregation: Aggregation): number | undefined {
  if (aggregation === 'None') return 0;
  const value = point[pointField[aggregation]];
  return typeof value === 'number' ? value : undefined;
}
