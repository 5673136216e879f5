import type { Logger } from 'pino';
import type { Azure } from '../azure/azure.ts';
import type { CheckRow } from '../check/report.ts';
import { runCheck } from '../check/run-check.ts';
import { createStartUpCheck, type StartUpCheck } from '../check/start-up.ts';
import { keepUnchanged } from '../config/unchanged.ts';
import type { Clock } from '../core/clock.ts';
import type { Declaration } from '../core/declaration.ts';
import { seriesFamilies } from '../core/family.ts';
import type { RuntimeConfig } from '../core/runtime-config.ts';
import type { Exposition } from '../http/ports.ts';
import { planChanges } from '../plan/changes.ts';
import type { Planner } from '../plan/planner.ts';
import { batchLimitPerHour } from '../plan/quota.ts';
import { runsPerHour } from '../plan/rate.ts';
import type { Capabilities, ScrapePlan } from '../plan/types.ts';
import type { RunReason } from '../schedule/ports.ts';
import { createGrainBook } from '../scrape/grains.ts';
import { createKnowledge } from '../scrape/knowledge.ts';
import type { ScrapeEvent, ScrapeItem } from '../scrape/ports.ts';
import { createScrapeMemory, type RunResult } from '../scrape/scraper.ts';
import { createTraceBook } from '../scrape/traces.ts';
import type { Hub } from '../sinks/hub/hub.ts';
import { createStatus, type Status } from '../status/status.ts';
import { createSeriesStore } from '../store/series-store.ts';
import { createItemStatus, itemMetrics } from '../telemetry/item-status.ts';
import { createOwnRegistry, type OwnRegistry } from '../telemetry/registry.ts';
import { createScrapeLog, type ScrapeLog } from '../telemetry/scrape-log.ts';
import { createScrapeMetrics, type ScrapeMetrics } from '../telemetry/scrape-metrics.ts';
import { checkDepsOf, connectAzure, identityOf } from './azure.ts';
import type { ComposedDiscovery } from './discovery.ts';
import { composeInForce, type InForce, type Lasting } from './in-force.ts';
import type { ComposedLabels } from './labels.ts';
import { composePush } from './push.ts';
import { composeSinks, type SinkSurroundings } from './sinks.ts';

/** A configuration that may be in force. */
export interface Configured {
  readonly runtime: RuntimeConfig;
  readonly declaration: Declaration;
  /** Names of metrics that were left out because of errors. */
  readonly invalidMetrics: readonly string[];
}

export interface CoreInput extends Configured {
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
  /** The planner of the configuration in force, whichever that is. */
  readonly planner: Planner;
  readonly azure: Azure;
  readonly registry: OwnRegistry;
  readonly log: ScrapeLog;
  readonly metrics: ScrapeMetrics;
  /** What is known of every series and schedule, for explanations and the status page. */
  readonly status: Status;
  /** Tries beside the first runs what the identity may read; what it finds is logged. */
  readonly startUpCheck: StartUpCheck;
  /** What is known of Azure; grows with every run. */
  capabilities(): Capabilities;
  exposition(): Exposition;
  /** Undefined when no resource discovery group is declared. */
  discovery(): ComposedDiscovery | undefined;
  /** Azure's tags and properties of resources as labels. */
  labels(): ComposedLabels;
  /** Keeps lists and labels up to date from now on. `due` hears of schedules that should run at once. */
  start(due: (cron: string) => void): void;
  /** Asks all groups of a schedule once, or only those that the configuration has changed. */
  run(cron: string, reason: RunReason, signal: AbortSignal): Promise<RunResult>;
  /** Tries what the identity may read. */
  check(signal: AbortSignal): Promise<CheckRow[]>;
  /**
   * Plans another configuration and puts it in force as a whole. Series of what did not change stay. Resolves with the
   * schedules, in their six-field form, that have something new to ask.
   */
  reconfigure(configured: Configured): Promise<ReadonlySet<string>>;
  /** Removes series that outlived their bound. */
  expire(): void;
  /** Those that are pushed to; undefined without any. */
  readonly sinks: Hub | undefined;
  close(): Promise<void>;
}

const unlimited = { perMetricLimit: Number.POSITIVE_INFINITY, totalLimit: Number.POSITIVE_INFINITY };

export function composeCore(input: CoreInput): ExporterCore {
  const { clock, logger } = input;
  const prefix = input.runtime.prometheus?.systemMetricsPrefix ?? 'azimuth';
  const registry = createOwnRegistry({ prefix, elsewhere: itemMetrics, runtime: true });
  const store = createSeriesStore(boundsOf(input.runtime));
  const statusStore = createSeriesStore(unlimited);
  const tokensFor: SinkSurroundings['tokensFor'] = (identity) => azure.tokensFor(identity);
  const sinks = composeSinks(input, { registry, tokensFor });
  const push = composePush(sinks, { store, statusStore, registry, prefix });
  const log = createScrapeLog(logger);
  const metrics = createScrapeMetrics(push?.registry ?? registry, identityOf(input));
  const azure = connectAzure(input, metrics);
  const planner = plannerOf(() => force);
  const itemStatus = createItemStatus(statusStore, prefix);
  const note = (event: ScrapeEvent): void => {
    log.note(event);
    metrics.scrape(event);
    itemStatus(event);
    status.note(event);
    push?.note(event);
    startUpCheck.note(event);
  };
  const left = (gone: readonly ScrapeItem[]): void => {
    force.scraper.forget(gone.map(({ id }) => id));
    for (const item of gone) {
      store.remove(item.id);
      note({ kind: 'left', item, reason: 'unplanned' });
    }
  };
  const lasting: Lasting = {
    azure,
    registry,
    store,
    runStore: push?.store ?? store,
    book: push?.book,
    statusStore,
    knowledge: createKnowledge(() => clock.now()),
    grains: createGrainBook(azure.metrics),
    memory: createScrapeMemory(),
    traces: createTraceBook(),
    items: new WeakMap(),
    planner,
    publishAges: () => force.planning.discovery?.publishAges(),
    note,
    left,
  };
  let force: InForce = composeInForce(input, input, lasting, undefined);
  const checkDeps = () => checkDepsOf(force.configured, { clock, azure, planner, knowledge: lasting.knowledge });
  const startUpCheck = createStartUpCheck(checkDeps(), ({ code, role, command, message }) =>
    logger.warn({ code, role, command }, `Preflight: ${command === null ? message : `${message} Run: ${command}`}`),
  );
  const status = createStatus({
    planner,
    store,
    traces: lasting.traces,
    known: (item) => force.scraper.known(item),
    token: azure.token,
    paces: () => azure.pace.state(),
    clock,
    breathe: nextTurn,
    rateLimit: input.runtime.azureMonitor.rateLimit,
    batchLimitPerHour,
    pricing: () => force.configured.runtime.azureMonitor.pricing,
  });
  const publishPlan = planPublisher(registry, planner);
  const expire = (): void => {
    for (const owner of store.expire(clock.now())) {
      const item = planner.item(owner);
      if (item !== undefined) note({ kind: 'left', item, reason: 'stale' });
    }
  };
  const swap = (next: InForce): ReadonlySet<string> => {
    const before = force;
    const { gone, changed, relabelled, added } = planChanges(before.planning.planner, next.planning.planner);
    before.yieldTo(next, changed);
    left(gone);
    force = next;
    next.scraper.forget([...changed]);
    for (const id of changed) store.remove(id);
    store.limit(boundsOf(next.configured.runtime));
    for (const family of next.configured.declaration.metrics.flatMap(seriesFamilies)) store.describe(family);
    const declared = new Set(next.configured.declaration.metrics.map(({ name }) => name));
    for (const { name } of before.configured.declaration.metrics) if (!declared.has(name)) metrics.forget(name);
    tellInvalid(registry, before.configured, next.configured);
    for (const id of [...before.pending, ...changed, ...relabelled, ...added])
      if (planner.item(id) !== undefined) next.pending.add(id);
    return schedulesOf(planner.inForce(), next.pending);
  };
  let due: ((cron: string) => void) | undefined;

  planner.current();
  force.planning.tellRemarks();
  tellInvalid(registry, undefined, input);
  return {
    planner,
    azure,
    registry,
    log,
    metrics,
    status,
    startUpCheck,
    capabilities: () => force.planning.capabilities,
    exposition: () => force.exposition,
    discovery: () => force.planning.discovery,
    labels: () => force.planning.labels,
    start(hear) {
      due = hear;
      force.planning.start(hear);
    },
    async run(cron, reason, signal) {
      const startMs = clock.now();
      const result = await force.run(cron, reason, signal);
      if (signal.reason === 'shutdown') return result;
      publishPlan(planner.inForce());
      push?.offer(startMs);
      expire();
      log.endRun(cron, result.asked);
      await status.afterRun();
      await force.exposition.refresh();
      return result;
    },
    check: (signal) => runCheck(checkDeps(), signal),
    async reconfigure(configured) {
      const before = force;
      const declaration = keepUnchanged(before.configured.declaration, configured.declaration);
      const next = composeInForce(input, { ...configured, declaration }, lasting, before);
      await next.planning.planner.prepare();
      const schedules = swap(next);
      next.planning.tellRemarks();
      publishPlan(planner.inForce());
      before.planning.leaveTo(next.planning);
      if (due !== undefined) next.planning.start(due);
      return schedules;
    },
    expire,
    sinks,
    async close() {
      force.planning.stop();
      await azure.close();
      registry.close();
    },
  };
}

function boundsOf({ seriesLimit: { perMetric, total } }: RuntimeConfig) {
  return { perMetricLimit: perMetric, totalLimit: total };
}

function plannerOf(force: () => InForce): Planner {
  const planner = (): Planner => force().planning.planner;
  return {
    current: () => planner().current(),
    inForce: () => planner().inForce(),
    prepare: () => planner().prepare(),
    groups: (cron) => planner().groups(cron),
    item: (id) => planner().item(id),
    strideOf: (cron) => planner().strideOf(cron),
    budget: () => planner().budget(),
  };
}

function tellInvalid(registry: OwnRegistry, before: Configured | undefined, now: Configured): void {
  for (const name of before?.invalidMetrics ?? []) registry.drop('declarationInvalid', { metric_name: name });
  for (const name of now.invalidMetrics) registry.set('declarationInvalid', { metric_name: name }, 1);
}

/** Schedules of groups that have one of the items. */
function schedulesOf({ groups }: ScrapePlan, itemIds: ReadonlySet<string>): ReadonlySet<string> {
  const due = groups.filter(({ items }) => items.some(({ id }) => itemIds.has(id)));
  return new Set(due.map(({ schedule }) => schedule.cron));
}

/** The next turn of the event loop. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
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
