import { describe, expect, it } from 'vitest';
import { backoff } from '../../../src/sinks/feed/backoff.ts';

describe('the wait before the next attempt', () => {
  it('doubles from a second to a minute, half of it by chance', () => {
    expect([1, 2, 3, 6, 7, 100].map((attempt) => backoff(attempt, 0))).toEqual([
      500, 1_000, 2_000, 16_000, 30_000, 30_000,
    ]);
    expect([1, 7].map((attempt) => backoff(attempt, 1))).toEqual([1_000, 60_000]);
  });

  it('is what the receiver asks for and up to a tenth more, a quarter of an hour at most', () => {
    expect(backoff(5, 0, 7_000)).toBe(7_000);
    expect(backoff(1, 0.5, 10_000)).toBe(10_500);
    expect(backoff(1, 0, 86_400_000)).toBe(900_000);
  });
});
