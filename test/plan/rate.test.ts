import { describe, expect, it } from 'vitest';
import { parseCron } from '../../src/core/cron.ts';
import { runsPerHour } from '../../src/plan/rate.ts';

function rateOf(text: string): number {
  const parsed = parseCron(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  return runsPerHour({ text, cron: parsed.cron, periodMs: 60_000 });
}

describe('runsPerHour', () => {
  it.each([
    ['* * * * *', 60],
    ['* * * * * *', 3600],
    ['*/5 * * * *', 12],
    ['*/7 * * * *', 9],
    ['0,1 8 * * *', 2 / 24],
    ['0 8-17 * * MON-FRI', 50 / 168],
    ['0 0 * * 0', 1 / 168],
  ])('%s runs %d times', (text, expected) => {
    expect(rateOf(text)).toBeCloseTo(expected, 12);
  });

  it('counts four years where a schedule chooses days of the month or months', () => {
    expect(rateOf('0 0 1 * *')).toBeCloseTo(48 / (1461 * 24), 12);
    expect(rateOf('0 0 * 2 *')).toBeCloseTo(113 / (1461 * 24), 12);
    expect(rateOf('0 0 29 2 *')).toBeCloseTo(1 / (1461 * 24), 12);
    expect(rateOf('*/10 6 L * ?')).toBeCloseTo((48 * 6) / (1461 * 24), 12);
    expect(rateOf('0 12 ? * 2#1')).toBeCloseTo(48 / (1461 * 24), 12);
  });

  it('refuses a schedule that was never validated', () => {
    expect(() => runsPerHour({ text: 'soon', cron: 'soon', periodMs: 1 })).toThrow('soon');
  });
});
