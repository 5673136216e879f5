import type { Logger } from 'pino';
import type { Clock } from '../core/clock.ts';
import type { Declaration } from '../core/declaration.ts';
import type { RuntimeConfig } from '../core/runtime-config.ts';
import { configuredCapabilities } from '../plan/plan.ts';
import { createPlanner, type Planner } from '../plan/planner.ts';
import type { Capabilities, ScrapeItem } from '../plan/types.ts';
import { type ComposedDiscovery, composeDiscovery } from './discovery.ts';
import type { Lasting } from './in-force.ts';
import { type ComposedLabels, composeLabels } from './labels.ts';

export interface PlanningInput {
  readonly runtime: RuntimeConfig;
  readonly declaration: Declaration;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly lasting: Lasting;
  /** Planning under the configuration before; lists and labels that are defined as they were go on. */
  readonly before: Planning | undefined;
  /** Hears of items that a new plan no longer has. */
  readonly left: (gone: readonly ScrapeItem[]) => void;
}

/** The plan and everything that it is made of. */
export interface Planning {
  readonly planner: Planner;
  readonly capabilities: Capabilities;
  readonly labels: ComposedLabels;
  readonly discovery: ComposedDiscovery | undefined;
  /** Logs the remarks of the plan in force that were not logged before. */
  tellRemarks(): void;
  /** Keeps lists and labels up to date from now on. */
  start(due: (cron: string) => void): void;
  stop(): void;
  /** Ends what the planning of another configuration does not go on with. */
  leaveTo(next: Planning): void;
}

export function composePlanning({ before, ...input }: PlanningInput): Planning {
  const { runtime, declaration, logger, lasting } = input;
  const { knowledge, grains } = lasting;
  const { labels, discovery } = composeSources(input, before);
  const capabilities: Capabilities = {
    ...configuredCapabilities(runtime.azureMonitor),
    regionOf: (key) => knowledge.regionOf(key),
    labelsOf: (key) => labels.labelsOf(key),
    batchRefusal: (subscriptionId, armType) => knowledge.batchRefusal(subscriptionId, armType),
    grainOf: (armType, metricName, intervalMs) => grains.known(armType, [metricName], intervalMs),
  };
  const planner: Planner = createPlanner({
    declaration,
    capabilities,
    cache: lasting.items,
    version: () => knowledge.version() + labels.version() + (discovery?.lists.version() ?? 0),
    found: (name) => discovery?.lists.resources(name) ?? [],
    slices: { now: () => performance.now(), pause: turn },
    replaced: (gone) => {
      tellRemarks();
      input.left(gone);
    },
    ...(runtime.callBudget === undefined ? {} : { callBudget: runtime.callBudget }),
  });
  const tellRemarks = remarksTeller(planner, logger);
  return {
    planner,
    capabilities,
    labels,
    discovery,
    tellRemarks,
    start(due) {
      discovery?.start(due);
      labels.start();
    },
    stop() {
      discovery?.stop();
      labels.stop();
    },
    leaveTo(next) {
      if (next.discovery !== discovery) discovery?.leaveTo(next.discovery);
      if (next.labels !== labels) labels.stop();
    },
  };
}

/**
 * Labels and lists. They may go on under other configurations, so that no closure here may hold what belongs to this one
 * or to the one before: all of them would stay in memory, each with its plan.
 */
function composeSources(
  { runtime, declaration, clock, logger, lasting }: Omit<PlanningInput, 'before'>,
  before: Planning | undefined,
): Pick<Planning, 'labels' | 'discovery'> {
  const { azure, knowledge } = lasting;
  const labels = composeLabels({
    before: before?.labels,
    wanted: declaration.resourceLabels,
    graph: azure.graph,
    clock,
    logger,
    intervalMs: runtime.resourceDiscovery.refreshIntervalMs,
    plan: () => lasting.planner.inForce(),
    statusStore: lasting.statusStore,
    prefix: runtime.prometheus?.systemMetricsPrefix ?? 'azimuth',
  });
  const discovery = composeDiscovery({
    declaration,
    config: runtime.resourceDiscovery,
    graph: azure.graph,
    clock,
    logger,
    registry: lasting.registry,
    before: before?.discovery,
    pause: turn,
    learnRegion: (key, region) => knowledge.learnRegion(key, region),
    changed: () => void lasting.planner.prepare(),
  });
  return { labels, discovery };
}

/** Tells each remark of the plans once. */
function remarksTeller(planner: Planner, logger: Logger): () => void {
  const told = new Set<string>();
  return () => {
    for (const { metric, message } of planner.inForce().warnings) {
      if (!told.has(`${metric} ${message}`)) logger.info({ metric }, message);
      told.add(`${metric} ${message}`);
    }
  };
}

/** Lets whatever waits have its turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
