import fc from 'fast-check';
import { compress, uncompress } from 'snappyjs';
import { describe, expect, it } from 'vitest';
import { createEncoder } from '../../../src/sinks/remote-write/encode.ts';
import type { SeriesPoints } from '../../../src/sinks/remote-write/ports.ts';
import { decodeRequest } from '../../receivers/remote-write-schema.ts';

const labels = [
  ['resource_group', 'contoso'],
  ['instance_name', 'Zürich 雪'],
  ['empty', ''],
] as const;

function points(changes: Partial<SeriesPoints> = {}): SeriesPoints {
  const series = { name: 'azure_load', help: 'Load', labels, dimensions: [['zone', '1']] as const };
  return { series, times: [1_767_268_800_000, 1_767_268_860_000], values: [12.5, -0.1], ...changes };
}

const expected = {
  labels: {
    __name__: 'azure_load',
    cluster: 'a',
    instance_name: 'Zürich 雪',
    resource_group: 'contoso',
    zone: '1',
  },
  samples: [
    [1_767_268_800_000, 12.5],
    [1_767_268_860_000, -0.1],
  ],
};

describe.each(['1.0', '2.0'] as const)('remote write %s', (protocol) => {
  const encode = createEncoder(protocol, [
    ['cluster', 'a'],
    ['zone', 'external'],
  ]);

  it('writes what the published schema reads, labels in order and without empty ones', () => {
    const [series] = decodeRequest(protocol, encode([points()]));
    expect(series).toEqual({ ...expected, ...(protocol === '2.0' ? { type: 'METRIC_TYPE_GAUGE', help: 'Load' } : {}) });
    expect(Object.keys(series?.labels ?? {})).toEqual(Object.keys(expected.labels));
  });

  it('keeps any text, number and time, beyond the sizes at which lengths grow', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }),
      fc.integer({ min: 1, max: 20_000 }).map((size) => 'ü'.repeat(size)),
    );
    const sample = fc.tuple(fc.integer({ min: 0, max: 2 ** 45 }), fc.double({ noNaN: true }));
    fc.assert(
      fc.property(fc.array(fc.tuple(text, fc.array(sample, { maxLength: 5 })), { maxLength: 20 }), (all) => {
        const given = all.map(([value, samples]) => ({
          series: { name: 'a', help: value, labels: [], dimensions: [['z', value] as const] },
          times: samples.map(([time]) => time),
          values: samples.map(([, one]) => one),
        }));
        const decoded = decodeRequest(protocol, encode(given));
        expect(decoded.map((one) => [one.labels['z'], one.samples])).toEqual(all);
      }),
      { numRuns: 60 },
    );
  });
});

it('snappyjs gives back what it compressed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100_000 }), (bytes) => {
      expect(uncompress(compress(bytes))).toEqual(bytes);
    }),
    { numRuns: 30 },
  );
});
