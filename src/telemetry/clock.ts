import type { Clock } from '../core/clock.ts';

/** The clock of the machine. Its timers never keep the process alive. */
export const realClock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
