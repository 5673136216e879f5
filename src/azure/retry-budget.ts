import type { Clock } from '../core/clock.ts';

const share = 0.2;
const floor = 10;
const halfMs = 30_000;

/** How much of a host's load may be repeats: a fifth of the calls of the last minute, and ten in any case. */
export interface RetryBudget {
  /** Counts a call at its first attempt. */
  call(): void;
  /** Takes one retry from the budget; false when there is none left, and the call has to fail as it is. */
  retry(): boolean;
}

interface Half {
  readonly index: number;
  calls: number;
  retries: number;
}

/** Counts in halves of a minute, the current and the one before, so that the budget of old calls lapses. */
export function createRetryBudget(clock: Clock): RetryBudget {
  const empty = (index: number): Half => ({ index, calls: 0, retries: 0 });
  let current = empty(0);
  let previous = empty(-1);
  const turn = (): void => {
    const index = Math.floor(clock.now() / halfMs);
    if (index === current.index) return;
    previous = index === current.index + 1 ? current : empty(index - 1);
    current = empty(index);
  };
  return {
    call: () => {
      turn();
      current.calls += 1;
    },
    retry: () => {
      turn();
      const allowed = Math.max(floor, share * (current.calls + previous.calls));
      if (current.retries + previous.retries + 1 > allowed) return false;
      current.retries += 1;
      return true;
    },
  };
}
