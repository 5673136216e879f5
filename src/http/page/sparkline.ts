import { type Html, html } from '../html.ts';
import { number } from './words.ts';

const width = 120;
const height = 24;
/** Room for the stroke. */
const edge = 2;

/** A small line of values, oldest first, with words for who cannot see it. Gaps stay gaps. */
export function sparkline(values: readonly (number | null)[], what: string): Html {
  const known = values.filter((value) => value !== null);
  const last = known.at(-1);
  if (known.length < 2 || last === undefined) return html`<span class="quiet">too few values</span>`;
  const min = Math.min(...known);
  const max = Math.max(...known);
  const words = `${what}: ${known.length} values from ${number(min)} to ${number(max)}, the last is ${number(last)}`;
  const lines = runsOf(values, min, max).map((points) => html`<polyline points="${points}"/>`);
  return html`<svg class="spark" role="img" aria-label="${words}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${lines}</svg>`;
}

/** Points of each unbroken stretch of values. */
function runsOf(values: readonly (number | null)[], min: number, max: number): string[] {
  const stepX = (width - 2 * edge) / Math.max(1, values.length - 1);
  const scaleY = max === min ? 0 : (height - 2 * edge) / (max - min);
  const runs: string[][] = [[]];
  values.forEach((value, index) => {
    if (value === null) {
      runs.push([]);
      return;
    }
    const y = max === min ? height / 2 : height - edge - (value - min) * scaleY;
    runs.at(-1)?.push(`${tenth(edge + index * stepX)},${tenth(y)}`);
  });
  // A value between two gaps is a dot: a line of no length with round ends.
  return runs
    .filter((points) => points.length > 0)
    .map((points) => (points.length === 1 ? `${points[0]} ${points[0]}` : points.join(' ')));
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
