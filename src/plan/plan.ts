import type { Declaration } from '../core/declaration.ts';
import { shortId } from '../core/hash.ts';
import type { AzureMonitorConfig } from '../core/runtime-config.ts';
import { groupItems } from './groups.ts';
import { type PlannedItem, planItems } from './items.ts';
import type { Capabilities, PlanWarning, QueryGroup, ScrapePlan } from './types.ts';

/** One call per resource, nothing learned: what holds before Azure was ever asked. */
export const singleCalls: Capabilities = {
  queryMode: 'single',
  maxBatchSize: 50,
  armCallsPerHour: 90_000,
  regionOf: () => undefined,
  batchRefusal: () => undefined,
  labelsOf: () => [],
  grainOf: (_type, _name, intervalMs) => intervalMs,
};

/** What the configuration alone tells of how to ask; nothing was learned of Azure yet. */
export function configuredCapabilities({ queryMode, batching, rateLimit }: AzureMonitorConfig): Capabilities {
  return {
    ...singleCalls,
    queryMode,
    maxBatchSize: batching.maxBatchSize,
    ...(batching.azureRegion === undefined ? {} : { defaultRegion: batching.azureRegion }),
    armCallsPerHour: rateLimit.readsPerSecond * 3600,
  };
}

/** Turns a declaration and what is known of Azure into the calls of each run. Pure: the same input, the same plan. */
export function planScrape(declaration: Declaration, capabilities: Capabilities = singleCalls): ScrapePlan {
  const items: PlannedItem[] = [];
  const warnings: PlanWarning[] = [];
  for (const metric of declaration.metrics) {
    const planned = planItems(metric, declaration.tenantId, (key) => capabilities.labelsOf(key));
    warnings.push(...planned.warnings);
    items.push(...planned.items);
  }
  const groups = [...groupItems(items, capabilities), ...items.flatMap(aloneGroup)];
  const schedules = new Map(groups.map(({ schedule }) => [schedule.cron, schedule]));
  return { groups, schedules: [...schedules.values()].sort((a, b) => (a.cron < b.cron ? -1 : 1)), warnings };
}

/** Log queries and storage queues answer for themselves only. */
function aloneGroup({ item }: PlannedItem): QueryGroup[] {
  const { kind } = item.metric.query;
  if (kind === 'azureMonitor') return [];
  const mode = kind === 'logAnalytics' ? 'logs' : 'queue';
  const why = kind === 'logAnalytics' ? 'log queries run one by one' : 'a storage queue answers for itself only';
  const { subscriptionId } = item.resource;
  return [
    { id: `${mode}-${shortId(item.id)}`, mode, schedule: item.metric.schedule, subscriptionId, items: [item], why },
  ];
}
