/** A label of a series. */
export type LabelPair = readonly [name: string, value: string];

/**
 * Turns any text into a label name: lower case and `/` to `_` as Promitor does, and every other character that
 * Prometheus refuses to `_` as well; a leading digit gets `_` before it.
 */
export function labelName(text: string): string {
  const name = text.toLowerCase().replace(/[^a-z0-9_]/g, '_');
  return /^[0-9]/.test(name) || name === '' ? `_${name}` : name;
}
