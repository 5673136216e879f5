import type { CodedError } from '../core/outcome.ts';
import { type Part, partKey } from './ask.ts';

const firstPauseMs = 5 * 60_000;
const longestPauseMs = 60 * 60_000;

/**
 * Parts that Azure refuses and that would spoil the calls that they share. They are left out for a while (five
 * minutes, then twice as long each time, up to an hour) and fail with what Azure said, so that one wrong name does
 * not cost a search for the culprit in every run.
 */
export interface Quarantine {
  /** Why the part is not to be asked now; undefined when it is. */
  holds(part: Part, nowMs: number): CodedError | undefined;
  hold(part: Part, error: CodedError, nowMs: number): void;
  release(part: Part): void;
}

export function createQuarantine(): Quarantine {
  const held = new Map<string, { readonly error: CodedError; readonly untilMs: number; readonly pauseMs: number }>();
  return {
    holds(part, nowMs) {
      const entry = held.get(partKey(part));
      return entry === undefined || entry.untilMs <= nowMs ? undefined : entry.error;
    },
    hold(part, error, nowMs) {
      const before = held.get(partKey(part));
      const pauseMs = before === undefined ? firstPauseMs : Math.min(before.pauseMs * 2, longestPauseMs);
      held.set(partKey(part), { error, untilMs: nowMs + pauseMs, pauseMs });
    },
    release: (part) => void held.delete(partKey(part)),
  };
}
