/** Time as a parameter: production passes the real clock, tests one that they move by hand. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Calls back once after `ms` milliseconds; the returned function cancels it. Never keeps a process alive. */
  after(ms: number, callback: () => void): () => void;
}

/**
 * Waits on the given clock.
 * Resolves after `ms`, or at once when `signal` aborts; the caller looks at the signal to tell them apart.
 */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = (): void => {
      cancel();
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const cancel = clock.after(ms, finish);
    signal?.addEventListener('abort', finish, { once: true });
  });
}
