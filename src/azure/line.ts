import type { Clock } from '../core/clock.ts';

/** Callers who wait for their turn, first come first served. */
export interface Line<T> {
  /** What `spend` gave when it was the caller's turn; undefined when `signal` aborts first. */
  wait(signal: AbortSignal): Promise<T | undefined>;
  /** Lets go whoever may go now; call it whenever the rule may have changed. */
  move(): void;
  length(): number;
}

/** What decides how fast the line moves. */
export interface LineRule<T> {
  /** Milliseconds until the next one may go; 0: now. */
  waitMs(): number;
  /** Called for each one that goes. */
  spend(): T;
}

interface Waiter<T> {
  readonly go: (turn: T) => void;
  left: boolean;
}

/** Makes a line; one timer serves all who wait in it. */
export function createLine<T>(clock: Clock, rule: LineRule<T>): Line<T> {
  // Thousands may wait: the front moves on through the list, because taking from the front of a Set gets slow.
  let waiters: Waiter<T>[] = [];
  let front = 0;
  let length = 0;
  let cancelTimer: () => void = () => undefined;

  const first = (): Waiter<T> | undefined => {
    while (waiters[front]?.left === true) front += 1;
    if (front > 1_000 || front === waiters.length) {
      waiters = waiters.slice(front);
      front = 0;
    }
    return waiters[front];
  };

  const move = (): void => {
    cancelTimer();
    cancelTimer = () => undefined;
    for (let next = first(); next !== undefined; next = first()) {
      const ms = rule.waitMs();
      if (ms > 0) {
        cancelTimer = clock.after(Math.ceil(ms), move);
        return;
      }
      next.go(rule.spend());
    }
  };

  return {
    wait: (signal) => {
      if (signal.aborted) return Promise.resolve(undefined);
      return new Promise((resolve) => {
        const settle = (turn: T | undefined): void => {
          waiter.left = true;
          length -= 1;
          signal.removeEventListener('abort', leave);
          resolve(turn);
        };
        const leave = (): void => {
          settle(undefined);
          if (length === 0) move();
        };
        const waiter: Waiter<T> = { go: settle, left: false };
        waiters.push(waiter);
        length += 1;
        signal.addEventListener('abort', leave, { once: true });
        if (length === 1) move();
      });
    },
    move,
    length: () => length,
  };
}
