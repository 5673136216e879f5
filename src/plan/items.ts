import { armTypeOf, describeQuery, describeResource, type QueryDescription } from '../catalogue/describe.ts';
import { findResourceType } from '../catalogue/lookup.ts';
import type { ResourceTypeRow } from '../catalogue/types.ts';
import type { DeclaredResource, MetricDefinition } from '../core/declaration.ts';
import { type SeriesFamily, seriesFamilies } from '../core/family.ts';
import { type LabelPair, labelName } from '../core/labels.ts';
import { resourceKey } from '../core/resource-id.ts';
import { layOutLabels } from './labels.ts';
import { openDimensions } from './open-dimensions.ts';
import type { Steps } from './steps.ts';
import type { Found, PlannedResource, PlanWarning, ScrapeItem } from './types.ts';

/** An item and the filter that its query needs. */
export interface PlannedItem {
  readonly item: ScrapeItem;
  readonly filter?: string;
  /** Azure's metric name; undefined for log queries and storage queues. */
  readonly metricName?: string;
}

/** An item and what a reader should know of it. */
interface NotedItem {
  readonly planned: PlannedItem;
  readonly notes: readonly string[];
}

/** Items of a resource, and the labels of Azure's that they were made with. */
interface CachedItems {
  readonly noted: readonly NotedItem[];
  readonly looked: readonly LabelPair[];
}

/** Items made before; what a resource and a metric come to rarely changes, and making them is most of the work. */
export type ItemCache = WeakMap<MetricDefinition, CachedMetric>;

/** Gives the same object for equal maps, so that sinks tell by identity what goes together. */
type ShareMap = (map: ReadonlyMap<string, string>) => ReadonlyMap<string, string>;

interface CachedMetric {
  readonly resources: WeakMap<DeclaredResource, CachedItems>;
  readonly share: ShareMap;
}

export interface ItemsInput {
  /** Tenant of declared resources. */
  readonly tenantId: string;
  readonly found: Found;
  /** Labels that Azure's tags and properties give a resource, by its key. */
  readonly labelsOf: (resourceKey: string) => readonly LabelPair[];
  readonly cache: ItemCache;
}

/**
 * The items of one metric: one per resource and Azure metric name, so that each keeps its identity however calls are
 * shared. The type of a discovered resource, not that of the metric, selects query and labels (Promitor's rule). A
 * resource that is declared twice, or also discovered, or found by several groups, is scraped once.
 */
export function* planItems(
  metric: MetricDefinition,
  { tenantId, found, labelsOf, cache }: ItemsInput,
): Steps<{ items: PlannedItem[]; warnings: PlanWarning[] }> {
  const items = new Map<string, PlannedItem>();
  const warnings = new Map<string, PlanWarning>();
  const known = cache.get(metric) ?? { resources: new WeakMap(), share: sharedMaps() };
  cache.set(metric, known);
  const { resources, share } = known;
  const own = (resource: DeclaredResource, type: string, tenant: string): readonly NotedItem[] => {
    const made =
      usable(resources.get(resource), labelsOf) ??
      itemsOfResource(metric, resource, rowOf(type), { tenantId: tenant, labelsOf, share });
    resources.set(resource, made);
    const { noted } = made;
    for (const { notes } of noted) {
      for (const message of notes) warnings.set(message, { metric: metric.name, message });
    }
    return noted;
  };
  for (const resource of metric.resources) {
    for (const { planned } of own(resource, metric.resourceType, tenantId)) {
      if (items.has(planned.item.id)) {
        const message = `resource ${planned.item.resource.id} is declared more than once; it is scraped once`;
        warnings.set(message, { metric: metric.name, message });
      } else {
        items.set(planned.item.id, planned);
      }
    }
    yield;
  }
  for (const resource of metric.resourceDiscoveryGroups.flatMap((name) => found(name))) {
    for (const { planned } of own(resource, resource.resourceType, resource.tenantId)) {
      if (!items.has(planned.item.id)) items.set(planned.item.id, planned);
    }
    yield;
  }
  return { items: [...items.values()], warnings: [...warnings.values()] };
}

/** What was made before, unless Azure's labels of the resource have changed since. */
function usable(cached: CachedItems | undefined, labelsOf: ItemsInput['labelsOf']): CachedItems | undefined {
  const key = cached?.noted[0]?.planned.item.resource.key;
  if (cached === undefined || key === undefined) return undefined;
  const looked = labelsOf(key);
  const same =
    looked.length === cached.looked.length &&
    looked.every(([name, value], at) => cached.looked[at]?.[0] === name && cached.looked[at][1] === value);
  return same ? cached : undefined;
}

function rowOf(resourceType: string): ResourceTypeRow {
  const row = findResourceType(resourceType);
  if (row === undefined) throw new Error(`resource type ${resourceType} is not in the catalogue`);
  return row;
}

function itemsOfResource(
  metric: MetricDefinition,
  resource: DeclaredResource,
  row: ResourceTypeRow,
  { tenantId, labelsOf, share }: Pick<ItemsInput, 'tenantId' | 'labelsOf'> & { readonly share: ShareMap },
): CachedItems {
  const described = describeResource(row, resource);
  const planned: PlannedResource = {
    id: described.id,
    key: resourceKey(described.id),
    tenantId,
    subscriptionId: resource.subscriptionId,
    resourceGroupName: resource.resourceGroupName,
    resourceType: row.name,
    armType: armTypeOf(described.id).toLowerCase(),
    instanceName: described.instanceName,
    fields: resource.fields,
    ...(resource.sasToken === undefined ? {} : { sasToken: resource.sasToken }),
  };
  const builtIn: LabelPair[] = [
    ['resource_group', resource.resourceGroupName],
    ['subscription_id', resource.subscriptionId],
    ['resource_uri', described.id],
    ...(described.instanceName === '' ? [] : [['instance_name', described.instanceName] as const]),
  ];
  const looked = labelsOf(planned.key);
  const fixed = { builtIn, type: described.labels, tenantId, resource: looked };
  const noted = queriesOf(metric, resource, row).map(({ query, families, metricName }) => {
    const layout = layOutLabels({ ...fixed, dimensions: query.dimensions, metric });
    const item: ScrapeItem = {
      id: itemId(metric, planned, query.filter, metricName),
      metric,
      resource: planned,
      families,
      dimensions: layout.dimensions,
      labels: layout.labels,
      declaredNames: share(layout.declaredNames),
      freshness: metric.freshness,
      ...(query.entity === undefined ? {} : { entity: query.entity }),
    };
    const filter = query.filter === undefined ? {} : { filter: query.filter };
    const name = metricName === undefined ? {} : { metricName };
    return { planned: { item, ...name, ...filter }, notes: layout.warnings };
  });
  return { noted, looked };
}

function sharedMaps(): ShareMap {
  const known = new Map<string, ReadonlyMap<string, string>>();
  return (map) => {
    const key = JSON.stringify([...map]);
    const shared = known.get(key) ?? map;
    known.set(key, shared);
    return shared;
  };
}

interface ItemQuery {
  readonly query: QueryDescription;
  readonly families: readonly SeriesFamily[];
  readonly metricName?: string;
}

function queriesOf(metric: MetricDefinition, resource: DeclaredResource, row: ResourceTypeRow): ItemQuery[] {
  const families = seriesFamilies(metric);
  const { query } = metric;
  if (query.kind !== 'azureMonitor') return [{ query: { dimensions: [] }, families }];
  return query.metricNames.map((metricName) => ({
    query: withOpenDimensions(describeQuery(row, resource, metricName, query.dimensions)),
    families: families.filter((family) => family.metricName === metricName),
    metricName,
  }));
}

/** Adds the dimensions by which a filter of `Generic` alone splits (Promitor lets such series overwrite each other). */
function withOpenDimensions(described: QueryDescription): QueryDescription {
  const declared = new Set(described.dimensions.map(({ name }) => name.toLowerCase()));
  const added = openDimensions(described.filter ?? '').filter((name) => !declared.has(name.toLowerCase()));
  const dimensions = added.map((name) => ({ name, label: labelName(name) }));
  return { ...described, dimensions: [...described.dimensions, ...dimensions] };
}

/** Entities of one resource differ in their filter only; ARM ids, entity names and metric names ignore case. */
function itemId(
  metric: MetricDefinition,
  resource: PlannedResource,
  filter: string | undefined,
  metricName: string | undefined,
): string {
  const many = metric.query.kind === 'azureMonitor' && metric.query.nameByMetric ? [metricName ?? ''] : [];
  const fields = metric.query.kind === 'storageQueue' ? [resource.fields['queueName'] ?? ''] : [];
  return [
    metric.name,
    resource.key,
    ...[...(filter === undefined ? [] : [filter]), ...fields, ...many].map((part) => part.toLowerCase()),
  ].join(' ');
}
