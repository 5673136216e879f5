import type { Aggregation } from './aggregation.ts';
import type { MetricDefinition } from './declaration.ts';

/** One name on `/metrics` and the Azure metric and aggregation behind it. */
export interface SeriesFamily {
  readonly name: string;
  readonly help: string;
  /** Azure's metric name. */
  readonly metricName: string;
  readonly aggregation: Aggregation;
}

/** `ActiveMessages` to `active_messages`, `Disk Read Operations/Sec` to `disk_read_operations_sec`. */
function snakeCase(text: string): string {
  return text
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '');
}

/**
 * The families that a metric writes. With a list of metric names the Azure name is appended in snake case, with a
 * list of aggregations the aggregation after it; a single one of either leaves the declared name as it is.
 */
export function seriesFamilies(metric: Pick<MetricDefinition, 'name' | 'description' | 'query'>): SeriesFamily[] {
  const { query } = metric;
  if (query.kind !== 'azureMonitor') {
    const metricName = query.kind === 'storageQueue' ? query.metricName : 'result';
    return [{ name: metric.name, help: metric.description, metricName, aggregation: 'Total' }];
  }
  return query.metricNames.flatMap((metricName) =>
    query.aggregations.map((aggregation) => ({
      name: [
        metric.name,
        ...(query.nameByMetric ? [snakeCase(metricName)] : []),
        ...(query.nameByAggregation ? [aggregation.toLowerCase()] : []),
      ].join('_'),
      help: metric.description,
      metricName,
      aggregation,
    })),
  );
}
