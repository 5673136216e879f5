import type { Azure } from '../azure/azure.ts';
import { createLimiter, type Limiter } from '../core/limiter.ts';
import type { RuntimeConfig } from '../core/runtime-config.ts';
import type { Exposition } from '../http/ports.ts';
import type { ItemCache } from '../plan/items.ts';
import type { Planner } from '../plan/planner.ts';
import type { QueryGroup, ScrapeItem } from '../plan/types.ts';
import type { RunReason } from '../schedule/ports.ts';
import { startDelays } from '../schedule/spread.ts';
import type { GrainBook } from '../scrape/grains.ts';
import type { Knowledge } from '../scrape/knowledge.ts';
import type { BucketBook, ScrapeEvent } from '../scrape/ports.ts';
import { createScraper, type Delays, type RunResult, type ScrapeMemory, type Scraper } from '../scrape/scraper.ts';
import type { TraceBook } from '../scrape/traces.ts';
import type { SeriesSnapshots, SeriesStore } from '../store/ports.ts';
import { inLogContext } from '../telemetry/log-context.ts';
import type { OwnRegistry } from '../telemetry/registry.ts';
import type { Configured, CoreInput } from './core.ts';
import { composeExposition } from './exposition.ts';
import { composePlanning, type Planning } from './planning.ts';

/** What outlives every configuration: the way to Azure, what is shown, and what was learned. */
export interface Lasting {
  readonly azure: Azure;
  readonly registry: OwnRegistry;
  readonly store: SeriesStore & SeriesSnapshots;
  /** Where runs write: the store, and what stands before it. */
  readonly runStore: SeriesStore;
  /** Wants every bucket; undefined unless a sink does. */
  readonly book: BucketBook | undefined;
  readonly statusStore: SeriesStore & SeriesSnapshots;
  readonly knowledge: Knowledge;
  readonly grains: GrainBook;
  readonly memory: ScrapeMemory;
  readonly traces: TraceBook;
  readonly items: ItemCache;
  /** The planner of the configuration in force, whichever that is. */
  readonly planner: Planner;
  readonly publishAges: () => void;
  readonly note: (event: ScrapeEvent) => void;
  /** Hears of items that a new plan no longer has. */
  readonly left: (gone: readonly ScrapeItem[]) => void;
}

/** What follows from one configuration. When it is loaded anew, another one takes its place as a whole. */
export interface InForce {
  readonly configured: Configured;
  readonly planning: Planning;
  readonly scraper: Scraper;
  readonly exposition: Exposition;
  /** Ids of items that are asked for without waiting for the next time of their schedule. */
  readonly pending: Set<string>;
  /** Asks all groups of a schedule once; for the reason `changed`, only those that have something pending. */
  run(cron: string, reason: RunReason, signal: AbortSignal): Promise<InForceRun>;
  /** Whether what a run of this configuration finds of an item still counts. */
  accepts(itemId: string): boolean;
  /** From now on `next` holds; what is still found of `changed` items was asked for in another way. */
  yieldTo(next: InForce, changed: ReadonlySet<string>): void;
}

export interface InForceRun extends RunResult {
  /** Ids of the items that the run was about; undefined: all of the schedule. */
  readonly asked?: ReadonlySet<string>;
}

const callsPerCpu = 8;

export function composeInForce(
  input: CoreInput,
  configured: Configured,
  lasting: Lasting,
  before: InForce | undefined,
): InForce {
  let after: { readonly next: InForce; readonly changed: ReadonlySet<string> } | undefined;
  const { runtime } = configured;
  const pending = new Set<string>();
  const planning = composePlanning({
    ...configured,
    clock: input.clock,
    logger: input.logger,
    lasting,
    before: before?.planning,
    left: (gone) => {
      if (after === undefined) lasting.left(gone);
    },
  });
  const accepts = (itemId: string): boolean =>
    planning.planner.item(itemId) !== undefined &&
    (after === undefined || (!after.changed.has(itemId) && after.next.accepts(itemId)));
  const scraper = composeScraper(input, runtime, lasting, accepts);
  const keepsExposition =
    before !== undefined && JSON.stringify(before.configured.runtime.prometheus) === JSON.stringify(runtime.prometheus);
  return {
    configured,
    planning,
    scraper,
    exposition: keepsExposition ? before.exposition : composeExposition(input, configured.runtime, lasting),
    pending,
    accepts,
    async run(cron, reason, signal) {
      const { planner, labels } = planning;
      await planner.prepare();
      await labels.ready(signal);
      await planner.prepare();
      labels.publish();
      const all = planner.groups(cron);
      const groups = reason === 'changed' ? all.filter(({ items }) => items.some(({ id }) => pending.has(id))) : all;
      const asked = pending.size === 0 && reason !== 'changed' ? undefined : idsOf(groups);
      for (const id of asked ?? []) pending.delete(id);
      const result = await scraper.run(groups, delaysOf(groups, reason, runtime), signal);
      return asked === undefined || reason !== 'changed' ? result : { ...result, asked };
    },
    yieldTo(next, changed) {
      after = { next, changed };
    },
  };
}

function idsOf(groups: readonly QueryGroup[]): ReadonlySet<string> {
  return new Set(groups.flatMap(({ items }) => items.map(({ id }) => id)));
}

function composeScraper(
  { clock, cpus }: CoreInput,
  runtime: RuntimeConfig,
  { azure, knowledge, grains, memory, traces, runStore, book, note }: Lasting,
  accepts: (itemId: string) => boolean,
): Scraper {
  const { mutexTimeoutMs } = runtime.concurrency;
  return createScraper({
    metrics: azure.metrics,
    logs: azure.logs,
    queues: azure.queues,
    // A run that is under way may still bring values of what has left the plan.
    store: { ...runStore, replace: (slot) => (accepts(slot.owner) ? runStore.replace(slot) : 0) },
    clock,
    observe: (event) => {
      if (!('item' in event) || event.kind === 'left' || accepts(event.item.id)) note(event);
    },
    limiterOf: limitersOf(runtime.server.maxDegreeOfParallelism ?? cpus * callsPerCpu),
    knowledge,
    grains,
    traces,
    memory,
    ...(book === undefined ? {} : { book }),
    inGroup: ({ id }, work) => inLogContext({ queryGroup: id }, work),
    historyMs: runtime.azureMonitor.historyMs,
    ...(mutexTimeoutMs === undefined ? {} : { groupTimeoutMs: mutexTimeoutMs }),
  });
}

/** What has never been asked for is not spread over the period; the pace alone holds it. */
function delaysOf(groups: readonly QueryGroup[], reason: RunReason, { azureMonitor }: RuntimeConfig): Delays {
  const periodMs = groups[0]?.schedule.periodMs ?? 0;
  return (ids) => (reason === 'tick' ? startDelays(ids, periodMs, azureMonitor.rateLimit.readsPerSecond) : []);
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
