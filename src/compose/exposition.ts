import type { RuntimeConfig } from '../core/runtime-config.ts';
import type { Exposition } from '../http/ports.ts';
import { createExposition } from '../sinks/prometheus/exposition.ts';
import type { SeriesSnapshots, SeriesStore } from '../store/ports.ts';
import { itemMetrics } from '../telemetry/item-status.ts';
import { ownMetricName } from '../telemetry/own-metrics.ts';
import type { OwnRegistry } from '../telemetry/registry.ts';
import type { CoreInput } from './core.ts';

/** What `/metrics` answers with. */
export function composeExposition(
  input: Pick<CoreInput, 'scrapedOnly' | 'clock'>,
  runtime: RuntimeConfig,
  parts: {
    readonly store: SeriesStore & SeriesSnapshots;
    readonly statusStore: SeriesSnapshots;
    readonly registry: OwnRegistry;
    /** Brings own metrics up to date that change with time. */
    readonly publishAges: () => void;
  },
): Exposition {
  const { store, statusStore, registry, publishAges } = parts;
  const own = input.scrapedOnly !== true;
  const sink = runtime.prometheus;
  const countSeries = seriesCounter(store, registry);
  return createExposition({
    store: { snapshot: () => [...store.snapshot(), ...(own ? statusStore.snapshot() : [])] },
    ownMetrics: (format) => {
      if (!own) return Promise.resolve('');
      countSeries();
      publishAges();
      return registry.text(format);
    },
    unavailableValue: sink?.metricUnavailableValue ?? Number.NaN,
    timestamps: timestampsOf(runtime),
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
