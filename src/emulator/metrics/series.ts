import { type Aggregate, addMinutes, emptyAggregate, visibleUntil } from '../buckets.ts';
import { floorMinute } from '../iso-time.ts';
import type { Metric, Resource, Variants } from '../world/model.ts';
import type { ResourceMetric, Series } from '../world/resolve.ts';
import { type Condition, holds } from './filter.ts';
import { askedDimensions, type MetricsQuery } from './query.ts';

/** A metric of one resource as the source of series. */
export interface Source {
  readonly resource: Resource;
  readonly found: ResourceMetric;
}

/** Series that the answer shows as one. */
export interface Group {
  /** Names in lower case and values as declared, in the order of the filter. */
  readonly dimensions: readonly (readonly [name: string, value: string])[];
  readonly series: Series[];
}

/** The series that satisfy the filter, grouped by the dimensions that it names and does not roll up. */
export function groupsOf(query: MetricsQuery, sources: readonly Source[]): Group[] {
  if (sources.length === 0) return [];
  const { conditions } = query;
  if (conditions === undefined) return [{ dimensions: [], series: sources.flatMap(({ found }) => [...found.series]) }];
  const split = askedDimensions(query)
    .map((name) => name.toLowerCase())
    .filter((name) => !query.rollUp.includes(name));
  const groups = new Map<string, Group>();
  for (const source of sources) {
    const read = reader(source);
    const names = split.filter((name) => read.has(name));
    const active = conditions.filter(({ dimension }) => read.has(dimension.toLowerCase()));
    for (const series of source.found.series) {
      if (!active.every((condition) => matches(condition, read, series))) continue;
      const dimensions = names.map((name): [string, string] => [name, read.value(name, series)]);
      const key = JSON.stringify(dimensions).toLowerCase();
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { dimensions, series: [series] });
      else group.series.push(series);
    }
  }
  return [...groups.values()];
}

interface Reader {
  has(name: string): boolean;
  value(name: string, series: Series): string;
}

function reader({ resource, found }: Source): Reader {
  const positions = new Map(found.metric.dimensions.map(({ name }, index) => [name.toLowerCase(), index]));
  const fixed = new Map([
    ['microsoft.resourceid', resource.id.toLowerCase()],
    ['microsoft.resourcegroupname', resource.resourceGroup.toLowerCase()],
  ]);
  return {
    has: (name) => positions.has(name) || fixed.has(name),
    value: (name, series) => fixed.get(name) ?? series.values[positions.get(name) ?? -1] ?? '',
  };
}

function matches(condition: Condition, read: Reader, series: Series): boolean {
  return holds(condition, read.value(condition.dimension.toLowerCase(), series).toLowerCase());
}

/** Where the buckets of an answer lie: starts in milliseconds, rising. */
export interface Layout {
  readonly starts: readonly number[];
  readonly grainMs: number;
}

/** Buckets from the start of the span, rounded down to the minute, up to its end. */
export function layoutOf(query: MetricsQuery, grainMs: number): Layout {
  const first = floorMinute(query.span.startMs);
  const starts: number[] = [];
  for (let at = first; at < query.span.endMs; at += grainMs) starts.push(at);
  return { starts, grainMs };
}

/** What the world says about every bucket of a group. */
export function bucketsOf(
  group: Group,
  metric: Metric,
  layout: Layout,
  variants: Variants,
  nowMs: number,
): readonly Aggregate[] {
  const until = visibleUntil(metric, variants, layout.grainMs, nowMs);
  const lastMinute = Math.floor(until / 60_000);
  return layout.starts.map((start) => {
    const aggregate = emptyAggregate();
    const from = start / 60_000;
    let to = (start + layout.grainMs) / 60_000;
    if (start + layout.grainMs > until) {
      if (variants.openBuckets === 'null') return aggregate;
      to = Math.min(to, lastMinute);
    }
    for (const series of group.series) addMinutes(aggregate, series, from, to);
    return aggregate;
  });
}

/** One number that orders groups when only the first few are wanted. */
export function rankOf(buckets: readonly Aggregate[], by: NonNullable<MetricsQuery['order']>['by']): number {
  const count = buckets.reduce((sum, bucket) => sum + bucket.count, 0);
  const total = buckets.reduce((sum, bucket) => sum + bucket.total, 0);
  if (by === 'count') return count;
  if (by === 'total') return total;
  if (by === 'minimum') return Math.min(...buckets.map(({ minimum }) => minimum));
  if (by === 'maximum') return Math.max(...buckets.map(({ maximum }) => maximum));
  return count === 0 ? 0 : total / count;
}
