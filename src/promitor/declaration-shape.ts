import { findResourceType } from '../catalogue/lookup.ts';
import type {
  AzureMetricQuery,
  DeclaredResource,
  LogAnalyticsQuery,
  MetricDefinition,
  StorageQueueQuery,
} from '../core/declaration.ts';
import { wireOf } from '../discovery/agent/wire.ts';
import { timeSpan } from './time-span.ts';

/** An object of the answer: its .NET type first, absent members left out. */
export type TypedObject = { readonly $type: string } & Readonly<Record<string, unknown>>;

const model = 'Promitor.Core.Scraping.Configuration.Model';
const dictionary =
  'System.Collections.Generic.Dictionary`2[[System.String, System.Private.CoreLib],[System.String, System.Private.CoreLib]], System.Private.CoreLib';
const secretType = 'Promitor.Core.Contracts.Secret, Promitor.Core.Contracts';

/**
 * Metrics as Promitor's `/api/v1/configuration/metric-declaration` shows them: PascalCase, `$type` first in every
 * object, defaults applied. What only Azimuth can declare stands in members that Promitor does not have. SAS tokens
 * read `***`, whether they were declared by value or by variable.
 */
export function declarationShape(metrics: readonly MetricDefinition[]): readonly TypedObject[] {
  return metrics.map((metric) => ({
    $type: typeOf('Metrics.MetricDefinition'),
    ...queryMembers(metric.query),
    PrometheusMetricDefinition: {
      $type: typeOf('Metrics.PrometheusMetricDefinition'),
      Name: metric.name,
      Description: metric.description,
      Labels: { $type: dictionary, ...metric.labels },
    },
    Scraping: { $type: typeOf('Scraping'), Schedule: metric.schedule.text },
    ResourceType: metric.resourceType,
    ResourceDiscoveryGroups: metric.resourceDiscoveryGroups.map((name) => ({
      $type: typeOf('Metrics.AzureResourceDiscoveryGroup'),
      Name: name,
    })),
    Resources: metric.resources.map((resource) => resourceShape(metric.resourceType, resource)),
  }));
}

function typeOf(name: string): string {
  return `${model}.${name}, Promitor.Core.Scraping`;
}

function queryMembers(query: MetricDefinition['query']): Readonly<Record<string, TypedObject>> {
  if (query.kind === 'logAnalytics') return { LogAnalyticsConfiguration: logsShape(query) };
  return { AzureMetricConfiguration: query.kind === 'azureMonitor' ? metricsShape(query) : queueShape(query) };
}

function logsShape({ query, intervalMs }: LogAnalyticsQuery): TypedObject {
  return {
    $type: typeOf('LogAnalyticsConfiguration'),
    Query: query,
    Aggregation: { $type: typeOf('Aggregation'), Interval: timeSpan(intervalMs) },
  };
}

/** The aggregation of a queue has no meaning, so it is not kept. */
function queueShape({ metricName }: StorageQueueQuery): TypedObject {
  return { $type: typeOf('AzureMetricConfiguration'), MetricName: metricName, Dimensions: [] };
}

function metricsShape(query: AzureMetricQuery): TypedObject {
  const { metricNames, aggregations, metricNamespace, alignment } = query;
  return {
    $type: typeOf('AzureMetricConfiguration'),
    MetricName: metricNames[0],
    Limit: query.limit,
    Dimensions: query.dimensions.map((name) => ({ $type: typeOf('MetricDimension'), Name: name })),
    Aggregation: {
      $type: typeOf('MetricAggregation'),
      Type: aggregations[0],
      Interval: timeSpan(query.intervalMs),
      ...(query.nameByAggregation ? { Types: aggregations } : {}),
    },
    ...(query.nameByMetric ? { MetricNames: metricNames } : {}),
    ...(metricNamespace === undefined ? {} : { MetricNamespace: metricNamespace }),
    ...(alignment === 'minute' ? {} : { Alignment: alignment }),
  };
}

function resourceShape(resourceType: string, resource: DeclaredResource): TypedObject {
  const row = findResourceType(resourceType);
  if (row === undefined) throw new Error(`resource type ${resourceType} is not in the catalogue`);
  const { $type = '', ...members } = wireOf(row, resource);
  const filter = row.filterField === undefined ? undefined : resource.fields[row.filterField];
  const hasSecret = row.fields.some(({ kind }) => kind === 'secret');
  return {
    $type,
    ...(filter === undefined ? {} : { Filter: filter }),
    ...(hasSecret ? { SasToken: { $type: secretType, RawValue: '***' } } : {}),
    ...members,
    // Promitor names a workspace by its name alone.
    ...(row.source === 'logs' ? { UniqueName: members['ResourceName'] } : {}),
  };
}
