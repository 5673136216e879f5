import { describe, expect, it } from 'vitest';
import type { AzureMonitorConfig } from '../../src/core/runtime-config.ts';
import { configuredCapabilities } from '../../src/plan/plan.ts';
import { createPlanner } from '../../src/plan/planner.ts';
import { aDeclaration, aMetric, aResource } from '../fakes/declaration.ts';

const declaration = aDeclaration(
  aMetric({
    resourceType: 'RedisCache',
    resources: Array.from({ length: 50 }, (_, index) => aResource({ cacheName: `redis-${index}` })),
  }),
);
const azureMonitor = (queryMode: AzureMonitorConfig['queryMode'], azureRegion?: string): AzureMonitorConfig => ({
  queryMode,
  historyMs: 0,
  batching: { enabled: queryMode === 'batch', maxBatchSize: 50, ...(azureRegion === undefined ? {} : { azureRegion }) },
  rateLimit: { readsPerSecond: 25, burst: 250 },
  pricing: { perThousandCalls: 0, freeCalls: 0, currency: 'USD' },
  logging: { isEnabled: false, informationLevel: 'Basic' },
});

describe('the call budget of a planner', () => {
  it.each([
    ['single calls exceed it', azureMonitor('single'), 50],
    ['one batch call fits', azureMonitor('batch', 'westeurope'), 1],
  ])('judges the plan of the configured mode: %s', (_name, config, calls) => {
    const planner = createPlanner({
      declaration,
      capabilities: configuredCapabilities(config),
      version: () => 0,
      callBudget: { callsPerHour: 60 },
    });
    expect(planner.budget()).toMatchObject({ declaredPerHour: calls * 60, plannedPerHour: 60 });
    expect(planner.budget()?.refusal === undefined).toBe(calls === 1);
    expect(planner.strideOf('0 * * * * *')).toBe(calls);
  });
});
