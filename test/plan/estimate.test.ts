import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyBudget } from '../../src/plan/budget.ts';
import { type EstimateOptions, estimatePlan, type PlanEstimate } from '../../src/plan/estimate.ts';
import { planScrape } from '../../src/plan/plan.ts';
import type { QueryGroup, ScrapePlan } from '../../src/plan/types.ts';
import { aDeclaration, aMetric, aResource } from '../fakes/declaration.ts';
import { aGroup, anyOrder, anyPlan, aPlan, evenRate, every, groupsOf } from './support/a-plan.ts';

const options: EstimateOptions = {
  runsPerHour: evenRate,
  rateLimit: { readsPerSecond: 25, burst: 250 },
  batchLimitPerHour: 360_000,
  pricing: { perThousandCalls: 0.01, freeCalls: 1_000_000, currency: 'USD' },
};

function estimate(groups: readonly QueryGroup[], changes: Partial<EstimateOptions> = {}): PlanEstimate {
  return estimatePlan(aPlan(groups), { ...options, ...changes });
}

describe('a group of the estimate', () => {
  it('tells all that a call asks for', () => {
    const group = aGroup({
      id: 'batch-1',
      mode: 'batch',
      region: 'westeurope',
      resources: ['two', 'one'],
      metrics: { namespace: 'Microsoft.Cache/Redis', metricNames: ['hits', 'misses'], filter: "ShardId eq '*'" },
    });
    const redis = 'subscriptions/s/resourceGroups/g/providers/Microsoft.Cache/Redis';
    expect(estimate([group]).groups).toEqual([
      {
        id: 'batch-1',
        mode: 'batch',
        schedule: '*/5 * * * *',
        subscription: 'sub-a',
        region: 'westeurope',
        namespace: 'Microsoft.Cache/Redis',
        metricNames: ['hits', 'misses'],
        aggregations: ['Total'],
        interval: 'PT5M',
        window: 'PT15M',
        filter: "ShardId eq '*'",
        limit: 10_000,
        resources: [`${redis}/one`, `${redis}/two`],
        callsPerRun: 1,
        why: 'for a test',
      },
    ]);
  });

  it.each([
    [60_000, 'PT1M', 'PT5M'],
    [120_000, 'PT2M', 'PT6M'],
    [3_600_000, 'PT1H', 'PT3H'],
    [86_400_000, 'P1D', 'P3D'],
  ])('with a grain of %d ms looks back as an ordinary query does', (intervalMs, interval, window) => {
    expect(estimate([aGroup({ metrics: { intervalMs } })]).groups[0]).toMatchObject({ interval, window });
  });

  it('holds a resource once that several entities share', () => {
    expect(estimate([aGroup({ resources: ['one', 'one'] })]).groups[0]?.resources).toHaveLength(1);
  });

  it('of a log query has the interval as its window, and of a storage queue no window at all', () => {
    const logs = aMetric({
      name: 'rows',
      resourceType: 'LogAnalytics',
      resources: [aResource({ workspaceId: 'w', workspaceName: 'logs' })],
    });
    const queue = aMetric({
      name: 'depth',
      resourceType: 'StorageQueue',
      resources: [aResource({ accountName: 'a', queueName: 'q' })],
    });
    const declaration = aDeclaration(
      { ...logs, query: { kind: 'logAnalytics', query: 'T | project result', intervalMs: 7_200_000 } },
      { ...queue, query: { kind: 'storageQueue', metricName: 'MessageCount' } },
    );
    const nothing = { namespace: null, aggregations: [], filter: null, limit: null, region: null };
    const { groups, totals } = estimatePlan(planScrape(declaration), { ...options, runsPerHour: () => 60 });
    expect(groups).toMatchObject([
      { mode: 'logs', ...nothing, metricNames: [], interval: 'PT2H', window: 'PT2H' },
      { mode: 'queue', ...nothing, metricNames: ['MessageCount'], interval: null, window: null },
    ]);
    expect(totals).toEqual({ callsPerRun: 2, callsPerHour: 120, callsPerDay: 2880, byApi: { logs: 1, queue: 1 } });
  });
});

describe('the cost', () => {
  const daily = { schedule: every(1), mode: 'batch', region: 'r' } as const;

  it('counts data-plane calls of 730 hours beyond the free ones', () => {
    // 50 calls a minute are 2,190,000 a month.
    const { cost } = estimate(groupsOf(50, daily));
    expect(cost).toMatchObject({ perMonth: 11.9, currency: 'USD' });
    expect(cost.assumption).toContain('0.01 USD per 1,000 data-plane (batch) calls after 1,000,000 free ones a month');
  });

  it('is nothing below the free calls, and for ARM', () => {
    expect(estimate(groupsOf(20, daily)).cost.perMonth).toBe(0);
    expect(estimate(groupsOf(5000, { ...daily, mode: 'single' })).cost.perMonth).toBe(0);
    expect(estimate(groupsOf(5000, { ...daily, mode: 'subscription' })).cost.perMonth).toBe(0);
  });

  it('leaves the free calls out of the assumption when there are none', () => {
    const pricing = { perThousandCalls: 2, freeCalls: 0, currency: 'EUR' };
    const { cost } = estimate(groupsOf(1, daily), { pricing });
    expect(cost.perMonth).toBe(87.6);
    expect(cost.assumption).toContain('2 EUR per 1,000 data-plane (batch) calls, 730 hours');
  });
});

describe('what batch mode would save', () => {
  it('is told when a second plan is given', () => {
    const batched = { plan: aPlan(groupsOf(3, { mode: 'batch', region: 'r' })), runsPerHour: evenRate };
    const { batching } = estimate(groupsOf(100), { inBatches: batched });
    expect(batching).toEqual({ callsPerHour: 36, perMonth: 0, saves: 1164 });
    expect(estimate(groupsOf(100))).not.toHaveProperty('batching');
  });
});

describe('the limits', () => {
  it('have a row per subscription, region and API', () => {
    const { quota } = estimate([
      ...groupsOf(10, { mode: 'single', subscriptionId: 'SUB-A' }),
      ...groupsOf(5, { mode: 'subscription', region: 'westeurope' }),
      ...groupsOf(3, { mode: 'batch', region: 'westeurope' }),
      ...groupsOf(6, { mode: 'batch', region: 'northeurope' }),
      ...groupsOf(1, { mode: 'single', subscriptionId: 'sub-b' }),
      ...groupsOf(9, { mode: 'logs' }),
    ]);
    expect(quota).toEqual([
      { subscription: 'sub-a', region: null, api: 'metrics', callsPerHour: 120, limitPerHour: 90_000, share: 0.001333 },
      {
        subscription: 'sub-a',
        region: null,
        api: 'subscription',
        callsPerHour: 60,
        limitPerHour: 90_000,
        share: 0.000667,
      },
      {
        subscription: 'sub-a',
        region: 'northeurope',
        api: 'batch',
        callsPerHour: 72,
        limitPerHour: 360_000,
        share: 0.0002,
      },
      {
        subscription: 'sub-a',
        region: 'westeurope',
        api: 'batch',
        callsPerHour: 36,
        limitPerHour: 360_000,
        share: 0.0001,
      },
      { subscription: 'sub-b', region: null, api: 'metrics', callsPerHour: 12, limitPerHour: 90_000, share: 0.000133 },
    ]);
  });

  const warningsAt = (calls: number, changes: Parameters<typeof aGroup>[0] = {}): readonly string[] =>
    estimate(groupsOf(calls, changes)).warnings;

  it('warn from four fifths on', () => {
    expect(warningsAt(6_000)).toEqual([]);
    expect(warningsAt(6_010)).toEqual([
      'The ARM reads of subscription sub-a come to 72,120 an hour, 80.1% of the 90,000 that are allowed. Little is left for retries and for other clients with the same identity. Use longer schedules, or let more metrics and resources share a call.',
    ]);
    expect(warningsAt(7_500)[0]).toContain('Little is left');
  });

  it('warn of what cannot be kept, how slow it gets, and what to do', () => {
    expect(warningsAt(10_000)).toEqual([
      'The ARM reads of subscription sub-a come to 120,000 an hour, 133% of the 90,000 that are allowed. Calls wait for their turn and runs are skipped, so that every metric is refreshed about 1.34 times as slowly as declared. Use batch mode (azureMonitor.integration.queryMode: batch), longer schedules, or fewer resources.',
    ]);
    expect(warningsAt(40_000, { mode: 'batch', region: 'westeurope' })).toEqual([
      'The data-plane calls in region westeurope of subscription sub-a come to 480,000 an hour, 133% of the 360,000 that are allowed. Calls wait for their turn and runs are skipped, so that every metric is refreshed about 1.34 times as slowly as declared. Use longer schedules or fewer resources, or spread the resources over several subscriptions.',
    ]);
  });

  it('add single and subscription-wide calls up, which share a bucket', () => {
    const both = [...groupsOf(4_000), ...groupsOf(4_000, { mode: 'subscription', region: 'r' })];
    expect(estimate(both).warnings).toHaveLength(1);
    expect(estimate(both).warnings[0]).toContain('come to 96,000 an hour, 107%');
  });

  it('do not add up different subscriptions', () => {
    expect(estimate([...groupsOf(4_000), ...groupsOf(4_000, { subscriptionId: 'sub-b' })]).warnings).toEqual([]);
  });

  it('warn of runs in clusters that do not fit between two of them', () => {
    const schedule = { text: '0,1 8 * * *', cron: '0 0,1 8 * * *', periodMs: 60_000 };
    const at = (calls: number) => estimate(groupsOf(calls, { schedule }), { runsPerHour: () => 2 / 24 }).warnings;
    expect(at(1_750)).toEqual([]);
    expect(at(2_000)).toEqual([
      'A run of schedule 0,1 8 * * * makes 2,000 ARM reads of subscription sub-a and takes 70 s at the allowed pace, longer than the 60 s to its next run, which is then skipped. Use batch mode or a schedule with more even distances.',
    ]);
  });
});

describe('the other warnings', () => {
  it('are those of the budget, of the caller and of the plan, each once', () => {
    const plan = aPlan(groupsOf(10), [
      { metric: 'b', message: 'label x is ignored' },
      { metric: 'a', message: 'label x is ignored' },
      { metric: 'b', message: 'label x is ignored' },
    ]);
    const budget = applyBudget(plan, { callsPerHour: 60 }, evenRate);
    const { warnings, budget: told } = estimatePlan(plan, { ...options, budget, notes: ['Noted.'] });
    expect(warnings).toEqual([
      ...budget.sentences,
      'Noted.',
      'Metric a: label x is ignored.',
      'Metric b: label x is ignored.',
    ]);
    expect(told).toEqual({
      callsPerHour: 60,
      declaredCallsPerHour: 120,
      stretched: [{ schedule: '*/5 * * * *', everyNthRun: 2 }],
    });
  });
});

describe('any plan', () => {
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

  it('adds up: groups, APIs, hours, days and shares', () => {
    fc.assert(
      fc.property(anyPlan, (plan: ScrapePlan) => {
        const { groups, totals, quota } = estimatePlan(plan, options);
        expect(sum(groups.map(({ callsPerRun }) => callsPerRun))).toBe(totals.callsPerRun);
        expect(sum(Object.values(totals.byApi))).toBe(totals.callsPerRun);
        expect(totals.callsPerDay).toBeCloseTo(24 * totals.callsPerHour, 3);
        const limited = plan.groups.filter(({ mode }) => mode !== 'logs' && mode !== 'queue');
        const hourly = sum(limited.map(({ schedule }) => evenRate(schedule)));
        expect(sum(quota.map(({ callsPerHour }) => callsPerHour))).toBeCloseTo(hourly, 3);
        for (const row of quota) expect(row.share * row.limitPerHour).toBeCloseTo(row.callsPerHour, 0);
        expect(new Set(quota.map(({ subscription, region, api }) => `${subscription} ${region} ${api}`)).size).toBe(
          quota.length,
        );
      }),
    );
  });

  it('comes out the same whatever the order', () => {
    const plans = anyPlan.chain((plan) => fc.tuple(fc.constant(plan), anyOrder(plan)));
    fc.assert(
      fc.property(plans, ([plan, shuffled]) => {
        expect(estimatePlan(shuffled, options)).toEqual(estimatePlan(plan, options));
      }),
    );
  });

  it('asks for the rate of a schedule once', () => {
    const asked: string[] = [];
    estimate(groupsOf(50), { runsPerHour: (schedule) => asked.push(schedule.cron) });
    expect(asked).toEqual(['0 */5 * * * *']);
  });
});
