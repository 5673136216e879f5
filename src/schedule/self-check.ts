import type { Clock } from '../core/clock.ts';
import type { ScheduleState } from './ports.ts';
import { standingStill } from './scheduler.ts';

/** A tick later than this means that the scheduler is dead; node-cron fires within milliseconds. */
export const standstillMs = 90_000;
/** A look that comes this much too late was held up by the process, not by its neighbours on the event loop. */
const lateMs = 10_000;

/** What changed since the look before. */
export interface SelfCheckFinding {
  /** Milliseconds that nothing moved in the process; undefined while it moves. */
  readonly stoodStillMs?: number;
  /** Schedules whose ticks stopped coming. */
  readonly stopped: readonly ScheduleState[];
  /** Schedules whose ticks come again. */
  readonly resumed: readonly ScheduleState[];
}

export interface SelfCheckInput {
  readonly clock: Pick<Clock, 'now'>;
  readonly states: () => readonly ScheduleState[];
  /** Distance of the looks, milliseconds. They must come by a timer that does not depend on the source of the ticks. */
  readonly everyMs: number;
}

/** Looks whether time passes as it should: in the process, and for every schedule. */
export function createSelfCheck({ clock, states, everyMs }: SelfCheckInput): () => SelfCheckFinding {
  let lookedMs = clock.now();
  let still: ReadonlySet<string> = new Set();
  return () => {
    const nowMs = clock.now();
    const heldUpMs = nowMs - lookedMs - everyMs;
    lookedMs = nowMs;
    const all = states();
    const now = standingStill(all, nowMs, standstillMs);
    const before = still;
    still = new Set(now.map(({ schedule }) => schedule.cron));
    return {
      ...(heldUpMs > lateMs ? { stoodStillMs: heldUpMs } : {}),
      stopped: now.filter(({ schedule }) => !before.has(schedule.cron)),
      resumed: all.filter(({ schedule }) => before.has(schedule.cron) && !still.has(schedule.cron)),
    };
  };
}
