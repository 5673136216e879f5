import { type CodedError, type Outcome, ok } from '../core/outcome.ts';
import { resourceKey } from '../core/resource-id.ts';
import type { Window } from '../core/window.ts';
import type { MetricsQueryShape, QueryGroup, ScrapeItem } from '../plan/types.ts';
import type { MetricAnswer, MetricsAnswer, MetricsSource, ScrapeObserver, SeriesAnswer } from './ports.ts';

/** One Azure metric of one item: the smallest thing that can succeed or fail. */
export interface Part {
  readonly item: ScrapeItem;
  readonly metricName: string;
}

export type PartAnswer =
  | {
      readonly kind: 'series';
      readonly series: readonly SeriesAnswer[];
      /** The call that it came from; undefined when nothing was asked. */
      readonly asked?: Asked;
    }
  | {
      readonly kind: 'failed';
      readonly error: CodedError;
      /** Set when the failure is this part's own, and not that of the call: equal for parts that failed together. */
      readonly cause?: string;
    };

/** One call as it went out, for explanations; all parts that it answered share the object. */
export interface Asked {
  readonly mode: 'single' | 'batch' | 'subscription';
  readonly window: Window;
  readonly intervalMs: number;
  readonly aggregations: readonly string[];
  readonly namespace?: string;
  readonly filter?: string;
  readonly limit: number;
  /** Distinct resources and metric names of the call. */
  readonly resources: number;
  readonly metricNames: number;
  /** Azure's id of the request. */
  readonly requestId?: string;
}

export type MetricsGroup = QueryGroup & { readonly metrics: MetricsQueryShape };

/** A call to make, apart from the parts that it asks for. */
export interface Query {
  readonly group: MetricsGroup;
  /** The group's mode, or `single` to go around a batch that fails. */
  readonly mode: 'single' | 'batch' | 'subscription';
  readonly window: Window;
  readonly intervalMs: number;
  /** Whether culprits are looked for when Azure refuses; known ones that are asked apart are worth one call. */
  readonly repairs: boolean;
  readonly source: MetricsSource;
  readonly signal: AbortSignal;
  /** Hears the region of every resource that an answer names. */
  readonly learnRegion: (resourceKey: string, region: string) => void;
  readonly observe: ScrapeObserver;
}

export type Answers = ReadonlyMap<string, PartAnswer>;

export function partKey(part: Part): string {
  return part.item.id;
}

/** The parts of a group: every item has one Azure metric. */
export function partsOf(group: QueryGroup): Part[] {
  return group.items.flatMap((item) => {
    const metricName = item.families[0]?.metricName;
    return metricName === undefined ? [] : [{ item, metricName }];
  });
}

/** Resources that the parts are of, by key. */
export function resourcesOf(parts: readonly Part[]): ReadonlyMap<string, string> {
  return new Map(parts.map(({ item }) => [item.resource.key, item.resource.id]));
}

/** Distinct metric names of the parts, by their lower-case form. */
export function namesOf(parts: readonly Part[]): ReadonlyMap<string, string> {
  return new Map(parts.map(({ metricName }) => [metricName.toLowerCase(), metricName]));
}

/**
 * Parts as calls that ask for nothing else: a call asks for every one of its names of every one of its resources, so
 * what is missing (a pair in quarantine) must not stand in its rectangle.
 */
export function rectangles(parts: readonly Part[]): (readonly Part[])[] {
  if (isRectangle(parts)) return [parts];
  const cut = (rowOf: (part: Part) => string, columnOf: (part: Part) => string): Part[][] => {
    const rows = [...Map.groupBy(parts, rowOf).values()];
    const alike = Map.groupBy(rows, (row) => [...new Set(row.map(columnOf))].sort().join('\n'));
    return [...alike.values()].map((own) => own.flat());
  };
  const nameOf = (part: Part): string => part.metricName.toLowerCase();
  const resourceOf = (part: Part): string => part.item.resource.key;
  const [byName, byResource] = [cut(nameOf, resourceOf), cut(resourceOf, nameOf)];
  return byName.length <= byResource.length ? byName : byResource;
}

/** Nearly always nothing is missing, which is quicker to see than to cut. */
function isRectangle(parts: readonly Part[]): boolean {
  const namesByResource = new Map<string, Set<string>>();
  for (const { item, metricName } of parts) {
    const names = namesByResource.get(item.resource.key) ?? new Set<string>();
    namesByResource.set(item.resource.key, names.add(metricName.toLowerCase()));
  }
  const all = namesOf(parts).size;
  return parts.length > 0 && [...namesByResource.values()].every(({ size }) => size === all);
}

/** Asks Azure for the parts in one call. */
export async function askOnce(query: Query, parts: readonly Part[]): Promise<Outcome<Answers>> {
  const { group, mode, window, intervalMs } = query;
  const { namespace, filter, limit } = group.metrics;
  const aggregations = group.metrics.aggregations.filter((aggregation) => aggregation !== 'None');
  const resources = resourcesOf(parts);
  const names = namesOf(parts);
  query.observe({ kind: 'asked', mode, resources: resources.size });
  const outcome = await query.source.query(
    {
      mode,
      tenantId: group.tenantId,
      subscriptionId: group.subscriptionId,
      resourceIds: [...resources.values()],
      ...(group.region === undefined || mode === 'single' ? {} : { region: group.region }),
      ...(namespace === undefined ? {} : { namespace }),
      metricNames: [...names.values()],
      aggregations: aggregations.length === 0 ? ['Count'] : aggregations,
      intervalMs,
      ...window,
      ...(filter === undefined ? {} : { filter }),
      limit,
    },
    query.signal,
  );
  if (outcome.kind !== 'ok') return outcome;
  for (const { resourceId, region } of outcome.value.resources) {
    if (region !== undefined) query.learnRegion(resourceKey(resourceId), region);
  }
  const { requestId } = outcome.value;
  const asked: Asked = {
    mode,
    window,
    intervalMs,
    aggregations,
    ...(namespace === undefined ? {} : { namespace }),
    ...(filter === undefined ? {} : { filter }),
    limit,
    resources: resources.size,
    metricNames: names.size,
    ...(requestId === undefined ? {} : { requestId }),
  };
  return ok(joined(parts, outcome.value, asked));
}

/** Answers are joined by resource and metric name, never by position. */
function joined(parts: readonly Part[], answer: MetricsAnswer, asked: Asked): Answers {
  const metrics = metricsByResource(answer);
  const answers = new Map<string, PartAnswer>();
  for (const part of parts) {
    const { item, metricName } = part;
    const metric = metrics.get(item.resource.key)?.get(metricName.toLowerCase());
    if (metric === undefined) {
      const message = `Azure's answer holds no metric ${metricName} of resource ${item.resource.id}.`;
      const request = answer.requestId === undefined ? {} : { requestId: answer.requestId };
      answers.set(partKey(part), { kind: 'failed', error: { code: 'AZ3011', message, ...request } });
    } else if (metric.error !== undefined) {
      const { code, message: text } = metric.error;
      const message = `Azure gives no values of ${metricName} of resource ${item.resource.id}: ${code}, ${text}`;
      answers.set(partKey(part), { kind: 'failed', error: { code: 'AZ3010', message } });
    } else {
      answers.set(partKey(part), { kind: 'series', series: seriesOf(item, metric), asked });
    }
  }
  return answers;
}

/** Metrics of an answer by resource key, then by name in lower case. */
function metricsByResource(answer: MetricsAnswer): ReadonlyMap<string, ReadonlyMap<string, MetricAnswer>> {
  const resources = new Map<string, Map<string, MetricAnswer>>();
  for (const { resourceId, metrics } of answer.resources) {
    const key = resourceKey(resourceId);
    const byName = resources.get(key) ?? new Map<string, MetricAnswer>();
    resources.set(key, byName);
    for (const metric of metrics) byName.set(metric.name.toLowerCase(), metric);
  }
  return resources;
}

/** In a call that several entities share, an item takes the series of its own. */
function seriesOf({ entity }: ScrapeItem, { series }: MetricAnswer): readonly SeriesAnswer[] {
  if (entity === undefined) return series;
  return series.filter(({ dimensions }) => {
    const value = dimensions[entity.dimension.toLowerCase()];
    return value === undefined || value.toLowerCase() === entity.value.toLowerCase();
  });
}
