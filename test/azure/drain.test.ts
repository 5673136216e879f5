import { describe, expect, it } from 'vitest';
import { createDrain } from '../../src/azure/drain.ts';

/** Readings each second of a quota of 100 calls and 10 a second: what remains, while we make `rate` calls a second. */
function readings(seconds: number, remaining: (second: number) => number, rate = 1) {
  const drain = createDrain(10, 100);
  for (let second = 0; second < seconds; second += 1) {
    drain.note({ nowMs: second * 1_000, remaining: Math.round(remaining(second)), spent: rate * second });
  }
  return drain;
}

describe('what others take', () => {
  it('is nothing while what should remain remains', () => {
    expect(readings(60, (second) => Math.min(100, 20 + 9 * second)).perSecond()).toBe(0);
    expect(readings(60, () => 100).perSecond()).toBe(0);
    expect(createDrain(10, 100).perSecond()).toBe(0);
  });

  it('is the gap between what should remain and what does', () => {
    expect(readings(90, () => 50).perSecond()).toBeCloseTo(9, 0);
    expect(readings(90, (second) => 80 - second / 2).perSecond()).toBeCloseTo(9.5, 0);
    expect(readings(90, (second) => 10 + second / 2).perSecond()).toBeCloseTo(8.5, 0);
  });

  it('is at most the whole quota', () => {
    expect(readings(400, (second) => 5_000 - 100 * second).perSecond()).toBeLessThanOrEqual(10);
  });

  it('is forgotten when they stop', () => {
    const gone = (second: number): number => (second < 60 ? 20 : Math.min(100, 20 + 9 * (second - 60)));
    expect(readings(60, gone).perSecond()).toBeGreaterThan(8);
    expect(readings(160, gone).perSecond()).toBe(0);
  });

  it('is not made up of jumps between instances that count apart', () => {
    // We use up the whole refill, so that without others either instance would stay where it is.
    const jumping = readings(200, (second) => (second % 10 < 5 ? 70 : 30), 10);
    expect(jumping.perSecond()).toBeLessThan(2);
  });

  it('is unknown under the hourly scheme of older clouds', () => {
    expect(readings(60, (second) => 11_999 - 5 * second).perSecond()).toBe(0);
  });
});
