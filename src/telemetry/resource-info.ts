import type { LabelPair } from '../core/labels.ts';
import type { ResourceId } from '../core/resource-id.ts';
import type { SeriesStore } from '../store/ports.ts';
import { ownMetricName, ownMetrics } from './own-metrics.ts';

/** A resource and the labels that were looked up of it. */
export interface InformedResource {
  /** As the label `resource_uri` of its series spells it, so that both can be joined. */
  readonly id: ResourceId;
  readonly labels: readonly LabelPair[];
}

/**
 * Keeps one series a resource, with the value 1, for the resources of the plan. To be told all of them whenever they or
 * their labels may have changed; a resource without labels has no series.
 */
export function createResourceInfo(
  store: SeriesStore,
  prefix: 'azimuth' | 'promitor',
): (resources: readonly InformedResource[], nowMs: number) => void {
  const family = { name: ownMetricName('resourceInfo', prefix), help: ownMetrics.resourceInfo.help };
  let shown = new Map<string, string>();
  return (resources, nowMs) => {
    const next = new Map<string, string>();
    for (const { id, labels } of resources) {
      const owner = `info ${id}`;
      if (labels.length === 0 || next.has(owner)) continue;
      const text = JSON.stringify(labels);
      next.set(owner, text);
      if (shown.get(owner) === text) continue;
      store.replace({
        owner,
        family,
        labels: [['resource_uri', id], ...labels.filter(([name]) => name !== 'resource_uri')],
        dimensionLabels: [],
        series: [{ dimensionValues: [], value: 1 }],
        runMs: nowMs,
        staleAtMs: Number.POSITIVE_INFINITY,
      });
    }
    for (const owner of shown.keys()) if (!next.has(owner)) store.remove(owner);
    shown = next;
  };
}
