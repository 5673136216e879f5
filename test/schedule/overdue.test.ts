import { describe, expect, it } from 'vitest';
import type { Schedule } from '../../src/core/schedule.ts';
import { overdue } from '../../src/schedule/overdue.ts';
import { everyMinute } from '../fakes/declaration.ts';

const second = 1_000;
const minute = 60 * second;
// A Friday.
const startMs = new Date(2026, 0, 2, 12, 0, 0).getTime();

function late(schedule: Schedule, afterMs: number, stride = 1, lastSuccessMs: number | undefined = startMs): boolean {
  const state = {
    schedule,
    sinceMs: startMs,
    running: false,
    ...(lastSuccessMs === undefined ? {} : { lastSuccessMs }),
  };
  return overdue([state], { nowMs: startMs + afterMs, strideOf: () => stride }).length > 0;
}

describe('a result is overdue', () => {
  it('after two periods without one', () => {
    expect(late(everyMinute, 2 * minute)).toBe(false);
    expect(late(everyMinute, 2 * minute + 1)).toBe(true);
  });

  it('counted from when the schedule came when there never was one', () => {
    expect(late(everyMinute, 2 * minute, 1, undefined)).toBe(false);
    expect(late(everyMinute, 2 * minute + 1, 1, undefined)).toBe(true);
  });

  it('after 90 s at the earliest', () => {
    const everyTen = { text: '*/10 * * * * *', cron: '*/10 * * * * *', periodMs: 10 * second };
    expect(late(everyTen, 90 * second)).toBe(false);
    expect(late(everyTen, 90 * second + 1)).toBe(true);
  });

  it('by the runs that a call budget leaves', () => {
    expect(late(everyMinute, 10 * minute, 5)).toBe(false);
    expect(late(everyMinute, 10 * minute + 1, 5)).toBe(true);
  });

  it('never while none was due, as over a weekend', () => {
    const working = { text: '0 9-17 * * 1-5', cron: '0 0 9-17 * * 1-5', periodMs: 60 * minute };
    const [lastRun, monday] = [5 * 60 * minute, (2 * 24 + 21) * 60 * minute];
    const last = startMs + lastRun;
    expect(late(working, monday + 59 * minute, 1, last)).toBe(false);
    expect(late(working, monday + 60 * minute, 1, last)).toBe(true);
  });
});
