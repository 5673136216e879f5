import { describe, expect, it } from 'vitest';
import { createQuota, type QuotaOptions, type Simulation, simulate } from './simulated-quota.ts';

const minuteMs = 60_000;

function offer(simulation: Simulation, options: QuotaOptions, calls: number): ReturnType<typeof createQuota> {
  const quota = createQuota(simulation.clock, options);
  for (let call = 0; call < calls; call += 1) simulation.send(quota);
  return quota;
}

describe('pace against a quota of 250 calls and 25 a second', () => {
  it.each([
    ['all at once', 0],
    ['spread evenly', 5 * minuteMs],
  ])('7,000 calls in five minutes, %s: at most one in a thousand is throttled', async (_name, overMs) => {
    const simulation = simulate();
    if (overMs > 0) simulation.spread(createQuota(simulation.clock), 7_000, overMs);
    else offer(simulation, {}, 7_000);
    await simulation.clock.advance(5 * minuteMs);
    const { answered, throttled } = simulation.tally();
    expect(answered).toBeGreaterThan(6_980);
    expect(throttled).toBeLessThanOrEqual(7);
  });

  it('10,000 calls in five minutes: at least 95% of what the quota gives', async () => {
    const simulation = simulate();
    offer(simulation, {}, 10_000);
    await simulation.clock.advance(5 * minuteMs);
    const { answered, throttled } = simulation.tally();
    expect(answered - throttled).toBeGreaterThanOrEqual(0.95 * (250 + 25 * 300));
    expect(throttled / answered).toBeLessThanOrEqual(0.001);
  });

  it.each<[string, QuotaOptions, 'even' | 'uneven']>([
    ['evenly', {}, 'even'],
    ['in fits and starts', {}, 'uneven'],
    ['evenly, and no header tells', { header: false }, 'even'],
    ['evenly, and the quota is used up at the start', { left: 0 }, 'even'],
  ])('a second client takes half, %s: after a minute under 1% are throttled, and the rest is used', async (...row) => {
    const [, options, manner] = row;
    const simulation = simulate();
    const quota = offer(simulation, options, 6_000);
    simulation.other(quota, 12.5, manner);
    await simulation.clock.advance(minuteMs);
    simulation.tally();
    await simulation.clock.advance(5 * minuteMs);
    const { answered, throttled } = simulation.tally();
    expect(throttled / answered).toBeLessThan(0.01);
    expect(answered).toBeGreaterThan(0.85 * 12.5 * 300);
  });

  it('learns how fast the second client takes, and keeps clear of it', async () => {
    const simulation = simulate();
    const quota = offer(simulation, {}, 4_000);
    simulation.other(quota, 12.5, 'even');
    await simulation.clock.advance(2 * minuteMs);
    const [state] = simulation.pace.state();
    expect(state?.ratePerSecond).toBeGreaterThan(11.5);
    expect(state?.ratePerSecond).toBeLessThan(13.5);
    expect(state?.remaining).toBeGreaterThan(6);
  });

  it('finds the pace of a quota that gives less than configured', async () => {
    const simulation = simulate();
    offer(simulation, { perSecond: 10, burst: 100 }, 5_000);
    await simulation.clock.advance(minuteMs);
    simulation.tally();
    await simulation.clock.advance(5 * minuteMs);
    const { answered, throttled } = simulation.tally();
    expect(throttled / answered).toBeLessThan(0.01);
    expect(answered).toBeGreaterThan(0.85 * 10 * 300);
  });

  it('uses the whole quota again when the second client stops', async () => {
    const simulation = simulate();
    const quota = offer(simulation, {}, 9_000);
    simulation.other(quota, 12.5, 'even', 2 * minuteMs);
    await simulation.clock.advance(3 * minuteMs);
    simulation.tally();
    await simulation.clock.advance(minuteMs);
    expect(simulation.tally().answered).toBeGreaterThan(0.95 * 25 * 60);
  });

  it('is not misled by several instances of the resource manager that count apart', async () => {
    const simulation = simulate();
    const instances = [createQuota(simulation.clock), createQuota(simulation.clock, { left: 60 })];
    for (let call = 0; call < 9_000; call += 1) {
      const quota = instances[(call * 7) % 3 === 0 ? 1 : 0];
      if (quota !== undefined) simulation.send(quota);
    }
    await simulation.clock.advance(minuteMs / 2);
    expect(simulation.tally().throttled).toBeLessThan(30);
    await simulation.clock.advance(4 * minuteMs);
    const { answered, throttled } = simulation.tally();
    expect(throttled / answered).toBeLessThanOrEqual(0.001);
    expect(answered).toBeGreaterThan(0.9 * 25 * 240);
  });

  it('finds out with a few calls that the quota was used up before it started', async () => {
    const simulation = simulate();
    offer(simulation, { left: 0 }, 2_000);
    await simulation.clock.advance(minuteMs);
    expect(simulation.tally().throttled).toBeLessThanOrEqual(25);
  });

  it('two subscriptions never slow each other', async () => {
    const simulation = simulate();
    const busy = createQuota(simulation.clock, { left: 0, perSecond: 1 });
    const idle = createQuota(simulation.clock);
    for (let call = 0; call < 2_000; call += 1) simulation.send(busy, { subscriptionId: 'busy' });
    simulation.clock.after(10_000, () => {
      for (let call = 0; call < 200; call += 1) simulation.send(idle, { subscriptionId: 'idle' });
    });
    await simulation.clock.advance(10_000);
    const before = simulation.tally();
    expect(before.answered).toBeGreaterThan(0);
    await simulation.clock.advance(400);
    expect(simulation.tally().answered).toBeGreaterThanOrEqual(200);
    const rates = new Map(simulation.pace.state().map((one) => [one.subscription, one]));
    expect(rates.get('idle')).toMatchObject({ ratePerSecond: 25, waiting: 0 });
    expect(rates.get('busy')?.waiting).toBeGreaterThan(1_000);
  });
});
