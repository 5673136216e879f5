import type { Aggregation } from '../../core/aggregation.ts';
import { resourceKey } from '../../core/resource-id.ts';
import type { Gap, Generator } from '../generators.ts';
import { dimensionsHash, metricHash } from '../hash.ts';
import { defaultGenerator, dimensionValues, titleOf } from '../metric-defaults.ts';
import { allGrains, metricsCatalogue } from '../metrics-catalogue.ts';
import type { DimensionRow, Metric, MetricPatch, Resource, World } from './model.ts';

/** One combination of dimension values of one metric of one resource, ready to be computed. */
export interface Series {
  /** In the order of the metric's dimensions. */
  readonly values: readonly string[];
  readonly hash: number;
  readonly generator: Generator;
  readonly gaps: readonly Gap[];
}

/** A metric of one resource with all of its series. */
export interface ResourceMetric {
  readonly metric: Metric;
  readonly series: readonly Series[];
}

/** Look-ups in a world; everything is computed at first use and kept. */
export interface WorldIndex {
  readonly world: World;
  /** The resource of an ARM id, including the services that every storage account has. */
  resource(id: string): Resource | undefined;
  /** Metrics that the resource offers, in order. */
  metrics(resource: Resource): readonly Metric[];
  /** A metric by name, without regard to case. */
  metric(resource: Resource, name: string): ResourceMetric | undefined;
}

const indexes = new WeakMap<World, WorldIndex>();

/** The index of a world. The same world always gives the same index. */
export function indexOf(world: World): WorldIndex {
  const known = indexes.get(world);
  if (known !== undefined) return known;
  const made = createIndex(world);
  indexes.set(world, made);
  return made;
}

interface ResourceEntry {
  readonly metrics: readonly Metric[];
  readonly byName: ReadonlyMap<string, Metric>;
  readonly prepared: Map<string, ResourceMetric>;
}

function createIndex(world: World): WorldIndex {
  const resources = new Map(world.resources.map((resource) => [resource.key, resource]));
  const ofType = new Map<string, readonly Metric[]>();
  const entries = new Map<string, ResourceEntry>();

  const typeMetrics = (type: string): readonly Metric[] => {
    const key = type.toLowerCase();
    const found = ofType.get(key) ?? metricsOfType(world, type);
    ofType.set(key, found);
    return found;
  };
  const entryOf = (resource: Resource): ResourceEntry => {
    const found = entries.get(resource.key);
    if (found !== undefined) return found;
    const metrics = withPatches(typeMetrics(resource.type), resource.metrics, resource.type).map((metric) =>
      withValues(metric, resource.dimensions),
    );
    const byName = new Map(metrics.map((metric) => [metric.name.toLowerCase(), metric]));
    const entry: ResourceEntry = { metrics, byName, prepared: new Map() };
    entries.set(resource.key, entry);
    return entry;
  };

  return {
    world,
    resource: (id) => resources.get(resourceKey(id)) ?? storageService(resources, resourceKey(id)),
    metrics: (resource) => entryOf(resource).metrics,
    metric(resource, name) {
      const entry = entryOf(resource);
      const key = name.toLowerCase();
      const known = entry.prepared.get(key);
      if (known !== undefined) return known;
      const metric = entry.byName.get(key);
      if (metric === undefined) return undefined;
      const prepared = { metric, series: seriesOf(world.seed, resource, metric) };
      entry.prepared.set(key, prepared);
      return prepared;
    },
  };
}

const services = new Map(
  ['blobServices', 'queueServices', 'fileServices', 'tableServices'].map((name) => [name.toLowerCase(), name]),
);

/** Azure gives every storage account its services, named `default`; nobody has to declare them. */
function storageService(resources: ReadonlyMap<string, Resource>, key: string): Resource | undefined {
  const parts = key.split('/');
  const service = services.get(parts.at(-2) ?? '');
  if (service === undefined || parts.at(-1) !== 'default') return undefined;
  const account = resources.get(parts.slice(0, -2).join('/'));
  if (account?.type.toLowerCase() !== 'microsoft.storage/storageaccounts') return undefined;
  return {
    ...account,
    id: `${account.id}/${service}/default`,
    key,
    type: `${account.type}/${service}`,
    name: `${account.name}/default`,
    metrics: [],
  };
}

function metricsOfType(world: World, type: string): readonly Metric[] {
  const wanted = type.toLowerCase();
  const builtIn = metricsCatalogue
    .filter((row) => row.type.toLowerCase() === wanted)
    .flatMap((row) =>
      row.names.map(
        (name): MetricPatch => ({
          name,
          namespace: row.type,
          unit: row.unit,
          primaryAggregation: row.aggregation,
          grains: row.grains,
          dimensions: (row.dimensions ?? []).map((dimension) => ({
            name: dimension,
            values: dimensionValues[dimension] ?? ['default'],
          })),
        }),
      ),
    );
  return withPatches(withPatches([], builtIn, type), world.metrics.get(wanted) ?? [], type);
}

function withPatches(base: readonly Metric[], patches: readonly MetricPatch[], type: string): readonly Metric[] {
  if (patches.length === 0) return base;
  const metrics = new Map(base.map((metric) => [metric.name.toLowerCase(), metric]));
  for (const patch of patches) {
    const key = patch.name.toLowerCase();
    metrics.set(key, patched(metrics.get(key), patch, type));
  }
  return [...metrics.values()];
}

const allAggregations: readonly Aggregation[] = ['None', 'Average', 'Minimum', 'Maximum', 'Total', 'Count'];

function patched(base: Metric | undefined, patch: MetricPatch, type: string): Metric {
  const unit = patch.unit ?? base?.unit ?? 'Count';
  const primaryAggregation = patch.primaryAggregation ?? base?.primaryAggregation ?? 'Average';
  const name = base?.name ?? patch.name;
  const error = patch.error ?? base?.error;
  return {
    name,
    displayName: patch.displayName ?? base?.displayName ?? titleOf(name),
    description: patch.description ?? base?.description ?? `${titleOf(name)} of the resource.`,
    namespace: patch.namespace ?? base?.namespace ?? type,
    unit,
    primaryAggregation,
    aggregations: patch.aggregations ?? base?.aggregations ?? allAggregations,
    grains: patch.grains ?? base?.grains ?? allGrains,
    dimensions: patch.dimensions ?? base?.dimensions ?? [],
    dimensionRequired: patch.dimensionRequired ?? base?.dimensionRequired ?? false,
    generator: patch.generator ?? base?.generator ?? defaultGenerator(name, unit, primaryAggregation),
    lagMs: patch.lagMs ?? base?.lagMs ?? 60_000,
    gaps: patch.gaps ?? base?.gaps ?? [],
    series: patch.series ?? base?.series ?? [],
    ...(error === undefined ? {} : { error }),
  };
}

function withValues(metric: Metric, values: ReadonlyMap<string, readonly string[]>): Metric {
  if (values.size === 0 || metric.dimensions.length === 0) return metric;
  const dimensions = metric.dimensions.map((dimension) => ({
    ...dimension,
    values: values.get(dimension.name.toLowerCase()) ?? dimension.values,
  }));
  return { ...metric, dimensions };
}

function seriesOf(seed: number, resource: Resource, metric: Metric): readonly Series[] {
  const hash = metricHash(seed, resource.key, metric.name);
  return combinations(metric.dimensions).map((values) => {
    const pairs = values.map((value, index): [string, string] => [metric.dimensions[index]?.name ?? '', value]);
    const exception = metric.series.find((patch) =>
      Object.entries(patch.when).every(([name, wanted]) =>
        pairs.some(([known, value]) => same(known, name) && same(value, wanted)),
      ),
    );
    return {
      values,
      hash: dimensionsHash(hash, pairs),
      generator: exception?.generator ?? metric.generator,
      gaps: exception?.gaps ?? metric.gaps,
    };
  });
}

function same(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

/** Every combination of values; the last dimension varies fastest. One empty combination without dimensions. */
function combinations(dimensions: readonly DimensionRow[]): string[][] {
  return dimensions.reduce<string[][]>(
    (lists, dimension) => lists.flatMap((list) => dimension.values.map((value) => [...list, value])),
    [[]],
  );
}
