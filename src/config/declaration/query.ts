import type { ResourceTypeRow } from '../../catalogue/types.ts';
import type { Aggregation } from '../../core/aggregation.ts';
import type { AzureMetricQuery, LogAnalyticsQuery, StorageQueueQuery } from '../../core/declaration.ts';
import type { Place } from '../node.ts';
import { problem } from '../problem.ts';
import { type Reader, reject, type Slot } from '../spec.ts';
import type { MetricValues } from './fields.ts';
import { type Inherited, type MetricScope, member } from './inherit.ts';

type AzureValues = NonNullable<MetricValues['azureMetricConfiguration']['value']>;
type LogValues = NonNullable<MetricValues['logAnalyticsConfiguration']['value']>;

interface Dimension {
  readonly name: string;
  readonly place: Place;
}

/** What of a query could be read; `query` is undefined when an error was reported. */
export interface ReadQuery {
  readonly query: AzureMetricQuery | LogAnalyticsQuery | StorageQueueQuery | undefined;
  readonly metricNames: readonly string[];
  readonly dimensions: readonly Dimension[];
}

const promitorLimit = 10_000;
const promitorInterval = 300_000;

/** `azureMetricConfiguration` of a metric whose values come from Azure Monitor or from a storage queue. */
export function readAzureQuery(values: AzureValues, row: ResourceTypeRow | undefined, scope: MetricScope): ReadQuery {
  const { defaults, reader } = scope;
  const base = defaults?.azureMetricConfiguration;
  const names = readNames(values, scope);
  const aggregations = readAggregations(values, scope);
  const dimensions = readDimensions(values, reader);
  const fits = dimensionsFit(row, dimensions, reader);
  const limit = scope.inherit(values.limit, defaults?.limit);
  const alignment = scope.inherit(
    values.alignment,
    member(base, (value) => value.alignment),
  );
  const metricNamespace = scope.inherit(
    values.metricNamespace,
    member(base, (value) => value.metricNamespace),
  );
  const found = { metricNames: names ?? [], dimensions: dimensions ?? [] };
  if (row?.source === 'queue') return { ...found, query: queueQuery(row, names, values, reader) };
  const interval = readInterval(values.aggregation.value?.interval, scope);
  const inherited = [limit, alignment, metricNamespace, interval];
  const complete = names !== undefined && aggregations !== undefined && dimensions !== undefined && fits;
  if (!complete || interval.value === undefined || inherited.some((item) => item.broken))
    return { ...found, query: undefined };
  return {
    ...found,
    query: {
      kind: 'azureMonitor',
      metricNames: names,
      aggregations,
      intervalMs: interval.value,
      dimensions: dimensions.map((dimension) => dimension.name),
      limit: limit.value ?? promitorLimit,
      alignment: alignment.value ?? 'minute',
      ...(metricNamespace.value === undefined ? {} : { metricNamespace: metricNamespace.value }),
      nameByMetric: names.length > 1,
      nameByAggregation: aggregations.length > 1,
    },
  };
}

/** `logAnalyticsConfiguration`. Its text is not parsed as KQL; what Azimuth relies on is looked for. */
export function readLogQuery(values: LogValues, scope: MetricScope): ReadQuery {
  const own = values.aggregation.value;
  // An aggregation without an interval means five minutes, here as under metricDefaults (Promitor).
  const bare = own !== undefined && !own.interval.broken && own.interval.value === undefined;
  const interval: Inherited<number> = bare
    ? { value: promitorInterval, broken: false }
    : readInterval(values.aggregation.value?.interval, scope);
  const query = values.query.value;
  const blank = { query: undefined, metricNames: [], dimensions: [] };
  if (query !== undefined && !query.includes('project result')) {
    const message = '`query` must contain `project result`: the value is read from a column of that name.';
    reject(scope.reader, 'AZ1131', values.query.place, message);
    return blank;
  }
  if (query === undefined || interval.value === undefined || interval.broken || values.aggregation.broken) return blank;
  return { ...blank, query: { kind: 'logAnalytics', query, intervalMs: interval.value } };
}

function readInterval(own: Slot<number | undefined> | undefined, scope: MetricScope): Inherited<number> {
  const interval = scope.inherit(
    own,
    member(scope.defaults?.aggregation, (defaults) => defaults.interval),
  );
  if (interval.value === undefined && !interval.broken && scope.defaults !== undefined) {
    const message =
      'No interval is known: set `aggregation.interval` here, or `metricDefaults.aggregation.interval` for all metrics.';
    reject(scope.reader, 'AZ1125', own?.place ?? scope.place, message);
    return { value: undefined, broken: true };
  }
  return interval;
}

/** Names from `metricName` or `metricNames`, own before default; undefined after an error. */
function readNames(values: AzureValues, scope: MetricScope): readonly string[] | undefined {
  if (values.metricName.value !== undefined && values.metricNames.written) {
    return excluded(scope.reader, values.metricNames.place, 'metricName', 'metricNames');
  }
  if (values.metricName.broken) return undefined;
  if (values.metricName.value !== undefined) return [values.metricName.value];
  const listed = scope.inherit(
    values.metricNames,
    member(scope.defaults?.azureMetricConfiguration, (value) => value.metricNames),
  );
  if (listed.broken) return undefined;
  const names = distinct(listed.value ?? [], scope.reader).map((slot) => slot.value);
  if (names.length > 0) return names;
  const [code, message] = values.metricName.written
    ? (['AZ1018', '`metricName` must not be blank.'] as const)
    : (['AZ1011', 'Required field `metricName` (or `metricNames`) is missing in `azureMetricConfiguration`.'] as const);
  reject(scope.reader, code, values.metricName.place, message);
  return undefined;
}

function readAggregations(values: AzureValues, scope: MetricScope): readonly Aggregation[] | undefined {
  const own = values.aggregation.value;
  if (own === undefined || own.type.broken) return undefined;
  if (own.type.value !== undefined && own.types.written)
    return excluded(scope.reader, own.types.place, 'type', 'types');
  if (own.type.value !== undefined) {
    warnAboutNone([own.type.value], own.type.place, scope.reader);
    return [own.type.value];
  }
  const base = member(scope.defaults?.azureMetricConfiguration, (value) => value.aggregation);
  const listed = scope.inherit(
    own.types,
    member(base, (value) => value.types),
  );
  if (listed.broken) return undefined;
  const types = distinct(listed.value ?? [], scope.reader).map((slot) => slot.value);
  if (types.length > 0) {
    warnAboutNone(types, own.types.place, scope.reader);
    return types;
  }
  const [code, message] = own.type.written
    ? (['AZ1018', '`type` must not be blank.'] as const)
    : (['AZ1011', 'Required field `type` (or `types`) is missing in `aggregation`.'] as const);
  reject(scope.reader, code, own.type.place, message);
  return undefined;
}

function warnAboutNone(types: readonly Aggregation[], place: Place, reader: Reader): void {
  if (!types.includes('None')) return;
  reader.report(
    problem('warning', 'AZ1126', place, 'The aggregation `None` yields 0, as in Promitor; choose another one.'),
  );
}

function excluded(reader: Reader, place: Place, one: string, other: string): undefined {
  reject(reader, 'AZ1124', place, `\`${one}\` and \`${other}\` exclude each other; keep one.`);
  return undefined;
}

/** Entries of a list without blanks and repetitions, which are reported. */
function distinct<T extends string>(slots: readonly Slot<T | undefined>[], reader: Reader): readonly Slot<T>[] {
  const kept: Slot<T>[] = [];
  for (const slot of slots) {
    const { value } = slot;
    if (value !== undefined && !kept.some((earlier) => earlier.value === value)) kept.push({ ...slot, value });
    else reader.report(problem('warning', 'AZ1132', slot.place, 'The entry is blank or repeated, and has no effect.'));
  }
  return kept;
}

/** Distinct dimensions as declared, of `dimension` or `dimensions`; undefined after an error. */
function readDimensions(values: AzureValues, reader: Reader): readonly Dimension[] | undefined {
  const { dimension, dimensions } = values;
  if (dimension.value !== undefined) {
    if ((dimensions.value ?? []).length > 0) return excluded(reader, dimension.place, 'dimension', 'dimensions');
    reader.report(
      problem('warning', 'AZ1127', dimension.place, '`dimension` is deprecated; write `dimensions` with one entry.'),
    );
  }
  if (dimension.broken || dimensions.broken) return undefined;
  const slots = dimension.value === undefined ? (dimensions.value ?? []) : [dimension];
  const names = slots.map((slot) => slot.value?.name ?? { ...slot, value: undefined });
  return distinct(names, reader).map(({ value, place }) => ({ name: value, place }));
}

function dimensionsFit(
  row: ResourceTypeRow | undefined,
  dimensions: readonly Dimension[] | undefined,
  reader: Reader,
): boolean {
  const most = row?.entity?.maxDimensions;
  const extra = most === undefined ? undefined : dimensions?.[most];
  if (row === undefined || extra === undefined) return true;
  const message = `${row.name} takes at most ${most} dimension${most === 1 ? '' : 's'}; \`${extra.name}\` is one too many.`;
  return !reject(reader, 'AZ1142', extra.place, message, { found: extra.name }).broken;
}

function queueQuery(
  row: ResourceTypeRow,
  names: readonly string[] | undefined,
  values: AzureValues,
  reader: Reader,
): StorageQueueQuery | undefined {
  const [given] = names ?? [];
  if (given === undefined || names === undefined) return undefined;
  const offered = row.metricNames ?? [];
  const known = (['MessageCount', 'TimeSpentInQueue'] as const).find(
    (name) => name.toLowerCase() === given.toLowerCase(),
  );
  if (known !== undefined && names.length === 1) return { kind: 'storageQueue', metricName: known };
  const place = values.metricName.value === undefined ? values.metricNames.place : values.metricName.place;
  const message = `${row.name} offers ${offered.join(' and ')}, one in each metric; \`${names.join(', ')}\` is not available.`;
  reject(reader, 'AZ1145', place, message, { found: names.join(', '), suggestions: offered });
  return undefined;
}
