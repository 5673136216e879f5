import { describe, expect, it } from 'vitest';
import { createSelfCheck } from '../../src/schedule/self-check.ts';
import { everyMinute } from '../fakes/declaration.ts';

const second = 1_000;

function setUp() {
  const time = { nowMs: 0 };
  const state = { schedule: everyMinute, sinceMs: 0, running: false, nextMs: 60 * second };
  const look = createSelfCheck({ clock: { now: () => time.nowMs }, states: () => [state], everyMs: 5 * second });
  return { time, state, look };
}

describe('the self-check', () => {
  it('tells how long the process stood still, once', () => {
    const { time, look } = setUp();
    time.nowMs = 15 * second;
    expect(look()).toEqual({ stopped: [], resumed: [] });
    time.nowMs = 45 * second;
    expect(look()).toEqual({ stoodStillMs: 25 * second, stopped: [], resumed: [] });
    time.nowMs = 50 * second;
    expect(look()).toEqual({ stopped: [], resumed: [] });
  });

  it('tells when ticks stop coming, and when they come again', () => {
    const { time, state, look } = setUp();
    const at = (ms: number) => {
      for (; time.nowMs < ms - 5 * second; time.nowMs += 5 * second) look();
      time.nowMs = ms;
      return look();
    };
    expect(at(150 * second)).toEqual({ stopped: [], resumed: [] });
    expect(at(155 * second)).toEqual({ stopped: [state], resumed: [] });
    expect(at(160 * second)).toEqual({ stopped: [], resumed: [] });
    state.nextMs = 180 * second;
    expect(at(165 * second)).toEqual({ stopped: [], resumed: [state] });
  });
});
