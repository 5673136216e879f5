import type { CodedError } from '../core/outcome.ts';
import type { Asked } from './ask.ts';
import type { SeriesAnswer } from './ports.ts';

/** What the last run did for an item: the raw material of an explanation. */
export interface ItemTrace {
  /** Reference time of the run, milliseconds since the epoch. */
  readonly nowMs: number;
  /** The call that answered; undefined when none was made or none answered. */
  readonly asked?: Asked;
  /** Grain that was used, milliseconds. */
  readonly intervalMs?: number;
  /** Buckets that end after this moment were not complete. */
  readonly completeMs?: number;
  /** Buckets that ended before this moment were too old to be shown. */
  readonly oldestMs?: number;
  /** What came, bucket by bucket; undefined when it was not kept, see {@link mostBuckets}. */
  readonly series?: readonly SeriesAnswer[];
  /** Why the item failed; undefined when it succeeded. */
  readonly error?: CodedError;
}

/** The last trace of every item. */
export interface TraceBook {
  note(itemId: string, trace: ItemTrace): void;
  of(itemId: string): ItemTrace | undefined;
  forget(itemId: string): void;
}

/** Buckets that are kept in all, about 50 MB of them; items beyond keep what was asked and lose what came. */
const mostBuckets = 400_000;

export function createTraceBook(most = mostBuckets): TraceBook {
  const traces = new Map<string, ItemTrace>();
  let kept = 0;
  const forget = (itemId: string): void => {
    kept -= bucketsOf(traces.get(itemId));
    traces.delete(itemId);
  };
  return {
    note(itemId, trace) {
      forget(itemId);
      const buckets = bucketsOf(trace);
      const { series, ...rest } = trace;
      const whole = series !== undefined && kept + buckets <= most;
      traces.set(itemId, whole ? trace : rest);
      if (whole) kept += buckets;
    },
    of: (itemId) => traces.get(itemId),
    forget,
  };
}

function bucketsOf(trace: ItemTrace | undefined): number {
  return (trace?.series ?? []).reduce((sum, { points }) => sum + points.length, 0);
}
