import { shortId } from '../../core/hash.ts';
import type { SeriesIdentity } from './ports.ts';

/** How far a series has come. Ends of buckets, milliseconds since the epoch. */
export interface SeriesProgress {
  /** Another one when the labels of its item change: from then on it is another series to the receiver. */
  identity: SeriesIdentity;
  /** Newest bucket that was put into the queue. */
  lastMs: number;
  /** Newest bucket that the receiver has had; undefined before the first. */
  deliveredMs: number | undefined;
}

/** How far an item has come. */
export interface ItemProgress {
  /** Buckets that end here or before are done with, whatever series they are of. */
  floorMs: number;
  /** The same as far as everything before it was delivered. */
  deliveredFloorMs: number;
  /** Last run that asked for it. */
  touchedMs: number;
  /** Series that had data within the history, by {@link seriesKey}. */
  readonly series: Map<string, SeriesProgress>;
  /** What an earlier process delivered, by {@link shortId} of the key, until its series is seen again. */
  readonly restored: Map<string, number>;
}

export type Progress = Map<string, ItemProgress>;

/** Identity of a series within its item; dimension values are equal without case. */
export function seriesKey(family: string, dimensionValues: readonly string[]): string {
  return dimensionValues.length === 0 ? family : `${family} ${dimensionValues.join('\u0000').toLowerCase()}`;
}

/** What a file of progress holds of an item. */
export interface SavedItem {
  readonly floorMs: number;
  /** Ends of the newest delivered buckets by id of the series. */
  readonly series: ReadonlyMap<string, number>;
}

const version = 1;
/** Series beyond this are not written; they begin again at `resumeFrom`. */
const mostSeries = 1_000_000;

/**
 * Progress as text: for each item its floor and for each moment the series that have come so far. Names are ids of
 * sixteen digits, so that the file stays small and tells nothing.
 */
export function writeProgress(progress: Progress): string {
  const items: Record<string, [number, Record<string, string[]>]> = {};
  let count = 0;
  for (const [id, item] of progress) {
    const ends: Record<string, string[]> = {};
    const add = (key: string, endMs: number | undefined): void => {
      if (endMs === undefined) return;
      const same = ends[endMs];
      if (same === undefined) ends[endMs] = [key];
      else same.push(key);
      count += 1;
    };
    for (const [key, endMs] of item.restored) add(key, endMs);
    for (const [key, { deliveredMs }] of item.series) add(shortId(key), deliveredMs);
    items[shortId(id)] = [item.deliveredFloorMs, ends];
    if (count >= mostSeries) break;
  }
  return JSON.stringify({ version, items });
}

/** Reads what {@link writeProgress} wrote; undefined for anything else. Keys are `shortId` of the item's id. */
export function readProgress(text: string): ReadonlyMap<string, SavedItem> | undefined {
  try {
    const root: unknown = JSON.parse(text);
    if (!isRecord(root) || root['version'] !== version || !isRecord(root['items'])) return undefined;
    const saved = new Map<string, SavedItem>();
    for (const [id, entry] of Object.entries(root['items'])) {
      const item = readItem(entry);
      if (item === undefined) return undefined;
      saved.set(id, item);
    }
    return saved;
  } catch {
    return undefined;
  }
}

function readItem(entry: unknown): SavedItem | undefined {
  if (!Array.isArray(entry)) return undefined;
  const [floorMs, ends]: readonly unknown[] = entry;
  if (!isTime(floorMs) || !isRecord(ends)) return undefined;
  const series = new Map<string, number>();
  for (const [end, keys] of Object.entries(ends)) {
    const endMs = Number(end);
    if (!isTime(endMs) || !Array.isArray(keys)) return undefined;
    for (const key of keys) series.set(String(key), endMs);
  }
  return { floorMs, series };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
