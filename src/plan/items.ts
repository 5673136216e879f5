import { armTypeOf, describeQuery, describeResource, type QueryDescription } from '../catalogue/describe.ts';
import { findResourceType } from '../catalogue/lookup.ts';
import type { ResourceTypeRow } from '../catalogue/types.ts';
import type { DeclaredResource, MetricDefinition } from '../core/declaration.ts';
import { type SeriesFamily, seriesFamilies } from '../core/family.ts';
import { type LabelPair, labelName } from '../core/labels.ts';
import { resourceKey } from '../core/resource-id.ts';
import { layOutLabels } from './labels.ts';
import { openDimensions } from './open-dimensions.ts';
import type { PlannedResource, PlanWarning, ScrapeItem } from './types.ts';

/** An item and the filter that its query needs. */
export interface PlannedItem {
  readonly item: ScrapeItem;
  readonly filter?: string;
  /** Azure's metric name; undefined for log queries and storage queues. */
  readonly metricName?: string;
}

/**
 * The items of one metric: one per resource and Azure metric name, so that each keeps its identity however calls are
 * shared. A resource declared twice is scraped once.
 */
export function planItems(
  metric: MetricDefinition,
  tenantId: string,
): { items: PlannedItem[]; warnings: PlanWarning[] } {
  const row = findResourceType(metric.resourceType);
  if (row === undefined) throw new Error(`resource type ${metric.resourceType} is not in the catalogue`);
  const items = new Map<string, PlannedItem>();
  const warnings = new Map<string, PlanWarning>();
  const share = sharedMaps();
  for (const resource of metric.resources) {
    for (const { planned, notes } of itemsOfResource(metric, resource, row, tenantId, share)) {
      if (items.has(planned.item.id)) {
        const message = `resource ${planned.item.resource.id} is declared more than once; it is scraped once`;
        warnings.set(message, { metric: metric.name, message });
      } else {
        items.set(planned.item.id, planned);
      }
      for (const message of notes) warnings.set(message, { metric: metric.name, message });
    }
  }
  return { items: [...items.values()], warnings: [...warnings.values()] };
}

function itemsOfResource(
  metric: MetricDefinition,
  resource: DeclaredResource,
  row: ResourceTypeRow,
  tenantId: string,
  share: ShareMap,
): { planned: PlannedItem; notes: readonly string[] }[] {
  const described = describeResource(row, resource);
  const planned: PlannedResource = {
    id: described.id,
    key: resourceKey(described.id),
    subscriptionId: resource.subscriptionId,
    resourceGroupName: resource.resourceGroupName,
    resourceType: metric.resourceType,
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
  return queriesOf(metric, resource, row).map(({ query, families, metricName }) => {
    const layout = layOutLabels({ builtIn, type: described.labels, dimensions: query.dimensions, metric, tenantId });
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
}

type ShareMap = (map: ReadonlyMap<string, string>) => ReadonlyMap<string, string>;

/** Gives the same object for equal maps, so that sinks tell by identity what goes together. */
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
