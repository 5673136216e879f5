import type { LabelPair } from '../core/labels.ts';
import type { ScrapeEvent, ScrapeItem } from '../scrape/ports.ts';
import type { SeriesStore } from '../store/ports.ts';
import { type OwnMetric, ownMetricName, ownMetrics } from './own-metrics.ts';

/** Own metrics that have a series per resource, or per metric and resource. */
export const itemMetrics: ReadonlySet<OwnMetric> = new Set(['scrapeSuccess', 'scrapeError', 'resourceInfo']);

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
export function createItemStatus(store: SeriesStore, prefix: 'azimuth' | 'promitor'): (event: ScrapeEvent) => void {
  // By metric name, then by resource: a joined key would be made anew for every item of every run.
  const statuses = new Map<string, Map<string, Status>>();

  const statusOf = (item: ScrapeItem): Status => {
    const own = statuses.get(item.metric.name) ?? new Map<string, Status>();
    statuses.set(item.metric.name, own);
    const status = own.get(item.resource.key) ?? { labels: labelsOf(item), failing: new Set() };
    own.set(item.resource.key, status);
    return status;
  };

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
    const isOver = event.kind === 'left' && event.reason === 'unplanned';
    if (event.kind !== 'succeeded' && event.kind !== 'failed' && !isOver) return;
    const { item } = event;
    if (event.kind === 'left') {
      // Entities of the resource that stay write it anew at their next run.
      statuses.get(item.metric.name)?.delete(item.resource.key);
      store.remove(statusOwner(item));
      return;
    }
    const status = statusOf(item);
    if (event.kind === 'failed') status.failing.add(item.id);
    else status.failing.delete(item.id);
    const success = status.failing.size === 0;
    if (status.shown === success) return;
    status.shown = success;
    write('scrapeSuccess', statusOwner(item), status, event.nowMs);
    write('scrapeError', statusOwner(item), status, event.nowMs);
  };
}

/** Owner of the slots of an item's success and error; entities of a resource share one. */
export function statusOwner({ metric, resource }: ScrapeItem): string {
  return `${metric.name} ${resource.key}`;
}

function labelsOf(item: ScrapeItem): LabelPair[] {
  const { resource } = item;
  return [
    ['metric_name', item.metric.name],
    ['resource_group', resource.resourceGroupName],
    ['resource_name', resource.instanceName],
    ['resource_type', resource.resourceType],
    ['subscription_id', resource.subscriptionId],
    ['tenant_id', resource.tenantId],
  ];
}
