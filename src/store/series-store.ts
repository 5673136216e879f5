import { exchange, place, publish, type StoredPiece } from './blocks.ts';
import { toPieces } from './pieces.ts';
import type { SeriesBounds, SeriesPieces, SeriesSnapshots, SeriesStore, SlotWrite } from './ports.ts';
import { limitRows, mergeCaseDuplicates, sameRows, seriesOf, toChunks, toRows } from './rows.ts';
import {
  chain,
  countOf,
  createState,
  discard,
  familyFor,
  link,
  release,
  type State,
  sortedFamilies,
  split,
} from './state.ts';

/** The last value of every scraped series in memory. Pure: no I/O, no clock; a limit keeps series out, never throws. */
export function createSeriesStore(bounds: SeriesBounds): SeriesStore & SeriesSnapshots & SeriesPieces {
  const state = createState(bounds);
  return {
    replace: (slot) => replace(state, slot),
    read: (owner, family) => split(state.owners.get(owner), family).mine.flatMap(seriesOf),
    size: (owner, family) => size(state, owner, family),
    remove: (owner) => remove(state, owner),
    expire: (nowMs) => expire(state, nowMs),
    limit: (next) => {
      state.bounds = next;
    },
    describe: ({ name, help }) => {
      const family = state.families.get(name);
      if (family !== undefined) family.help = help;
    },
    counts: () => new Map(sortedFamilies(state).map((family) => [family.name, family.series])),
    pieces: (owner, family) => split(state.owners.get(owner), family).mine,
    snapshot: () => sortedFamilies(state).map(publish),
  };
}

function size(state: State, owner: string, family: string): number {
  let series = 0;
  for (let piece = state.owners.get(owner); piece; piece = piece.next)
    if (piece.block?.family.name === family) series += piece.values.length;
  return series;
}

function replace(state: State, slot: SlotWrite): number {
  const { mine, others } = split(state.owners.get(slot.owner), slot.family.name);
  const rows = toRows(slot);
  let chunks = toChunks(rows);
  let dropped = 0;
  const room = roomFor(state, slot.family.name, mine);
  // The rows of a healthy metric rarely change: then there is nothing to merge, or to limit unless the bounds changed.
  if (rows.length > room || !sameRows(chunks, mine)) {
    const merged = mergeCaseDuplicates(rows);
    const kept = limitRows(merged, room, mine);
    dropped = merged.length - kept.length;
    if (kept !== rows) chunks = toChunks(kept);
  }
  const pieces = toPieces(slot, chunks, mine, state);
  show(state, slot, pieces, mine.slice(0, pieces.length));
  discard(state, mine.slice(pieces.length));
  link(state.owners, slot.owner, [...others, ...pieces]);
  return dropped;
}

/** How many series a slot may have that shows `old` now. */
function roomFor(state: State, family: string, old: readonly StoredPiece[]): number {
  const shown = state.families.get(family)?.series ?? 0;
  const free = Math.min(state.bounds.perMetricLimit - shown, state.bounds.totalLimit - state.total);
  return Math.max(0, free + countOf(old));
}

function show(state: State, slot: SlotWrite, pieces: readonly StoredPiece[], replaced: readonly StoredPiece[]): void {
  if (pieces.length === 0) return;
  const family = familyFor(state, slot.family);
  pieces.forEach((piece, index) => {
    const old = replaced[index];
    if (old) exchange(family, old, piece);
    else place(family, piece);
  });
  for (const old of replaced) release(state, old);
  state.total += countOf(pieces) - countOf(replaced);
  state.earliestStaleMs = Math.min(state.earliestStaleMs, slot.staleAtMs);
}

function remove(state: State, owner: string): boolean {
  const pieces = chain(state.owners.get(owner));
  discard(state, pieces);
  state.owners.delete(owner);
  return pieces.length > 0;
}

function expire(state: State, nowMs: number): string[] {
  const gone: string[] = [];
  if (nowMs < state.earliestStaleMs) return gone;
  state.earliestStaleMs = Number.POSITIVE_INFINITY;
  for (const [owner, first] of state.owners) {
    const pieces = chain(first);
    const stale = pieces.filter((piece) => piece.stamp.staleAtMs <= nowMs);
    const fresh = pieces.filter((piece) => piece.stamp.staleAtMs > nowMs);
    for (const { stamp } of fresh) state.earliestStaleMs = Math.min(state.earliestStaleMs, stamp.staleAtMs);
    if (stale.length === 0) continue;
    discard(state, stale);
    link(state.owners, owner, fresh);
    gone.push(owner);
  }
  return gone;
}
