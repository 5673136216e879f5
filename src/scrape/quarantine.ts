import type { CodedError } from '../core/outcome.ts';
import { type Part, partKey } from './ask.ts';

const firstPauseMs = 5 * 60_000;
const longestPauseMs = 60 * 60_000;

/**
 * Parts that spoil the calls they share. They are left out for a while (five minutes, then twice as long each time, up
 * to an hour) and fail with what Azure said; then they are asked apart from the others, together with those that
 * failed with them, so that one wrong name costs neither a search for the culprit in every run nor a call for each
 * of its resources.
 */
export interface Quarantine {
  /** `free`: asked with the others. `held`: not asked now, and why. `due`: asked apart, with all of the same cause. */
  stateOf(part: Part, nowMs: number): QuarantineState;
  /**
   * `cause` is equal for parts that failed in one call and could not be told apart. Without a pause the parts are
   * asked apart from the next run on, which suits failures that pass by themselves.
   */
  hold(part: Part, error: CodedError, cause: string, hold: { readonly nowMs: number; readonly pause: boolean }): void;
  release(part: Part): void;
  /** What holds an item, in words and times; undefined when nothing does. */
  view(itemId: string): QuarantineView | undefined;
  /** The item is no longer asked for. */
  forget(itemId: string): void;
  /** Parts in quarantine by error code. */
  counts(): ReadonlyMap<string, number>;
}

export type QuarantineState =
  | { readonly kind: 'free' }
  | { readonly kind: 'held'; readonly error: CodedError }
  | { readonly kind: 'due'; readonly cause: string };

export interface QuarantineView {
  readonly error: CodedError;
  /** When it is asked again, apart from others; milliseconds since the epoch. */
  readonly untilMs: number;
}

interface Entry {
  readonly error: CodedError;
  readonly cause: string;
  readonly untilMs: number;
  readonly pauseMs: number;
}

export function createQuarantine(): Quarantine {
  const held = new Map<string, Entry>();
  return {
    stateOf(part, nowMs) {
      const entry = held.get(partKey(part));
      if (entry === undefined) return { kind: 'free' };
      return entry.untilMs > nowMs ? { kind: 'held', error: entry.error } : { kind: 'due', cause: entry.cause };
    },
    hold(part, error, cause, { nowMs, pause }) {
      const before = held.get(partKey(part))?.pauseMs ?? 0;
      const pauseMs = pause ? Math.min(Math.max(before * 2, firstPauseMs), longestPauseMs) : 0;
      held.set(partKey(part), { error, cause, untilMs: nowMs + pauseMs, pauseMs });
    },
    release: (part) => void held.delete(partKey(part)),
    view(itemId) {
      const entry = held.get(itemId);
      return entry && { error: entry.error, untilMs: entry.untilMs };
    },
    forget: (itemId) => void held.delete(itemId),
    counts() {
      const counts = new Map<string, number>();
      for (const { error } of held.values()) counts.set(error.code, (counts.get(error.code) ?? 0) + 1);
      return counts;
    },
  };
}
