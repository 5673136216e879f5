import type { PlannedItem } from './items.ts';
import type { Steps } from './steps.ts';
import type { Capabilities } from './types.ts';

/** How an item's metric is asked for, and why so, in words. */
export interface ModeChoice {
  readonly mode: 'single' | 'batch' | 'subscription';
  readonly region?: string;
  readonly why: string;
}

const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
/** Below this share of ARM's calls, single calls are free and hurt nobody. */
const comfortableShare = 0.5;

/**
 * Decides for each item. What cannot be asked in the configured mode is asked alone: a region that is not known yet
 * (the call learns it), a custom namespace, a subscription or type that refused. `auto` takes single calls, which
 * cost nothing, as long as they stay below half of what ARM allows a subscription, and batch calls beyond.
 */
export function* chooseModes(
  items: readonly PlannedItem[],
  capabilities: Capabilities,
): Steps<(planned: PlannedItem) => ModeChoice> {
  const { queryMode } = capabilities;
  const loads = queryMode === 'auto' ? yield* singleLoads(items) : new Map<string, number>();
  return (planned) => {
    if (queryMode === 'single') return { mode: 'single', why: 'single calls are configured' };
    if (queryMode === 'auto') {
      const load = loads.get(planned.item.resource.subscriptionId.toLowerCase()) ?? 0;
      const share = load / capabilities.armCallsPerHour;
      const percent = `${Math.round(share * 100)}% of what ARM allows the subscription`;
      if (share <= comfortableShare) return { mode: 'single', why: `single calls cost nothing and take ${percent}` };
      return shared(planned, 'batch', capabilities, `single calls would take ${percent}`);
    }
    return shared(planned, queryMode, capabilities, `${queryMode} calls are configured`);
  };
}

function shared(
  { item }: PlannedItem,
  mode: 'batch' | 'subscription',
  capabilities: Capabilities,
  reason: string,
): ModeChoice {
  const { resource } = item;
  const alone = (why: string): ModeChoice => ({ mode: 'single', why });
  const namespace = item.metric.query.kind === 'azureMonitor' ? item.metric.query.metricNamespace : undefined;
  if (namespace !== undefined && namespace.toLowerCase() !== resource.armType) {
    return alone(`the namespace ${namespace} is asked for resource by resource`);
  }
  if (!uuid.test(resource.subscriptionId)) return alone('batch calls need a subscription id in the form of a UUID');
  const refusal = capabilities.batchRefusal(resource.subscriptionId, resource.armType);
  if (refusal !== undefined) return alone(refusal);
  const region = capabilities.regionOf(resource.key) ?? capabilities.defaultRegion;
  if (region === undefined) return alone('the region of the resource is not known yet; this call learns it');
  if (mode === 'subscription' && (item.entity !== undefined || item.dimensions.length > 0)) {
    return { mode: 'batch', region, why: `${reason}; a metric that is split or filtered is asked in batches` };
  }
  return { mode, region, why: `${reason}, in ${region}` };
}

/** Single calls an hour by subscription: one per resource and run, whatever the number of names. */
function* singleLoads(items: readonly PlannedItem[]): Steps<Map<string, number>> {
  const calls = new Map<string, { readonly subscription: string; readonly perHour: number }>();
  for (const { item } of items) {
    const { schedule } = item.metric;
    const subscription = item.resource.subscriptionId.toLowerCase();
    calls.set(`${schedule.cron} ${item.resource.key}`, { subscription, perHour: 3_600_000 / schedule.periodMs });
    yield;
  }
  const loads = new Map<string, number>();
  for (const { subscription, perHour } of calls.values()) {
    loads.set(subscription, (loads.get(subscription) ?? 0) + perHour);
  }
  return loads;
}
