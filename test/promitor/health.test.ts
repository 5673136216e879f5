import { describe, expect, it } from 'vitest';
import { discoveryCheck, resourceGraphCheck } from '../../src/promitor/discovery-checks.ts';
import { healthReport } from '../../src/promitor/health.ts';
import type { HealthStatus } from '../../src/promitor/ports.ts';
import { groupOf } from '../discovery/agent/support.ts';

describe('the health report', () => {
  it('has the shape that Promitor gives', () => {
    let ms = 0;
    const stopwatch = (): number => {
      ms += 0.5;
      return ms;
    };
    const check = () => ({ status: 'Healthy', description: 'All is well.' }) as const;
    expect(healthReport([{ name: 'Promitor Scraper Data Freshness', check }], stopwatch)).toEqual({
      entries: {
        'Promitor Scraper Data Freshness': {
          data: {},
          description: 'All is well.',
          duration: '00:00:00.0005000',
          status: 'Healthy',
          tags: [],
        },
      },
      status: 'Healthy',
      totalDuration: '00:00:00.0015000',
    });
  });

  it.each([
    [[], 'Healthy'],
    [['Healthy', 'Degraded'], 'Degraded'],
    [['Unhealthy', 'Degraded', 'Healthy'], 'Unhealthy'],
  ] as [HealthStatus[], HealthStatus][])('of %j is %s', (statuses, worst) => {
    const checks = statuses.map((status) => ({ name: status, check: () => ({ status, description: '' }) }));
    expect(healthReport(checks, () => 0).status).toBe(worst);
  });
});

const fine = { name: 'fine', resources: [], confirmedMs: Date.UTC(2026, 0, 1) };
const problem = { code: 'AZ3429', message: 'Resource Graph is throttled.' };

describe('the entry of discovery', () => {
  it.each([
    [[fine], 'Healthy', 'All resource discovery groups (1) are up to date.'],
    [[fine, { name: 'new', resources: [] }], 'Degraded', 'Group new has not been answered yet'],
    [
      [{ ...fine, problem }],
      'Degraded',
      'Group fine: AZ3429: Resource Graph is throttled. Its list of 2026-01-01T00:00:00.000Z is kept.',
    ],
    [[fine, { name: 'bad', resources: [], problem }], 'Unhealthy', 'Group bad: AZ3429: Resource Graph is throttled.'],
  ])('of %j is %s', (groups, status, description) => {
    expect(discoveryCheck({ groups: () => groups }).check()).toEqual({ status, description });
  });
});

describe("the discovery agent's entry", () => {
  const declared = {
    landscapes: [{ tenantId: 't', subscriptions: ['s1', 's2'] }],
    groups: [groupOf('fine', 'KeyVault')],
  };

  it('tells of every subscription', () => {
    const check = resourceGraphCheck(declared, { groups: () => [fine] });
    const success = { isSuccessful: true, message: 'Resource Graph answers.' };
    expect([check.name, check.check()]).toEqual([
      'azure-resource-graph',
      {
        status: 'Healthy',
        description: 'Resource Graph answers.',
        data: { 'Subscription s1': success, 'Subscription s2': success },
      },
    ]);
  });

  it.each([
    [{ ...fine, problem }, 'Resource Graph is throttled.'],
    [{ name: 'fine', resources: [] }, 'Resource Graph has not answered yet.'],
  ])('is unhealthy with words: %j', (state, message) => {
    // Groups of another agent do not tell whether Resource Graph answers.
    const check = resourceGraphCheck(declared, { groups: () => [state, { ...fine, name: 'elsewhere' }] });
    expect(check.check()).toMatchObject({
      status: 'Unhealthy',
      description: message,
      data: { 'Subscription s1': { isSuccessful: false, message } },
    });
  });
});
