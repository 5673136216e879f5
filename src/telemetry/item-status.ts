import type { LabelPair } from '../core/labels.ts';
import type { ScrapeEvent, ScrapeItem } from '../scrape/ports.ts';
import type { SeriesStore } from '../store/ports.ts';
import { type OwnMetric, ownMetricName, ownMetrics } from './own-metrics.ts';

/** Own metrics that have a series per metric and resource. */
export const itemMetrics: ReadonlySet<OwnMetric> = new Set(['scrapeSuccess', 'scrapeError']);

interface Status {
  readonly labels: readonly LabelPair[];
  readonly failing: Set<string>;
  shown?: boolean;
}

/**
 * Keeps success and error of every metric and resource in a series store of their own: at a hundred thousand of them
 * prom-client would take a second to print them, at every scrape. Entities of one resource (queues of a namespace)
 * share a series, because Promitor's labels do not tell them apart: it is an error when one of them fails.
 */
export function createItemStatus(
  store: SeriesStore,
  prefix: 'azimuth' | 'promitor',
  tenantId: string,
): (event: ScrapeEvent) => void {
  const statuses = new Map<string, Status>();

  const write = (metric: 'scrapeSuccess' | 'scrapeError', owner: string, status: Status, runMs: number): void => {
    const value = (metric === 'scrapeSuccess') === status.shown ? 1 : 0;
    store.replace({
      owner,
      family: { name: ownMetricName(metric, prefix), help: ownMetrics[metric].help },
      labels: status.labels,
      dimensionLabels: [],
      series: [{ dimensionValues: [], value }],
      runMs,
      staleAtMs: Number.POSITIVE_INFINITY,
    });
  };

  return (event) => {
    if (event.kind !== 'succeeded' && event.kind !== 'failed') return;
    const owner = statusOwner(event.item);
    const status = statuses.get(owner) ?? { labels: labelsOf(event.item, tenantId), failing: new Set() };
    statuses.set(owner, status);
    if (event.kind === 'failed') status.failing.add(event.item.id);
    else status.failing.delete(event.item.id);
    const success = status.failing.size === 0;
    if (status.shown === success) return;
    status.shown = success;
    write('scrapeSuccess', owner, status, event.nowMs);
    write('scrapeError', owner, status, event.nowMs);
  };
}

/** Owner of the slots of an item's success and error; entities of a resource share one. */
export function statusOwner(item: ScrapeItem): string {
  return `${item.metric.name} ${item.resource.key}`;
}

function labelsOf(item: ScrapeItem, tenantId: string): LabelPair[] {
  const { resource } = item;
  return [
    ['metric_name', item.metric.name],
    ['resource_group', resource.resourceGroupName],
    ['resource_name', resource.instanceName],
    ['resource_type', resource.resourceType],
    ['subscription_id', resource.subscriptionId],
    ['tenant_id', tenantId],
  ];
}
