import { shortId } from '../../core/hash.ts';
import type { LabelPair } from '../../core/labels.ts';
import type { BucketBook, BucketOffer, OfferedSeries, ScrapeItem } from '../../scrape/ports.ts';
import type { PointBatch, SeriesIdentity, SeriesPoints } from './ports.ts';
import { type ItemProgress, type Progress, type SavedItem, type SeriesProgress, seriesKey } from './progress.ts';
import { samplesIn } from './ranges.ts';

export interface BookOptions {
  /** How long a bucket without data holds later ones back; undefined: three grains and what is learned of the lag. */
  readonly latenessMs?: number;
  /** How far back an item that was never delivered begins. */
  readonly resumeFromMs: number;
  /** Longest lookback of a query. */
  readonly historyMs: number;
  /** Samples that may still be taken up for the item's shard; at most 0 asks to wait. */
  readonly room: (item: ScrapeItem) => number;
  /** What an earlier process left, by `shortId` of the item's id. */
  readonly saved?: ReadonlyMap<string, SavedItem>;
  /**
   * Buckets between two of a series that were not delivered: `late`, without data for longer than the lateness, or
   * `lost`, out of reach when a query could have asked for them at last.
   */
  readonly missed: (reason: 'late' | 'lost', buckets: number) => void;
  /** An item begins of which no earlier process is known. */
  readonly began: () => void;
}

/** New buckets of an item, and what is true of it once the receiver has had them. */
export interface Taken {
  readonly item: ScrapeItem;
  readonly points: readonly SeriesPoints[];
  readonly delivered: () => void;
}

export interface Book extends Pick<BucketBook, 'reach'> {
  /** Takes up what is new of an answer; returns how many samples. */
  offer(answer: BucketOffer): number;
  /** What was taken up since the last call. */
  take(): Taken[];
  /** Forgets items that no run asked for within the history. */
  prune(nowMs: number): void;
  readonly progress: Progress;
}

/** Knows of every series which buckets it has had, so that each is taken once and in order. */
export function createBook(options: BookOptions): Book {
  const progress: Progress = new Map();
  let taken: Taken[] = [];

  const progressOf = (item: ScrapeItem, nowMs: number): ItemProgress => {
    const own = progress.get(item.id) ?? begin(options, item, nowMs);
    progress.set(item.id, own);
    own.touchedMs = nowMs;
    return own;
  };

  return {
    progress,
    reach(item, { nowMs, completeMs }) {
      const { floorMs } = progressOf(item, nowMs);
      // What cannot be taken up need not be asked for.
      if (options.room(item) <= 0) return 0;
      return Math.min(Math.max(0, completeMs - floorMs), options.historyMs);
    },
    offer(answer) {
      const { item } = answer;
      const own = progressOf(item, answer.nowMs);
      if (options.room(item) <= 0) {
        // A bucket can be asked for again, a moment cannot.
        if (answer.intervalMs === 0) options.missed('lost', answer.series.length);
        return 0;
      }
      if (isTooShort(answer, own, options.historyMs)) return 0;
      const passMs = passTime(answer, options);
      const points: SeriesPoints[] = [];
      const moved: SeriesProgress[] = [];
      const gaps = { late: 0, lost: 0 };
      const seen = new Set<string>();
      let times: readonly number[] = [];
      for (const series of answer.series) {
        const key = seriesKey(series.family.name, series.dimensionValues);
        if (seen.has(key)) continue;
        seen.add(key);
        const known = own.series.get(key) ?? restore(own, key, series, item);
        const fresh = freshBuckets(series, known?.lastMs, { answer, floorMs: own.floorMs, passMs, gaps });
        const last = fresh.at(-1);
        if (last === undefined) continue;
        const state = known ?? newSeries(item, series);
        // Azure's tags may be labels, and they change.
        if (state.identity.labels !== item.labels) state.identity = identityOf(item, series);
        state.lastMs = last.endMs;
        own.series.set(key, state);
        times = timesOf(fresh, times);
        points.push({ series: state.identity, times, values: fresh.map(({ value }) => value) });
        moved.push(state);
      }
      own.floorMs = Math.max(own.floorMs, passMs);
      forget(own, answer.completeMs - options.historyMs);
      taken.push({ item, points, delivered: acknowledgement(own, moved, gaps, options.missed) });
      return samplesIn(points);
    },
    take() {
      const all = taken;
      taken = [];
      return all;
    },
    prune(nowMs) {
      for (const [id, { touchedMs }] of progress) if (touchedMs < nowMs - options.historyMs) progress.delete(id);
    },
  };
}

function begin(options: BookOptions, item: ScrapeItem, nowMs: number): ItemProgress {
  const saved = options.saved?.get(shortId(item.id));
  // What a clock wrote that ran ahead does not hold.
  const holds = saved !== undefined && saved.floorMs <= nowMs;
  if (!holds) options.began();
  const floorMs = holds ? saved.floorMs : nowMs - options.resumeFromMs;
  const ends = holds ? [...saved.series].filter(([, endMs]) => endMs <= nowMs) : [];
  return { floorMs, deliveredFloorMs: floorMs, touchedMs: nowMs, series: new Map(), restored: new Map(ends) };
}

function newSeries(item: ScrapeItem, series: OfferedSeries): SeriesProgress {
  return { identity: identityOf(item, series), lastMs: Number.NEGATIVE_INFINITY, deliveredMs: undefined };
}

function identityOf(item: ScrapeItem, { family, dimensionValues }: OfferedSeries): SeriesIdentity {
  const dimensions = item.dimensions.map(({ label }, at): LabelPair => [label, dimensionValues[at] ?? '']);
  return { name: family.name, help: family.help, labels: item.labels, dimensions };
}

/** A series of which an earlier process delivered something. */
function restore(own: ItemProgress, key: string, series: OfferedSeries, item: ScrapeItem): SeriesProgress | undefined {
  if (own.restored.size === 0) return undefined;
  const id = shortId(key);
  const lastMs = own.restored.get(id);
  if (lastMs === undefined) return undefined;
  own.restored.delete(id);
  const state = { ...newSeries(item, series), lastMs, deliveredMs: lastMs };
  own.series.set(key, state);
  return state;
}

/**
 * An answer whose window begins after what is still wanted, although a longer one would have been possible: the wish
 * grew while the query was under way. The next one asks for it.
 */
function isTooShort(answer: BucketOffer, { floorMs }: ItemProgress, historyMs: number): boolean {
  if (answer.intervalMs === 0) return false;
  return answer.startMs > Math.max(floorMs, answer.completeMs - historyMs);
}

/** Buckets that end at or before this moment are waited for no longer. */
function passTime(answer: BucketOffer, { latenessMs, historyMs }: BookOptions): number {
  const { intervalMs, completeMs, lagMs, nowMs } = answer;
  if (intervalMs === 0) return Number.NEGATIVE_INFINITY;
  // The lag counts from the end of a bucket to the run, and a part of it is the delay that is always waited.
  const learnedMs = Math.max(0, lagMs - (nowMs - completeMs));
  const waitMs = latenessMs ?? 3 * intervalMs + learnedMs;
  return Math.floor((completeMs - Math.min(waitMs, historyMs - intervalMs)) / intervalMs) * intervalMs;
}

/** Buckets between two of a series that are not delivered, by {@link BookOptions.missed}. */
interface Gaps {
  late: number;
  lost: number;
}

interface Reading {
  readonly answer: BucketOffer;
  readonly floorMs: number;
  readonly passMs: number;
  readonly gaps: Gaps;
}

/** Buckets of a series that are new, oldest first, up to the first gap that is still waited for. */
function freshBuckets({ buckets }: OfferedSeries, lastMs: number | undefined, reading: Reading): Bucket[] {
  const { intervalMs } = reading.answer;
  let cursorMs = Math.max(reading.floorMs, lastMs ?? Number.NEGATIVE_INFINITY);
  let beforeMs = lastMs;
  const fresh: Bucket[] = [];
  const later = buckets.filter(({ endMs }) => endMs > cursorMs);
  for (const bucket of later.sort((a, b) => a.endMs - b.endMs)) {
    const { endMs } = bucket;
    if (endMs <= cursorMs) continue;
    if (intervalMs > 0) {
      const newestMissingMs = endMs - intervalMs;
      if (newestMissingMs > cursorMs && newestMissingMs > reading.passMs) break;
      if (beforeMs !== undefined) addGap(beforeMs, endMs, reading);
    }
    fresh.push(bucket);
    cursorMs = endMs;
    beforeMs = endMs;
  }
  return fresh;
}

type Bucket = OfferedSeries['buckets'][number];

/** Ends of buckets; those of the series before when they are the same, as most are, which takes a third off a queue. */
function timesOf(fresh: readonly Bucket[], before: readonly number[]): readonly number[] {
  const same = fresh.length === before.length && fresh.every(({ endMs }, at) => endMs === before[at]);
  return same ? before : fresh.map(({ endMs }) => endMs);
}

/** Counts what lies between two neighbours. What was never done with and ended before the window was out of reach. */
function addGap(beforeMs: number, endMs: number, { answer, floorMs, gaps }: Reading): void {
  const { intervalMs, startMs } = answer;
  const slot = (ms: number): number => Math.floor(ms / intervalMs);
  const between = slot(endMs) - slot(beforeMs) - 1;
  if (between <= 0) return;
  const lost = Math.max(0, Math.min(slot(startMs), slot(endMs) - 1) - Math.max(slot(floorMs), slot(beforeMs)));
  gaps.lost += lost;
  gaps.late += between - lost;
}

/** Series without news within the history begin anew when they come back. */
function forget(own: ItemProgress, beforeMs: number): void {
  for (const [key, { lastMs }] of own.series) if (lastMs < beforeMs) own.series.delete(key);
  for (const [key, lastMs] of own.restored) if (lastMs < beforeMs) own.restored.delete(key);
}

/** What is done once the receiver has had the buckets; a gap is one only when both of its sides were delivered. */
function acknowledgement(
  own: ItemProgress,
  moved: readonly SeriesProgress[],
  gaps: Gaps,
  missed: BookOptions['missed'],
): () => void {
  const { floorMs } = own;
  const ends = moved.map(({ lastMs }) => lastMs);
  return () => {
    own.deliveredFloorMs = Math.max(own.deliveredFloorMs, floorMs);
    for (const [at, state] of moved.entries()) state.deliveredMs = ends[at];
    if (gaps.late > 0) missed('late', gaps.late);
    if (gaps.lost > 0) missed('lost', gaps.lost);
  };
}

/** One batch of what was taken up, for one shard. */
export function batchOf(taken: readonly Taken[], runMs: number): PointBatch {
  const points = taken.flatMap((one) => one.points);
  const samples = samplesIn(points);
  const bytes = weight.batch + weight.series * points.length + weight.sample * samples;
  const delivered = (): void => {
    for (const one of taken) one.delivered();
  };
  return { runMs, samples, bytes, points, delivered };
}

/** Bytes of a batch, of a series in it and of a sample: what V8 takes for such objects, rounded up. */
const weight = { batch: 1_000, series: 250, sample: 24 } as const;
