import { describe, expect, it } from 'vitest';
import { type DataMemory, lookback, maxAge, remember } from '../../src/scrape/freshness.ts';

const minute = 60_000;
const hour = 60 * minute;
const intervalMs = 5 * minute;
const start = Date.UTC(2026, 0, 1, 12);
const query = (nowMs: number): { intervalMs: number; historyMs: number; nowMs: number } => ({
  intervalMs,
  historyMs: 12 * hour,
  nowMs,
});

function sight(nowMs: number, ageMs: number | undefined, more: { continuous?: boolean; searched?: boolean } = {}) {
  const newest = ageMs === undefined ? {} : { newest: { endMs: nowMs - ageMs, continuous: more.continuous ?? true } };
  return { nowMs, intervalMs, searched: more.searched ?? false, ...newest };
}

describe('remember', () => {
  it('learns the lag of data that runs on', () => {
    const memory = remember(undefined, sight(start, minute));
    expect(memory).toEqual({ newestEndMs: start - minute, seenMs: start, lag: { ms: minute, provisional: false } });
  });

  it('believes an hour of lag that a search found when the data ran on until there', () => {
    const memory = remember(undefined, sight(start, hour, { searched: true }));
    expect(memory.lag).toEqual({ ms: hour, provisional: true });
    expect(lookback(memory, 0, query(start + minute))).toEqual({ ms: 15 * minute + hour, search: false });
  });

  it('confirms the lag when the data moves on', () => {
    const first = remember(undefined, sight(start, hour, { searched: true }));
    expect(remember(first, sight(start + minute, hour))).toBe(first);
    const second = remember(first, sight(start + 5 * minute, hour));
    expect(second.lag).toEqual({ ms: hour, provisional: false });
  });

  it('does not take the shifted bucket of a trailing window for news', () => {
    const first = remember(undefined, sight(start, 4 * hour, { searched: true }));
    expect(remember(first, sight(start + 7 * minute, 4 * hour + 3 * minute)).lag).toBeUndefined();
  });

  it('withdraws the lag when the data stood still for a grain', () => {
    const first = remember(undefined, sight(start, 4 * hour, { searched: true }));
    const soon = remember(first, sight(start + 4 * minute, 4 * hour + 4 * minute));
    expect(soon.lag).toBeDefined();
    const later = remember(soon, sight(start + 7 * minute, 4 * hour + 7 * minute));
    expect(later.lag).toBeUndefined();
    expect(maxAge({ delayMs: 0, staleAfterMs: 0, noData: 'absent' }, intervalMs, later)).toBe(15 * minute);
  });

  it('never takes a lone old spike for lateness', () => {
    const memory = remember(undefined, sight(start, 4 * hour, { searched: true, continuous: false }));
    expect(memory.lag).toBeUndefined();
    expect(memory.search?.atMs).toBe(start + 15 * minute);
  });

  it('takes news that only a search could find for late, until it stands still', () => {
    const idle = remember(undefined, sight(start, undefined, { searched: true }));
    const at = start + 15 * minute;
    const found = remember(idle, sight(at, 40 * minute, { continuous: false, searched: true }));
    expect(found.lag).toEqual({ ms: 40 * minute, provisional: true });
    expect(remember(found, sight(at + 7 * minute, 47 * minute)).lag).toBeUndefined();
  });

  it('searches an idle item again after ever longer pauses, without an extra call', () => {
    let memory: DataMemory = remember(undefined, sight(start, undefined, { searched: true }));
    const pauses: number[] = [];
    let now = start;
    for (let round = 0; round < 7; round += 1) {
      const at = memory.search?.atMs ?? 0;
      pauses.push((at - now) / minute);
      expect(lookback(memory, 0, query(at - 1)).search).toBe(false);
      expect(lookback(memory, 0, query(at))).toEqual({ ms: 12 * hour, search: true });
      memory = remember(memory, sight(at, undefined, { searched: true }));
      now = at;
    }
    expect(pauses).toEqual([15, 30, 60, 120, 240, 360, 360]);
  });

  it('takes an idle item that comes back in the ordinary window as fresh', () => {
    const idle = remember(undefined, sight(start, undefined, { searched: true }));
    const back = remember(idle, sight(start + 3 * minute, 2 * minute, { continuous: false }));
    expect(back).toEqual({
      newestEndMs: start + minute,
      seenMs: start + 3 * minute,
      lag: { ms: 2 * minute, provisional: false },
    });
  });

  it('lets a fresh item that stops become idle after its greatest age', () => {
    const fresh = remember(undefined, sight(start, minute));
    expect(remember(fresh, sight(start + 13 * minute, undefined)).lag).toBeDefined();
    const idle = remember(fresh, sight(start + 15 * minute, undefined));
    expect(idle.lag).toBeUndefined();
    expect(idle.search).toBeDefined();
  });

  it('assumes the typical lag of its type for an item that was never asked', () => {
    expect(lookback(undefined, hour, query(start))).toEqual({ ms: 15 * minute + hour, search: false });
    expect(lookback(undefined, 24 * hour, query(start))).toEqual({ ms: 12 * hour, search: false });
  });
});

describe('maxAge', () => {
  const freshness = { delayMs: minute, staleAfterMs: 0, noData: 'absent' } as const;
  it.each([
    ['three grains', 10 * minute, undefined, 30 * minute],
    ['fifteen minutes', minute, undefined, 15 * minute],
    ['the lag and two grains', 5 * minute, { lag: { ms: hour, provisional: false } }, 70 * minute],
  ])('is the longest: %s', (_name, interval, memory, expected) => {
    expect(maxAge(freshness, interval, memory)).toBe(expected);
  });

  it('is as declared when declared', () => {
    expect(maxAge({ ...freshness, maxAgeMs: 1000 }, hour, undefined)).toBe(1000);
  });
});
