import { labelValueText, lowerLabelText, parseLabelText } from '../core/label-text.ts';
import { blockLines } from './blocks.ts';
import type { Piece, SeriesValue, SlotWrite } from './ports.ts';

/** A series on its way into the store. */
export interface Row {
  /** Its dimension labels as exposition text; empty without dimensions. */
  readonly text: string;
  readonly value: number | null;
  readonly bucketEndMs: number | undefined;
}

/** Rows of one piece and their texts joined by newlines, which no label text contains. */
export interface Chunk {
  readonly text: string;
  readonly rows: readonly Row[];
}

export function toRows(slot: SlotWrite): Row[] {
  const opens = slot.dimensionLabels.map((name, column) => `${column > 0 ? ',' : ''}${name}="`);
  return slot.series.map(({ dimensionValues, value, bucketEndMs }) => {
    let text = '';
    for (let column = 0; column < opens.length; column += 1) {
      text += `${opens[column]}${labelValueText(dimensionValues[column] ?? '')}"`;
    }
    return { text, value, bucketEndMs };
  });
}

export function toChunks(rows: readonly Row[]): Chunk[] {
  const chunks: Chunk[] = [];
  for (let start = 0; start < rows.length; start += blockLines) {
    const part = rows.length <= blockLines ? rows : rows.slice(start, start + blockLines);
    chunks.push({ text: part.map((row) => row.text).join('\n'), rows: part });
  }
  return chunks;
}

/** True when the chunks have exactly the dimension values of the pieces, in the same order. */
export function sameRows(chunks: readonly Chunk[], pieces: readonly Piece[]): boolean {
  return (
    chunks.length === pieces.length &&
    chunks.every(({ text, rows }, index) => {
      const piece = pieces[index];
      return piece?.dimensions.text === text && piece.values.length === rows.length;
    })
  );
}

/**
 * Merges series whose dimension values differ only in case, which Azure takes for equal: the one with the newest
 * bucket stays, in the place of the first; with equal buckets the first.
 */
export function mergeCaseDuplicates(rows: readonly Row[]): readonly Row[] {
  if (rows.length < 2) return rows;
  const newest = new Map<string, Row>();
  for (const row of rows) {
    const key = lowerLabelText(row.text);
    const known = newest.get(key);
    if (!known || bucketOf(row) > bucketOf(known)) newest.set(key, row);
  }
  return newest.size === rows.length ? rows : [...newest.values()];
}

function bucketOf(row: Row): number {
  return row.bucketEndMs ?? Number.NEGATIVE_INFINITY;
}

/**
 * At most `room` series. Those that are shown already stay, so that series at a limit do not come and go with
 * the order of Azure's answer; newcomers take what is left, in the order given.
 */
export function limitRows(rows: readonly Row[], room: number, shown: readonly Piece[]): readonly Row[] {
  if (rows.length <= room) return rows;
  const before = new Set(shown.flatMap((piece) => lowerLabelText(piece.dimensions.text).split('\n')));
  const stays = (row: Row): boolean => before.has(lowerLabelText(row.text));
  return [...rows.filter(stays), ...rows.filter((row) => !stays(row))].slice(0, room);
}

/** Shared by all series without dimensions. */
const noValues: readonly string[] = [];

/** The series of a piece as they were written. */
export function seriesOf(piece: Piece): SeriesValue[] {
  const texts = piece.dimensions.text.split('\n');
  return piece.values.map((value, row) => {
    const own = texts[row] ?? '';
    const dimensionValues = own === '' ? noValues : parseLabelText(own).map(([, text]) => text);
    const bucketEndMs = piece.bucketEnds ? piece.bucketEnds[row] : piece.stamp.bucketEndMs;
    return bucketEndMs === undefined ? { dimensionValues, value } : { dimensionValues, value, bucketEndMs };
  });
}
