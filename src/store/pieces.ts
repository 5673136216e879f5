import { labelPairsText } from '../core/label-text.ts';
import type { StoredPiece } from './blocks.ts';
import type { Piece, SlotWrite, Stamp } from './ports.ts';
import type { Chunk, Row } from './rows.ts';
import type { State } from './state.ts';
import type { PooledText, TextPool } from './text-pool.ts';

/**
 * Makes pieces of a slot's chunks. `old`: what the slot showed before; its label text is used again as long as the
 * plan passes the very same labels.
 */
export function toPieces(
  slot: SlotWrite,
  chunks: readonly Chunk[],
  old: readonly StoredPiece[],
  state: Pick<State, 'pool' | 'lastStamp'>,
): StoredPiece[] {
  if (chunks.length === 0) return [];
  const { pool } = state;
  const before = old[0];
  const same = before?.source === slot.labels ? before.labels : undefined;
  const text = same === undefined ? labelPairsText(slot.labels) : '';
  return chunks.map((chunk, index) => ({
    labels: same === undefined ? pool.acquire(text) : pool.share(same),
    dimensions: pooledDimensions(chunk.text, old[index], pool),
    values: chunk.rows.map((row) => row.value),
    ...timesOf(slot, chunk.rows, state),
    source: slot.labels,
    next: undefined,
    block: undefined,
    position: 0,
  }));
}

/** Dimension values seldom change from run to run. */
function pooledDimensions(text: string, old: StoredPiece | undefined, pool: TextPool): PooledText {
  return old?.dimensions.text === text ? pool.share(old.dimensions) : pool.acquire(text);
}

function timesOf(
  slot: SlotWrite,
  rows: readonly Row[],
  state: Pick<State, 'lastStamp'>,
): Pick<Piece, 'bucketEnds' | 'stamp'> {
  const bucketEndMs = rows[0]?.bucketEndMs;
  const agree = rows.every((row) => row.bucketEndMs === bucketEndMs);
  return {
    bucketEnds: agree ? undefined : rows.map((row) => row.bucketEndMs),
    stamp: sharedStamp(slot, agree ? bucketEndMs : undefined, state),
  };
}

function sharedStamp(slot: SlotWrite, bucketEndMs: number | undefined, state: Pick<State, 'lastStamp'>): Stamp {
  const { runMs, staleAtMs } = slot;
  const last = state.lastStamp;
  if (last?.runMs === runMs && last.staleAtMs === staleAtMs && last.bucketEndMs === bucketEndMs) return last;
  const stamp = { runMs, staleAtMs, bucketEndMs };
  state.lastStamp = stamp;
  return stamp;
}
