/** APIs whose permissions are told apart; the values of `check` in the answer, and of the label `api`. */
export type CheckedApi =
  | 'token'
  | 'metrics'
  | 'definitions'
  | 'batch'
  | 'subscription'
  | 'logs'
  | 'queue'
  | 'resourceGraph';

/** Azure's built-in roles that Azimuth asks for. */
export type RoleName = 'Monitoring Reader' | 'Log Analytics Reader' | 'Reader';

/** What one API asks of the identity. */
export interface PermissionRow {
  readonly api: CheckedApi;
  /** What Azimuth does with it. */
  readonly use: string;
  /** Action of Azure's role definitions; absent where no role decides. */
  readonly action?: string;
  /** Smallest built-in role that has the action. */
  readonly role?: RoleName;
  /** Narrowest scope at which the role counts. */
  readonly scope: string;
  /** How Azure says that it is missing. */
  readonly refusal: string;
  /** Whether `azimuth check` tries it. */
  readonly tried: string;
}

/**
 * Everything that Azimuth reads. Sources: the migration guide of the batch API (role on the resource for single calls,
 * on the subscription for batch calls; 401 without the role, 403 without the provider), the specification of metrics at
 * subscription scope, the documentation of log queries (role on the workspace), of SAS tokens (read of a queue covers
 * its message count and peeking), and of Resource Graph (read access to what is to be found).
 */
export const permissions: readonly PermissionRow[] = [
  {
    api: 'token',
    use: 'every call but those to storage queues',
    scope: 'none',
    refusal: 'the identity endpoint or Entra refuses',
    tried: 'once',
  },
  {
    api: 'metrics',
    use: 'metrics, one resource a call',
    action: 'Microsoft.Insights/metrics/read',
    role: 'Monitoring Reader',
    scope: 'resource, resource group or subscription',
    refusal: '403 AuthorizationFailed, which names action and scope',
    tried: 'one metric per subscription and type; in single mode one per resource group, too',
  },
  {
    api: 'definitions',
    use: 'offered intervals, after Azure refused the declared one',
    action: 'Microsoft.Insights/metricDefinitions/read',
    role: 'Monitoring Reader',
    scope: 'resource, resource group or subscription',
    refusal: '403 AuthorizationFailed, which names action and scope',
    tried: 'no: the same role as for metrics',
  },
  {
    api: 'batch',
    use: 'metrics, up to 50 resources a call (data plane)',
    action: 'Microsoft.Insights/metrics/read',
    role: 'Monitoring Reader',
    scope: 'subscription',
    refusal: '401; 403 when the provider Microsoft.Insights is not registered',
    tried: 'one call per subscription and region, where batching is on',
  },
  {
    api: 'subscription',
    use: 'metrics of all resources of a type and region',
    action: 'Microsoft.Insights/metrics/read',
    role: 'Monitoring Reader',
    scope: 'subscription',
    refusal: '403 AuthorizationFailed, which names action and scope',
    tried: 'one call per subscription and region, where that mode is on',
  },
  {
    api: 'logs',
    use: 'log queries',
    action: 'Microsoft.OperationalInsights/workspaces/query/read',
    role: 'Log Analytics Reader',
    scope: 'workspace',
    refusal: '403 InsufficientAccessError',
    tried: 'the first declared query of each workspace',
  },
  {
    api: 'queue',
    use: 'storage queues',
    scope: 'SAS token with read on the queue, in place of a role',
    refusal: '403 AuthenticationFailed or AuthorizationPermissionMismatch',
    tried: 'each queue once',
  },
  {
    api: 'resourceGraph',
    use: 'resource discovery',
    action: 'Microsoft.ResourceGraph/resources/read',
    role: 'Reader',
    scope: 'subscription',
    refusal: '403, or an answer without resources',
    tried: 'one query, where a metric names a discovery group',
  },
];

/** The row of an API; throws for a name that is none. */
export function permissionOf(api: string): PermissionRow {
  const row = permissions.find((each) => each.api === api);
  if (row === undefined) throw new Error(`there is no permission row for ${api}`);
  return row;
}
