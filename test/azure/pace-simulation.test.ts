import { describe, expect, it } from 'vitest';
import { createQuota, simulate } from './simulated-quota.ts';

const minuteMs = 60_000;

describe('pace against a quota of 250 calls and 25 a second', () => {
  it.each([
    ['all at once', 0],
    ['spread evenly', 5 * minuteMs],
  ])('7,000 calls in five minutes, %s: at most 0.1%% are throttled', async (_name, overMs) => {
    const simulation = simulate();
    const quota = createQuota(simulation.clock);
    if (overMs > 0) simulation.spread(quota, 7_000, overMs);
    else for (let call = 0; call < 7_000; call += 1) simulation.send(quota);
    await simulation.clock.advance(5 * minuteMs);
    const { answered, throttled } = simulation.tally();
    expect(answered).toBeGreaterThan(6_980);
    expect(throttled).toBeLessThanOrEqual(7);
  });

  it('10,000 calls in five minutes: at least 95% of what the quota gives', async () => {
    const simulation = simulate();
    const quota = createQuota(simulation.clock);
    for (let call = 0; call < 10_000; call += 1) simulation.send(quota);
    await simulation.clock.advance(5 * minuteMs);
    const { answered, throttled } = simulation.tally();
    expect(answered - throttled).toBeGreaterThanOrEqual(0.95 * (250 + 25 * 300));
    expect(throttled / answered).toBeLessThanOrEqual(0.001);
  });

  it.each([true, false])(
    'a second client takes half (header: %s): after a minute under 1%% are throttled',
    async (header) => {
      const simulation = simulate();
      const quota = createQuota(simulation.clock, { header });
      simulation.other(quota, 12.5);
      for (let call = 0; call < 9_500; call += 1) simulation.send(quota);
      await simulation.clock.advance(minuteMs);
      simulation.tally();
      await simulation.clock.advance(10 * minuteMs);
      const { answered, throttled } = simulation.tally();
      console.log(header, answered, throttled, simulation.pace.state());
      expect(throttled / answered).toBeLessThan(0.01);
      expect(answered).toBeGreaterThan(0.75 * 12.5 * 600);
    },
  );
});
