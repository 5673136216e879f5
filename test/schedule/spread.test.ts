import { describe, expect, it } from 'vitest';
import { startDelays } from '../../src/schedule/spread.ts';

const minute = 60_000;
const ids = (count: number): string[] => Array.from({ length: count }, (_, index) => `single-${index}`);

describe('startDelays', () => {
  it.each([
    [minute, 3000],
    [10_000, 500],
  ])('keep few calls of a period of %i ms within a jitter of %i ms', (periodMs, bound) => {
    const delays = startDelays(ids(20), periodMs, 25);
    expect(delays).toEqual(startDelays(ids(20), periodMs, 25));
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...delays)).toBeLessThan(Math.max(bound, 1000));
  });

  it('spread many calls over as long as the pace needs', () => {
    const delays = startDelays(ids(1000), 5 * minute, 25);
    expect(Math.max(...delays)).toBeGreaterThan(45_000);
    expect(Math.max(...delays)).toBeLessThanOrEqual(50_000);
    const perSecond = Map.groupBy(delays, (ms) => Math.floor(ms / 1000));
    expect(Math.max(...[...perSecond.values()].map((list) => list.length))).toBeLessThan(60);
  });

  it('never spread over more than half the period', () => {
    expect(Math.max(...startDelays(ids(100_000), minute, 25))).toBeLessThanOrEqual(minute / 2);
  });
});
