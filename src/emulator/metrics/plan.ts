import { badRequest, type Refusal } from '../http/reply.ts';
import { parseDuration, printDuration } from '../iso-time.ts';
import type { Metric, Resource } from '../world/model.ts';
import type { ResourceMetric, WorldIndex } from '../world/resolve.ts';
import { askedDimensions, type MetricsQuery } from './query.ts';

/** Dimensions that only exist when several resources are asked at once. */
const resourceDimensions: readonly string[] = ['microsoft.resourceid', 'microsoft.resourcegroupname'];

/**
 * The metrics that a query asks of one resource, in the order asked; a refusal names the first unknown one.
 * Without names it is the first metric of the namespace, Azure's "default metric of the provider".
 */
export function metricsOf(index: WorldIndex, resource: Resource, query: MetricsQuery): ResourceMetric[] | Refusal {
  const type = resource.type.toLowerCase();
  const space = query.namespace?.toLowerCase() ?? type;
  if (space !== type) {
    const namespaces = [...new Set([resource.type, ...index.metrics(resource).map(({ namespace }) => namespace)])];
    if (!namespaces.some((name) => name.toLowerCase() === space)) {
      return badRequest(
        `Detect invalid value: ${query.namespace} for query parameter: 'metricnamespace', the value must be: ${namespaces.join(',')} if the query parameter is provided, you can also skip this optional query parameter.`,
      );
    }
  }
  const inSpace = (metric: Metric): boolean => metric.namespace.toLowerCase() === space;
  const offered = (): string[] => index.metrics(resource).filter(inSpace).map(nameOf);
  const names = query.metricNames.length > 0 ? query.metricNames : offered().slice(0, 1);
  const found: ResourceMetric[] = [];
  for (const name of names) {
    const metric = index.metric(resource, name);
    if (metric === undefined || !inSpace(metric.metric)) {
      return unknownMetric(resource.type, name, offered());
    }
    found.push(metric);
  }
  return found;
}

function nameOf(metric: Metric): string {
  return metric.name;
}

function unknownMetric(type: string, name: string, valid: readonly string[]): Refusal {
  const [provider = '', ...types] = type.split('/');
  return badRequest(
    `Failed to find metric configuration for provider: ${provider}, resource Type: ${types.join('/')}, metric: ${name}, Valid metrics: ${valid.join(',')}`,
  );
}

/** The grain in milliseconds that answers the query for all of its metrics; `FULL` gives the whole span. */
export function grainOf(query: MetricsQuery, metrics: readonly Metric[]): number | Refusal {
  if (query.interval === 'FULL') return query.span.endMs - query.span.startMs;
  const [first, ...others] = metrics.map(({ grains }) => grains.map((grain) => parseDuration(grain) ?? 0));
  const common = (first ?? []).filter((grain) => others.every((list) => list.includes(grain)));
  if (query.interval === undefined) return common[0] ?? 60_000;
  const asked = query.interval;
  if (common.includes(asked)) return asked;
  if (query.autoAdjust && common.length > 0) {
    return common.reduce((best, grain) => (Math.abs(grain - asked) < Math.abs(best - asked) ? grain : best));
  }
  const offered = common.map(printDuration).join(',');
  const interval = printDuration(asked);
  if (metrics.length === 1) {
    return badRequest(`Invalid time grain duration: ${interval}, supported ones are: ${offered}`);
  }
  const names = metrics.map(nameOf).join(',');
  return badRequest(
    `Commonly allowed time grains: ${offered} between metrics: ${names}, can not support requested time grain: ${interval} please adjust your interval parameter to use one of the common grains, TraceId: {${traceId}}`,
  );
}

/** Azure's trace ids differ by call; a constant one keeps answers comparable. */
const traceId = '7f1f4a52-6f0e-4b43-9d55-0a2c51e3b8d6';

/** Refuses dimensions that a metric does not have, and queries without one where it is required. */
export function dimensionProblem(
  query: MetricsQuery,
  metrics: readonly Metric[],
  several: boolean,
): Refusal | undefined {
  const asked = askedDimensions(query).map((name) => name.toLowerCase());
  for (const metric of metrics) {
    const known = metric.dimensions.map(({ name }) => name);
    const lower = known.map((name) => name.toLowerCase());
    const unknown = asked.filter((name) => !lower.includes(name) && !(several && resourceDimensions.includes(name)));
    const missing = metric.dimensionRequired && !asked.some((name) => lower.includes(name));
    if ((unknown.length > 0 && query.validateDimensions) || missing) {
      return badRequest(
        `Metric: ${metric.name} does not support requested dimension combination: ${asked.join(',')}, supported ones are: ${known.join(',')}, TraceId: {${traceId}}`,
      );
    }
  }
  return undefined;
}
