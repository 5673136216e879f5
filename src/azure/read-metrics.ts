import type { DataPoint } from '../core/aggregation.ts';
import { parseIsoDuration } from '../core/duration.ts';
import { resourceKey } from '../core/resource-id.ts';
import type { MetricAnswer, MetricOffer, MetricsRequest, ResourceAnswer, SeriesAnswer } from '../scrape/ports.ts';
import { asArray, asName, asObject, asText, type Json, optionalText, parseBody, Unreadable } from './shape.ts';

const metricsSegment = '/providers/microsoft.insights/metrics/';

/** Dimension that names the resource in answers at subscription scope. */
export const resourceIdDimension = 'microsoft.resourceid';

/** The resource in the id of a metric: what stands before the last `/providers/Microsoft.Insights/metrics/`. */
function resourceOfMetricId(id: string): string {
  const end = id.toLowerCase().lastIndexOf(metricsSegment);
  return end < 0 ? id : id.slice(0, end);
}

/** Resources of an answer with metrics. Throws {@link Unreadable} when it is not of Azure's form. */
export function readMetrics(body: string, request: Pick<MetricsRequest, 'mode' | 'resourceIds'>): ResourceAnswer[] {
  const root = parseBody(body);
  if (request.mode === 'batch') return asArray(root['values'], 'values').map(readBatchItem);
  const entries = asArray(root['value'], 'value').map((metric, index) => asObject(metric, `value[${index}]`));
  const interval = optionalText(root['interval']);
  if (request.mode === 'subscription') return byResourceDimension(entries.map(readMetric), interval);
  return byMetricId(entries, request.resourceIds[0] ?? '', { interval, region: regionOf(root) });
}

function readBatchItem(item: unknown, index: number): ResourceAnswer {
  const entry = asObject(item, `values[${index}]`);
  const metrics = asArray(entry['value'], `values[${index}].value`).map((metric) => asObject(metric, 'metric'));
  const resourceId = optionalText(entry['resourceid']) ?? resourceOfMetricId(asText(metrics[0]?.['id'], 'resourceid'));
  const about = { interval: optionalText(entry['interval']), region: regionOf(entry) };
  return resource(resourceId, metrics.map(readMetric), about);
}

function byMetricId(entries: readonly Json[], asked: string, about: About): ResourceAnswer[] {
  const groups = new Map<string, { id: string; metrics: MetricAnswer[] }>();
  for (const entry of entries) {
    const id = typeof entry['id'] === 'string' ? resourceOfMetricId(entry['id']) : asked;
    const group = groups.get(resourceKey(id)) ?? { id, metrics: [] };
    groups.set(resourceKey(id), group);
    group.metrics.push(readMetric(entry));
  }
  if (groups.size === 0) return [resource(asked, [], about)];
  return [...groups.values()].map(({ id, metrics }) => resource(id, metrics, about));
}

function byResourceDimension(metrics: readonly MetricAnswer[], interval: string | undefined): ResourceAnswer[] {
  const groups = new Map<string, { id: string; metrics: Map<string, SeriesAnswer[]> }>();
  for (const { name, error, series } of metrics) {
    if (error !== undefined) throw new Unreadable(`metric ${name} failed with ${error.code}: ${error.message}`);
    for (const { dimensions, points } of series) {
      const { [resourceIdDimension]: id, ...others } = dimensions;
      if (id === undefined) throw new Unreadable('a series does not name its resource');
      const group = groups.get(resourceKey(id)) ?? { id, metrics: new Map<string, SeriesAnswer[]>() };
      groups.set(resourceKey(id), group);
      group.metrics.set(name, [...(group.metrics.get(name) ?? []), { dimensions: others, points }]);
    }
  }
  return [...groups.values()].map((group) =>
    resource(
      group.id,
      [...group.metrics].map(([name, series]) => ({ name, series })),
      { interval },
    ),
  );
}

/** What an answer says of the query and of where the resource is. */
interface About {
  readonly interval: string | undefined;
  readonly region?: string | undefined;
}

function resource(resourceId: string, metrics: readonly MetricAnswer[], { interval, region }: About): ResourceAnswer {
  return {
    resourceId,
    metrics,
    ...(interval === undefined ? {} : { interval }),
    ...(region === undefined ? {} : { region }),
  };
}

function regionOf(answer: Json): string | undefined {
  return optionalText(optionalText(answer['resourceregion'])?.toLowerCase().replaceAll(' ', ''));
}

function readMetric(entry: Json): MetricAnswer {
  const name = asName(entry['name'], 'metric name');
  const code = optionalText(entry['errorCode']);
  const failed = code !== undefined && code !== 'Success';
  const list = failed && entry['timeseries'] === undefined ? [] : asArray(entry['timeseries'], 'timeseries', name);
  const series = list.map((one) => readSeries(asObject(one, 'series', name), name));
  return failed
    ? { name, series, error: { code, message: optionalText(entry['errorMessage']) ?? '' } }
    : { name, series };
}

function readSeries(entry: Json, metric: string): SeriesAnswer {
  const points = asArray(entry['data'], 'data', metric);
  if (!points.every(isPoint)) throw new Unreadable(`a point of ${metric} is not of the expected form`);
  return { dimensions: readDimensions(entry['metadatavalues']), points };
}

/** Shared by all series without dimensions, which are most. */
const noDimensions: SeriesAnswer['dimensions'] = {};

function readDimensions(metadata: unknown): SeriesAnswer['dimensions'] {
  const list = metadata === undefined || metadata === null ? [] : asArray(metadata, 'metadatavalues');
  if (list.length === 0) return noDimensions;
  const dimensions: Record<string, string> = {};
  for (const item of list) {
    const { name, value } = asObject(item, 'metadatavalues');
    dimensions[asName(name, 'dimension name').toLowerCase()] = asText(value, 'dimension value');
  }
  return dimensions;
}

/** Points are passed on as they came; only their form is looked at. */
function isPoint(value: unknown): value is DataPoint {
  if (typeof value !== 'object' || value === null) return false;
  const point = value as Json;
  return (
    typeof point['timeStamp'] === 'string' &&
    isAmount(point['average']) &&
    isAmount(point['total']) &&
    isAmount(point['maximum']) &&
    isAmount(point['minimum']) &&
    isAmount(point['count'])
  );
}

function isAmount(value: unknown): boolean {
  return value === undefined || value === null || typeof value === 'number';
}

/** Definitions of a resource's metrics. Throws {@link Unreadable} when the answer is not of Azure's form. */
export function readDefinitions(body: string): MetricOffer[] {
  return asArray(parseBody(body)['value'], 'value').map((item) => {
    const entry = asObject(item, 'definition');
    const namespace = optionalText(entry['namespace']);
    const unit = optionalText(entry['unit']);
    return {
      name: asName(entry['name'], 'definition name'),
      ...(namespace === undefined ? {} : { namespace }),
      ...(unit === undefined ? {} : { unit }),
      aggregations: list(entry['supportedAggregationTypes']).map((type) => asText(type, 'aggregation')),
      intervalsMs: list(entry['metricAvailabilities']).flatMap((offer) => {
        const grain = optionalText(asObject(offer, 'availability')['timeGrain']);
        return (grain === undefined ? undefined : parseIsoDuration(grain)) ?? [];
      }),
      dimensions: list(entry['dimensions']).map((dimension) => asName(dimension, 'dimension')),
    };
  });
}

/** Members that Azure leaves out when there is nothing to list. */
function list(value: unknown): readonly unknown[] {
  return value === undefined || value === null ? [] : asArray(value, 'a list of the definition');
}
