import { searchSteps, windowBack, windowEnd } from '../core/window.ts';
import type { MetricsQueryShape, QueryGroup } from '../plan/types.ts';
import { ask, type Part, type PartAnswer, partKey, partsOf } from './ask.ts';
import { type DataMemory, lookback, maxAge, remember } from './freshness.ts';
import type { GrainBook } from './grains.ts';
import { newestOf, type Reading } from './newest.ts';
import type { MetricsSource, ScrapeObserver } from './ports.ts';
import type { Quarantine } from './quarantine.ts';

export interface FetchContext {
  readonly source: MetricsSource;
  readonly grains: GrainBook;
  readonly quarantine: Quarantine;
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
 * Fetches a metrics group at one reference time, apart from what is in quarantine. Afterwards the memory of every
 * answered part is up to date, and parts that spoil the call for others are in quarantine.
 */
export async function fetchMetrics(
  group: MetricsGroup,
  nowMs: number,
  context: FetchContext,
  signal: AbortSignal,
): Promise<FetchedPart[]> {
  const { quarantine } = context;
  const asked: Part[] = [];
  const held: FetchedPart[] = [];
  const parts = partsOf(group);
  for (const part of parts) {
    const error = quarantine.holds(part, nowMs);
    if (error === undefined) asked.push(part);
    else held.push({ part, answer: { kind: 'failed', error }, intervalMs: 0, completeMs: nowMs });
  }
  if (asked.length === 0) return held;
  const fetched = await fetchParts(group, asked, nowMs, context, signal);
  for (const { part, answer } of fetched) {
    const refused = answer.kind === 'failed' && answer.error.code === 'AZ3400';
    if (refused && parts.length > 1) quarantine.hold(part, answer.error, nowMs);
    else if (!refused) quarantine.release(part);
  }
  return [...fetched, ...held];
}

/** Asks for parts: the ordinary window first, then wider ones for those that were never seen and show nothing. */
async function fetchParts(
  group: MetricsGroup,
  parts: readonly Part[],
  nowMs: number,
  context: FetchContext,
  signal: AbortSignal,
): Promise<FetchedPart[]> {
  const shape = group.metrics;
  const resourceType = group.items[0]?.resource.resourceType ?? '';
  const completeMs = nowMs - shape.delayMs;
  let intervalMs = context.grains.known(group.items[0]?.resource.armType ?? '', shape.metricNames, shape.intervalMs);

  const askBack = async (asked: readonly Part[], lookbackMs: number): Promise<Map<string, PartAnswer>> => {
    const endMs = windowEnd(nowMs, shape.delayMs, intervalMs, shape.alignment);
    return ask(group, asked, windowBack(endMs, lookbackMs, intervalMs), intervalMs, context.source, signal);
  };
  const reading = (): Reading => ({ intervalMs, completeMs, nowMs });
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
      return context.memory.get(key) === undefined && needsSearch(answers.get(key), part, reading());
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
      const newest = newestOf(answer.series, part, reading());
      const sighting = { nowMs, intervalMs, searched: searched.has(key), ...(newest === undefined ? {} : { newest }) };
      context.memory.set(key, remember(context.memory.get(key), sighting));
    }
    return { part, answer, intervalMs, completeMs };
  });
}

/** Nothing at all, or only an old bucket whose surroundings do not tell whether it is late or a burst that ended. */
function needsSearch(answer: PartAnswer | undefined, part: Part, reading: Reading): boolean {
  if (answer?.kind !== 'series') return false;
  const newest = newestOf(answer.series, part, reading);
  if (newest === undefined) return true;
  const ageMs = reading.nowMs - newest.endMs;
  return !newest.continuous && ageMs > maxAge(part.item.freshness, reading.intervalMs, undefined);
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
    armType: item.resource.armType,
    resourceId: item.resource.id,
    ...(namespace === undefined ? {} : { namespace }),
    metricNames,
    intervalMs,
    nowMs,
  };
  const replacement = await context.grains.replacement(request, signal);
  if (replacement === undefined) return undefined;
  const { intervalMs: usedMs, isNew } = replacement;
  if (isNew) context.observe({ kind: 'grainReplaced', item, metricName, declaredMs: group.metrics.intervalMs, usedMs });
  return usedMs;
}
