import { describe, expect, it } from 'vitest';
import type { BucketTurn } from '../../src/azure/bucket.ts';
import { createWindow } from '../../src/azure/window.ts';
import { createFakeClock } from '../fakes/clock.ts';

const never = new AbortController().signal;

function fixture() {
  const clock = createFakeClock();
  const window = createWindow({ count: 3, windowMs: 5_000 }, clock);
  const turns: (BucketTurn | undefined)[] = [];
  const ask = (count: number, signal = never): void => {
    for (let index = 0; index < count; index += 1) void window.take('a', signal).then((turn) => turns.push(turn));
  };
  const at = async (ms: number): Promise<number> => {
    await clock.advance(ms);
    return turns.length;
  };
  return { clock, window, turns, ask, at };
}

describe('a window', () => {
  it('lets out as many calls as it allows, then waits for its end', async () => {
    const { turns, ask, at, clock } = fixture();
    ask(7);
    expect([await at(0), await at(4_999), await at(1), await at(4_999), await at(1)]).toEqual([3, 3, 6, 6, 7]);
    expect(turns.map((turn) => turn?.waitedMs)).toEqual([0, 0, 0, 5_000, 5_000, 5_000, 10_000]);
    expect(clock.pending()).toBe(0);
  });

  it('believes the answer about what remains and when the window ends', async () => {
    const { turns, ask, at } = fixture();
    ask(1);
    await at(0);
    turns[0]?.answered({ remaining: 1, resetsAfterMs: 2_000 });
    ask(3);
    expect([await at(0), await at(1_999), await at(1)]).toEqual([2, 2, 4]);
  });

  it('does not count calls twice that left before the answer came', async () => {
    const { turns, ask, at } = fixture();
    ask(2);
    await at(0);
    // Somebody else has used one; what is left is under way already.
    turns[0]?.answered({ remaining: 1 });
    ask(1);
    expect(await at(0)).toBe(2);
  });

  it('does not believe an answer about a window that is over', async () => {
    const { turns, ask, at } = fixture();
    ask(1);
    await at(6_000);
    turns[0]?.answered({ remaining: 0, resetsAfterMs: 5_000 });
    ask(3);
    expect(await at(0)).toBe(4);
  });

  it.each([
    ['for as long as Azure asks', { retryAfterMs: 60_000 }, undefined, 60_000],
    ['until the window ends', {}, 7_000, 7_000],
    ['for a window when nothing is said', {}, undefined, 5_000],
    ['for an hour at most', { retryAfterMs: 100_000_000 }, undefined, 3_600_000],
  ])('stops after a refusal %s', async (_, wait, resetsAfterMs, expectedMs) => {
    const { turns, ask, at, window, clock } = fixture();
    ask(1);
    await at(0);
    turns[0]?.answered({
      throttle: { whole: true, ...wait },
      ...(resetsAfterMs === undefined ? {} : { resetsAfterMs }),
    });
    expect(window.state()).toEqual({
      tokens: 0,
      ratePerSecond: 0.6,
      waiting: 0,
      blockedUntilMs: clock.now() + expectedMs,
    });
    ask(1);
    expect([await at(expectedMs - 1), await at(1)]).toEqual([1, 2]);
  });

  it('takes back what was not used, and lets those go who no longer want to wait', async () => {
    const { turns, ask, at, window } = fixture();
    const run = new AbortController();
    ask(3);
    ask(1, run.signal);
    await at(0);
    turns[0]?.giveBack();
    expect(await at(0)).toBe(4);
    ask(1, run.signal);
    run.abort();
    expect(await at(0)).toBe(5);
    expect(turns[4]).toBeUndefined();
    expect(window.state().waiting).toBe(0);
  });
});
