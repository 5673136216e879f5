import { type Clock, sleep } from '../core/clock.ts';
import type { Limiter } from '../core/limiter.ts';
import type { Outcome } from '../core/outcome.ts';
import type { MetricsQueryShape, QueryGroup, ScrapeItem } from '../plan/types.ts';
import type { SeriesStore } from '../store/ports.ts';
import { fetchMetrics } from './fetch.ts';
import type { DataMemory } from './freshness.ts';
import type { GrainBook } from './grains.ts';
import type { Knowledge } from './knowledge.ts';
import { createLagBook, type LagBook } from './lags.ts';
import type { BucketBook, LogsSource, MetricsSource, QueueSource, ScrapeObserver } from './ports.ts';
import { createQuarantine, type Quarantine, type QuarantineView } from './quarantine.ts';
import type { RunWeather } from './repair.ts';
import { settle, settleFailure, settleValue } from './settle.ts';
import type { TraceBook } from './traces.ts';

export interface ScraperOptions {
  readonly metrics: MetricsSource;
  readonly logs: LogsSource;
  readonly queues: QueueSource;
  readonly store: SeriesStore;
  readonly clock: Clock;
  readonly observe: ScrapeObserver;
  /** Bounds the query groups of a subscription in flight; one that waits for its pace must not hold up another. */
  readonly limiterOf: (subscriptionId: string) => Limiter;
  /** Upper bound of any lookback, milliseconds. */
  readonly historyMs: number;
  /** Longest that a group may take once it has started, milliseconds; undefined: only the run bounds it. */
  readonly groupTimeoutMs?: number;
  /** What runs teach about Azure; the planner reads it. */
  readonly knowledge: Knowledge;
  readonly grains: GrainBook;
  /** Keeps what the last run did for each item. */
  readonly traces: TraceBook;
  readonly memory: ScrapeMemory;
  /** Does the work of a group inside of something that marks its log lines; as it is unless given. */
  readonly inGroup?: (group: QueryGroup, work: () => Promise<void>) => Promise<void>;
  /** Wants every bucket, for a sink that does. */
  readonly book?: BucketBook;
}

/** Why a run is cut off: on shutdown it is dropped whole, past its period what is unfinished counts as failed. */
export type CutOff = 'shutdown' | 'period';

export interface Scraper {
  /**
   * One run: every group once, at one reference time, those that were asked longest ago first. `delays` spreads the
   * groups over the run: given their ids in order, milliseconds for each. Resolves when every group is settled; the
   * reason of `signal` is a {@link CutOff}.
   */
  run(groups: readonly QueryGroup[], delays: Delays, signal: AbortSignal): Promise<RunResult>;
  /** Forgets what was learned of items that are no longer asked for. */
  forget(itemIds: readonly string[]): void;
  /** What is known of an item from its runs so far. */
  known(item: ScrapeItem): KnownOfItem;
}

export interface KnownOfItem {
  /** Of its newest data; undefined before the first answer. */
  readonly memory?: DataMemory;
  /** Undefined unless it is asked apart from others. */
  readonly quarantine?: QuarantineView;
}
export type Delays = (groupIds: readonly string[]) => readonly number[];

/** Items of a run by what became of them. */
export interface RunResult {
  readonly succeeded: number;
  readonly failed: number;
}

/** What runs have learned of items; it outlives the scraper when the configuration is loaded anew. */
export interface ScrapeMemory {
  readonly data: Map<string, DataMemory>;
  readonly lags: LagBook;
  readonly quarantine: Quarantine;
  /** When items were last asked for: numbers that grow with every group. */
  readonly turns: Map<string, number>;
}

export function createScrapeMemory(): ScrapeMemory {
  return { data: new Map(), lags: createLagBook(), quarantine: createQuarantine(), turns: new Map() };
}

export function createScraper(options: ScraperOptions): Scraper {
  const { knowledge, grains } = options;
  const { data: memory, lags, quarantine, turns } = options.memory;
  let turn = 0;
  for (const last of turns.values()) turn = Math.max(turn, last);

  const runGroup = async (
    group: QueryGroup,
    run: { readonly nowMs: number; readonly observe: ScrapeObserver; readonly weather: RunWeather },
    signal: AbortSignal,
  ): Promise<void> => {
    const { nowMs, observe } = run;
    const book = options.book === undefined ? {} : { book: options.book };
    const context = { store: options.store, observe, nowMs, traces: options.traces, ...book };
    if (isMetrics(group)) {
      const source = {
        source: options.metrics,
        grains,
        quarantine,
        knowledge,
        run: run.weather,
        typicalLag: (type: string, name: string) => lags.typical(type, name),
        historyMs: options.historyMs,
        ...book,
      };
      const fetched = await fetchMetrics(group, nowMs, { ...source, memory, observe }, signal);
      if (isShutdown(signal)) return;
      lags.note(fetched);
      settle(fetched, context);
      return;
    }
    for (const item of group.items) {
      const outcome = await readValue(options, item, nowMs, signal);
      if (isShutdown(signal)) return;
      if (outcome.kind === 'ok') settleValue(item, outcome.value, context);
      else settleFailure(item, outcome.error, context);
    }
  };

  const withTimeout = async (work: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> => {
    if (options.groupTimeoutMs === undefined) return work(signal);
    const timeout = new AbortController();
    const cancel = options.clock.after(options.groupTimeoutMs, () => timeout.abort('groupTimeout'));
    try {
      return await work(AbortSignal.any([signal, timeout.signal]));
    } finally {
      cancel();
    }
  };

  return {
    forget(itemIds) {
      for (const id of itemIds) {
        memory.delete(id);
        options.traces.forget(id);
        turns.delete(id);
        quarantine.forget(id);
      }
    },
    async run(groups, delays, signal) {
      const nowMs = options.clock.now();
      let succeeded = 0;
      let failed = 0;
      const observe: ScrapeObserver = (event) => {
        if (event.kind === 'succeeded') succeeded += 1;
        if (event.kind === 'failed') failed += 1;
        options.observe(event);
      };
      const weather: RunWeather = { bad: false };
      const runOne = async (group: QueryGroup, delayMs: number): Promise<void> => {
        if (delayMs > 0) await sleep(options.clock, delayMs, signal);
        const done = await options.limiterOf(group.subscriptionId).run(async () => {
          turn += 1;
          for (const item of group.items) turns.set(item.id, turn);
          const work = (): Promise<void> =>
            withTimeout((bounded) => runGroup(group, { nowMs, observe, weather }, bounded), signal);
          await (options.inGroup === undefined ? work() : options.inGroup(group, work));
          return true;
        }, signal);
        if (done !== true && !isShutdown(signal)) {
          const context = { store: options.store, observe, nowMs, traces: options.traces };
          for (const item of group.items) settleFailure(item, neverStarted(item), context);
        }
      };
      const ordered = oldestFirst(groups, turns);
      const starts = delays(ordered.map(({ id }) => id));
      await Promise.all(ordered.map((group, index) => runOne(group, starts[index] ?? 0)));
      lags.publish(options.observe);
      if (!isShutdown(signal)) options.observe({ kind: 'quarantined', byCode: quarantine.counts() });
      return { succeeded, failed };
    },
    known(item) {
      const own = memory.get(item.id);
      const held = quarantine.view(item.id);
      return { ...(own === undefined ? {} : { memory: own }), ...(held === undefined ? {} : { quarantine: held }) };
    },
  };
}

/** What a run that was cut off did not reach comes first in the next, so that overload stretches all alike. */
function oldestFirst(groups: readonly QueryGroup[], turns: ReadonlyMap<string, number>): QueryGroup[] {
  const turnOf = (group: QueryGroup): number => turns.get(group.items[0]?.id ?? '') ?? 0;
  return groups
    .map((group) => ({ group, turn: turnOf(group) }))
    .sort((a, b) => a.turn - b.turn)
    .map(({ group }) => group);
}

function isMetrics(group: QueryGroup): group is QueryGroup & { readonly metrics: MetricsQueryShape } {
  return group.metrics !== undefined;
}

function isShutdown(signal: AbortSignal): boolean {
  return signal.aborted && signal.reason === ('shutdown' satisfies CutOff);
}

function neverStarted(item: ScrapeItem): { code: 'AZ3006'; message: string } {
  const message = `The run of schedule ${item.metric.schedule.text} ended before ${item.metric.name} of ${item.resource.id} could be asked for.`;
  return { code: 'AZ3006', message };
}

async function readValue(
  options: ScraperOptions,
  item: ScrapeItem,
  nowMs: number,
  signal: AbortSignal,
): Promise<Outcome<number | null>> {
  const { query } = item.metric;
  const { fields, sasToken } = item.resource;
  if (query.kind === 'logAnalytics') {
    const window = { startMs: nowMs - query.intervalMs, endMs: nowMs };
    return options.logs.query({ workspaceId: fields['workspaceId'] ?? '', query: query.query, ...window }, signal);
  }
  if (query.kind === 'storageQueue' && sasToken !== undefined) {
    const { accountName = '', queueName = '' } = fields;
    return options.queues.read({ accountName, queueName, sasToken, metricName: query.metricName, nowMs }, signal);
  }
  throw new Error(`item ${item.id} has neither a log query nor a storage queue`);
}
