/** Lets at most `limit` callers be inside at once; the others wait in order. A limit of 0 or less lets everybody in. */
export interface Limiter {
  /** Waits for a place and runs the work in it. Gives up without running it, returning undefined, when `signal` aborts first. */
  run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T | undefined>;
}

export function createLimiter(limit: number): Limiter {
  const places = limit > 0 ? limit : Number.POSITIVE_INFINITY;
  const waiting = new Set<() => void>();
  let inside = 0;

  const leave = (): void => {
    inside -= 1;
    const [next] = waiting;
    if (next !== undefined) next();
  };

  const enter = (signal: AbortSignal): Promise<boolean> => {
    if (signal.aborted) return Promise.resolve(false);
    if (inside < places) {
      inside += 1;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const settle = (entered: boolean): void => {
        waiting.delete(admit);
        signal.removeEventListener('abort', refuse);
        if (entered) inside += 1;
        resolve(entered);
      };
      const admit = (): void => settle(true);
      const refuse = (): void => settle(false);
      waiting.add(admit);
      signal.addEventListener('abort', refuse, { once: true });
    });
  };

  return {
    async run(work, signal) {
      if (!(await enter(signal))) return undefined;
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
