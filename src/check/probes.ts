import type { MetricsQueryShape, QueryGroup, ScrapeItem, ScrapePlan } from '../plan/types.ts';
import type { CheckedApi } from './permissions.ts';

/** One call that finds out whether something may be read. */
export interface Probe {
  readonly api: Extract<CheckedApi, 'metrics' | 'batch' | 'subscription' | 'logs' | 'queue'>;
  /** Stands for all items that need the same permission. */
  readonly item: ScrapeItem;
  readonly subscriptionId: string;
  readonly region?: string;
  /** What the plan asks for, of metrics. */
  readonly shape?: MetricsQueryShape;
}

export type SharedProbe = Probe & { readonly api: 'batch' | 'subscription' };

/**
 * Probes that need nothing learned: one metric per subscription and type, one query per workspace, each queue. With
 * `everyGroup` one metric per resource group, too: where only single calls are made, roles may be given that narrowly.
 */
export function readProbes(plan: ScrapePlan, everyGroup: boolean): Probe[] {
  const seen = new Set<string>();
  const isNew = (keys: readonly string[]): boolean => {
    const fresh = keys.filter((key) => !seen.has(key));
    for (const key of fresh) seen.add(key);
    return fresh.length > 0;
  };
  return plan.groups.flatMap((group) =>
    group.items
      .filter((item) => isNew(needsOf(group, item, everyGroup)))
      .map((item) => probeOf(readApi(group), group, item)),
  );
}

/**
 * Probes of calls that many resources share, one per mode, subscription and region of the plan. `known` tells
 * resources that could be read; one of them is taken where there is one, so that a wrong name does not hide the rest.
 */
export function sharedProbes(plan: ScrapePlan, known: (item: ScrapeItem) => boolean): SharedProbe[] {
  const shared = plan.groups.filter(({ mode }) => mode === 'batch' || mode === 'subscription');
  const alike = Map.groupBy(shared, (group) =>
    [group.mode, group.subscriptionId, group.region ?? ''].join(' ').toLowerCase(),
  );
  return [...alike.values()].flatMap((groups) => {
    const candidates = groups.flatMap((group) => group.items.map((item) => ({ group, item })));
    const chosen = candidates.find(({ item }) => known(item)) ?? candidates[0];
    if (chosen === undefined) return [];
    const api = chosen.group.mode === 'batch' ? ('batch' as const) : ('subscription' as const);
    return [{ ...probeOf(api, chosen.group, chosen.item), api }];
  });
}

/** What must be allowed for an item, as keys that are equal for items that need the same. */
function needsOf({ mode }: QueryGroup, item: ScrapeItem, everyGroup: boolean): string[] {
  const { subscriptionId, resourceGroupName, armType, fields } = item.resource;
  const { accountName = '', queueName = '', workspaceId = '' } = fields;
  const key = (...parts: readonly string[]): string => JSON.stringify(parts).toLowerCase();
  if (mode === 'logs') return [key('workspace', workspaceId)];
  if (mode === 'queue') return [key('queue', accountName, queueName)];
  const type = key('type', subscriptionId, armType);
  return everyGroup ? [type, key('group', subscriptionId, resourceGroupName)] : [type];
}

function readApi({ mode }: QueryGroup): Probe['api'] {
  return mode === 'logs' || mode === 'queue' ? mode : 'metrics';
}

function probeOf(api: Probe['api'], group: QueryGroup, item: ScrapeItem): Probe {
  const { region, metrics: shape } = group;
  return {
    api,
    item,
    subscriptionId: item.resource.subscriptionId,
    ...(region === undefined || api === 'metrics' ? {} : { region }),
    ...(shape === undefined ? {} : { shape }),
  };
}
