import { parseLabelText } from '../../core/label-text.ts';
import type { LabelPair } from '../../core/labels.ts';
import type { Piece } from '../../store/ports.ts';
import type { FamilySamples, RunSamples } from './ports.ts';

/** One sample of a batch. */
export interface SampleRow {
  readonly family: FamilySamples;
  /** Shared labels of its slot; the object stays the same as long as the store shows the slot. */
  readonly labels: Piece['labels'];
  /** Labels of its dimensions in the form of `parseLabelText`; empty without dimensions. */
  readonly dimensions: string;
  /** Undefined when there is no number to send. */
  readonly value: number | undefined;
  /** End of its bucket, for values without one the time of the run; milliseconds since the epoch. */
  readonly timeMs: number;
}

/** The samples of a batch, family by family. */
export function* rowsOf(batch: RunSamples): Generator<SampleRow> {
  for (const family of batch.families) {
    for (const piece of family.pieces) {
      const { labels, stamp, bucketEnds } = piece;
      const texts = piece.dimensions.text.split('\n');
      for (const [row, value] of piece.values.entries()) {
        const endMs = bucketEnds === undefined ? stamp.bucketEndMs : bucketEnds[row];
        yield {
          family,
          labels,
          dimensions: texts[row] ?? '',
          value: value === null || !Number.isFinite(value) ? undefined : value,
          timeMs: endMs ?? batch.runMs,
        };
      }
    }
  }
}

/** All labels of a sample, those of its slot first. Names are Prometheus's. */
export function labelsOf({ labels, dimensions }: SampleRow): LabelPair[] {
  return [...parseLabelText(labels.text), ...parseLabelText(dimensions)];
}

/** The families of a batch that a sink takes. */
export function selectFamilies(batch: RunSamples, takes: (family: FamilySamples) => boolean): RunSamples {
  const families = batch.families.filter(takes);
  const samples = families.reduce((sum, { pieces }) => sum + countOf(pieces), 0);
  const share = batch.samples === 0 ? 0 : samples / batch.samples;
  return { runMs: batch.runMs, samples, bytes: Math.ceil(batch.bytes * share), families };
}

function countOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { values }) => sum + values.length, 0);
}

/** A batch that waits and a newer one as one: of families that are in both, the newer. */
export function newestFamilies(waiting: RunSamples, newer: RunSamples): RunSamples {
  const replaced = new Set(newer.families.map(({ name }) => name));
  const kept = selectFamilies(waiting, ({ name }) => !replaced.has(name));
  return {
    runMs: newer.runMs,
    samples: kept.samples + newer.samples,
    bytes: kept.bytes + newer.bytes,
    families: [...kept.families, ...newer.families],
  };
}
