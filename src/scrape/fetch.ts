import { searchSteps, windowBack, windowEnd } from '../core/window.ts';
import type { MetricsQueryShape, QueryGroup } from '../plan/types.ts';
import { ask, type Part, type PartAnswer, partKey, partsOf } from './ask.ts';
import { type ChosenBucket, chooseBucket } from './choose.ts';
import { type DataMemory, lookback, maxAge, remember } from './freshness.ts';
import type { GrainBook } from './grains.ts';
import type { MetricsSource, ScrapeObserver, SeriesAnswer } from './ports.ts';

export interface FetchContext {
  readonly source: MetricsSource;
  readonly grains: GrainBook;
  /** Keyed by {@link partKey}; updated by each fetch. */
  readonly memory: Map<string, DataMemory>;
  /** Lag to assume of an item that was never asked, milliseconds. */
  readonly typicalLag: (resourceType: string, metricName: string) => number;
  /** Upper bound of any lookback, milliseconds. */
  readonly historyMs: number;
  readonly observe: ScrapeObserver;
}

/** What a group's query came to, part by part. */
export interface FetchedPart {
  readonly part: Part;
  readonly answer: PartAnswer;
  /** Grain that was used, milliseconds. */
  readonly intervalMs: number;
  /** Buckets that end after this moment are not complete. */
  readonly completeMs: number;
}

type MetricsGroup = QueryGroup & { readonly metrics: MetricsQueryShape };

/**
 * Fetches a metrics group at one reference time: the ordinary window first, then wider ones for parts that were
 * never seen and show nothing. Afterwards the memory of every answered part is up to date.
 */
export async function fetchMetrics(
  group: MetricsGroup,
  nowMs: number,
  context: FetchContext,
  signal: AbortSignal,
): Promise<FetchedPart[]> {
  const shape = group.metrics;
  const resourceType = group.items[0]?.resource.resourceType ?? '';
  const parts = partsOf(group);
  const completeMs = nowMs - shape.delayMs;
  let intervalMs = context.grains.known(resourceType, shape.metricNames, shape.intervalMs);

  const askBack = async (asked: readonly Part[], lookbackMs: number): Promise<Map<string, PartAnswer>> => {
    const endMs = windowEnd(nowMs, shape.delayMs, intervalMs, shape.alignment);
    return ask(group, asked, windowBack(endMs, lookbackMs, intervalMs), intervalMs, context.source, signal);
  };
  const lookbackOf = (): { ms: number; search: boolean } => {
    const each = parts.map((part) =>
      lookback(context.memory.get(partKey(part)), context.typicalLag(resourceType, part.metricName), {
        intervalMs,
        historyMs: context.historyMs,
        nowMs,
      }),
    );
    return { ms: Math.max(...each.map(({ ms }) => ms)), search: each.some(({ search }) => search) };
  };

  let reach = lookbackOf();
  let answers = await askBack(parts, reach.ms);
  const replaced = await replaceGrain(group, parts, answers, nowMs, intervalMs, context, signal);
  if (replaced !== undefined) {
    intervalMs = replaced;
    reach = lookbackOf();
    answers = await askBack(parts, reach.ms);
  }

  const searched = new Set<string>(reach.search ? parts.map(partKey) : []);
  for (const step of searchSteps(reach.ms, context.historyMs).slice(1)) {
    const dry = parts.filter((part) => {
      const key = partKey(part);
      return (
        context.memory.get(key) === undefined && needsSearch(answers.get(key), part, intervalMs, completeMs, nowMs)
      );
    });
    if (dry.length === 0 || signal.aborted) break;
    for (const [key, answer] of await askBack(dry, step)) {
      answers.set(key, answer);
      searched.add(key);
    }
  }

  return parts.map((part) => {
    const key = partKey(part);
    const answer = answers.get(key) ?? { kind: 'series', series: [] };
    if (answer.kind === 'series') {
      const newest = newestOf(answer.series, part, intervalMs, completeMs);
      const sighting = { nowMs, intervalMs, searched: searched.has(key), ...(newest === undefined ? {} : { newest }) };
      context.memory.set(key, remember(context.memory.get(key), sighting));
    }
    return { part, answer, intervalMs, completeMs };
  });
}

/** Nothing at all, or only an old bucket whose surroundings do not tell whether it is late or a lone spike. */
function needsSearch(
  answer: PartAnswer | undefined,
  part: Part,
  intervalMs: number,
  completeMs: number,
  nowMs: number,
): boolean {
  if (answer?.kind !== 'series') return false;
  const newest = newestOf(answer.series, part, intervalMs, completeMs);
  if (newest === undefined) return true;
  return !newest.continuous && nowMs - newest.endMs > maxAge(part.item.freshness, intervalMs, undefined);
}

/** The newest bucket with data over all series and aggregations of a part. */
export function newestOf(
  series: readonly SeriesAnswer[],
  part: Part,
  intervalMs: number,
  completeMs: number,
): ChosenBucket | undefined {
  let newest: ChosenBucket | undefined;
  for (const family of part.item.families) {
    if (family.metricName !== part.metricName) continue;
    for (const { points } of series) {
      const chosen = chooseBucket(points, family.aggregation, intervalMs, completeMs);
      if (chosen !== undefined && (newest === undefined || chosen.endMs > newest.endMs)) newest = chosen;
    }
  }
  return newest;
}

/** After a refusal: the grain to use instead, when Azure's definitions say that the declared one is not offered. */
async function replaceGrain(
  group: MetricsGroup,
  parts: readonly Part[],
  answers: ReadonlyMap<string, PartAnswer>,
  nowMs: number,
  intervalMs: number,
  context: FetchContext,
  signal: AbortSignal,
): Promise<number | undefined> {
  const refused = parts.find((part) => {
    const answer = answers.get(partKey(part));
    return answer?.kind === 'failed' && answer.error.code === 'AZ3400';
  });
  if (refused === undefined || signal.aborted) return undefined;
  const { item, metricName } = refused;
  const { namespace, metricNames } = group.metrics;
  const request = {
    resourceType: item.resource.resourceType,
    resourceId: item.resource.id,
    ...(namespace === undefined ? {} : { namespace }),
    metricNames,
    intervalMs,
    nowMs,
  };
  const usedMs = await context.grains.replacement(request, signal);
  if (usedMs === undefined) return undefined;
  context.observe({ kind: 'grainReplaced', item, metricName, declaredMs: group.metrics.intervalMs, usedMs });
  return usedMs;
}
