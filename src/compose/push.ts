import type { BucketBook, ScrapeEvent } from '../scrape/ports.ts';
import { createCollector } from '../sinks/feed/collector.ts';
import type { Hub } from '../sinks/hub/hub.ts';
import type { SeriesPieces, SeriesStore } from '../store/ports.ts';
import { itemMetrics, statusOwner } from '../telemetry/item-status.ts';
import { type OwnMetric, ownMetricName, ownMetrics } from '../telemetry/own-metrics.ts';
import type { OwnRegistry } from '../telemetry/registry.ts';

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
}

/** Own metrics that Promitor gives to its other sinks too. */
const limitMetrics: ReadonlySet<OwnMetric> = new Set(['ratelimitArm', 'ratelimitArmThrottled']);

/** Gathers the runs of one core for the sinks; undefined without any. */
export function composePush(
  sinks: Hub | undefined,
  parts: {
    readonly store: SeriesStore & SeriesPieces;
    readonly statusStore: SeriesPieces;
    readonly registry: OwnRegistry;
    readonly prefix: 'azimuth' | 'promitor';
  },
): Push | undefined {
  if (sinks === undefined) return undefined;
  const { statusStore, registry, prefix } = parts;
  const headOf = (metric: OwnMetric): { name: string; help: string } => ({
    name: ownMetricName(metric, prefix),
    help: ownMetrics[metric].help,
  });
  const collector = createCollector();

  return {
    ...(sinks.book === undefined ? {} : { book: sinks.book }),
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
    offer: (runMs) => sinks.offer(collector.take(runMs)),
  };
}
