import type { SeriesFamily } from '../core/family.ts';
import { labelName } from '../core/labels.ts';
import type { CodedError } from '../core/outcome.ts';
import type { QueryGroup, ScrapeItem } from '../plan/types.ts';
import type { Asked } from '../scrape/ask.ts';
import { chooseBucket } from '../scrape/choose.ts';
import type { SeriesAnswer } from '../scrape/ports.ts';
import type { KnownOfItem } from '../scrape/scraper.ts';
import type { ItemTrace } from '../scrape/traces.ts';
import type { SeriesValue } from '../store/ports.ts';

/** Everything that an explanation of one series is made from. */
export interface SeriesEvidence {
  readonly item: ScrapeItem;
  readonly family: SeriesFamily;
  /** In the order of the item's dimensions; undefined when the item shows no series. */
  readonly dimensionValues?: readonly string[];
  /** What is shown now; undefined when nothing is. */
  readonly shown?: SeriesValue;
  /** The call that is planned for the item; undefined when the plan has changed since. */
  readonly group?: QueryGroup;
  /** What the last run did; undefined before the first. */
  readonly trace?: ItemTrace;
  readonly known: KnownOfItem;
  /** When the schedule is due next, milliseconds since the epoch. */
  readonly nextRunMs?: number;
  readonly nowMs: number;
}

/** Where a label of a series comes from, in the order of precedence. */
export type LabelSource = 'built-in' | 'resource type' | 'dimension' | 'metric' | 'default' | 'tenant';

/**
 * Verdict on one bucket. `chosen`: its value is shown. `older`: complete, with data, and a newer one is. `no data`:
 * complete and empty. `still filling`: not over yet, or too recent to be final. `too old`: complete, with data, and
 * ended before what may be shown.
 */
export type BucketVerdict = 'chosen' | 'older' | 'no data' | 'still filling' | 'too old';

/** Why a series shows what it shows. Times are ISO 8601, durations in seconds. */
export interface Explanation {
  readonly series: string;
  readonly value: number | null;
  /** One paragraph in words. */
  readonly summary: string;
  readonly metric: { readonly name: string; readonly azureMetric: string; readonly aggregation: string };
  readonly resource: { readonly id: string; readonly type: string };
  readonly labels: readonly { readonly name: string; readonly value: string; readonly source: LabelSource }[];
  readonly query?: ExplainedQuery;
  /** Oldest first; undefined when they were not kept. */
  readonly buckets?: readonly ExplainedBucket[];
  readonly age?: { readonly seconds: number; readonly maxSeconds?: number };
  readonly lag?: { readonly seconds: number; readonly state: 'learned' | 'believed until confirmed' };
  readonly idleSearch?: { readonly at: string };
  readonly failure?: CodedError;
  readonly quarantine?: { readonly error: CodedError; readonly until: string };
  readonly schedule: { readonly text: string; readonly lastRun?: string; readonly nextRun?: string };
}

export interface ExplainedQuery {
  readonly group?: string;
  readonly mode: string;
  readonly from: string;
  readonly to: string;
  readonly intervalSeconds: number;
  readonly namespace?: string;
  readonly aggregations: readonly string[];
  readonly filter?: string;
  readonly limit: number;
  /** How many share the call. */
  readonly resources: number;
  readonly metricNames: number;
  readonly why?: string;
  readonly requestId?: string;
}

export interface ExplainedBucket {
  readonly start: string;
  readonly end: string;
  readonly value: number | null;
  readonly verdict: BucketVerdict;
}

/** Explains one series from what its last run left behind. Pure; asks nobody. */
export function explainSeries(evidence: SeriesEvidence): Explanation {
  const { item, family, shown, trace, known, nowMs } = evidence;
  const buckets = trace === undefined ? undefined : explainBuckets(evidence, trace);
  const ageMs = shown?.bucketEndMs === undefined ? undefined : nowMs - shown.bucketEndMs;
  const lag = known.memory?.lag;
  const search = known.memory?.search;
  return {
    series: seriesText(evidence),
    value: shown?.value ?? null,
    summary: summaryOf(evidence, buckets),
    metric: { name: item.metric.name, azureMetric: family.metricName, aggregation: family.aggregation },
    resource: { id: item.resource.id, type: item.resource.resourceType },
    labels: labelsOf(evidence),
    ...(trace?.asked === undefined ? {} : { query: explainQuery(trace.asked, evidence.group) }),
    ...(buckets === undefined ? {} : { buckets }),
    ...(ageMs === undefined
      ? {}
      : {
          age: {
            seconds: ageMs / 1000,
            ...(trace?.oldestMs === undefined ? {} : { maxSeconds: (trace.nowMs - trace.oldestMs) / 1000 }),
          },
        }),
    ...(lag === undefined
      ? {}
      : {
          lag: {
            seconds: lag.ms / 1000,
            state: lag.provisional ? ('believed until confirmed' as const) : ('learned' as const),
          },
        }),
    ...(search === undefined ? {} : { idleSearch: { at: iso(search.atMs) } }),
    ...(trace?.error === undefined ? {} : { failure: trace.error }),
    ...(known.quarantine === undefined
      ? {}
      : { quarantine: { error: known.quarantine.error, until: iso(known.quarantine.untilMs) } }),
    schedule: {
      text: item.metric.schedule.text,
      ...(trace === undefined ? {} : { lastRun: iso(trace.nowMs) }),
      ...(evidence.nextRunMs === undefined ? {} : { nextRun: iso(evidence.nextRunMs) }),
    },
  };
}

function explainQuery(asked: Asked, group: QueryGroup | undefined): ExplainedQuery {
  const { mode, window, intervalMs, namespace, aggregations, filter, limit, resources, metricNames, requestId } = asked;
  return {
    ...(group === undefined ? {} : { group: group.id }),
    mode,
    from: iso(window.startMs),
    to: iso(window.endMs),
    intervalSeconds: intervalMs / 1000,
    ...(namespace === undefined ? {} : { namespace }),
    aggregations,
    ...(filter === undefined ? {} : { filter }),
    limit,
    resources,
    metricNames,
    ...(group === undefined ? {} : { why: group.why }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

/** The buckets that came for the series, each with its verdict; undefined when they were not kept. */
function explainBuckets(evidence: SeriesEvidence, trace: ItemTrace): ExplainedBucket[] | undefined {
  const { intervalMs, completeMs, series } = trace;
  if (series === undefined || intervalMs === undefined || completeMs === undefined) return undefined;
  const { aggregation } = evidence.family;
  const points = series.find((one) => isSeries(one, evidence))?.points ?? [];
  const chosen = chooseBucket(points, aggregation, intervalMs, completeMs);
  return points
    .map((point) => {
      const startMs = Date.parse(point.timeStamp);
      const endMs = startMs + intervalMs;
      const bucket = chooseBucket([point], aggregation, intervalMs, Number.POSITIVE_INFINITY);
      const value = bucket?.value ?? null;
      const verdict = verdictOn({ endMs, value }, { completeMs, oldestMs: trace.oldestMs, chosenEndMs: chosen?.endMs });
      return { start: iso(startMs), end: iso(endMs), value, verdict };
    })
    .sort((a, b) => (a.start < b.start ? -1 : 1));
}

function verdictOn(
  { endMs, value }: { readonly endMs: number; readonly value: number | null },
  bounds: {
    readonly completeMs: number;
    readonly oldestMs: number | undefined;
    readonly chosenEndMs: number | undefined;
  },
): BucketVerdict {
  if (endMs > bounds.completeMs) return 'still filling';
  if (value === null) return 'no data';
  if (endMs < (bounds.oldestMs ?? Number.NEGATIVE_INFINITY)) return 'too old';
  return endMs === bounds.chosenEndMs ? 'chosen' : 'older';
}

function isSeries({ dimensions }: SeriesAnswer, { item, dimensionValues = [] }: SeriesEvidence): boolean {
  return item.dimensions.every(
    ({ name }, index) =>
      (dimensions[name.toLowerCase()] ?? '').toLowerCase() === (dimensionValues[index] ?? '').toLowerCase(),
  );
}

function labelsOf({ item, dimensionValues }: SeriesEvidence): Explanation['labels'] {
  const fixed = item.labels.map(([name, value]) => ({ name, value, source: sourceOf(name, value, item) }));
  if (dimensionValues === undefined) return fixed;
  const dimensions = item.dimensions.map(({ label }, index) => ({
    name: label,
    value: dimensionValues[index] ?? '',
    source: 'dimension' as const,
  }));
  return [...fixed, ...dimensions];
}

const builtIn: ReadonlySet<string> = new Set(['resource_group', 'subscription_id', 'resource_uri', 'instance_name']);

/** The first writer of a name wins; a declared label that lost to another does not have its declared value. */
function sourceOf(name: string, value: string, { metric }: ScrapeItem): LabelSource {
  if (builtIn.has(name)) return 'built-in';
  const gives = (labels: Readonly<Record<string, string>>): boolean =>
    Object.entries(labels).some(([declared, given]) => labelName(declared) === name && given === value);
  if (gives(metric.labels)) return 'metric';
  if (gives(metric.defaultLabels)) return 'default';
  return name === 'tenant_id' ? 'tenant' : 'resource type';
}

/** The series as it reads on `/metrics`, labels in alphabetical order. */
function seriesText(evidence: SeriesEvidence): string {
  const pairs = labelsOf(evidence)
    .map(
      ({ name, value }) => `${name}="${value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')}"`,
    )
    .sort();
  return `${evidence.family.name}{${pairs.join(',')}}`;
}

function summaryOf(evidence: SeriesEvidence, buckets: readonly ExplainedBucket[] | undefined): string {
  const { item, shown, trace, known, nowMs } = evidence;
  if (trace === undefined) return 'No run has asked for it yet.';
  if (known.quarantine !== undefined && known.quarantine.untilMs > nowMs) {
    return `It is in quarantine until ${iso(known.quarantine.untilMs)}, because it spoiled the call that it shared: ${known.quarantine.error.message}${kept(shown)}`;
  }
  if (trace.error !== undefined) return `The last run failed: ${trace.error.message}${kept(shown)}`;
  if (item.metric.query.kind !== 'azureMonitor') return `The value was read at ${iso(trace.nowMs)}.`;
  if (buckets === undefined)
    return 'It was asked for, but the buckets that came were not kept: too many series are scraped to keep all of them. Run azimuth explain without --url for one run of its own.';
  if (buckets.length === 0) return "Azure's answer held no series for it.";
  const chosen = buckets.find(({ verdict }) => verdict === 'chosen');
  if (chosen !== undefined && shown?.value === chosen.value) {
    const skipped = buckets.filter(({ end }) => end > chosen.end);
    return `The bucket ${chosen.start} to ${chosen.end} is the newest complete one with data.${skippedText(skipped)}`;
  }
  if (shown !== undefined && shown.value !== null) {
    return `The value is that of the bucket which ended ${shown.bucketEndMs === undefined ? 'earlier' : iso(shown.bucketEndMs)}, from an earlier run; the last answer had nothing newer.`;
  }
  const old = buckets.filter(({ verdict }) => verdict === 'too old');
  return old.length > 0
    ? `The newest bucket with data ended ${old.at(-1)?.end}, longer ago than may be shown; the policy for missing data holds (${item.freshness.noData}).`
    : `No complete bucket has data; the policy for missing data holds (${item.freshness.noData}).`;
}

function kept(shown: SeriesValue | undefined): string {
  return shown === undefined || shown.value === null ? '' : ' What is shown is the value of an earlier run.';
}

function skippedText(skipped: readonly ExplainedBucket[]): string {
  if (skipped.length === 0) return '';
  const filling = skipped.filter(({ verdict }) => verdict === 'still filling').length;
  const empty = skipped.length - filling;
  const parts = [...(filling > 0 ? [`${filling} still filling`] : []), ...(empty > 0 ? [`${empty} without data`] : [])];
  return ` Newer ones were passed over: ${parts.join(', ')}.`;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
