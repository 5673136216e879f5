import { createCollector } from '../../src/sinks/feed/collector.ts';
import type { RunSamples } from '../../src/sinks/feed/ports.ts';
import { createSeriesStore } from '../../src/store/series-store.ts';

export interface SlotOfRun {
  readonly family: string;
  readonly owner?: string;
  /** Value and end of its bucket by the value of the dimension `zone`; one entry '' for a slot without dimensions. */
  readonly series: Readonly<Record<string, readonly [value: number | null, bucketEndMs?: number]>>;
  readonly declaredNames?: ReadonlyMap<string, string>;
}

/** What a run that wrote these slots gives to sinks, through the real store. */
export function runSamples(slots: readonly SlotOfRun[], runMs = 1_767_268_820_000): RunSamples {
  const collector = createCollector();
  const store = collector.watch(
    createSeriesStore({ perMetricLimit: Number.POSITIVE_INFINITY, totalLimit: Number.POSITIVE_INFINITY }),
  );
  for (const { family, owner = 'redis-1', series, declaredNames } of slots) {
    store.replace({
      owner: `${family} ${owner}`,
      family: { name: family, help: `About ${family}` },
      labels: [
        ['instance_name', owner],
        ['cost_center', 'a,b'],
      ],
      ...(declaredNames === undefined ? {} : { declaredNames }),
      dimensionLabels: Object.keys(series).includes('') ? [] : ['zone'],
      series: Object.entries(series).map(([zone, [value, bucketEndMs]]) => ({
        dimensionValues: zone === '' ? [] : [zone],
        value,
        ...(bucketEndMs === undefined ? {} : { bucketEndMs }),
      })),
      runMs,
      staleAtMs: runMs + 900_000,
    });
  }
  return collector.take(runMs);
}
