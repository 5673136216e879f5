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
  // By metric name, then by resource: a joined key would be made anew for every item of every run.
  const statuses = new Map<string, Map<string, Status>>();

  const statusOf = (item: ScrapeItem): Status => {
    const own = statuses.get(item.metric.name) ?? new Map<string, Status>();
    statuses.set(item.metric.name, own);
    const status = own.get(item.resource.key) ?? { labels: labelsOf(item, tenantId), failing: new Set() };
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
    if (event.kind !== 'succeeded' && event.kind !== 'failed') return;
    const { item } = event;
    const status = statusOf(item);
    if (event.kind === 'failed') status.failing.add(item.id);
    else status.failing.delete(item.id);
    const success = status.failing.size === 0;
    if (status.shown === success) return;
    status.shown = success;
    const owner = `${item.metric.name} ${item.resource.key}`;
    write('scrapeSuccess', owner, status, event.nowMs);
    write('scrapeError', owner, status, event.nowMs);
  };
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
