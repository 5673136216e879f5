import type { LabelPair } from '../core/labels.ts';
import type { BlockView, FamilyView, Piece } from './ports.ts';
import type { PooledText } from './text-pool.ts';

/** Lines that a block is filled up to: near 0.9 MB of text, rendered in a few milliseconds. */
export const blockLines = 2048;

/** A block may grow to this by replacements in place, and below `thinLines` it is merged into others. */
const fullLines = 2 * blockLines;
const thinLines = blockLines / 4;

/** A piece with the store's own bookkeeping. Readers see it as {@link Piece}, whose members never change. */
export interface StoredPiece extends Piece {
  readonly labels: PooledText;
  readonly dimensions: PooledText;
  /** The array that the label text was made from. */
  readonly source: readonly LabelPair[];
  /** Next piece of the same owner: a list without arrays, since most owners have one piece. */
  next: StoredPiece | undefined;
  block: Block | undefined;
  position: number;
}

interface MutableView extends BlockView {
  lines: number;
  readonly pieces: StoredPiece[];
}

export interface Block {
  readonly family: Family;
  view: MutableView;
  /** A reader may hold the view: it must be copied before the next change. */
  published: boolean;
}

export interface Family {
  readonly name: string;
  help: string;
  readonly blocks: Block[];
  series: number;
}

export function publish(family: Family): FamilyView {
  const blocks = family.blocks.map((block) => {
    block.published = true;
    return block.view;
  });
  return { name: family.name, help: family.help, blocks };
}

/** Puts a new piece into the family's last block, or a fresh one when that is full. */
export function place(family: Family, piece: StoredPiece): void {
  let block = family.blocks.at(-1);
  if (!block || block.view.lines + piece.values.length > blockLines) {
    block = { family, view: { lines: 0, pieces: [] }, published: false };
    family.blocks.push(block);
  }
  const view = editable(block);
  piece.block = block;
  piece.position = view.pieces.length;
  view.pieces.push(piece);
  view.lines += piece.values.length;
  family.series += piece.values.length;
}

/** Puts a piece where another one was, so that the order of lines stays; elsewhere when the block is full. */
export function exchange(family: Family, old: StoredPiece, piece: StoredPiece): void {
  const { block } = old;
  const growth = piece.values.length - old.values.length;
  if (!block || block.view.lines + growth > fullLines) {
    take(old);
    place(family, piece);
    return;
  }
  const view = editable(block);
  view.pieces[old.position] = piece;
  view.lines += growth;
  piece.block = block;
  piece.position = old.position;
  old.block = undefined;
  family.series += growth;
}

/** Takes a piece out of its block; the last piece of the block moves into the gap. */
export function take(piece: StoredPiece): void {
  const { block } = piece;
  if (!block) return;
  const view = editable(block);
  const last = view.pieces.pop();
  if (last && last !== piece) {
    view.pieces[piece.position] = last;
    last.position = piece.position;
  }
  view.lines -= piece.values.length;
  block.family.series -= piece.values.length;
  piece.block = undefined;
  if (view.lines < thinLines) dissolve(block);
}

/** Keeps a family from ending up in many small blocks, which compress badly. */
function dissolve(block: Block): void {
  const { family, view } = block;
  if (view.pieces.length > 0 && family.blocks.at(-1) === block) return;
  family.blocks.splice(family.blocks.indexOf(block), 1);
  family.series -= view.lines;
  for (const piece of view.pieces) place(family, piece);
}

function editable(block: Block): MutableView {
  if (block.published) {
    block.view = { lines: block.view.lines, pieces: [...block.view.pieces] };
    block.published = false;
  }
  return block.view;
}
