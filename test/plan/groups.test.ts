import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MetricDefinition } from '../../src/core/declaration.ts';
import { resourceKey } from '../../src/core/resource-id.ts';
import { planScrape, singleCalls } from '../../src/plan/plan.ts';
import type { Capabilities, QueryGroup } from '../../src/plan/types.ts';
import { aDeclaration, aMetric, aResource } from '../fakes/declaration.ts';

const regions = ['westeurope', 'northeurope', 'uksouth'];
const batch: Capabilities = {
  ...singleCalls,
  queryMode: 'batch',
  regionOf: (key) => regions[Number(/(\d+)$/.exec(key)?.[1] ?? 0) % regions.length],
};

function redis(
  metric: number,
  count: number,
  changes: Omit<Partial<MetricDefinition>, 'query'> = {},
): MetricDefinition {
  return aMetric({
    name: `redis_${metric}`,
    resourceType: 'RedisCache',
    resources: Array.from({ length: count }, (_, index) => aResource({ cacheName: `redis-${index}` })),
    query: { metricNames: [`metric${metric}`] },
    ...changes,
  });
}

describe('batch mode', () => {
  it('asks for ten metrics of 1,000 resources in three regions in 21 calls', () => {
    const metrics = Array.from({ length: 10 }, (_, index) => redis(index, 1000));
    const { groups } = planScrape(aDeclaration(...metrics), batch);
    expect(groups).toHaveLength(21);
    expect(new Set(groups.map(({ region }) => region))).toEqual(new Set(regions));
    expect(groups[0]?.why).toMatch(/^10 metrics × \d+ resources: batch calls are configured, in /);
    expect(groups[0]?.metrics?.namespace).toBe('microsoft.cache/redis');
  });

  it('asks alone what it cannot ask together, and says why', () => {
    const custom = redis(1, 1, { name: 'custom' });
    const query = { ...custom.query, metricNamespace: 'azure.vm.guest' } as MetricDefinition['query'];
    const plans = [
      planScrape(aDeclaration(redis(0, 1)), { ...batch, regionOf: () => undefined }),
      planScrape(aDeclaration({ ...custom, query }), batch),
      planScrape(aDeclaration(redis(0, 1)), { ...batch, batchRefusal: () => 'the role is missing' }),
    ];
    expect(plans.flatMap(({ groups }) => groups.map(({ mode, why }) => [mode, why]))).toEqual([
      ['single', '1 metric × 1 resource: the region of the resource is not known yet; this call learns it'],
      ['single', '1 metric × 1 resource: the namespace azure.vm.guest is asked for resource by resource'],
      ['single', '1 metric × 1 resource: the role is missing'],
    ]);
  });

  it('takes the configured region for resources whose own is not known', () => {
    const known = { ...batch, regionOf: () => undefined, defaultRegion: 'francecentral' };
    expect(planScrape(aDeclaration(redis(0, 1)), known).groups[0]).toMatchObject({
      mode: 'batch',
      region: 'francecentral',
    });
  });

  it('keeps apart what differs in a parameter of the call', () => {
    const base = redis(0, 1);
    const differing: Partial<MetricDefinition>[] = [
      { query: { ...base.query, intervalMs: 60_000 } as MetricDefinition['query'] },
      { query: { ...base.query, dimensions: ['ShardId'] } as MetricDefinition['query'] },
      { query: { ...base.query, limit: 7 } as MetricDefinition['query'] },
      { query: { ...base.query, alignment: 'grain' } as MetricDefinition['query'] },
      { freshness: { ...base.freshness, delayMs: 0 } },
      { schedule: { text: '*/5 * * * *', cron: '0 */5 * * * *', periodMs: 300_000 } },
    ];
    const metrics = [base, ...differing.map((changes, index) => ({ ...base, name: `other_${index}`, ...changes }))];
    expect(planScrape(aDeclaration(...metrics), batch).groups).toHaveLength(7);
  });
});

describe('subscription mode', () => {
  it('asks once for all resources of a type in a region, and in batches for what is split', () => {
    const split = redis(1, 60);
    const query = { ...split.query, dimensions: ['ShardId'] } as MetricDefinition['query'];
    const plan = planScrape(aDeclaration(redis(0, 60), { ...split, query }), { ...batch, queryMode: 'subscription' });
    const modes = Map.groupBy(plan.groups, ({ mode }) => mode);
    expect([modes.get('subscription')?.length, modes.get('batch')?.length]).toEqual([3, 3]);
  });
});

describe('auto mode', () => {
  it('takes single calls while they are few, batches when they would use up what ARM allows', () => {
    const few = planScrape(aDeclaration(redis(0, 100)), { ...batch, queryMode: 'auto' });
    expect(new Set(few.groups.map(({ mode }) => mode))).toEqual(new Set(['single']));
    expect(few.groups[0]?.why).toContain('take 7% of what ARM allows the subscription');
    const many = planScrape(aDeclaration(redis(0, 1000)), { ...batch, queryMode: 'auto' });
    expect(new Set(many.groups.map(({ mode }) => mode))).toEqual(new Set(['batch']));
    expect(many.groups[0]?.why).toContain('single calls would take 67%');
  });
});

describe('single mode', () => {
  it('asks for up to twenty metrics of a resource in one call', () => {
    const metrics = Array.from({ length: 25 }, (_, index) => redis(index, 2));
    const { groups } = planScrape(aDeclaration(...metrics));
    const sizes = groups.map((group) => group.metrics?.metricNames.length ?? 0);
    expect(sizes.sort((a, b) => b - a)).toEqual([20, 20, 5, 5]);
  });

  it('joins aggregations, and asks once for a metric that two entries want', () => {
    const [a, b] = [redis(0, 1), redis(0, 1, { name: 'again' })];
    const query = { ...b.query, aggregations: ['Average'] } as MetricDefinition['query'];
    const { groups } = planScrape(aDeclaration(a, { ...b, query }));
    expect(groups).toHaveLength(1);
    expect(groups[0]?.metrics).toMatchObject({ metricNames: ['metric0'], aggregations: ['Average', 'Total'] });
    expect(groups[0]?.items).toHaveLength(2);
  });

  it('bounds the length of a joined filter', () => {
    const resources = Array.from({ length: 200 }, (_, index) =>
      aResource({ namespace: 'contoso', queueName: `queue-${index}` }),
    );
    const { groups } = planScrape(aDeclaration(aMetric({ resources })));
    expect(groups.length).toBeGreaterThan(2);
    for (const group of groups) expect(group.metrics?.filter?.length).toBeLessThan(1600);
    expect(groups.reduce((sum, { items }) => sum + items.length, 0)).toBe(200);
  });

  it('keeps entities apart that are split further, since the limit would cut them together', () => {
    const resources = ['a', 'b'].map((queueName) => aResource({ namespace: 'contoso', queueName }));
    const { groups } = planScrape(aDeclaration(aMetric({ resources, query: { dimensions: ['OperationResult'] } })));
    expect(groups).toHaveLength(2);
  });
});

describe('any plan', () => {
  const resource = fc.record({ kind: fc.constantFrom('redis', 'queue', 'namespace'), number: fc.nat(12) });
  const entry = fc.record({
    resources: fc.array(resource, { minLength: 1, maxLength: 12 }),
    names: fc.uniqueArray(fc.constantFrom('A', 'B', 'C', 'D'), { minLength: 1 }),
    interval: fc.constantFrom(60_000, 300_000),
    dimension: fc.boolean(),
    limit: fc.constantFrom(3, 10_000),
  });
  const mode = fc.constantFrom('single', 'batch', 'subscription', 'auto') as fc.Arbitrary<Capabilities['queryMode']>;

  const definitions = (
    entries: readonly (typeof entry extends fc.Arbitrary<infer T> ? T : never)[],
  ): MetricDefinition[] =>
    entries.flatMap(({ resources, names, interval, dimension, limit }, index) =>
      (['redis', 'bus'] as const).flatMap((type) => {
        const own = resources.filter(({ kind }) => (kind === 'redis') === (type === 'redis'));
        if (own.length === 0) return [];
        const fields = own.map(({ kind, number }) =>
          kind === 'redis'
            ? { cacheName: `redis-${number}` }
            : { namespace: `bus-${number % 3}`, ...(kind === 'queue' ? { queueName: `q${number}` } : {}) },
        );
        return aMetric({
          name: `metric_${index}_${type}`,
          resourceType: type === 'redis' ? 'RedisCache' : 'ServiceBusNamespace',
          resources: fields.map(aResource),
          query: {
            metricNames: names,
            nameByMetric: names.length > 1,
            intervalMs: interval,
            limit,
            dimensions: dimension ? ['D'] : [],
          },
        });
      }),
    );

  const itemsOf = (groups: readonly QueryGroup[]): string[] => groups.flatMap(({ items }) => items.map(({ id }) => id));

  it('holds every item exactly once, breaks no limit of the API, and does not depend on the order', () => {
    fc.assert(
      fc.property(
        fc.array(entry, { minLength: 1, maxLength: 6 }),
        mode,
        fc.integer({ min: 1, max: 50 }),
        (entries, queryMode, maxBatchSize) => {
          const capabilities: Capabilities = { ...batch, queryMode, maxBatchSize };
          const metrics = definitions(entries);
          const plan = planScrape(aDeclaration(...metrics), capabilities);
          const expected = itemsOf(planScrape(aDeclaration(...metrics)).groups);
          expect(itemsOf(plan.groups).sort()).toEqual(expected.sort());
          expect(new Set(expected).size).toBe(expected.length);
          for (const group of plan.groups) expectLegal(group, maxBatchSize);
          const turned = metrics
            .toReversed()
            .map((metric) => ({ ...metric, resources: metric.resources.toReversed() }));
          const again = planScrape(aDeclaration(...turned), capabilities);
          expect(again.groups.map(({ id }) => id)).toEqual(plan.groups.map(({ id }) => id));
          expect(again.groups.map(({ metrics: shape }) => shape)).toEqual(
            plan.groups.map(({ metrics: shape }) => shape),
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  function expectLegal(group: QueryGroup, maxBatchSize: number): void {
    const resources = new Set(group.items.map(({ resource: { id } }) => resourceKey(id)));
    expect(group.metrics?.metricNames.length).toBeLessThanOrEqual(20);
    if (group.mode === 'single') expect(resources.size).toBe(1);
    if (group.mode === 'batch') expect(resources.size).toBeLessThanOrEqual(Math.min(50, maxBatchSize));
    if (group.mode !== 'single') expect(group.region).toBeDefined();
    // A call asks for every name of every resource, so it must be wanted.
    const wanted = new Set(
      group.items.map((item) => `${item.resource.key} ${item.families[0]?.metricName.toLowerCase()}`),
    );
    expect(wanted.size).toBe(resources.size * (group.metrics?.metricNames.length ?? 0));
    expect(new Set(group.items.map(({ resource: { armType } }) => armType)).size).toBe(1);
  }
});
