import type { Piece } from '../../store/ports.ts';
import type { Format } from './negotiate.ts';

/**
 * Age at which the end of a bucket is no longer printed. Prometheus looks back five minutes: an older sample would
 * be stored and never be seen by an instant query.
 */
export const timestampMaxAgeMs = 270_000;

/** `none`, the time of the run (Promitor's meaning), or the end of the chosen bucket. */
export type TimestampSource = 'none' | 'run' | 'bucket';

/** What is known about the timestamps of a text while it is written. */
export interface TimestampTally {
  readonly source: TimestampSource;
  readonly format: Format;
  readonly nowMs: number;
  /** Timestamps left out for their age. */
  omitted: number;
  /** Oldest bucket end printed; infinite when there is none. */
  oldestMs: number;
}

/** ` <timestamp>` of all rows of a piece, or undefined when they differ. Nothing without a time. */
export function sharedTimestamp(piece: Piece, tally: TimestampTally): string | undefined {
  if (tally.source === 'none') return '';
  if (tally.source === 'run') return printed(piece.stamp.runMs, tally.format);
  return piece.bucketEnds ? undefined : bucketTimestamp(piece.stamp.bucketEndMs, piece.values.length, tally);
}

/** ` <timestamp>` of a bucket's end for a number of rows; nothing when the bucket is too old or there is none. */
export function bucketTimestamp(endMs: number | undefined, rows: number, tally: TimestampTally): string {
  if (endMs === undefined) return '';
  if (tally.nowMs - endMs > timestampMaxAgeMs) {
    tally.omitted += rows;
    return '';
  }
  tally.oldestMs = Math.min(tally.oldestMs, endMs);
  return printed(endMs, tally.format);
}

/** Milliseconds in text 0.0.4, seconds in OpenMetrics. */
function printed(ms: number, format: Format): string {
  return format === 'text' ? ` ${ms}` : ` ${ms / 1000}`;
}
