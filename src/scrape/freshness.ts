import type { Freshness } from '../core/declaration.ts';
import { ordinaryGrains } from '../core/window.ts';

const minuteMs = 60_000;
const minAgeMs = 15 * minuteMs;
const firstSearchPauseMs = 15 * minuteMs;
const longestSearchPauseMs = 6 * 60 * minuteMs;

/** What is known of the newest data of one metric of one item, carried from run to run. */
export interface DataMemory {
  /** End of the newest bucket with data ever seen. */
  readonly newestEndMs?: number;
  /** Run that first saw it. */
  readonly seenMs?: number;
  /**
   * How long after its end the newest bucket was first seen. `provisional`: a search found it, and its lateness is
   * believed until the data had time to move on. Absent: idle, or never seen.
   */
  readonly lag?: { readonly ms: number; readonly provisional: boolean };
  /** When data is looked for over the whole history again, and the pause that led there. Absent unless idle. */
  readonly search?: { readonly atMs: number; readonly pauseMs: number };
}

/** What one answer showed: the newest bucket over all series. */
export interface Sighting {
  readonly nowMs: number;
  readonly intervalMs: number;
  readonly newest?: { readonly endMs: number; readonly continuous: boolean };
  /** True when the window reached further back than an ordinary one. */
  readonly searched: boolean;
}

/**
 * Tells late from idle. Data that moves on from run to run is late, and how late is learned. Data that stands still
 * is idle. A bucket that the first search finds counts as late only if data ran on until there (a burst that ended does
 * not), and then only until the next runs confirm it by moving on, or withdraw it.
 */
export function remember(memory: DataMemory | undefined, sighting: Sighting): DataMemory {
  const { nowMs, newest, searched, intervalMs } = sighting;
  // Buckets of a trailing window shift with every query, so only one that begins after the last one ended is news.
  const news = newest !== undefined && newest.endMs - intervalMs >= (memory?.newestEndMs ?? Number.NEGATIVE_INFINITY);
  if (!news) return standStill(memory ?? {}, sighting);
  const seen = { newestEndMs: newest.endMs, seenMs: nowMs };
  const watched = memory?.lag !== undefined || (memory !== undefined && !searched);
  if (watched || (newest.continuous && !searched))
    return { ...seen, lag: { ms: nowMs - newest.endMs, provisional: false } };
  // A search that finds news after runs that looked in vain has found data that arrived late.
  if (newest.continuous || memory !== undefined)
    return { ...seen, lag: { ms: nowMs - newest.endMs, provisional: true } };
  return { ...seen, search: nextSearch(undefined, nowMs) };
}

function standStill(memory: DataMemory, sighting: Sighting): DataMemory {
  const { nowMs, intervalMs, searched } = sighting;
  const { lag, search, ...seen } = memory;
  if (lag !== undefined) {
    const patienceMs = intervalMs + minuteMs;
    const boundMs = lag.provisional
      ? (memory.seenMs ?? nowMs) + patienceMs
      : (memory.newestEndMs ?? nowMs) + derivedMaxAge(intervalMs, lag.ms);
    if (nowMs <= boundMs) return memory;
  }
  return { ...seen, search: search === undefined || searched ? nextSearch(search, nowMs) : search };
}

function nextSearch(previous: DataMemory['search'], nowMs: number): NonNullable<DataMemory['search']> {
  const pauseMs = previous === undefined ? firstSearchPauseMs : Math.min(previous.pauseMs * 2, longestSearchPauseMs);
  return { atMs: nowMs + pauseMs, pauseMs };
}

/** Age in milliseconds up to which a bucket is shown: as declared, else derived from grain and lag. */
export function maxAge(freshness: Freshness, intervalMs: number, memory: DataMemory | undefined): number {
  return freshness.maxAgeMs ?? derivedMaxAge(intervalMs, memory?.lag?.ms ?? 0);
}

/** The longest of three grains, the lag and two grains, and fifteen minutes. */
function derivedMaxAge(intervalMs: number, lagMs: number): number {
  return Math.max(3 * intervalMs, lagMs + 2 * intervalMs, minAgeMs);
}

/**
 * How far the next query looks back: a few grains and what is known of the lag; the whole history when an idle item
 * is due for a search (the ordinary call is made wide, so a search costs bytes but no call).
 */
export function lookback(
  memory: DataMemory | undefined,
  typicalLagMs: number,
  query: { readonly intervalMs: number; readonly historyMs: number; readonly nowMs: number },
): { readonly ms: number; readonly search: boolean } {
  if (memory?.search !== undefined && memory.search.atMs <= query.nowMs) return { ms: query.historyMs, search: true };
  const lagMs = memory === undefined ? typicalLagMs : (memory.lag?.ms ?? 0);
  const ms = ordinaryGrains(query.intervalMs) * query.intervalMs + lagMs;
  return {
    ms: Math.min(ms, Math.max(query.historyMs, ordinaryGrains(query.intervalMs) * query.intervalMs)),
    search: false,
  };
}
