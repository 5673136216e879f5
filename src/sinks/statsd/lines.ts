import type { LabelPair } from '../../core/labels.ts';
import type { StatsdSinkConfig } from '../../core/runtime-config.ts';

/** A number without an exponent, as Promitor writes it: whole ones without decimals, others in full. */
export function plainNumber(value: number): string {
  const text = String(value);
  const [, sign = '', whole = '', fraction = '', exponent] = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text) ?? [];
  if (exponent === undefined) return text;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return sign + digits.padEnd(point, '0');
}

/**
 * Promitor's default form, `prefix.name:value|g`. A gauge with a sign is a change to StatsD, so a negative value is
 * set by going to 0 first; both lines stay in one datagram.
 */
export function gaugeText(name: string, value: number, tags: string): string {
  const line = `${name}:${plainNumber(value)}|g${tags}`;
  return value < 0 ? `${name}:0|g${tags}\n${line}` : line;
}

/** Labels as DogStatsD tags, with what would end a tag or the line replaced by `_`. */
export function dogstatsdTags(labels: readonly LabelPair[]): string {
  return labels.length === 0
    ? ''
    : `|#${labels.map(([name, value]) => `${name}:${value.replace(/[,|\n]/g, '_')}`).join(',')}`;
}

/** Halves away from zero, as Promitor rounds for Geneva. */
function roundedAway(value: number): number {
  const rounded = Math.sign(value) * Math.round(Math.abs(value));
  return rounded === 0 ? 0 : rounded;
}

/** Promitor's form for Geneva: the bucket is JSON with all labels under their declared names, ascending. */
export function genevaText(
  format: Extract<StatsdSinkConfig['format'], { kind: 'Geneva' }>,
  prefix: string,
  sample: { readonly name: string; readonly labels: readonly LabelPair[]; readonly value: number },
): string {
  const bucket = {
    Account: format.account,
    Namespace: format.namespace,
    Metric: sample.name,
    Dims: Object.fromEntries([...sample.labels].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
  return `${prefix}${JSON.stringify(bucket)}:${plainNumber(roundedAway(sample.value))}|g`;
}
