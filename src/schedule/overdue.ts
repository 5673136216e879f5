import { nextRuns, parseCron } from '../core/cron.ts';
import type { ScheduleState } from './ports.ts';

/** A run takes its time, so that schedules of seconds are given this long. */
const leastMs = 90_000;

interface OverdueInput {
  readonly nowMs: number;
  /** A schedule runs at every n-th of its ticks. */
  readonly strideOf: (cron: string) => number;
}

/**
 * Schedules without a result for longer than twice their period and 90 s. Periods differ in schedules such as
 * `0 9-17 * * 1-5`, so two runs must also have been due meanwhile.
 */
export function overdue(states: readonly ScheduleState[], input: OverdueInput): ScheduleState[] {
  return states.filter((state) => {
    const { schedule } = state;
    const sinceMs = state.lastSuccessMs ?? state.sinceMs;
    const stride = input.strideOf(schedule.cron);
    if (input.nowMs - sinceMs <= Math.max(2 * stride * schedule.periodMs, leastMs)) return false;
    const parsed = parseCron(schedule.cron);
    const due = parsed.ok ? nextRuns(parsed.schedule, sinceMs, 2 * stride).at(-1) : undefined;
    return due === undefined || due <= input.nowMs;
  });
}
