import { isoDuration } from '../core/duration.ts';
import { ordinaryGrains } from '../core/window.ts';
import type { QueryGroup } from './types.ts';

/** One query group as `azimuth plan --format json` shows it. What a kind of call does not have is null or empty. */
export interface PlannedCall {
  readonly id: string;
  readonly mode: QueryGroup['mode'];
  /** The cron expression as declared. */
  readonly schedule: string;
  readonly subscription: string;
  readonly region: string | null;
  /** Null: the resource type's own. */
  readonly namespace: string | null;
  readonly metricNames: readonly string[];
  readonly aggregations: readonly string[];
  /** Grain, ISO 8601. */
  readonly interval: string | null;
  /** How far an ordinary query looks back, ISO 8601; a lag that is learned comes on top. */
  readonly window: string | null;
  readonly filter: string | null;
  /** Azure's `top`. */
  readonly limit: number | null;
  /** ARM ids without a leading slash. */
  readonly resources: readonly string[];
  readonly callsPerRun: number;
  readonly why: string;
}

export function plannedCall(group: QueryGroup): PlannedCall {
  const { id, mode, schedule, subscriptionId, region, why } = group;
  const resources = new Map(group.items.map(({ resource }) => [resource.key, resource.id]));
  return {
    id,
    mode,
    schedule: schedule.text,
    subscription: subscriptionId,
    region: region ?? null,
    ...asked(group),
    resources: [...resources].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, resourceId]) => resourceId),
    callsPerRun: 1,
    why,
  };
}

type Asked = Pick<
  PlannedCall,
  'namespace' | 'metricNames' | 'aggregations' | 'interval' | 'window' | 'filter' | 'limit'
>;

const nothingAsked: Asked = {
  namespace: null,
  metricNames: [],
  aggregations: [],
  interval: null,
  window: null,
  filter: null,
  limit: null,
};

function asked({ metrics, items }: QueryGroup): Asked {
  if (metrics !== undefined) {
    const { namespace, metricNames, aggregations, intervalMs, filter, limit } = metrics;
    return {
      namespace: namespace ?? null,
      metricNames,
      aggregations,
      interval: isoDuration(intervalMs),
      window: isoDuration(ordinaryGrains(intervalMs) * intervalMs),
      filter: filter ?? null,
      limit,
    };
  }
  const query = items[0]?.metric.query;
  if (query?.kind === 'logAnalytics') {
    // A log query looks at one interval, whole.
    const interval = isoDuration(query.intervalMs);
    return { ...nothingAsked, interval, window: interval };
  }
  return query?.kind === 'storageQueue' ? { ...nothingAsked, metricNames: [query.metricName] } : nothingAsked;
}
