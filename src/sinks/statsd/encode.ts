import type { StatsdSinkConfig } from '../../core/runtime-config.ts';
import type { RunSamples } from '../feed/ports.ts';
import { labelsOf, rowsOf, type SampleRow } from '../feed/samples.ts';
import { dogstatsdTags, gaugeText, genevaText } from './lines.ts';

/** Datagrams that are sent together. */
export interface Burst {
  readonly datagrams: readonly Buffer[];
  readonly samples: number;
  /** Samples without a value. */
  readonly skipped: number;
}

/** Few enough that the usual socket buffer of a receiver (200 kB) takes them at once. */
const burstDatagrams = 40;

/**
 * Texts of a batch packed into datagrams of at most `maxDatagramBytes`, those into bursts. Geneva gets a datagram for
 * each value, as from Promitor.
 */
export function* encode(config: StatsdSinkConfig, batch: RunSamples): Generator<Burst> {
  const packed = config.format.kind === 'Default' ? config.maxDatagramBytes : 0;
  let datagrams: Buffer[] = [];
  let texts: string[] = [];
  let bytes = 0;
  let samples = 0;
  let skipped = 0;
  const closeDatagram = (): void => {
    if (texts.length > 0) datagrams.push(Buffer.from(texts.join('\n')));
    texts = [];
    bytes = 0;
  };
  for (const text of textsOf(config, batch)) {
    if (text === undefined) {
      skipped += 1;
      continue;
    }
    const size = Buffer.byteLength(text) + 1;
    if (bytes + size - 1 > packed) closeDatagram();
    if (datagrams.length >= burstDatagrams) {
      yield { datagrams, samples, skipped };
      [datagrams, samples, skipped] = [[], 0, 0];
    }
    texts.push(text);
    bytes += size;
    samples += 1;
  }
  closeDatagram();
  if (samples + skipped > 0) yield { datagrams, samples, skipped };
}

function* textsOf(config: StatsdSinkConfig, batch: RunSamples): Generator<string | undefined> {
  const prefix = config.metricPrefix === undefined ? '' : `${config.metricPrefix}.`;
  for (const row of rowsOf(batch)) yield row.value === undefined ? undefined : textOf(config, prefix, row, row.value);
}

function textOf({ format }: StatsdSinkConfig, prefix: string, row: SampleRow, value: number): string {
  const { name, origin, declaredNames } = row.family;
  // Promitor sends its own metric in the default format even when the others go to Geneva.
  if (format.kind === 'Geneva' && origin === 'scraped') {
    const labels = labelsOf(row).map(([label, text]) => [declaredNames.get(label) ?? label, text] as const);
    return genevaText(format, prefix, { name, labels, value });
  }
  const tagged = format.kind === 'Default' && format.tags === 'dogstatsd';
  return gaugeText(prefix + name, value, tagged ? dogstatsdTags(labelsOf(row)) : '');
}
