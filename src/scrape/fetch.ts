import { searchSteps, type Window, windowBack, windowEnd } from '../core/window.ts';
import {
  type Answers,
  type MetricsGroup,
  type Part,
  type PartAnswer,
  partKey,
  partsOf,
  type Query,
  rectangles,
} from './ask.ts';
import { askAroundBatch } from './fallback.ts';
import { type DataMemory, lookback, maxAge, remember } from './freshness.ts';
import type { GrainBook } from './grains.ts';
import type { Knowledge } from './knowledge.ts';
import { newestOf, type Reading } from './newest.ts';
import type { BucketBook, MetricsSource, ScrapeObserver, SeriesAnswer } from './ports.ts';
import type { Quarantine } from './quarantine.ts';
import { askAndRepair, isWeather, type RunWeather } from './repair.ts';

export interface FetchContext {
  readonly source: MetricsSource;
  readonly grains: GrainBook;
  readonly quarantine: Quarantine;
  readonly knowledge: Knowledge;
  /** Shared by all groups of the run. */
  readonly run: RunWeather;
  /** Keyed by {@link partKey}; updated by each fetch. */
  readonly memory: Map<string, DataMemory>;
  /** Lag to assume of an item that was never asked, milliseconds. */
  readonly typicalLag: (resourceType: string, metricName: string) => number;
  /** Upper bound of any lookback, milliseconds. */
  readonly historyMs: number;
  readonly observe: ScrapeObserver;
  /** Wants every bucket, for a sink that does. */
  readonly book?: BucketBook;
}

/** What a group's query came to, part by part. */
export interface FetchedPart {
  readonly part: Part;
  readonly answer: PartAnswer;
  /** Grain that was used, milliseconds. */
  readonly intervalMs: number;
  /** Start of the window that was asked for. */
  readonly startMs: number;
  /** Buckets that end after this moment are not complete. */
  readonly completeMs: number;
  /** What is known of its data after this answer. */
  readonly memory: DataMemory | undefined;
}

/**
 * Fetches a metrics group at one reference time. Parts in quarantine are left out until they are due, and then asked
 * apart. Afterwards the memory of every answered part is up to date, and culprits are in quarantine.
 */
export async function fetchMetrics(
  group: MetricsGroup,
  nowMs: number,
  context: FetchContext,
  signal: AbortSignal,
): Promise<FetchedPart[]> {
  const { quarantine } = context;
  const together: Part[] = [];
  const apart = new Map<string, Part[]>();
  const held: FetchedPart[] = [];
  for (const part of partsOf(group)) {
    const state = quarantine.stateOf(part, nowMs);
    if (state.kind === 'free') together.push(part);
    else if (state.kind === 'due') apart.set(state.cause, [...(apart.get(state.cause) ?? []), part]);
    else {
      const answer: PartAnswer = { kind: 'failed', error: state.error };
      held.push({ ...unasked(nowMs), part, answer, memory: context.memory.get(partKey(part)) });
    }
  }
  const shared = rectangles(together);
  const calls = [...shared, ...[...apart.values()].flatMap(rectangles)];
  const fetched = await Promise.all(
    calls.map((parts, index) => fetchParts(group, parts, { nowMs, repairs: index < shared.length }, context, signal)),
  );
  for (const [index, own] of fetched.entries()) {
    isolate(own, index >= shared.length, nowMs, quarantine);
  }
  return [...fetched.flat(), ...held];
}

function unasked(nowMs: number): Pick<FetchedPart, 'intervalMs' | 'startMs' | 'completeMs'> {
  return { intervalMs: 0, startMs: nowMs, completeMs: nowMs };
}

/**
 * Brings culprits into quarantine and lets out what has healed. Parts that failed apart from the others are halved for
 * the next time, so that one that heals is not held by those that do not.
 */
function isolate(fetched: readonly FetchedPart[], apart: boolean, nowMs: number, quarantine: Quarantine): void {
  for (const [at, { part, answer }] of fetched.entries()) {
    if (answer.kind === 'series') {
      quarantine.release(part);
      continue;
    }
    // A resource that is gone is gone with all its metrics, so one call tells of them all.
    const second = answer.error.code !== 'AZ3404' && at >= fetched.length / 2;
    const half = `${partKey(fetched[0]?.part ?? part)} ${second ? 1 : 0}`;
    const cause = apart ? half : answer.cause;
    if (cause !== undefined) quarantine.hold(part, answer.error, cause, { nowMs, pause: !isWeather(answer.error) });
  }
}

/** Asks for parts: the ordinary window first, then wider ones for those that were never seen and show nothing. */
async function fetchParts(
  group: MetricsGroup,
  parts: readonly Part[],
  how: { readonly nowMs: number; readonly repairs: boolean },
  context: FetchContext,
  signal: AbortSignal,
): Promise<FetchedPart[]> {
  const { nowMs } = how;
  const starts = new Map<string, number>();
  const ask = (asked: readonly Part[], intervalMs: number, lookbackMs: number): Promise<Answers> => {
    const window = windowOf(group, { nowMs, intervalMs, lookbackMs });
    for (const part of asked) starts.set(partKey(part), window.startMs);
    return askBack(group, asked, { ...how, intervalMs, window }, context, signal);
  };

  const declaredMs = group.metrics.intervalMs;
  const reach = lookbackOf(group, parts, declaredMs, nowMs, context);
  const answers = new Map(await ask(parts, declaredMs, reach.ms));
  const searched = new Set<string>(reach.search ? parts.map(partKey) : []);
  const grains = await replacedGrains(group, parts, answers, nowMs, context, signal);
  const grainOf = (part: Part): number => grains.get(partKey(part)) ?? declaredMs;
  const declared = readingAt(group, declaredMs, nowMs);
  const readingOf = (part: Part): Reading => (grains.size === 0 ? declared : readingAt(group, grainOf(part), nowMs));

  const replaced = Map.groupBy(
    parts.filter((part) => grains.has(partKey(part))),
    grainOf,
  );
  for (const [grainMs, own] of replaced) {
    const again = await ask(own, grainMs, lookbackOf(group, own, grainMs, nowMs, context).ms);
    for (const [key, answer] of again) answers.set(key, answer);
  }
  for (const step of searchSteps(reach.ms, context.historyMs).slice(1)) {
    const dry = parts.filter((part) => {
      const key = partKey(part);
      return context.memory.get(key) === undefined && needsSearch(answers.get(key), part, readingOf(part));
    });
    if (dry.length === 0 || signal.aborted) break;
    for (const [grainMs, own] of Map.groupBy(dry, grainOf)) {
      for (const [key, answer] of await ask(own, grainMs, step)) {
        answers.set(key, answer);
        searched.add(key);
      }
    }
  }
  return parts.map((part) => {
    const key = partKey(part);
    const answer = answers.get(key) ?? { kind: 'series', series: [] };
    const reading = readingOf(part);
    const { intervalMs, completeMs } = reading;
    const startMs = starts.get(key) ?? nowMs;
    const memory =
      answer.kind === 'series'
        ? take(part, answer.series, reading, searched.has(key), context)
        : context.memory.get(key);
    return { part, answer, intervalMs, startMs, completeMs, memory };
  });
}

function readingAt({ metrics }: MetricsGroup, intervalMs: number, nowMs: number): Reading {
  return { intervalMs, completeMs: nowMs - metrics.delayMs, nowMs };
}

function windowOf(
  { metrics: { delayMs, alignment } }: MetricsGroup,
  at: { readonly nowMs: number; readonly intervalMs: number; readonly lookbackMs: number },
): Window {
  return windowBack(windowEnd(at.nowMs, delayMs, at.intervalMs, alignment), at.lookbackMs, at.intervalMs);
}

async function askBack(
  group: MetricsGroup,
  parts: readonly Part[],
  at: { readonly intervalMs: number; readonly window: Window; readonly repairs: boolean },
  context: FetchContext,
  signal: AbortSignal,
): Promise<Answers> {
  const { intervalMs, window } = at;
  const query: Query = {
    group,
    mode: group.mode === 'batch' || group.mode === 'subscription' ? group.mode : 'single',
    window,
    intervalMs,
    repairs: at.repairs,
    source: context.source,
    signal,
    observe: context.observe,
    learnRegion: (key, region) => context.knowledge.learnRegion(key, region),
  };
  const answers = await askAndRepair(query, parts, context.run);
  return query.mode === 'single' ? answers : askAroundBatch(query, parts, answers, context);
}

/** The longest lookback that one of the parts needs: for its value, and for the buckets that a sink still wants. */
function lookbackOf(
  { metrics: { delayMs } }: MetricsGroup,
  parts: readonly Part[],
  intervalMs: number,
  nowMs: number,
  context: FetchContext,
): { readonly ms: number; readonly search: boolean } {
  const query = { intervalMs, historyMs: context.historyMs, nowMs };
  const farthest = { ms: 0, search: false };
  for (const part of parts) {
    const typicalMs = context.typicalLag(part.item.resource.resourceType, part.metricName);
    const { ms, search } = lookback(context.memory.get(partKey(part)), typicalMs, query);
    const wantedMs = context.book?.reach(part.item, { nowMs, completeMs: nowMs - delayMs }) ?? 0;
    farthest.ms = Math.max(farthest.ms, ms, wantedMs);
    farthest.search ||= search || wantedMs > ms;
  }
  return farthest;
}

/** Takes up what an answer shows of a part into its memory, and gives that. */
function take(
  part: Part,
  series: readonly SeriesAnswer[],
  reading: Reading,
  searched: boolean,
  { memory }: FetchContext,
): DataMemory {
  const newest = newestOf(series, part, reading);
  const { nowMs, intervalMs } = reading;
  const sighting = { nowMs, intervalMs, searched, ...(newest === undefined ? {} : { newest }) };
  const before = memory.get(partKey(part));
  const after = remember(before, sighting);
  if (after !== before) memory.set(partKey(part), after);
  return after;
}

/** Nothing at all, or only an old bucket whose surroundings do not tell whether it is late or a burst that ended. */
function needsSearch(answer: PartAnswer | undefined, part: Part, reading: Reading): boolean {
  if (answer?.kind !== 'series') return false;
  const newest = newestOf(answer.series, part, reading);
  if (newest === undefined) return true;
  const ageMs = reading.nowMs - newest.endMs;
  return !newest.continuous && ageMs > maxAge(part.item.freshness, reading.intervalMs, undefined);
}

/** What Azure says of a name that a resource does not have; no grain mends that, and definitions are scarce. */
const unknownMetric = /failed to find metric configuration/i;

/** After a refusal: grains to use instead, by part, where Azure's definitions say that the declared one is not offered. */
async function replacedGrains(
  group: MetricsGroup,
  parts: readonly Part[],
  answers: Answers,
  nowMs: number,
  context: FetchContext,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const grains = new Map<string, number>();
  const { namespace, intervalMs } = group.metrics;
  const refused = parts.filter((part) => {
    const answer = answers.get(partKey(part));
    return answer?.kind === 'failed' && answer.error.code === 'AZ3400' && !unknownMetric.test(answer.error.message);
  });
  for (const part of refused) {
    if (signal.aborted) break;
    const { item, metricName } = part;
    const { armType, id: resourceId, tenantId } = item.resource;
    const space = namespace === undefined ? {} : { namespace };
    const request = { armType, resourceId, tenantId, ...space, metricNames: [metricName], intervalMs, nowMs };
    const replacement = await context.grains.replacement(request, signal);
    if (replacement === undefined) continue;
    grains.set(partKey(part), replacement.intervalMs);
    if (!replacement.isNew) continue;
    context.knowledge.changed();
    const usedMs = replacement.intervalMs;
    context.observe({ kind: 'grainReplaced', item, metricName, declaredMs: declaredGrain(part), usedMs });
  }
  return grains;
}

function declaredGrain({ item }: Part): number {
  const { query } = item.metric;
  return query.kind === 'azureMonitor' ? query.intervalMs : 0;
}
