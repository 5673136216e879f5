import type { Logger } from 'pino';
import { type Azure, createAzure } from './azure/azure.ts';
import type { CheckRow } from './check/report.ts';
import { type CheckDeps, runCheck } from './check/run-check.ts';
import { createStartUpCheck, type StartUpCheck } from './check/start-up.ts';
import type { ComposedDiscovery } from './compose-discovery.ts';
import type { ComposedLabels } from './compose-labels.ts';
import { composePlanning, type Planning } from './compose-planning.ts';
import { composePush } from './compose-push.ts';
import { type ComposedSinks, composeSinks } from './compose-sinks.ts';
import type { Clock } from './core/clock.ts';
import type { Declaration } from './core/declaration.ts';
import { createLimiter, type Limiter } from './core/limiter.ts';
import type { RuntimeConfig } from './core/runtime-config.ts';
import type { Exposition } from './http/ports.ts';
import type { Planner } from './plan/planner.ts';
import { runsPerHour } from './plan/rate.ts';
import type { Capabilities, QueryGroup, ScrapePlan } from './plan/types.ts';
import type { RunReason, ScheduleState } from './schedule/ports.ts';
import { startDelays } from './schedule/spread.ts';
import type { Knowledge } from './scrape/knowledge.ts';
import type { BucketBook, ScrapeEvent } from './scrape/ports.ts';
import { createScraper, type Delays, type RunResult, type Scraper } from './scrape/scraper.ts';
import { createTraceBook, type TraceBook } from './scrape/traces.ts';
import { createExposition } from './sinks/prometheus/exposition.ts';
import { type Explained, explain } from './status/explained.ts';
import type { Selector } from './status/selector.ts';
import type { SeriesSnapshots, SeriesStore } from './store/ports.ts';
import { createSeriesStore } from './store/series-store.ts';
import { createItemStatus, itemMetrics } from './telemetry/item-status.ts';
import { ownMetricName } from './telemetry/own-metrics.ts';
import { createOwnRegistry, type OwnRegistry } from './telemetry/registry.ts';
import { createScrapeLog, type ScrapeLog } from './telemetry/scrape-log.ts';
import { createScrapeMetrics, type MetricsIdentity, type ScrapeMetrics } from './telemetry/scrape-metrics.ts';

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
  readonly planner: Planner;
  /** What is known of Azure; grows with every run. */
  readonly capabilities: Capabilities;
  readonly azure: Azure;
  readonly registry: OwnRegistry;
  readonly log: ScrapeLog;
  readonly metrics: ScrapeMetrics;
  readonly exposition: Exposition;
  /** Undefined when no resource discovery group is declared. */
  readonly discovery: ComposedDiscovery | undefined;
  /** Azure's tags and properties of resources as labels. */
  readonly labels: ComposedLabels;
  /** Asks all groups of a schedule once. */
  run(cron: string, reason: RunReason, signal: AbortSignal): Promise<RunResult>;
  /** Explains the series that are meant, at most `most` of them. */
  explain(selector: Selector, most: number, schedules: readonly ScheduleState[]): Explained;
  /** Tries what the identity may read. */
  check(signal: AbortSignal): Promise<CheckRow[]>;
  /** The same beside the first runs; what it finds is logged. */
  readonly startUpCheck: StartUpCheck;
  /** Removes series that outlived their bound. */
  expire(): void;
  /** Those that are pushed to; undefined without any. */
  readonly sinks: ComposedSinks | undefined;
  /** Lets the sinks that are pushed to deliver what they have, for at most `graceMs`. */
  stopSinks(graceMs: number): Promise<void>;
  close(): Promise<void>;
}

const callsPerCpu = 8;
const probesAtOnce = 8;

export function composeCore(input: CoreInput): ExporterCore {
  const { runtime, clock, logger } = input;
  const prefix = runtime.prometheus?.systemMetricsPrefix ?? 'azimuth';
  const registry = createOwnRegistry({ prefix, elsewhere: itemMetrics, runtime: true });
  for (const name of input.invalidMetrics) registry.set('declarationInvalid', { metric_name: name }, 1);

  const store = createSeriesStore({
    perMetricLimit: runtime.seriesLimit.perMetric,
    totalLimit: runtime.seriesLimit.total,
  });
  const statusStore = createSeriesStore({
    perMetricLimit: Number.POSITIVE_INFINITY,
    totalLimit: Number.POSITIVE_INFINITY,
  });
  const sinks = composeSinks(input);
  const push = composePush(sinks, { store, statusStore, registry, prefix });
  const log = createScrapeLog(logger);
  const metrics = createScrapeMetrics(push?.registry ?? registry, identityOf(input));
  const status = createItemStatus(statusStore, prefix);
  const observe = (event: ScrapeEvent): void => {
    if ('item' in event && event.kind !== 'left' && planner.item(event.item.id) === undefined) return;
    log.note(event);
    metrics.scrape(event);
    status(event);
    push?.note(event);
    startUpCheck.note(event);
  };
  const azure = connectAzure(input, metrics);
  sinks?.attach({ registry, tokensFor: (identity) => azure.tokensFor(identity) });
  const planning = composePlanning({
    ...input,
    azure,
    registry,
    statusStore,
    prefix,
    left: (gone) => {
      scraper.forget(gone.map(({ id }) => id));
      for (const item of gone) {
        store.remove(item.id);
        observe({ kind: 'left', item, reason: 'undiscovered' });
      }
    },
  });
  const { planner, knowledge, labels, discovery } = planning;
  const traces = createTraceBook();
  const checkDeps = checkDepsOf(input, { azure, planner, knowledge });
  const startUpCheck = createStartUpCheck(checkDeps, ({ code, role, command, message }) =>
    logger.warn({ code, role, command }, `Preflight: ${command === null ? message : `${message} Run: ${command}`}`),
  );
  const scraper = composeScraper(input, {
    azure,
    planning,
    store: push?.store ?? store,
    observe,
    traces,
    book: push?.book,
  });
  const publishPlan = planPublisher(registry, planner);
  const exposition = composeExposition(input, { store, statusStore, registry, discovery });
  const expire = (): void => {
    for (const owner of store.expire(clock.now())) {
      const item = planner.item(owner);
      if (item !== undefined) observe({ kind: 'left', item, reason: 'stale' });
    }
  };

  return {
    planner,
    capabilities: planning.capabilities,
    azure,
    registry,
    log,
    metrics,
    exposition,
    discovery,
    labels,
    async run(cron, reason, signal) {
      await planner.prepare();
      await labels.ready(signal);
      await planner.prepare();
      labels.publish();
      publishPlan(planner.inForce());
      const groups = planner.groups(cron);
      const startMs = clock.now();
      const result = await scraper.run(groups, delaysOf(groups, reason, runtime), signal);
      if (signal.reason === 'shutdown') return result;
      push?.offer(startMs);
      expire();
      log.endRun(cron);
      await exposition.refresh();
      return result;
    },
    explain: (selector, most, schedules) =>
      explain(
        {
          plan: planner.current(),
          store,
          traces,
          known: (item) => scraper.known(item),
          schedules,
          nowMs: clock.now(),
        },
        selector,
        most,
      ),
    check: (signal) => runCheck(checkDeps, signal),
    startUpCheck,
    expire,
    sinks,
    stopSinks: (graceMs) => sinks?.stop(graceMs) ?? Promise.resolve(),
    async close() {
      discovery?.stop();
      labels.stop();
      await azure.close();
      registry.close();
    },
  };
}

function composeScraper(
  { runtime, clock, cpus }: CoreInput,
  parts: {
    readonly azure: Azure;
    readonly planning: Planning;
    readonly store: SeriesStore;
    readonly observe: (event: ScrapeEvent) => void;
    readonly traces: TraceBook;
    readonly book: BucketBook | undefined;
  },
): Scraper {
  const { azure, planning, store, observe, traces, book } = parts;
  const { planner, knowledge, grains } = planning;
  const { mutexTimeoutMs } = runtime.concurrency;
  return createScraper({
    metrics: azure.metrics,
    logs: azure.logs,
    queues: azure.queues,
    // A run that is under way may still bring values of what has left the plan.
    store: { ...store, replace: (slot) => (planner.item(slot.owner) === undefined ? 0 : store.replace(slot)) },
    clock,
    observe,
    limiterOf: limitersOf(runtime.server.maxDegreeOfParallelism ?? cpus * callsPerCpu),
    knowledge,
    grains,
    traces,
    ...(book === undefined ? {} : { book }),
    historyMs: runtime.azureMonitor.historyMs,
    ...(mutexTimeoutMs === undefined ? {} : { groupTimeoutMs: mutexTimeoutMs }),
  });
}

/** The run at start is not spread; the pace alone holds it. */
function delaysOf(groups: readonly QueryGroup[], reason: RunReason, { azureMonitor }: RuntimeConfig): Delays {
  const periodMs = groups[0]?.schedule.periodMs ?? 0;
  return (ids) => (reason === 'start' ? [] : startDelays(ids, periodMs, azureMonitor.rateLimit.readsPerSecond));
}

function connectAzure(
  { runtime, declaration, clock, logger, random, version }: CoreInput,
  metrics: ScrapeMetrics,
): Azure {
  return createAzure({
    cloud: declaration.cloud,
    tenantId: declaration.tenantId,
    authentication: runtime.authentication,
    clock,
    random,
    userAgent: `App/Azimuth/${version}`,
    rateLimit: runtime.azureMonitor.rateLimit,
    observer: {
      request: (event) => metrics.azure(event),
      log: ({ api, requestId, message }) => logger.debug({ api, requestId }, message),
    },
  });
}

/** What rate-limit metrics tell of who asks. */
function identityOf({ runtime, declaration }: CoreInput): MetricsIdentity {
  const { name } = declaration.cloud;
  return {
    tenantId: declaration.tenantId,
    appId: appIdOf(runtime),
    cloud: name === 'UsGov' ? 'US Government' : name,
    authMode: runtime.authentication.mode,
  };
}

function checkDepsOf(
  { runtime, declaration, clock }: CoreInput,
  { azure, planner, knowledge }: { azure: Azure; planner: Planner; knowledge: Knowledge },
): CheckDeps {
  const { identityId } = runtime.authentication;
  return {
    metrics: azure.metrics,
    logs: azure.logs,
    queues: azure.queues,
    token: azure.token,
    graph: azure.graphProbe,
    clock,
    limiter: createLimiter(probesAtOnce),
    plan: () => planner.current(),
    queryMode: runtime.azureMonitor.queryMode,
    discovers: declaration.metrics.some(({ resourceDiscoveryGroups }) => resourceDiscoveryGroups.length > 0),
    searched: declaration.discovery?.landscapes[0]?.subscriptions ?? [],
    learnRegion: (key, region) => knowledge.learnRegion(key, region),
    tenantId: declaration.tenantId,
    configured: identityId === undefined ? {} : { clientId: identityId },
  };
}

function composeExposition(
  input: CoreInput,
  parts: {
    readonly store: SeriesStore & SeriesSnapshots;
    readonly statusStore: SeriesSnapshots;
    readonly registry: OwnRegistry;
    readonly discovery: ComposedDiscovery | undefined;
  },
): Exposition {
  const { store, statusStore, registry, discovery } = parts;
  const own = input.scrapedOnly !== true;
  const sink = input.runtime.prometheus;
  const countSeries = seriesCounter(store, registry);
  return createExposition({
    store: { snapshot: () => [...store.snapshot(), ...(own ? statusStore.snapshot() : [])] },
    ownMetrics: (format) => {
      if (!own) return Promise.resolve('');
      countSeries();
      discovery?.publishAges();
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

/** Tells the calls that a plan makes in an average hour, once for each plan. */
function planPublisher(registry: OwnRegistry, planner: Planner): (plan: ScrapePlan) => void {
  let told: ScrapePlan | undefined;
  const apis = {
    single: 'metrics',
    batch: 'batch',
    subscription: 'subscription',
    logs: 'logs',
    queue: 'queue',
  } as const;
  return (plan) => {
    if (plan === told) return;
    told = plan;
    const perHour = new Map(
      plan.schedules.map((schedule) => [schedule.cron, runsPerHour(schedule) / planner.strideOf(schedule.cron)]),
    );
    for (const [mode, api] of Object.entries(apis)) {
      const groups = plan.groups.filter((group) => group.mode === mode);
      const calls = groups.reduce((sum, { schedule }) => sum + (perHour.get(schedule.cron) ?? 0), 0);
      registry.set('plannedCalls', { api }, calls);
    }
  };
}

/** One limiter a subscription: calls that wait for the pace of one must not hold up another. */
function limitersOf(places: number): (subscriptionId: string) => Limiter {
  const limiters = new Map<string, Limiter>();
  return (subscriptionId) => {
    const limiter = limiters.get(subscriptionId) ?? createLimiter(places);
    limiters.set(subscriptionId, limiter);
    return limiter;
  };
}

/** Label `app_id` of the rate-limit metrics, in Promitor's words. */
function appIdOf(runtime: RuntimeConfig): string {
  const { mode, identityId } = runtime.authentication;
  if (mode === 'SystemAssignedManagedIdentity') return 'system-assigned-identity';
  if (mode === 'SdkDefault') return 'default-azure-credentials';
  return identityId ?? 'externally-configured-user-assigned-identity';
}
