import type { MetricDefinition } from '../../src/core/declaration.ts';
import { createLimiter } from '../../src/core/limiter.ts';
import { singleCalls } from '../../src/plan/plan.ts';
import { createPlanner, type Planner } from '../../src/plan/planner.ts';
import type { Capabilities, QueryGroup } from '../../src/plan/types.ts';
import { createGrainBook } from '../../src/scrape/grains.ts';
import { createKnowledge, type Knowledge } from '../../src/scrape/knowledge.ts';
import type { MetricsSource, ScrapeEvent } from '../../src/scrape/ports.ts';
import { createScrapeMemory, createScraper, type Scraper } from '../../src/scrape/scraper.ts';
import { createTraceBook, type TraceBook } from '../../src/scrape/traces.ts';
import { createSeriesStore } from '../../src/store/series-store.ts';
import { createFakeClock, type FakeClock } from '../fakes/clock.ts';
import { aDeclaration } from '../fakes/declaration.ts';
import {
  type BucketValue,
  createFakeMetricsSource,
  type FakeMetricsSource,
  type FakeSeries,
} from '../fakes/metrics-source.ts';

export const minute = 60_000;
export const hour = 60 * minute;
const live = new AbortController().signal;

/** A scraper with everything around it made by hand. */
export interface Bench {
  readonly clock: FakeClock;
  readonly source: FakeMetricsSource;
  readonly events: ScrapeEvent[];
  readonly scraper: Scraper;
  readonly planner: Planner;
  readonly traces: TraceBook;
  readonly knowledge: Knowledge;
  readonly groups: readonly QueryGroup[];
  /** Values shown, by family and dimension values; NaN for an unavailable one. */
  shown(): Record<string, number>;
  run(afterMs?: number): Promise<void>;
  store: ReturnType<typeof createSeriesStore>;
}

export function bench(
  metrics: MetricDefinition | readonly MetricDefinition[],
  seriesOf: (resourceId: string, metricName: string) => readonly FakeSeries[],
  wrap: (source: FakeMetricsSource) => MetricsSource = (source) => source,
  offers: Parameters<typeof createFakeMetricsSource>[1] = [],
  capabilities: Partial<Capabilities> = {},
): Bench {
  const clock = createFakeClock(Date.UTC(2026, 0, 1, 12, 0, 20));
  const source = createFakeMetricsSource(seriesOf, offers);
  const events: ScrapeEvent[] = [];
  const store = createSeriesStore({ perMetricLimit: 1000, totalLimit: 1000 });
  const unused = (): never => {
    throw new Error('not expected here');
  };
  const limiter = createLimiter(8);
  const knowledge = createKnowledge(() => clock.now());
  const grains = createGrainBook(source);
  const known: Capabilities = {
    ...singleCalls,
    regionOf: (key) => knowledge.regionOf(key),
    batchRefusal: (subscription, type) => knowledge.batchRefusal(subscription, type),
    grainOf: (type, name, intervalMs) => grains.known(type, [name], intervalMs),
    ...capabilities,
  };
  const planner = createPlanner({
    declaration: aDeclaration(...[metrics].flat()),
    capabilities: known,
    version: () => knowledge.version(),
  });
  const traces = createTraceBook();
  const scraper = createScraper({
    metrics: wrap(source),
    logs: { query: unused },
    queues: { read: unused },
    store,
    clock,
    observe: (event) => events.push(event),
    limiterOf: () => limiter,
    knowledge,
    grains,
    traces,
    memory: createScrapeMemory(),
    historyMs: 12 * hour,
  });
  return {
    clock,
    source,
    events,
    scraper,
    groups: planner.current().groups,
    planner,
    traces,
    knowledge,
    store,
    async run(afterMs = 0) {
      await clock.advance(afterMs);
      store.expire(clock.now());
      await scraper.run(planner.current().groups, () => [], live);
    },
    shown() {
      const values: Record<string, number> = {};
      for (const { items } of planner.current().groups) {
        for (const item of items) {
          for (const family of item.families) {
            for (const series of store.read(item.id, family.name)) {
              const key = [family.name, item.resource.fields['queueName'] ?? '', ...series.dimensionValues];
              values[key.filter((part) => part !== '').join(' ')] = series.value ?? Number.NaN;
            }
          }
        }
      }
      return values;
    },
  };
}

/** Data up to `lagMs` before now; the value of a bucket is the minute of the day in which it ends. */
export function lagging(clock: () => number, lagMs: number): BucketValue {
  return ({ endMs }) => (endMs <= clock() - lagMs ? (endMs / minute) % 1440 : undefined);
}
export const minuteOfDay = (h: number, m: number): number => h * 60 + m;
