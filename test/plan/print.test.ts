import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { applyBudget, stretchedRate } from '../../src/plan/budget.ts';
import { type EstimateOptions, estimatePlan } from '../../src/plan/estimate.ts';
import { printPlan } from '../../src/plan/print.ts';
import { aGroup, aPlan, evenRate, every, groupsOf } from './support/a-plan.ts';

const options: EstimateOptions = {
  runsPerHour: evenRate,
  rateLimit: { readsPerSecond: 25, burst: 250 },
  batchLimitPerHour: 360_000,
  pricing: { perThousandCalls: 0.01, freeCalls: 0, currency: 'EUR' },
};

const names = (number: number): string[] => Array.from({ length: number }, (_, index) => `cache-${index + 1}`);

describe('printPlan', () => {
  it('writes a small plan as people read it', () => {
    const hourly = { schedule: every(60), why: 'single calls are configured' };
    const plan = aPlan(
      [
        aGroup({
          id: 'batch',
          mode: 'batch',
          region: 'westeurope',
          resources: names(50),
          metrics: { metricNames: ['hits', 'misses', 'errors', 'cpu', 'memory'], aggregations: ['Average', 'Total'] },
          why: '5 metrics × 50 resources',
        }),
        aGroup({ id: 'alone', metrics: { filter: "ShardId eq '*'" }, why: 'the region is not known yet' }),
        aGroup({ id: 'orders', ...hourly, resources: ['bus'], metrics: { filter: "EntityName eq 'orders'" } }),
        aGroup({ id: 'refunds', ...hourly, resources: ['bus'], metrics: { filter: "EntityName eq 'refunds'" } }),
      ],
      [{ metric: 'hits', message: 'label x is ignored' }],
    );
    const budget = applyBudget(plan, { callsPerHour: 25 }, evenRate);
    const inBatches = { plan: aPlan(groupsOf(1, { mode: 'batch' })), runsPerHour: evenRate };
    const runsPerHour = stretchedRate(evenRate, budget.stretches);
    const golden = readFileSync(new URL('../golden/plan.txt', import.meta.url), 'utf8');
    expect(printPlan(estimatePlan(plan, { ...options, runsPerHour, budget, inBatches }))).toBe(golden);
  });

  it('writes a thousand calls that are alike as one line, and shortens lists', () => {
    const groups = names(1_000).map((name) => aGroup({ id: name, resources: [name] }));
    const lines = printPlan(estimatePlan(aPlan(groups), options)).split('\n');
    expect(lines.slice(0, 5)).toEqual([
      'Schedule */5 * * * *: 1,000 calls a run',
      '  calls  mode    subscription  region  resources                      metrics        interval  window',
      '  1,000  single  sub-a         -       cache-1, cache-2 and 998 more  Total of hits  PT5M      PT15M',
      '  1,000 calls: for a test',
      '',
    ]);
  });

  it('names one more rather than saying that there is one more', () => {
    const group = aGroup({ resources: names(3), metrics: { metricNames: ['a', 'b', 'c', 'd'] } });
    const text = printPlan(estimatePlan(aPlan([group]), options));
    expect(text).toContain('cache-1, cache-2, cache-3  Total of a, b, c, d  PT5M');
  });

  it('names the workspace of a log query, not the page of it', () => {
    const group = aGroup({ resources: ['logs/Overview'] });
    expect(printPlan(estimatePlan(aPlan([group]), options))).toMatch(/ - +logs +Total/);
  });

  it('does not list reasons without end', () => {
    const groups = names(20).map((name) => aGroup({ id: name, why: `because of ${name}` }));
    const text = printPlan(estimatePlan(aPlan(groups), options));
    expect(text.match(/because of/g)).toHaveLength(6);
    expect(text).toContain('and 14 more reasons');
  });

  it('leaves out the sections that say nothing', () => {
    const text = printPlan(estimatePlan(aPlan([]), options));
    expect(text.split('\n').filter((line) => /^\S/.test(line))).toEqual(['Totals', 'Cost']);
  });

  it('does not promise savings where there are none', () => {
    const inBatches = { plan: aPlan(groupsOf(3)), runsPerHour: evenRate };
    const text = printPlan(estimatePlan(aPlan(groupsOf(3)), { ...options, inBatches }));
    expect(text).toContain('Batch mode would make 36 calls an hour and save none');
  });
});
