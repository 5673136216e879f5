import { lowerLabelText } from '../../core/label-text.ts';
import type { Piece } from '../../store/ports.ts';
import { type Bytes, createByteWriter } from './byte-writer.ts';
import type { Format } from './negotiate.ts';
import type { Section } from './sections.ts';
import { headerText, numberText } from './text.ts';
import {
  bucketTimestamp,
  sharedTimestamp,
  type TimestampSource,
  type TimestampTally,
  timestampMaxAgeMs,
} from './timestamps.ts';

export interface RenderOptions {
  /** Shown for a series without data. */
  readonly unavailableValue: number;
  readonly timestamps: TimestampSource;
  /** `Lowercase`: label values of scraped series in lower case (Promitor's `labels.transformation`). */
  readonly labelTransformation: 'None' | 'Lowercase';
  /** Families of Azimuth itself: printed without timestamps and with label values as they are. */
  readonly ownFamilies?: ReadonlySet<string>;
}

export interface Rendered extends Bytes {
  /** Timestamps left out because they were too old. */
  readonly omitted: number;
  /** Last moment at which the text is right, milliseconds since the epoch; infinite when it cannot age. */
  readonly validUntilMs: number;
}

/** Text of a section at the time `nowMs`. Synchronous, so that nothing can change under it. */
export type Render = (section: Section, format: Format, nowMs: number) => Rendered;

export function createRenderer(options: RenderOptions): Render {
  const writer = createByteWriter();
  const unavailable = numberText(options.unavailableValue);
  const asIs = (text: string): string => text;
  const cased = options.labelTransformation === 'Lowercase' ? lowerLabelText : asIs;
  return (section, format, nowMs) => {
    const source = options.timestamps;
    const tally: TimestampTally = { source, format, nowMs, omitted: 0, oldestMs: Number.POSITIVE_INFINITY };
    const bare: TimestampTally = { ...tally, source: 'none' };
    for (const { family, block, first } of section.blocks) {
      if (first) writer.add(headerText(family.name, family.help, format));
      const own = options.ownFamilies?.has(family.name) === true;
      for (const piece of block.pieces) {
        writer.add(linesOf(family.name, piece, own ? asIs : cased, unavailable, own ? bare : tally));
      }
    }
    return { ...writer.take(), omitted: tally.omitted, validUntilMs: tally.oldestMs + timestampMaxAgeMs };
  };
}

/**
 * The lines of a piece, the hot loop. One string and one write per piece measured best: a write per line, a join
 * of all parts, and copying the repeated start within the Buffer each cost more.
 */
function linesOf(
  family: string,
  piece: Piece,
  cased: (text: string) => string,
  unavailable: string,
  tally: TimestampTally,
): string {
  const { values } = piece;
  const shared = cased(piece.labels.text);
  const dimensions = cased(piece.dimensions.text);
  const rows = values.length > 1 ? dimensions.split('\n') : [dimensions];
  const bare = shared === '' && dimensions === '';
  const start = bare ? family : `${family}{${shared}${shared !== '' && dimensions !== '' ? ',' : ''}`;
  const close = bare ? ' ' : '} ';
  const timestamp = sharedTimestamp(piece, tally);
  let text = '';
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row] ?? null;
    const end = timestamp ?? bucketTimestamp(piece.bucketEnds?.[row], 1, tally);
    text += `${start}${rows[row]}${close}${value === null ? unavailable : numberText(value)}${end}\n`;
  }
  return text;
}
