import { describe, expect, it } from 'vitest';
import type { Schedule } from '../../src/core/schedule.ts';
import type { RunReason, ScheduleEvent, Ticker } from '../../src/schedule/ports.ts';
import { createScheduler, standingStill } from '../../src/schedule/scheduler.ts';
import { createFakeClock } from '../fakes/clock.ts';
import { everyMinute } from '../fakes/declaration.ts';

const minute = 60_000;
const everyFive: Schedule = { text: '*/5 * * * *', cron: '0 */5 * * * *', periodMs: 5 * minute };

interface Run {
  readonly schedule: Schedule;
  readonly reason: RunReason;
  readonly signal: AbortSignal;
  finish(succeeded?: number, failed?: number): void;
  crash(error: Error): void;
}

function setUp(schedules: readonly Schedule[], heldBack: readonly Schedule[] = []) {
  const clock = createFakeClock();
  const runs: Run[] = [];
  const events: ScheduleEvent[] = [];
  const ticks = new Map<string, { tick: () => void; stopped: boolean }>();
  const ticker: Ticker = {
    start(schedule, tick) {
      const entry = { tick, stopped: false };
      ticks.set(schedule.text, entry);
      return () => {
        entry.stopped = true;
      };
    },
  };
  const scheduler = createScheduler({
    schedules,
    ticker,
    clock,
    holdsBack: (schedule) => heldBack.includes(schedule),
    observe: (event) => events.push(event),
    run: (schedule, reason, signal) =>
      new Promise((resolve, reject) => {
        runs.push({
          schedule,
          reason,
          signal,
          finish: (succeeded = 1, failed = 0) => resolve({ succeeded, failed }),
          crash: reject,
        });
      }),
  });
  const tick = (schedule: Schedule): void => ticks.get(schedule.text)?.tick();
  return { clock, runs, events, ticks, tick, scheduler };
}

describe('the scheduler', () => {
  it('has one ticker per schedule and runs each at once', () => {
    const { scheduler, runs, ticks } = setUp([everyMinute, everyFive]);
    scheduler.start();
    expect([...ticks.keys()]).toEqual(['* * * * *', '*/5 * * * *']);
    expect(runs.map(({ schedule, reason }) => [schedule.text, reason])).toEqual([
      ['* * * * *', 'start'],
      ['*/5 * * * *', 'start'],
    ]);
  });

  it('holds a schedule back until there is something to ask for, but not its ticks', () => {
    const { scheduler, runs, tick } = setUp([everyMinute, everyFive], [everyFive]);
    scheduler.start();
    expect(runs.map(({ schedule }) => schedule.text)).toEqual(['* * * * *']);
    scheduler.runNow(everyFive.cron);
    expect(runs.map(({ schedule, reason }) => `${schedule.text} ${reason}`)).toEqual([
      '* * * * * start',
      '*/5 * * * * start',
    ]);
    const later = setUp([everyFive], [everyFive]);
    later.scheduler.start();
    tick(everyFive);
    later.tick(everyFive);
    expect(later.runs.map(({ reason }) => reason)).toEqual(['tick']);
  });

  it('runs once more after the run that is going, however often it is asked to meanwhile', async () => {
    const { scheduler, runs, events, clock } = setUp([everyMinute]);
    scheduler.start();
    scheduler.runNow(everyMinute.cron);
    scheduler.runNow(everyMinute.cron);
    expect(runs).toHaveLength(1);
    runs[0]?.finish();
    await clock.advance(0);
    expect(runs).toHaveLength(2);
    runs[1]?.finish();
    await clock.advance(0);
    expect(runs).toHaveLength(2);
    expect(events.filter(({ kind }) => kind === 'runSkipped')).toEqual([]);
    scheduler.runNow(everyMinute.cron);
    scheduler.runNow(everyMinute.cron);
    void scheduler.stop(0);
    runs[2]?.finish();
    await clock.advance(0);
    expect(runs).toHaveLength(3);
  });

  it('skips and counts a tick while the run before is going, and only of that schedule', async () => {
    const { scheduler, runs, events, tick, clock } = setUp([everyMinute, everyFive]);
    scheduler.start();
    runs[1]?.finish();
    await clock.advance(1000);
    tick(everyMinute);
    tick(everyFive);
    expect(runs).toHaveLength(3);
    expect(events.filter(({ kind }) => kind === 'runSkipped')).toEqual([{ kind: 'runSkipped', schedule: everyMinute }]);
  });

  it('cuts a run off after its period', async () => {
    const { scheduler, runs, clock } = setUp([everyMinute]);
    scheduler.start();
    await clock.advance(minute - 1);
    expect(runs[0]?.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(runs[0]?.signal.reason).toBe('period');
  });

  it('tells duration and outcome of a run, and remembers the last one with a result', async () => {
    const { scheduler, runs, events, clock, tick } = setUp([everyMinute]);
    scheduler.start();
    await clock.advance(2000);
    runs[0]?.finish(0, 3);
    await clock.advance(0);
    expect(events.at(-1)).toMatchObject({ kind: 'runFinished', durationMs: 2000, succeeded: 0, failed: 3 });
    expect(scheduler.states()[0]?.lastSuccessMs).toBeUndefined();
    tick(everyMinute);
    runs[1]?.finish(1);
    await clock.advance(0);
    expect(scheduler.states()[0]?.lastSuccessMs).toBe(clock.now());
  });

  it('survives a run that throws', async () => {
    const { scheduler, runs, events, clock, tick } = setUp([everyMinute]);
    scheduler.start();
    runs[0]?.crash(new Error('defect'));
    await clock.advance(0);
    expect(events.at(-1)).toMatchObject({ kind: 'runCrashed' });
    tick(everyMinute);
    expect(runs).toHaveLength(2);
  });

  it('stops tickers, aborts runs, waits for them, and starts nothing more', async () => {
    const { scheduler, runs, ticks, tick, clock } = setUp([everyMinute]);
    scheduler.start();
    const stopped = scheduler.stop(3000);
    expect(ticks.get('* * * * *')?.stopped).toBe(true);
    expect(runs[0]?.signal.reason).toBe('shutdown');
    runs[0]?.finish();
    await clock.advance(0);
    expect(await stopped).toBe(true);
    tick(everyMinute);
    expect(runs).toHaveLength(1);
    expect(clock.pending()).toBe(0);
  });

  it('gives up on a run that does not end within the grace period', async () => {
    const { scheduler, clock } = setUp([everyMinute]);
    scheduler.start();
    const stopped = scheduler.stop(3000);
    await clock.advance(3000);
    expect(await stopped).toBe(false);
  });

  it('runs what has had no result on demand, and nothing else', async () => {
    const { scheduler, runs, clock } = setUp([everyMinute, everyFive]);
    scheduler.start();
    scheduler.runMissing();
    expect(runs).toHaveLength(2);
    runs[0]?.finish(0, 1);
    runs[1]?.finish(1);
    await clock.advance(0);
    scheduler.runMissing();
    expect(runs.map(({ schedule }) => schedule.text)).toEqual(['* * * * *', '*/5 * * * *', '* * * * *']);
  });

  it('stands still when a tick is long overdue, and no longer once it comes', async () => {
    const { scheduler, tick, clock } = setUp([everyMinute]);
    scheduler.start();
    await clock.advance(2 * minute);
    expect(standingStill(scheduler.states(), clock.now(), 90_000)).toHaveLength(0);
    await clock.advance(minute);
    expect(standingStill(scheduler.states(), clock.now(), 90_000)).toHaveLength(1);
    tick(everyMinute);
    expect(standingStill(scheduler.states(), clock.now(), 90_000)).toHaveLength(0);
  });
});

describe('other schedules', () => {
  const hourly: Schedule = { text: '0 * * * *', cron: '0 0 * * * *', periodMs: 60 * minute };

  it('start as at the start; those that stay keep ticks, run and history; those that are gone end', async () => {
    const { scheduler, runs, ticks, tick } = setUp([everyMinute, everyFive]);
    scheduler.start();
    runs[0]?.finish();
    await Promise.resolve();
    await Promise.resolve();
    const [kept] = scheduler.states();
    scheduler.replace([everyMinute, hourly], new Set());
    expect(runs.map(({ schedule, reason, signal }) => [schedule.text, reason, signal.reason])).toEqual([
      ['* * * * *', 'start', undefined],
      ['*/5 * * * *', 'start', 'shutdown'],
      ['0 * * * *', 'start', undefined],
    ]);
    expect([...ticks].map(([text, { stopped }]) => [text, stopped])).toEqual([
      ['* * * * *', false],
      ['*/5 * * * *', true],
      ['0 * * * *', false],
    ]);
    expect(scheduler.states()[0]).toEqual(kept);
    tick(everyFive);
    tick(everyMinute);
    expect(runs).toHaveLength(4);
  });

  it('that have something new to ask run once more, after the run that is going', async () => {
    const { scheduler, runs, events } = setUp([everyMinute]);
    scheduler.start();
    scheduler.replace([{ ...everyMinute, text: '*/1 * * * *' }], new Set([everyMinute.cron]));
    expect(runs).toHaveLength(1);
    expect(runs[0]?.signal.aborted).toBe(false);
    runs[0]?.finish();
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
    expect(runs.map(({ schedule, reason }) => [schedule.text, reason])).toEqual([
      ['* * * * *', 'start'],
      ['*/1 * * * *', 'changed'],
    ]);
    expect(events.filter(({ kind }) => kind === 'ended' || kind === 'runFinished')).toMatchObject([
      { kind: 'ended', schedule: everyMinute },
      { kind: 'runFinished' },
    ]);
    expect(scheduler.states().map(({ schedule }) => schedule.text)).toEqual(['*/1 * * * *']);
  });

  it('that are replaced before the start begin with it', () => {
    const { scheduler, runs } = setUp([everyMinute]);
    scheduler.replace([everyFive], new Set());
    expect(runs).toEqual([]);
    scheduler.start();
    expect(runs.map(({ schedule }) => schedule.text)).toEqual(['*/5 * * * *']);
  });
});
