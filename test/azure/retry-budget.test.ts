import { describe, expect, it } from 'vitest';
import { createRetryBudget, type RetryBudget } from '../../src/azure/retry-budget.ts';
import { createFakeClock } from '../fakes/clock.ts';

function spend(budget: RetryBudget): number {
  let retries = 0;
  while (budget.retry()) retries += 1;
  return retries;
}

describe('retry budget', () => {
  it('gives ten retries a minute to a host that is hardly called', () => {
    const budget = createRetryBudget(createFakeClock());
    expect(spend(budget)).toBe(10);
    budget.call();
    expect(budget.retry()).toBe(false);
  });

  it('gives a fifth of the calls to a busy host', () => {
    const budget = createRetryBudget(createFakeClock());
    for (let call = 0; call < 1_000; call += 1) budget.call();
    expect(spend(budget)).toBe(200);
    for (let call = 0; call < 5; call += 1) budget.call();
    expect(spend(budget)).toBe(1);
  });

  it('forgets calls and retries after a minute', async () => {
    const clock = createFakeClock();
    const budget = createRetryBudget(clock);
    for (let call = 0; call < 1_000; call += 1) budget.call();
    expect(spend(budget)).toBe(200);
    await clock.advance(30_000);
    expect(spend(budget)).toBe(0);
    await clock.advance(30_000);
    expect(spend(budget)).toBe(10);
    await clock.advance(600_000);
    expect(spend(budget)).toBe(10);
  });

  it('keeps an outage from multiplying the load: three attempts of each call become 1.2', async () => {
    const clock = createFakeClock();
    const budget = createRetryBudget(clock);
    let attempts = 0;
    for (let second = 0; second < 600; second += 1) {
      for (let call = 0; call < 20; call += 1) {
        budget.call();
        attempts += 1;
        for (let retry = 0; retry < 2 && budget.retry(); retry += 1) attempts += 1;
      }
      await clock.advance(1_000);
    }
    expect(attempts / 12_000).toBeGreaterThan(1.1);
    expect(attempts / 12_000).toBeLessThanOrEqual(1.21);
  });
});
