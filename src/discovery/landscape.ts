import type { GraphRow } from './ports.ts';

/** Labels of an info metric. */
export type InfoLabels = Readonly<Record<string, string>>;

/** One of Promitor's metrics about the landscape: what is asked, how often, and the labels that a row becomes. */
export interface LandscapeInfo {
  readonly metric: 'subscriptionInfo' | 'resourceGroupInfo';
  /** Milliseconds between two looks (Promitor's schedules). */
  readonly everyMs: number;
  readonly query: string;
  readonly labelsOf: (row: GraphRow, tenantId: string) => InfoLabels;
}

const minuteMs = 60_000;
/** Promitor's word for what is blank. */
const blank = 'n/a';

export const landscapeInfos: readonly LandscapeInfo[] = [
  {
    metric: 'subscriptionInfo',
    everyMs: 60 * minuteMs,
    query: containers('microsoft.resources/subscriptions'),
    labelsOf: (row, tenantId) => ({
      tenant_id: textAt(row, 'tenantId') ?? tenantId,
      subscription_id: textAt(row, 'subscriptionId') ?? blank,
      subscription_name: textAt(row, 'name') ?? blank,
      quota_id: textAt(row, 'properties', 'subscriptionPolicies', 'quotaId') ?? blank,
      spending_limit: textAt(row, 'properties', 'subscriptionPolicies', 'spendingLimit') ?? blank,
      state: textAt(row, 'properties', 'state') ?? blank,
      authorization: textAt(row, 'properties', 'authorizationSource') ?? blank,
    }),
  },
  {
    metric: 'resourceGroupInfo',
    everyMs: 15 * minuteMs,
    query: containers('microsoft.resources/subscriptions/resourcegroups'),
    labelsOf: (row, tenantId) => ({
      tenant_id: textAt(row, 'tenantId') ?? tenantId,
      subscription_id: textAt(row, 'subscriptionId') ?? blank,
      resource_group_name: textAt(row, 'name') ?? blank,
      provisioning_state: textAt(row, 'properties', 'provisioningState') ?? blank,
      managed_by: textAt(row, 'managedBy') ?? blank,
      region: textAt(row, 'location') ?? blank,
    }),
  },
];

function containers(type: string): string {
  return [
    'resourcecontainers',
    `where type =~ '${type}'`,
    'project id, name, tenantId, subscriptionId, location, managedBy, properties',
    'order by id asc',
  ].join('\n| ');
}

/** The text at a path of a row; undefined when there is none, or it is blank. */
function textAt(row: GraphRow, ...path: readonly string[]): string | undefined {
  let value: unknown = row;
  for (const name of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = new Map<string, unknown>(Object.entries(value)).get(name);
  }
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}
