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
  for (const point of points) {
    const value = aggregateOf(point, aggregation);
    if (value === undefined) continue;
    const endMs = bucketStart(point) + intervalMs;
    if (endMs <= completeMs && (newest === undefined || endMs > newest.endMs)) newest = { value, endMs };
  }
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
    const endMs = bucketStart(point) + intervalMs;
    if (endMs <= completeMs) buckets.push({ value, endMs });
  }
  return buckets;
}

/** Ends of all complete buckets with data, milliseconds since the epoch, in the order of the points. */
export function endsWithData(
  points: readonly DataPoint[],
  aggregation: Aggregation,
  intervalMs: number,
  completeMs: number,
): number[] {
  const ends: number[] = [];
  for (const point of points) {
    if (aggregateOf(point, aggregation) === undefined) continue;
    const endMs = bucketStart(point) + intervalMs;
    if (endMs <= completeMs) ends.push(endMs);
  }
  return ends;
}

/** Parsed time stamps: those of a run are few and come again with every series, and parsing them costs more. */
const starts = new Map<string, number>();
const mostStarts = 4_096;

/** Milliseconds since the epoch. */
function bucketStart({ timeStamp }: DataPoint): number {
  const known = starts.get(timeStamp);
  if (known !== undefined) return known;
  if (starts.size >= mostStarts) starts.clear();
  const startMs = Date.parse(timeStamp);
  starts.set(timeStamp, startMs);
  return startMs;
}

/** `None` gives 0 for every bucket, as Promitor does. */
function aggregateOf(point: DataPoint, aggregation: Aggregation): number | undefined {
  if (aggregation === 'None') return 0;
  const value = point[pointField[aggregation]];
  return typeof value === 'number' ? value : undefined;
}
