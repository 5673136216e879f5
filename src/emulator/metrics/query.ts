import { type Aggregation, aggregations } from '../../core/aggregation.ts';
import { badRequest, type Refusal } from '../http/reply.ts';
import { parseDuration, parseTime, parseTimespan, type Span } from '../iso-time.ts';
import { type Condition, dimensionsOf, parseFilter } from './filter.ts';

/** Parameters of a metrics call, keys in lower case, as they came. */
export type Parameters = ReadonlyMap<string, string>;

/** A metrics query, understood. */
export interface MetricsQuery {
  readonly span: Span;
  /** Milliseconds, `FULL`, or undefined when the call leaves it to the service. */
  readonly interval: number | 'FULL' | undefined;
  /** Empty: the call leaves it to the service. */
  readonly metricNames: readonly string[];
  /** Empty: each metric's primary aggregation. */
  readonly aggregations: readonly Aggregation[];
  readonly namespace: string | undefined;
  readonly conditions: readonly Condition[] | undefined;
  readonly top: number;
  readonly order: Order | undefined;
  readonly rollUp: readonly string[];
  readonly metadataOnly: boolean;
  readonly autoAdjust: boolean;
  readonly validateDimensions: boolean;
}

interface Order {
  readonly by: 'average' | 'total' | 'minimum' | 'maximum' | 'count';
  readonly descending: boolean;
}

const retentionMs = 93 * 86_400_000;
const defaultSpanMs = 3_600_000;
const defaultTop = 10;
const maxNames = 20;

/** Reads the parameters of the single-resource and the subscription-scope call. */
export function readMetricsQuery(parameters: Parameters, nowMs: number): MetricsQuery | Refusal {
  return readQuery(parameters, spanOf(parameters.get('timespan'), nowMs), parameters.get('$filter'), nowMs);
}

/** Reads the parameters of the batch call: `starttime` and `endtime`, `filter` without the dollar sign. */
export function readBatchQuery(parameters: Parameters, nowMs: number): MetricsQuery | Refusal {
  const query = readQuery(parameters, batchSpanOf(parameters, nowMs), parameters.get('filter'), nowMs);
  if ('status' in query) return query;
  if (query.namespace === undefined) return badRequest("Missing required query parameter: 'metricnamespace'.");
  if (query.metricNames.length === 0) return badRequest("Missing required query parameter: 'metricnames'.");
  return query;
}

function readQuery(
  parameters: Parameters,
  span: Span | Refusal,
  filterText: string | undefined,
  nowMs: number,
): MetricsQuery | Refusal {
  if ('status' in span) return span;
  if (span.endMs < nowMs - retentionMs) {
    return badRequest(`Query endTime: ${usTime(span.endMs)} is out of the Max metrics retention period: 93.00:00:00`);
  }
  const metricNames = listOf(parameters.get('metricnames')).map((name) => name.replace(/%2C?/gi, ','));
  if (metricNames.length > maxNames) {
    return badRequest(`Requested metrics count: ${metricNames.length} bigger than allowed max: ${maxNames}`);
  }
  const interval = intervalOf(parameters.get('interval'));
  if (typeof interval === 'object') return interval;
  const wanted = aggregationsOf(parameters.get('aggregation'));
  if (!Array.isArray(wanted)) return wanted;
  const order = orderOf(parameters.get('orderby'));
  if (order !== undefined && 'status' in order) return order;
  const top = topOf(parameters.get('top'));
  if (typeof top !== 'number') return top;
  const filter = filterText === undefined || filterText.trim() === '' ? undefined : parseFilter(filterText);
  if (filter !== undefined && 'problem' in filter) return badRequest(filter.problem);
  return {
    span,
    interval,
    metricNames,
    aggregations: wanted,
    namespace: parameters.get('metricnamespace'),
    conditions: filter?.conditions,
    top,
    order,
    rollUp: listOf(parameters.get('rollupby')).map((name) => name.toLowerCase()),
    metadataOnly: (parameters.get('resulttype') ?? '').toLowerCase() === 'metadata',
    autoAdjust: (parameters.get('autoadjusttimegrain') ?? '').toLowerCase() === 'true',
    validateDimensions: (parameters.get('validatedimensions') ?? '').toLowerCase() !== 'false',
  };
}

function listOf(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** azure-cli encodes the span twice, which Azure accepts; a `+` of a zone arrives as a blank. */
function spanOf(text: string | undefined, nowMs: number): Span | Refusal {
  if (text === undefined || text === '') return { startMs: nowMs - defaultSpanMs, endMs: nowMs };
  const plain = /%[0-9a-f]{2}/i.test(text) ? decodeURIComponent(text) : text;
  return (
    parseTimespan(plain, nowMs) ??
    badRequest(`Detect invalid value: ${text} for query parameter: 'timespan', it must be a start and a later end.`)
  );
}

function batchSpanOf(parameters: Parameters, nowMs: number): Span | Refusal {
  const start = parameters.get('starttime');
  const end = parameters.get('endtime');
  if (start === undefined && end !== undefined) return badRequest("Missing query parameter: 'starttime'.");
  const endMs = end === undefined ? nowMs : parseTime(end);
  const startMs = start === undefined ? nowMs - defaultSpanMs : parseTime(start);
  if (startMs === undefined || endMs === undefined || endMs <= startMs) {
    return badRequest(`Detect invalid value: ${start}/${end} for query parameters: 'starttime' and 'endtime'.`);
  }
  return { startMs, endMs };
}

function intervalOf(text: string | undefined): MetricsQuery['interval'] | Refusal {
  if (text === undefined || text === '') return undefined;
  if (text.toUpperCase() === 'FULL') return 'FULL';
  const ms = parseDuration(text);
  if (ms === undefined || ms < 60_000) {
    return badRequest(
      `Detect invalid value: ${text} for query parameter: 'interval', it must be an ISO 8601 duration.`,
    );
  }
  return ms;
}

function aggregationsOf(text: string | undefined): Aggregation[] | Refusal {
  const found: Aggregation[] = [];
  for (const word of listOf(text)) {
    const known = aggregations.find((name) => name.toLowerCase() === word.toLowerCase());
    if (known === undefined) {
      return badRequest(
        `Detect invalid value: ${word} for query parameter: 'aggregation', the value must be one of: ${aggregations.join(',')}`,
      );
    }
    if (!found.includes(known)) found.push(known);
  }
  return found;
}

function topOf(text: string | undefined): number | Refusal {
  if (text === undefined || text === '') return defaultTop;
  return /^[1-9]\d*$/.test(text)
    ? Number(text)
    : badRequest(`Detect invalid value: ${text} for query parameter: 'top', it must be a positive integer.`);
}

const orderWords: Readonly<Record<string, Order['by']>> = {
  average: 'average',
  avg: 'average',
  total: 'total',
  sum: 'total',
  minimum: 'minimum',
  min: 'minimum',
  maximum: 'maximum',
  max: 'maximum',
  count: 'count',
};

function orderOf(text: string | undefined): Order | undefined | Refusal {
  if (text === undefined || text.trim() === '') return undefined;
  const [word = '', direction = 'asc'] = text.trim().toLowerCase().split(/\s+/);
  const by = orderWords[word];
  if (by === undefined || !['asc', 'desc'].includes(direction)) {
    return badRequest(
      `Detect invalid value: ${text} for query parameter: 'orderby', write an aggregation and asc or desc.`,
    );
  }
  return { by, descending: direction === 'desc' };
}

/** `MM/dd/yyyy HH:mm:ss`, the form in Azure's message. */
function usTime(ms: number): string {
  const [date = '', time = ''] = new Date(ms).toISOString().slice(0, 19).split('T');
  const [year, month, day] = date.split('-');
  return `${month}/${day}/${year} ${time}`;
}

/** Dimensions that the query asks for, as written. */
export function askedDimensions(query: MetricsQuery): string[] {
  return dimensionsOf(query.conditions ?? []);
}
