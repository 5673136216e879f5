import type { CoreInput } from './compose.ts';
import { publicClouds } from './core/clouds.ts';
import type { AuthenticationConfig } from './core/runtime-config.ts';
import type { BucketBook, ScrapeEvent } from './scrape/ports.ts';
import { createCollector } from './sinks/feed/collector.ts';
import { createHub } from './sinks/hub/hub.ts';
import type { TokenReader } from './sinks/remote-write/ports.ts';
import type { SeriesPieces, SeriesStore } from './store/ports.ts';
import { itemMetrics, statusOwner } from './telemetry/item-status.ts';
import { type OwnMetric, ownMetricName, ownMetrics } from './telemetry/own-metrics.ts';
import type { OwnRegistry } from './telemetry/registry.ts';
import { createSinkLog } from './telemetry/sink-log.ts';
import { sinkMetrics } from './telemetry/sink-metrics.ts';

/** What lies between the runs and the sinks that are pushed to. */
export interface Push {
  /** Wants every bucket; absent unless a sink does. */
  readonly book?: BucketBook;
  /** Stands before the store: what a run writes is gathered. */
  readonly store: SeriesStore;
  /** Stands before the own metrics: the limits of Azure are gathered, as in Promitor. */
  readonly registry: OwnRegistry;
  /** Gathers success and error of an item. */
  note(event: ScrapeEvent): void;
  /** Gives what was gathered to the sinks. `runMs`: time of the run, milliseconds since the epoch. */
  offer(runMs: number): void;
  /** Lets the sinks deliver what they have, for at most `graceMs`. */
  stop(graceMs: number): Promise<void>;
}

/** Own metrics that Promitor gives to its other sinks too. */
const limitMetrics: ReadonlySet<OwnMetric> = new Set(['ratelimitArm', 'ratelimitArmThrottled']);

/** Undefined without a sink to push to, and for commands that only print. */
export function composePush(
  input: CoreInput,
  parts: {
    readonly store: SeriesStore & SeriesPieces;
    readonly statusStore: SeriesPieces;
    readonly registry: OwnRegistry;
    readonly tokensFor: (identity: AuthenticationConfig | undefined) => TokenReader;
  },
): Push | undefined {
  const { clock, random, version, runtime } = input;
  if (input.scrapedOnly === true || Object.keys(runtime.sinks).length === 0) return undefined;
  const { statusStore, registry } = parts;
  const prefix = runtime.prometheus?.systemMetricsPrefix ?? 'azimuth';
  const headOf = (metric: OwnMetric): { name: string; help: string } => ({
    name: ownMetricName(metric, prefix),
    help: ownMetrics[metric].help,
  });
  const collector = createCollector();
  const measure = sinkMetrics(registry);
  const log = createSinkLog(input.logger);
  const hub = createHub({
    config: runtime.sinks,
    clock,
    random,
    version,
    remoteWrite: {
      historyMs: runtime.azureMonitor.historyMs,
      scope: input.declaration.cloud.workspaceScope ?? publicClouds.Global.workspaceScope,
      tokens: parts.tokensFor,
    },
    observe: (event) => {
      measure(event);
      log(event);
    },
  });

  return {
    ...(hub.book === undefined ? {} : { book: hub.book }),
    store: collector.watch(parts.store),
    registry: {
      ...registry,
      set(metric, labels, value) {
        registry.set(metric, labels, value);
        if (limitMetrics.has(metric)) collector.gauge(headOf(metric), Object.entries(labels), value);
      },
    },
    note(event) {
      if (event.kind !== 'succeeded' && event.kind !== 'failed') return;
      for (const metric of itemMetrics) collector.item(headOf(metric), statusOwner(event.item), statusStore);
    },
    offer: (runMs) => hub.offer(collector.take(runMs)),
    stop: (graceMs) => hub.stop(graceMs),
  };
}
