import type { Clock } from '../../src/core/clock.ts';

/** A clock that moves only by hand. Timers fire in order of their time while it advances. */
export interface FakeClock extends Clock {
  /** Moves on, firing what falls due, and lets promises settle between timers. */
  advance(ms: number): Promise<void>;
  /** Number of timers that wait. */
  pending(): number;
}

export function createFakeClock(startMs = Date.UTC(2026, 0, 1, 12, 0, 0)): FakeClock {
  let nowMs = startMs;
  let count = 0;
  const timers = new Map<number, { atMs: number; callback: () => void }>();

  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  };

  return {
    now: () => nowMs,
    after(ms, callback) {
      count += 1;
      const id = count;
      timers.set(id, { atMs: nowMs + ms, callback });
      return () => void timers.delete(id);
    },
    async advance(ms) {
      const untilMs = nowMs + ms;
      await settle();
      for (;;) {
        const due = [...timers].filter(([, timer]) => timer.atMs <= untilMs).sort(([, a], [, b]) => a.atMs - b.atMs)[0];
        if (due === undefined) break;
        const [id, timer] = due;
        timers.delete(id);
        nowMs = Math.max(nowMs, timer.atMs);
        timer.callback();
        await settle();
      }
      nowMs = untilMs;
      await settle();
    },
    pending: () => timers.size,
  };
}
