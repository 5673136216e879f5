import type { Clock } from '../core/clock.ts';
import { nextRuns, parseCron } from '../core/cron.ts';
import type { Schedule } from '../core/schedule.ts';
import type { RunReason, ScheduleObserver, ScheduleState, Ticker } from './ports.ts';

/** Of schedules that rarely run; timers of the platform end at 24.8 days. */
const longestRunMs = 24 * 60 * 60_000;

/** What the scheduler calls for each run; settles when the run is over. The signal's reason says why it is cut off. */
export type RunSchedule = (
  schedule: Schedule,
  reason: RunReason,
  signal: AbortSignal,
) => Promise<{ readonly succeeded: number; readonly failed: number }>;

export interface SchedulerOptions {
  readonly schedules: readonly Schedule[];
  readonly ticker: Ticker;
  readonly clock: Clock;
  readonly run: RunSchedule;
  readonly observe: ScheduleObserver;
  /** A schedule runs at every n-th of its ticks; 1 unless given. The run at start is the first. */
  readonly strideOf?: (schedule: Schedule) => number;
  /** Schedules whose run at start has to wait; `runNow` makes up for it. None unless given. */
  readonly holdsBack?: (schedule: Schedule) => boolean;
  /** Does the whole of a run, what is observed of it included, inside of something; as it is unless given. */
  readonly inRun?: (schedule: Schedule, work: () => Promise<void>) => Promise<void>;
}

export interface Scheduler {
  /** Starts one ticker per schedule, and a run of each at once unless it is held back. */
  start(): void;
  /**
   * Stops the tickers and aborts the runs. Resolves when every run has ended, at the latest after `graceMs`;
   * false when that was too short.
   */
  stop(graceMs: number): Promise<boolean>;
  /** Runs at once every schedule that has had no result yet, unless a run of it is going. */
  runMissing(): void;
  /** Runs a schedule at once, or once more when a run of it is going, because there is more to ask for now. */
  runNow(cron: string): void;
  /**
   * Goes on with other schedules. Those that stay keep their ticks and their run; those that are new start as at the
   * start, those that are gone end. `due` ones (six-field forms) have something new to ask: they run at once, or when the
   * run that is going has ended, for the reason `changed`.
   */
  replace(schedules: readonly Schedule[], due: ReadonlySet<string>): void;
  states(): readonly ScheduleState[];
}

interface Lane {
  schedule: Schedule;
  stopTicks?: () => void;
  ticks: number;
  abort?: AbortController;
  /** Runs again, for this reason, when the run that is going has ended. */
  again?: RunReason;
  readonly sinceMs: number;
  ended: Promise<void>;
  lastStartMs?: number;
  lastSuccessMs?: number;
  nextMs?: number;
}

export function createScheduler(options: SchedulerOptions): Scheduler {
  const { clock, observe } = options;
  let lanes: Lane[] = options.schedules.map((schedule) => newLane(schedule, clock.now()));
  let started = false;
  let stopped = false;

  const expectNext = (lane: Lane): void => {
    const [next] = occurrences(lane.schedule, clock.now());
    if (next !== undefined) lane.nextMs = next;
  };

  const begin = (lane: Lane, reason: RunReason): void => {
    if (stopped || !lanes.includes(lane)) return;
    const { schedule } = lane;
    expectNext(lane);
    if (reason === 'tick') {
      lane.ticks += 1;
      if (lane.ticks % (options.strideOf?.(schedule) ?? 1) !== 0) return;
    }
    if (lane.abort !== undefined) {
      observe({ kind: 'runSkipped', schedule });
      return;
    }
    lane.abort = new AbortController();
    lane.ended = runLane(lane, reason, lane.abort);
  };

  const runLane = async (lane: Lane, reason: RunReason, abort: AbortController): Promise<void> => {
    const work = (): Promise<void> => runOnce(lane, reason, abort);
    await (options.inRun === undefined ? work() : options.inRun(lane.schedule, work));
    const { again } = lane;
    if (again === undefined) return;
    delete lane.again;
    begin(lane, again);
  };

  const runOnce = async (lane: Lane, reason: RunReason, abort: AbortController): Promise<void> => {
    const { schedule } = lane;
    const startMs = clock.now();
    lane.lastStartMs = startMs;
    const cancel = clock.after(Math.min(schedule.periodMs, longestRunMs), () => abort.abort('period'));
    observe({ kind: 'runStarted', schedule, reason, nowMs: startMs });
    try {
      const { succeeded, failed } = await options.run(schedule, reason, abort.signal);
      if (abort.signal.reason !== 'shutdown') {
        const nowMs = clock.now();
        if (succeeded > 0) lane.lastSuccessMs = nowMs;
        observe({ kind: 'runFinished', schedule, nowMs, durationMs: nowMs - startMs, succeeded, failed });
      }
    } catch (error) {
      observe({ kind: 'runCrashed', schedule, error });
    } finally {
      cancel();
      delete lane.abort;
    }
  };

  const runAgain = (lane: Lane, reason: RunReason): void => {
    if (lane.abort === undefined) begin(lane, reason);
    // A run of everything asks for what is new, too.
    else if (lane.again !== 'start') lane.again = reason;
  };
  const startLane = (lane: Lane): void => {
    lane.stopTicks = options.ticker.start(lane.schedule, () => begin(lane, 'tick'));
    if (options.holdsBack?.(lane.schedule) !== true) begin(lane, 'start');
  };
  const rename = (lane: Lane, schedule: Schedule): void => {
    if (lane.schedule.text !== schedule.text) observe({ kind: 'ended', schedule: lane.schedule });
    lane.schedule = schedule;
  };
  const endLane = (lane: Lane): void => {
    lane.stopTicks?.();
    lane.abort?.abort('shutdown');
  };

  return {
    start() {
      started = true;
      for (const lane of lanes) startLane(lane);
    },
    replace(schedules, due) {
      const before = new Map(lanes.map((lane) => [lane.schedule.cron, lane]));
      const next = schedules.map((schedule) => before.get(schedule.cron) ?? newLane(schedule, clock.now()));
      const gone = lanes.filter((lane) => !next.includes(lane));
      lanes = next;
      for (const lane of gone) {
        endLane(lane);
        observe({ kind: 'ended', schedule: lane.schedule });
      }
      if (!started || stopped) return;
      for (const [index, lane] of next.entries()) {
        rename(lane, schedules[index] ?? lane.schedule);
        if (lane.stopTicks === undefined) startLane(lane);
        else if (due.has(lane.schedule.cron)) runAgain(lane, 'changed');
      }
    },
    async stop(graceMs) {
      stopped = true;
      for (const lane of lanes) endLane(lane);
      return endsWithin(
        lanes.map((lane) => lane.ended),
        graceMs,
        clock,
      );
    },
    runMissing() {
      for (const lane of lanes) if (lane.lastSuccessMs === undefined && lane.abort === undefined) begin(lane, 'start');
    },
    runNow(cron) {
      for (const lane of lanes) if (lane.schedule.cron === cron) runAgain(lane, 'start');
    },
    states: () => lanes.map(stateOf),
  };
}

async function endsWithin(work: readonly Promise<void>[], ms: number, clock: Clock): Promise<boolean> {
  let cancel: () => void = () => undefined;
  const late = new Promise<boolean>((resolve) => {
    cancel = clock.after(ms, () => resolve(false));
  });
  const inTime = await Promise.race([Promise.all(work).then(() => true), late]);
  cancel();
  return inTime;
}

function newLane(schedule: Schedule, sinceMs: number): Lane {
  return { schedule, sinceMs, ticks: 0, ended: Promise.resolve() };
}

function stateOf(lane: Lane): ScheduleState {
  const { schedule, sinceMs, lastStartMs, lastSuccessMs, nextMs } = lane;
  return {
    schedule,
    sinceMs,
    running: lane.abort !== undefined,
    ...(lastStartMs === undefined ? {} : { lastStartMs }),
    ...(lastSuccessMs === undefined ? {} : { lastSuccessMs }),
    ...(nextMs === undefined ? {} : { nextMs }),
  };
}

function occurrences(schedule: Schedule, fromMs: number): number[] {
  const parsed = parseCron(schedule.cron);
  return parsed.ok ? nextRuns(parsed.schedule, fromMs, 1) : [];
}

/**
 * Schedules that stand still: their tick was due more than `toleranceMs` ago and has not come. An empty list means
 * that the scheduler is alive, whatever Azure does.
 */
export function standingStill(states: readonly ScheduleState[], nowMs: number, toleranceMs: number): ScheduleState[] {
  return states.filter((state) => state.nextMs !== undefined && nowMs - state.nextMs > toleranceMs);
}
