import type { Declaration } from '../core/declaration.ts';
import { shortId } from '../core/hash.ts';
import type { LabelPair } from '../core/labels.ts';
import type { AzureMonitorConfig } from '../core/runtime-config.ts';
import type { Schedule } from '../core/schedule.ts';
import { groupItems } from './groups.ts';
import { type ItemCache, type PlannedItem, planItems } from './items.ts';
import { finish, type Steps } from './steps.ts';
import type { Capabilities, Found, PlanWarning, QueryGroup, ScrapePlan } from './types.ts';

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
export function planScrape(
  declaration: Declaration,
  capabilities: Capabilities = singleCalls,
  found: Found = () => [],
): ScrapePlan {
  return finish(planSteps(declaration, capabilities, found, new WeakMap()));
}

/** {@link planScrape} in steps. `cache`: items of earlier plans of the same declaration. */
export function* planSteps(
  declaration: Declaration,
  capabilities: Capabilities,
  found: Found,
  cache: ItemCache,
): Steps<ScrapePlan> {
  const items: PlannedItem[] = [];
  const warnings: PlanWarning[] = [];
  const labelsOf = (key: string): readonly LabelPair[] => capabilities.labelsOf(key);
  const input = { tenantId: declaration.tenantId, found, labelsOf, cache };
  for (const metric of declaration.metrics) {
    const planned = yield* planItems(metric, input);
    warnings.push(...planned.warnings);
    for (const item of planned.items) items.push(item);
  }
  const groups = [...(yield* groupItems(items, capabilities)), ...items.flatMap(aloneGroup)];
  return { groups, schedules: schedulesOf(declaration), warnings };
}

/** Differently written expressions of one schedule run together, under the text that sorts first. */
function schedulesOf({ metrics }: Declaration): Schedule[] {
  const schedules = new Map<string, Schedule>();
  for (const { schedule } of metrics) {
    const known = schedules.get(schedule.cron);
    if (known === undefined || schedule.text < known.text) schedules.set(schedule.cron, schedule);
  }
  return [...schedules.values()].sort((a, b) => (a.cron < b.cron ? -1 : 1));
}

/** Log queries and storage queues answer for themselves only. */
function aloneGroup({ item }: PlannedItem): QueryGroup[] {
  const { kind } = item.metric.query;
  if (kind === 'azureMonitor') return [];
  const mode = kind === 'logAnalytics' ? 'logs' : 'queue';
  const why = kind === 'logAnalytics' ? 'log queries run one by one' : 'a storage queue answers for itself only';
  const { tenantId, subscriptionId } = item.resource;
  const { schedule } = item.metric;
  return [{ id: `${mode}-${shortId(item.id)}`, mode, schedule, tenantId, subscriptionId, items: [item], why }];
}
