import type { LabelPair } from './labels.ts';

/** Characters of a label value that need work: anything but printable ASCII, and the two that are escaped. */
const needsWork = /[^ !#-[\]-~]/;

const notAscii = /[^\0-\x7f]/;

/**
 * The UTF-8 bytes of a text as a string of one character per byte, flat in memory.
 * Written with the encoding `latin1` it gives correct UTF-8; a lone surrogate becomes U+FFFD.
 */
export function oneByteText(text: string): string {
  return notAscii.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;
}

/** The text that a one-byte text stands for. */
function wideText(text: string): string {
  return notAscii.test(text) ? Buffer.from(text, 'latin1').toString('utf8') : text;
}

/** A label value as it stands between quotes in both exposition formats, as one-byte text without line ends. */
export function labelValueText(value: string): string {
  if (!needsWork.test(value)) return value;
  return oneByteText(value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"'));
}

/**
 * Labels as `name="value",…`, one-byte text, descending by name: the order that Promitor prints, so that a
 * series without dimensions reads byte for byte as it did there. Names must be valid and distinct.
 */
export function labelPairsText(labels: readonly LabelPair[]): string {
  return [...labels]
    .sort(([a], [b]) => (a < b ? 1 : -1))
    .map(([name, value]) => `${name}="${labelValueText(value)}"`)
    .join(',');
}

/** The labels that such a text was made from, in its order. */
export function parseLabelText(text: string): LabelPair[] {
  return [...text.matchAll(/([^=,]+)="((?:[^"\\]|\\.)*)"/g)].map(([, name = '', value = '']) => [
    name,
    wideText(value.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped))),
  ]);
}

/** The same text with every value in lower case; names are lower case already. */
export function lowerLabelText(text: string): string {
  return notAscii.test(text) ? oneByteText(wideText(text).toLowerCase()) : text.toLowerCase();
}
