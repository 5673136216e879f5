import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from '../../src/http/app.ts';
import { singleCalls } from '../../src/plan/plan.ts';
import { createPlanner } from '../../src/plan/planner.ts';
import type { ScrapeItem } from '../../src/plan/types.ts';
import { createTraceBook } from '../../src/scrape/traces.ts';
import type { StatusSource } from '../../src/status/ports.ts';
import { createStatus, type Status } from '../../src/status/status.ts';
import { createSeriesStore } from '../../src/store/series-store.ts';
import { appOptions } from '../fakes/app-options.ts';
import { createFakeClock } from '../fakes/clock.ts';
import { aDeclaration, aMetric, aResource, everyMinute } from '../fakes/declaration.ts';

const minuteMs = 60_000;
const lookback = 5;

/** A program that has scraped, without a scrape: store, traces and plan are filled by hand. */
export interface Scene {
  readonly status: Status;
  readonly source: StatusSource;
  readonly items: readonly ScrapeItem[];
  /** As if a run had ended: every item gets the next value; those that `fails` names fail. Not `ended`: the status room is not told yet. */
  run(fails?: (index: number) => boolean, ended?: boolean): Promise<void>;
}

/** `metrics` names on `/metrics`, each of `resources` namespaces of its own, so that every item needs a call: the largest plan. */
export function sceneOf(metrics: number, resources: number): Scene {
  const clock = createFakeClock();
  const declared = Array.from({ length: metrics }, (_, index) =>
    aMetric({
      name: `demo_metric_${index}`,
      description: `Messages of kind ${index}`,
      resources: Array.from({ length: resources }, (_own, queue) =>
        aResource({ namespace: `contoso-${index}-${queue}`, queueName: `queue-${queue}` }),
      ),
    }),
  );
  const planner = createPlanner({
    declaration: aDeclaration(...declared),
    capabilities: singleCalls,
    version: () => 0,
  });
  const store = createSeriesStore({ perMetricLimit: 1_000_000, totalLimit: 1_000_000 });
  const traces = createTraceBook();
  const status = createStatus({
    planner,
    store,
    traces,
    known: () => ({}),
    token: { state: () => ({ kind: 'unknown' }) },
    paces: () => [],
    clock,
    breathe: () => new Promise((resolve) => setImmediate(resolve)),
    rateLimit: { readsPerSecond: 25, burst: 250 },
    batchLimitPerHour: 360_000,
    pricing: () => ({ perThousandCalls: 0.01, freeCalls: 1_000_000, currency: 'USD' }),
  });
  const items = planner.current().groups.flatMap((group) => group.items);
  const schedules = [
    { schedule: everyMinute, sinceMs: 0, running: false, lastSuccessMs: clock.now(), nextMs: clock.now() + minuteMs },
  ];
  const source = status.source({
    schedules: () => schedules,
    unhealthy: () => [],
    ready: () => true,
    concerns: () => [],
    extras: () => ({}),
  });
  let runs = 0;
  const settle = (item: ScrapeItem, index: number, failed: boolean): void => {
    const nowMs = clock.now() + runs * minuteMs;
    if (failed) {
      const error = { code: 'AZ3404', message: `${item.resource.id} does not exist.` } as const;
      traces.note(item.id, { nowMs, error });
      status.note({ kind: 'failed', item, error, nowMs });
      return;
    }
    const bucketEndMs = nowMs - minuteMs;
    for (const { name, help } of item.families)
      store.replace({
        owner: item.id,
        family: { name, help },
        labels: item.labels,
        dimensionLabels: [],
        series: [{ dimensionValues: [], value: index + runs, bucketEndMs }],
        runMs: nowMs,
        staleAtMs: nowMs + 60 * minuteMs,
      });
    const points = Array.from({ length: lookback }, (_, back) => ({
      timeStamp: new Date(bucketEndMs - (lookback - back) * minuteMs).toISOString(),
      total: index + back,
    }));
    const series = [{ dimensions: {}, points }];
    traces.note(item.id, { nowMs, intervalMs: minuteMs, completeMs: bucketEndMs, oldestMs: 0, series });
    status.note({ kind: 'succeeded', item, nowMs });
  };
  return {
    status,
    source,
    items,
    async run(fails = () => false, ended = true) {
      runs += 1;
      for (const [index, item] of items.entries()) settle(item, index, fails(index));
      if (ended) await status.afterRun();
    },
  };
}

/** What one request cost, seen by the client and by the event loop that answered. */
export interface Cost {
  readonly ms: number;
  readonly bytes: number;
  /** The longest that the event loop did nothing else. */
  readonly stallMs: number;
}

/** The pages of a scene on a loopback port, and what each request costs. */
export async function measured(source: StatusSource) {
  const onError = (error: unknown): never => {
    throw error;
  };
  const app = createApp(appOptions({ metricsPath: '/metrics', status: source, onError }));
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    async ask(path: string): Promise<Cost> {
      const stall = watchStalls();
      const startMs = performance.now();
      const answer = await fetch(`http://127.0.0.1:${port}${path}`);
      const { byteLength: bytes } = await answer.arrayBuffer();
      const ms = performance.now() - startMs;
      if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`);
      return { ms, bytes, stallMs: stall() };
    },
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

/**
 * The longest that the event loop is kept busy from now until it is asked, milliseconds.
 * Counts the thread's own CPU time: on a busy machine it may be kept waiting for long without a fault of its own.
 */
export function watchStalls(): () => number {
  const busyMs = (): number => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  };
  let lastMs = busyMs();
  let longestMs = 0;
  let watching = true;
  const look = (): void => {
    const nowMs = busyMs();
    longestMs = Math.max(longestMs, nowMs - lastMs);
    lastMs = nowMs;
    if (watching) setImmediate(look);
  };
  setImmediate(look);
  return () => {
    watching = false;
    return longestMs;
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
