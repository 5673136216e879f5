import type { Clock } from '../core/clock.ts';

/** How world time is to change; what is left out stays as it is. */
export interface TimeChange {
  /** World time from now on, milliseconds since the epoch. */
  readonly setMs?: number | undefined;
  /** World seconds per second, 0 or more. */
  readonly rate?: number | undefined;
  /** True: world time stands still until `pause: false`. */
  readonly pause?: boolean | undefined;
}

/** World time: the host's clock, moved, sped up or stopped. */
export interface WorldClock {
  readonly now: () => number;
  change(change: TimeChange): void;
  readonly rate: number;
  readonly paused: boolean;
}

/** World time that starts at the time of the clock and runs with it. */
export function createWorldClock(clock: Clock): WorldClock {
  let anchorHost = clock.now();
  let anchorWorld = anchorHost;
  let rate = 1;
  let paused = false;
  const now = (): number => (paused ? anchorWorld : Math.round(anchorWorld + (clock.now() - anchorHost) * rate));
  return {
    now,
    change(change) {
      const world = change.setMs ?? now();
      anchorHost = clock.now();
      anchorWorld = world;
      rate = change.rate ?? rate;
      paused = change.pause ?? paused;
    },
    get rate() {
      return rate;
    },
    get paused() {
      return paused;
    },
  };
}
