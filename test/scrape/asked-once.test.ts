import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Aggregation } from '../../src/core/aggregation.ts';
import type { MetricDefinition } from '../../src/core/declaration.ts';
import { createLimiter } from '../../src/core/limiter.ts';
import { planScrape } from '../../src/plan/plan.ts';
import { createGrainBook } from '../../src/scrape/grains.ts';
import { createKnowledge } from '../../src/scrape/knowledge.ts';
import type { MetricsRequest } from '../../src/scrape/ports.ts';
import { createScrapeMemory, createScraper } from '../../src/scrape/scraper.ts';
import { createTraceBook } from '../../src/scrape/traces.ts';
import { createSeriesStore } from '../../src/store/series-store.ts';
import { createFakeClock } from '../fakes/clock.ts';
import { aDeclaration, aMetric } from '../fakes/declaration.ts';
import { createFakeMetricsSource } from '../fakes/metrics-source.ts';

const minute = 60_000;
const live = new AbortController().signal;

/** A resource as declared, and what must be asked for it, in lower case. */
interface Declared {
  readonly resource: MetricDefinition['resources'][number];
  readonly asks: string;
}

const name = fc.constantFrom('alpha', 'Alpha', 'beta', 'gamma-1');
const place = fc.record({
  subscriptionId: fc.constantFrom('sub-1', 'sub-2', 'SUB-2'),
  resourceGroupName: fc.constantFrom('prod', 'Prod', 'test'),
});

function declared(fields: Readonly<Record<string, string>>, path: string, filter = ''): fc.Arbitrary<Declared> {
  return place.map((where) => ({
    resource: { ...where, fields },
    asks: `subscriptions/${where.subscriptionId}/resourcegroups/${where.resourceGroupName}/providers/${path} ${filter}`
      .toLowerCase()
      .trim(),
  }));
}

/** Resources by type: one with an entity, one that is split without it, one with a filter, one with two names. */
const kinds: Readonly<Record<string, fc.Arbitrary<Declared>>> = {
  VirtualMachine: name.chain((vm) => declared({ virtualMachineName: vm }, `Microsoft.Compute/virtualMachines/${vm}`)),
  SqlDatabase: fc
    .tuple(name, name)
    .chain(([serverName, databaseName]) =>
      declared({ serverName, databaseName }, `Microsoft.Sql/servers/${serverName}/databases/${databaseName}`),
    ),
  ServiceBusNamespace: fc.tuple(name, fc.option(name, { nil: undefined })).chain(([namespace, queueName]) => {
    const path = `Microsoft.ServiceBus/namespaces/${namespace}`;
    return queueName === undefined
      ? declared({ namespace }, path, "EntityName eq '*'")
      : declared({ namespace, queueName }, path, `EntityName eq '${queueName}'`);
  }),
  Generic: fc
    .tuple(name, name)
    .chain(([hub, value]) =>
      declared(
        { resourceUri: `Contoso.Hub/hubs/${hub}`, filter: `Kind eq '${value}'` },
        `Contoso.Hub/hubs/${hub}`,
        `Kind eq '${value}'`,
      ),
    ),
};

/** A metric of any type over some resources. */
interface DeclaredMetric {
  readonly resourceType: string;
  readonly resources: readonly Declared[];
  readonly names: number;
  readonly aggregations: readonly Aggregation[];
  readonly interval: number;
}

const metrics: fc.Arbitrary<DeclaredMetric[]> = fc.array(
  fc.oneof(
    ...Object.entries(kinds).map(([resourceType, resource]) =>
      fc.record({
        resourceType: fc.constant(resourceType),
        resources: fc.array(resource, { minLength: 1, maxLength: 6 }),
        names: fc.integer({ min: 1, max: 4 }),
        aggregations: fc.subarray(['Average', 'Total'] as const, { minLength: 1 }),
        interval: fc.constantFrom(1, 5, 60),
      }),
    ),
  ),
  { minLength: 1, maxLength: 5 },
);

/** Azure's metrics bear the number of the declared one, so that all pairs of a declaration are distinct. */
function azureNames(index: number, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `Metric${index}Name${at}`);
}

function definitionOf(metric: DeclaredMetric, index: number): MetricDefinition {
  const { aggregations, resourceType } = metric;
  const metricNames = azureNames(index, metric.names);
  const named = { nameByMetric: metricNames.length > 1, nameByAggregation: aggregations.length > 1 };
  return aMetric({
    name: `metric_${index}`,
    resourceType,
    resources: metric.resources.map(({ resource }) => resource),
    query: { metricNames, aggregations, intervalMs: metric.interval * minute, ...named },
  });
}

/** Distinct pairs of resource (with its filter) and Azure metric. */
function declaredPairs(metric: DeclaredMetric, index: number): string[] {
  const asks = [...new Set(metric.resources.map((one) => one.asks))];
  return asks.flatMap((one) => azureNames(index, metric.names).map((metricName) => `${one} ${metricName}`));
}

function askedPairs({ resourceIds, metricNames, filter = '' }: MetricsRequest): string[] {
  // Entities of one resource share a call through a joined filter.
  const terms = filter.split(' or ');
  const asks = resourceIds.flatMap((id) => terms.map((term) => `${id} ${term}`.toLowerCase().trim()));
  return asks.flatMap((one) => metricNames.map((metricName) => `${one} ${metricName}`));
}

it('asks for every declared pair exactly once in every healthy run, and shows each', async () => {
  const unused = (): never => {
    throw new Error('not expected here');
  };
  await fc.assert(
    fc.asyncProperty(metrics, async (declaration) => {
      const source = createFakeMetricsSource(() => [{ value: () => 1 }]);
      const clock = createFakeClock();
      const store = createSeriesStore({ perMetricLimit: 10_000, totalLimit: 10_000 });
      const limiter = createLimiter(4);
      const scraper = createScraper({
        metrics: source,
        logs: { query: unused },
        queues: { read: unused },
        store,
        clock,
        observe: () => undefined,
        limiterOf: () => limiter,
        knowledge: createKnowledge(() => clock.now()),
        grains: createGrainBook(source),
        traces: createTraceBook(),
        memory: createScrapeMemory(),
        historyMs: 12 * 60 * minute,
      });
      const { groups } = planScrape(aDeclaration(...declaration.map(definitionOf)));
      const expected = declaration.flatMap(declaredPairs);
      const series = declaration.flatMap((metric, index) =>
        declaredPairs(metric, index).flatMap(() => metric.aggregations),
      );
      for (let run = 0; run < 3; run += 1) {
        await clock.advance(minute);
        source.requests.length = 0;
        expect(await scraper.run(groups, () => [], live)).toMatchObject({ failed: 0 });
        expect(source.requests.flatMap(askedPairs).sort()).toEqual([...expected].sort());
        expect([...store.counts().values()].reduce((sum, count) => sum + count, 0)).toBe(series.length);
      }
      expect(source.definitionReads).toEqual([]);
    }),
    { numRuns: 60 },
  );
});
