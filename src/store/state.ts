import { type Family, type StoredPiece, take } from './blocks.ts';
import type { SeriesBounds, SlotWrite, Stamp } from './ports.ts';
import { createTextPool, type TextPool } from './text-pool.ts';

/** Everything that a store remembers. */
export interface State {
  bounds: SeriesBounds;
  readonly families: Map<string, Family>;
  /** First piece of each owner; the others follow through `next`. */
  readonly owners: Map<string, StoredPiece>;
  readonly pool: TextPool;
  /** Families by name; undefined after one came or left. */
  sorted: Family[] | undefined;
  /** Number of series of all families. */
  total: number;
  /** No slot expires before this time: may be too early, never too late. Spares most runs a walk over all owners. */
  earliestStaleMs: number;
  /** The stamp made last. Slots of a run follow one another, so keeping one is enough to share nearly all. */
  lastStamp: Stamp | undefined;
}

export function createState(bounds: SeriesBounds): State {
  return {
    bounds,
    families: new Map(),
    owners: new Map(),
    pool: createTextPool(),
    sorted: undefined,
    total: 0,
    earliestStaleMs: Number.POSITIVE_INFINITY,
    lastStamp: undefined,
  };
}

/** The family of that name; a new one takes the help given. */
export function familyFor(state: State, wanted: SlotWrite['family']): Family {
  let family = state.families.get(wanted.name);
  if (!family) {
    family = { name: wanted.name, help: wanted.help, blocks: [], series: 0 };
    state.families.set(family.name, family);
    state.sorted = undefined;
  }
  return family;
}

/** Takes pieces out of what is shown, and forgets labels and families that nothing shows any more. */
export function discard(state: State, pieces: readonly StoredPiece[]): void {
  for (const piece of pieces) {
    const family = piece.block?.family;
    take(piece);
    release(state, piece);
    state.total -= piece.values.length;
    if (family?.series === 0) {
      state.families.delete(family.name);
      state.sorted = undefined;
    }
  }
}

/** Gives back the texts of a piece that is no longer shown. */
export function release(state: State, piece: StoredPiece): void {
  state.pool.release(piece.labels);
  state.pool.release(piece.dimensions);
}

/** Families by name without regard to case, as Promitor sorts them; equal ones by code unit. */
export function sortedFamilies(state: State): readonly Family[] {
  state.sorted ??= [...state.families.values()].sort((a, b) => {
    const [left, right] = [a.name.toLowerCase(), b.name.toLowerCase()];
    if (left === right) return a.name < b.name ? -1 : 1;
    return left < right ? -1 : 1;
  });
  return state.sorted;
}

export function countOf(pieces: readonly StoredPiece[]): number {
  return pieces.reduce((sum, piece) => sum + piece.values.length, 0);
}

/** The pieces of an owner as an array. */
export function chain(first: StoredPiece | undefined): StoredPiece[] {
  const pieces: StoredPiece[] = [];
  for (let piece = first; piece; piece = piece.next) pieces.push(piece);
  return pieces;
}

/** The pieces of an owner: those of one family, and the rest. */
export function split(
  first: StoredPiece | undefined,
  family: string,
): { readonly mine: StoredPiece[]; readonly others: StoredPiece[] } {
  const mine: StoredPiece[] = [];
  const others: StoredPiece[] = [];
  for (let piece = first; piece; piece = piece.next) (piece.block?.family.name === family ? mine : others).push(piece);
  return { mine, others };
}

/** Makes these the pieces of the owner; without any, the owner is forgotten. */
export function link(owners: Map<string, StoredPiece>, owner: string, pieces: readonly StoredPiece[]): void {
  const [first] = pieces;
  if (first) owners.set(owner, first);
  else owners.delete(owner);
  pieces.forEach((piece, index) => {
    piece.next = pieces[index + 1];
  });
}
