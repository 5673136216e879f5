import type { Schedule } from '../core/schedule.ts';

/** Calls back when a schedule is due. One ticker per distinct schedule. */
export interface Ticker {
  /** Starts ticking; the returned function stops it for good. A tick may come late, never early. */
  start(schedule: Schedule, onTick: () => void): () => void;
}

/** Why a run began: with the schedule, at one of its times, or because the configuration has more to ask for. */
export type RunReason = 'start' | 'tick' | 'changed';

/** What the scheduler tells the rest of the program. */
export type ScheduleEvent =
  | { readonly kind: 'runStarted'; readonly schedule: Schedule; readonly reason: RunReason; readonly nowMs: number }
  | {
      readonly kind: 'runFinished';
      readonly schedule: Schedule;
      readonly nowMs: number;
      readonly durationMs: number;
      readonly succeeded: number;
      readonly failed: number;
    }
  /** The configuration no longer has it, or writes it in another way. */
  | { readonly kind: 'ended'; readonly schedule: Schedule }
  /** A tick came while the run before it was still going. */
  | { readonly kind: 'runSkipped'; readonly schedule: Schedule }
  /** A defect of the program: a run threw. The schedule goes on. */
  | { readonly kind: 'runCrashed'; readonly schedule: Schedule; readonly error: unknown };

export type ScheduleObserver = (event: ScheduleEvent) => void;

/** State of one schedule, for health, readiness and the status page. */
export interface ScheduleState {
  readonly schedule: Schedule;
  /** Since when it is kept, milliseconds since the epoch: the start of the program, or the reload that brought it. */
  readonly sinceMs: number;
  /** True while a run is going. */
  readonly running: boolean;
  /** Start of the last run, milliseconds since the epoch; undefined before the first. */
  readonly lastStartMs?: number;
  /** End of the last run in which at least one item succeeded. */
  readonly lastSuccessMs?: number;
  /** When the next tick is expected. */
  readonly nextMs?: number;
}
