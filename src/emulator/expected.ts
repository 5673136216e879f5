import type { pointField } from '../core/aggregation.ts';
import { seriesValue, tidy } from './buckets.ts';
import type { World } from './world/model.ts';
import { indexOf } from './world/resolve.ts';

/** The aggregates of one bucket; undefined as a whole when Azure would send only `timeStamp`. */
export type ExpectedBucket = Readonly<Record<(typeof pointField)[keyof typeof pointField], number>>;

/**
 * What a bucket must hold, computed minute by minute and apart from the code that answers queries.
 * `dimensions` picks the series by dimension values (without case); dimensions that are not named are aggregated over.
 * Undefined when the bucket has no value: it is too new for the metric's lag, or lies in a gap.
 * Throws when the world has no such resource or metric.
 */
export function expectedBucket(
  world: World,
  resourceId: string,
  metricName: string,
  dimensions: Readonly<Record<string, string>>,
  startMs: number,
  endMs: number,
  nowMs: number,
): ExpectedBucket | undefined {
  const index = indexOf(world);
  const resource = index.resource(resourceId);
  const found = resource === undefined ? undefined : index.metric(resource, metricName);
  if (found === undefined) throw new Error(`The world has no metric ${metricName} of ${resourceId}.`);
  const { metric, series } = found;
  const wanted = Object.entries(dimensions).map(([name, value]) => [name.toLowerCase(), value.toLowerCase()] as const);
  const chosen = series.filter((one) =>
    wanted.every(([name, value]) =>
      metric.dimensions.some(
        (dimension, position) => dimension.name.toLowerCase() === name && one.values[position]?.toLowerCase() === value,
      ),
    ),
  );

  const hidden = metric.lagMs + world.variants.newestNullBuckets * (endMs - startMs);
  const values: number[] = [];
  for (const one of chosen) {
    for (let at = startMs; at < endMs; at += 60_000) {
      const value = seriesValue(one, at / 60_000);
      const due = world.variants.openBuckets === 'partial' ? at + 60_000 : endMs;
      if (value !== null && due <= nowMs - hidden) values.push(value);
    }
  }
  if (values.length === 0) return undefined;
  const total = values.reduce((sum, value) => sum + value, 0);
  return {
    total: tidy(total),
    count: values.length,
    average: tidy(total / values.length),
    minimum: Math.min(...values),
    maximum: Math.max(...values),
  };
}
