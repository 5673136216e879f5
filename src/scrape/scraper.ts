import { type Clock, sleep } from '../core/clock.ts';
import type { Limiter } from '../core/limiter.ts';
import type { Outcome } from '../core/outcome.ts';
import type { MetricsQueryShape, QueryGroup, ScrapeItem } from '../plan/types.ts';
import type { SeriesStore } from '../store/ports.ts';
import { partsOf } from './ask.ts';
import { fetchMetrics } from './fetch.ts';
import type { DataMemory } from './freshness.ts';
import { createGrainBook } from './grains.ts';
import { createLagBook } from './lags.ts';
import type { LogsSource, MetricsSource, QueueSource, ScrapeObserver } from './ports.ts';
import { createQuarantine } from './quarantine.ts';
import { settle, settleFailure, settleValue } from './settle.ts';

export interface ScraperOptions {
  readonly metrics: MetricsSource;
  readonly logs: LogsSource;
  readonly queues: QueueSource;
  readonly store: SeriesStore;
  readonly clock: Clock;
  readonly observe: ScrapeObserver;
  /** Bounds the query groups in flight over all schedules. */
  readonly limiter: Limiter;
  /** Upper bound of any lookback, milliseconds. */
  readonly historyMs: number;
  /** Longest that a group may take once it has started, milliseconds; undefined: only the run bounds it. */
  readonly groupTimeoutMs?: number;
}

/** Why a run is cut off: on shutdown it is dropped whole, past its period what is unfinished counts as failed. */
export type CutOff = 'shutdown' | 'period';

export interface Scraper {
  /**
   * One run: every group once, at one reference time. `delayOf` spreads the groups over the run (milliseconds).
   * Resolves when every group is settled; the reason of `signal` is a {@link CutOff}.
   */
  run(groups: readonly QueryGroup[], delayOf: (group: QueryGroup) => number, signal: AbortSignal): Promise<RunResult>;
}

/** Items of a run by what became of them. */
export interface RunResult {
  readonly succeeded: number;
  readonly failed: number;
}

export function createScraper(options: ScraperOptions): Scraper {
  const memory = new Map<string, DataMemory>();
  const grains = createGrainBook(options.metrics);
  const lags = createLagBook();
  const quarantine = createQuarantine();

  const runGroup = async (
    group: QueryGroup,
    nowMs: number,
    observe: ScrapeObserver,
    signal: AbortSignal,
  ): Promise<void> => {
    const context = { store: options.store, memory, observe, nowMs };
    if (isMetrics(group)) {
      const source = {
        source: options.metrics,
        grains,
        quarantine,
        typicalLag: (type: string, name: string) => lags.typical(type, name),
        historyMs: options.historyMs,
      };
      const fetched = await fetchMetrics(group, nowMs, { ...source, memory, observe }, signal);
      if (isShutdown(signal)) return;
      lags.note(partsOf(group), memory);
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
    async run(groups, delayOf, signal) {
      const nowMs = options.clock.now();
      let succeeded = 0;
      let failed = 0;
      const observe: ScrapeObserver = (event) => {
        if (event.kind === 'succeeded') succeeded += 1;
        if (event.kind === 'failed') failed += 1;
        options.observe(event);
      };
      const runOne = async (group: QueryGroup): Promise<void> => {
        const delayMs = delayOf(group);
        if (delayMs > 0) await sleep(options.clock, delayMs, signal);
        const done = await options.limiter.run(async () => {
          await withTimeout((bounded) => runGroup(group, nowMs, observe, bounded), signal);
          return true;
        }, signal);
        if (done !== true && !isShutdown(signal)) {
          const context = { store: options.store, observe, nowMs };
          for (const item of group.items) settleFailure(item, neverStarted(item), context);
        }
      };
      await Promise.all(groups.map(runOne));
      lags.publish(options.observe);
      return { succeeded, failed };
    },
  };
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
