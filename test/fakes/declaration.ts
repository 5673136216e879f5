import { publicClouds } from '../../src/core/clouds.ts';
import type { AzureMetricQuery, Declaration, DeclaredResource, MetricDefinition } from '../../src/core/declaration.ts';

const minuteMs = 60_000;

export const everyMinute = { text: '* * * * *', cron: '0 * * * * *', periodMs: minuteMs };

/** The walkthrough's metric: one queue of a Service Bus namespace, every minute, five-minute buckets. */
export function aMetric(
  changes: Partial<Omit<MetricDefinition, 'query'>> & { readonly query?: Partial<AzureMetricQuery> } = {},
): MetricDefinition {
  const { query, ...rest } = changes;
  return {
    name: 'demo_queue_size',
    description: 'Active messages',
    resourceType: 'ServiceBusNamespace',
    labels: {},
    defaultLabels: {},
    schedule: everyMinute,
    freshness: { delayMs: minuteMs, staleAfterMs: 15 * minuteMs, noData: 'unavailableValue' },
    resources: [aResource({ namespace: 'contoso-messaging', queueName: 'orders' })],
    resourceDiscoveryGroups: [],
    query: {
      kind: 'azureMonitor',
      metricNames: ['ActiveMessages'],
      aggregations: ['Total'],
      intervalMs: 5 * minuteMs,
      dimensions: [],
      limit: 10_000,
      alignment: 'minute',
      nameByMetric: false,
      nameByAggregation: false,
      ...query,
    },
    ...rest,
  };
}

export function aResource(fields: Readonly<Record<string, string>>): DeclaredResource {
  return { subscriptionId: '22222222-2222-2222-2222-222222222222', resourceGroupName: 'contoso-prod', fields };
}

export function aDeclaration(...metrics: MetricDefinition[]): Declaration {
  return { tenantId: '11111111-1111-1111-1111-111111111111', cloud: publicClouds.Global, metrics };
}
