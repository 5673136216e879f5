import type { Declaration } from '../core/declaration.ts';
import { shortId } from '../core/hash.ts';
import type { Schedule } from '../core/schedule.ts';
import { type PlannedItem, planItems } from './items.ts';
import type { MetricsQueryShape, PlanWarning, QueryGroup, ScrapePlan } from './types.ts';

/**
 * Turns a declaration into the calls of each run: one query group per item, the granularity at which Azure can fail
 * without taking a neighbour along.
 */
export function planScrape(declaration: Declaration): ScrapePlan {
  const groups: QueryGroup[] = [];
  const warnings: PlanWarning[] = [];
  const schedules = new Map<string, Schedule>();
  for (const metric of declaration.metrics) {
    const planned = planItems(metric, declaration.tenantId);
    warnings.push(...planned.warnings);
    if (planned.items.length > 0 && !schedules.has(metric.schedule.cron))
      schedules.set(metric.schedule.cron, metric.schedule);
    for (const item of planned.items)
      groups.push(groupOf(item, schedules.get(metric.schedule.cron) ?? metric.schedule));
  }
  return { groups, schedules: [...schedules.values()], warnings };
}

function groupOf(planned: PlannedItem, schedule: Schedule): QueryGroup {
  const { item } = planned;
  const { query } = item.metric;
  const common = { schedule, subscriptionId: item.resource.subscriptionId, items: [item] };
  if (query.kind === 'logAnalytics') {
    return { id: `logs-${shortId(item.id)}`, mode: 'logs', why: 'log queries run one by one', ...common };
  }
  if (query.kind === 'storageQueue') {
    return {
      id: `queue-${shortId(item.id)}`,
      mode: 'queue',
      why: 'a storage queue answers for itself only',
      ...common,
    };
  }
  const metrics: MetricsQueryShape = {
    ...(query.metricNamespace === undefined ? {} : { namespace: query.metricNamespace }),
    metricNames: planned.metricNames,
    aggregations: query.aggregations,
    intervalMs: query.intervalMs,
    delayMs: item.freshness.delayMs,
    alignment: query.alignment,
    ...(planned.filter === undefined ? {} : { filter: planned.filter }),
    limit: query.limit,
  };
  const why = `${planned.metricNames.length} metric(s) of one resource`;
  return { id: `single-${shortId(item.id)}`, mode: 'single', why, metrics, ...common };
}
