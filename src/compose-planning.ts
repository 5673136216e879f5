import type { Logger } from 'pino';
import type { Azure } from './azure/azure.ts';
import { type ComposedDiscovery, composeDiscovery } from './compose-discovery.ts';
import { type ComposedLabels, composeLabels } from './compose-labels.ts';
import type { Clock } from './core/clock.ts';
import type { Declaration } from './core/declaration.ts';
import type { RuntimeConfig } from './core/runtime-config.ts';
import { configuredCapabilities } from './plan/plan.ts';
import { createPlanner, type Planner } from './plan/planner.ts';
import type { Capabilities, ScrapeItem } from './plan/types.ts';
import { createGrainBook, type GrainBook } from './scrape/grains.ts';
import { createKnowledge, type Knowledge } from './scrape/knowledge.ts';
import type { SeriesStore } from './store/ports.ts';
import type { OwnRegistry } from './telemetry/registry.ts';

export interface PlanningInput {
  readonly runtime: RuntimeConfig;
  readonly declaration: Declaration;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly azure: Azure;
  readonly registry: OwnRegistry;
  readonly statusStore: SeriesStore;
  readonly prefix: 'azimuth' | 'promitor';
  /** Hears of items that a new plan no longer has. */
  readonly left: (gone: readonly ScrapeItem[]) => void;
}

/** The plan and everything that it is made of. */
export interface Planning {
  readonly planner: Planner;
  readonly capabilities: Capabilities;
  readonly knowledge: Knowledge;
  readonly grains: GrainBook;
  readonly labels: ComposedLabels;
  readonly discovery: ComposedDiscovery | undefined;
}

export function composePlanning(input: PlanningInput): Planning {
  const { runtime, declaration, clock, logger, azure } = input;
  const knowledge = createKnowledge(() => clock.now());
  const grains = createGrainBook(azure.metrics);
  const labels = composeLabels({
    wanted: declaration.resourceLabels,
    graph: azure.graph,
    clock,
    logger,
    intervalMs: runtime.resourceDiscovery.refreshIntervalMs,
    plan: () => planner.inForce(),
    statusStore: input.statusStore,
    prefix: input.prefix,
  });
  const capabilities: Capabilities = {
    ...configuredCapabilities(runtime.azureMonitor),
    regionOf: (key) => knowledge.regionOf(key),
    labelsOf: (key) => labels.labelsOf(key),
    batchRefusal: (subscriptionId, armType) => knowledge.batchRefusal(subscriptionId, armType),
    grainOf: (armType, metricName, intervalMs) => grains.known(armType, [metricName], intervalMs),
  };
  const discovery = composeDiscovery({
    declaration,
    config: runtime.resourceDiscovery,
    graph: azure.graph,
    clock,
    logger,
    registry: input.registry,
    pause: turn,
    learnRegion: (key, region) => knowledge.learnRegion(key, region),
    changed: () => void planner.prepare(),
  });
  const planner: Planner = createPlanner({
    declaration,
    capabilities,
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
  planner.current();
  tellRemarks();
  return { planner, capabilities, knowledge, grains, labels, discovery };
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
