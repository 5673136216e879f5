import type { Logger } from 'pino';
import { type Azure, createAzure } from './azure/azure.ts';
import type { Clock } from './core/clock.ts';
import type { Declaration } from './core/declaration.ts';
import { createLimiter } from './core/limiter.ts';
import type { RuntimeConfig } from './core/runtime-config.ts';
import type { Exposition } from './http/ports.ts';
import { planScrape } from './plan/plan.ts';
import type { QueryGroup, ScrapePlan } from './plan/types.ts';
import type { RunReason } from './schedule/ports.ts';
import { jitterMs } from './schedule/scheduler.ts';
import type { ScrapeEvent } from './scrape/ports.ts';
import { createScraper, type RunResult } from './scrape/scraper.ts';
import { createExposition } from './sinks/prometheus/exposition.ts';
import type { SeriesSnapshots, SeriesStore } from './store/ports.ts';
import { createSeriesStore } from './store/series-store.ts';
import { createItemStatus, itemMetrics } from './telemetry/item-status.ts';
import { ownMetricName } from './telemetry/own-metrics.ts';
import { createOwnRegistry, type OwnRegistry } from './telemetry/registry.ts';
import { createScrapeLog, type ScrapeLog } from './telemetry/scrape-log.ts';
import { createScrapeMetrics, type ScrapeMetrics } from './telemetry/scrape-metrics.ts';

export interface CoreInput {
  readonly runtime: RuntimeConfig;
  readonly declaration: Declaration;
  /** Names of metrics that were left out because of errors. */
  readonly invalidMetrics: readonly string[];
  readonly logger: Logger;
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly version: string;
  /** Logical CPUs: Promitor allows eight calls in flight for each. */
  readonly cpus: number;
  /** True exposes the scraped series alone, without metrics of Azimuth itself. */
  readonly scrapedOnly?: boolean;
}

/** Everything between a schedule and `/metrics`, connected but not yet moving. */
export interface ExporterCore {
  readonly plan: ScrapePlan;
  readonly azure: Azure;
  readonly registry: OwnRegistry;
  readonly log: ScrapeLog;
  readonly metrics: ScrapeMetrics;
  readonly exposition: Exposition;
  /** Asks all groups of a schedule once. */
  run(cron: string, reason: RunReason, signal: AbortSignal): Promise<RunResult>;
  /** Removes series that outlived their bound. */
  expire(): void;
  close(): Promise<void>;
}

const callsPerCpu = 8;

export function composeCore(input: CoreInput): ExporterCore {
  const { runtime, clock, logger } = input;
  const prefix = runtime.prometheus?.systemMetricsPrefix ?? 'azimuth';
  const registry = createOwnRegistry({ prefix, elsewhere: itemMetrics, runtime: true });
  const { declaration } = input;
  for (const name of input.invalidMetrics) registry.set('declarationInvalid', { metric_name: name }, 1);
  const plan = planScrape(declaration);
  for (const warning of plan.warnings) logger.info({ metric: warning.metric }, warning.message);

  const store = createSeriesStore({
    perMetricLimit: runtime.seriesLimit.perMetric,
    totalLimit: runtime.seriesLimit.total,
  });
  const statusStore = createSeriesStore({
    perMetricLimit: Number.POSITIVE_INFINITY,
    totalLimit: Number.POSITIVE_INFINITY,
  });
  const log = createScrapeLog(logger);
  const metrics = createScrapeMetrics(registry, { tenantId: declaration.tenantId, appId: appIdOf(runtime) });
  const status = createItemStatus(statusStore, prefix, declaration.tenantId);
  const observe = (event: ScrapeEvent): void => {
    log.note(event);
    metrics.scrape(event);
    status(event);
  };
  const azure = createAzure({
    cloud: declaration.cloud,
    tenantId: declaration.tenantId,
    authentication: runtime.authentication,
    clock,
    random: input.random,
    userAgent: `App/Azimuth/${input.version}`,
    observer: {
      request: (event) => metrics.azure(event),
      log: ({ api, requestId, message }) => logger.debug({ api, requestId }, message),
    },
  });
  const scraper = createScraper({
    metrics: azure.metrics,
    logs: azure.logs,
    queues: azure.queues,
    store,
    clock,
    observe,
    limiter: createLimiter(runtime.server.maxDegreeOfParallelism ?? input.cpus * callsPerCpu),
    historyMs: runtime.azureMonitor.historyMs,
    ...(runtime.concurrency.mutexTimeoutMs === undefined ? {} : { groupTimeoutMs: runtime.concurrency.mutexTimeoutMs }),
  });
  const exposition = composeExposition(input, { store, statusStore, registry });
  const groups = groupsBySchedule(plan);
  const items = new Map(plan.groups.flatMap((group) => group.items.map((item) => [item.id, item] as const)));
  const expire = (): void => {
    for (const owner of store.expire(clock.now())) {
      const item = items.get(owner);
      if (item !== undefined) observe({ kind: 'left', item, reason: 'stale' });
    }
  };

  return {
    plan,
    azure,
    registry,
    log,
    metrics,
    exposition,
    async run(cron, reason, signal) {
      const delayOf = (group: QueryGroup): number =>
        reason === 'start' ? 0 : jitterMs(group.id, group.schedule.periodMs);
      const result = await scraper.run(groups.get(cron) ?? [], delayOf, signal);
      if (signal.reason === 'shutdown') return result;
      expire();
      log.endRun(cron);
      await exposition.refresh();
      return result;
    },
    expire,
    async close() {
      await azure.close();
      registry.close();
    },
  };
}

function composeExposition(
  input: CoreInput,
  parts: {
    readonly store: SeriesStore & SeriesSnapshots;
    readonly statusStore: SeriesSnapshots;
    readonly registry: OwnRegistry;
  },
): Exposition {
  const { store, statusStore, registry } = parts;
  const own = input.scrapedOnly !== true;
  const sink = input.runtime.prometheus;
  const countSeries = seriesCounter(store, registry);
  return createExposition({
    store: { snapshot: () => [...store.snapshot(), ...(own ? statusStore.snapshot() : [])] },
    ownMetrics: (format) => {
      if (!own) return Promise.resolve('');
      countSeries();
      return registry.text(format);
    },
    unavailableValue: sink?.metricUnavailableValue ?? Number.NaN,
    timestamps: timestampsOf(input.runtime),
    labelTransformation: sink?.labelTransformation ?? 'None',
    ownFamilies: new Set(
      [...itemMetrics].map((metric) => ownMetricName(metric, sink?.systemMetricsPrefix ?? 'azimuth')),
    ),
    now: () => input.clock.now(),
  });
}

function timestampsOf({ prometheus }: RuntimeConfig): 'none' | 'run' | 'bucket' {
  return prometheus?.enableMetricTimestamps === true ? prometheus.metricTimestampSource : 'none';
}

/** Brings `azimuth_series` up to date: as many series a family, as there are now; families that left are forgotten. */
function seriesCounter(store: SeriesStore, registry: OwnRegistry): () => void {
  let before: ReadonlyMap<string, number> = new Map();
  return () => {
    const now = store.counts();
    for (const [name, count] of now) registry.set('series', { metric_name: name }, count);
    for (const name of before.keys()) if (!now.has(name)) registry.drop('series', { metric_name: name });
    before = now;
  };
}

function groupsBySchedule(plan: ScrapePlan): Map<string, QueryGroup[]> {
  const groups = new Map<string, QueryGroup[]>();
  for (const group of plan.groups) {
    const list = groups.get(group.schedule.cron) ?? [];
    list.push(group);
    groups.set(group.schedule.cron, list);
  }
  return groups;
}

/** Label `app_id` of the rate-limit metrics, in Promitor's words. */
function appIdOf(runtime: RuntimeConfig): string {
  const { mode, identityId } = runtime.authentication;
  if (mode === 'SystemAssignedManagedIdentity') return 'system-assigned-identity';
  if (mode === 'SdkDefault') return 'default-azure-credentials';
  return identityId ?? 'externally-configured-user-assigned-identity';
}
