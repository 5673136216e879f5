import type { SeriesPoints } from './ports.ts';

/** Part of a batch that makes one request. */
export type Range = readonly SeriesPoints[];

export function samplesIn(range: Range): number {
  return range.reduce((sum, { times }) => sum + times.length, 0);
}

/** Cuts series into ranges of at most so many samples. The samples of a series stay in order. */
export function toRanges(points: readonly SeriesPoints[], most: number): Range[] {
  const ranges: Range[] = [];
  let open: SeriesPoints[] = [];
  let room = most;
  for (const one of points) {
    for (let from = 0; from < one.times.length; ) {
      const piece = slice(one, from, from + room);
      open.push(piece);
      from += piece.times.length;
      room -= piece.times.length;
      if (room > 0) continue;
      ranges.push(open);
      open = [];
      room = most;
    }
  }
  return open.length === 0 ? ranges : [...ranges, open];
}

/**
 * Two halves of a range that the receiver refused as a whole: of its series, then of the time of the one that is left.
 * Undefined when a single sample is left.
 */
export function halves(range: Range): readonly [Range, Range] | undefined {
  if (range.length > 1) {
    const half = Math.ceil(range.length / 2);
    return [range.slice(0, half), range.slice(half)];
  }
  const [one] = range;
  if (one === undefined || one.times.length < 2) return undefined;
  const half = Math.ceil(one.times.length / 2);
  return [[slice(one, 0, half)], [slice(one, half)]];
}

function slice({ series, times, values }: SeriesPoints, from: number, to = times.length): SeriesPoints {
  if (from === 0 && to >= times.length) return { series, times, values };
  return { series, times: times.slice(from, to), values: values.slice(from, to) };
}
