import type { LabelPair } from '../../core/labels.ts';
import { createLabelList } from './labels.ts';
import type { SeriesPoints } from './ports.ts';
import { createProtobufWriter, type ProtobufWriter } from './protobuf.ts';

export type Protocol = '1.0' | '2.0';

/** Headers that say what a body is. */
export const protocolHeaders: Readonly<Record<Protocol, Readonly<Record<string, string>>>> = {
  '1.0': { 'content-type': 'application/x-protobuf', 'x-prometheus-remote-write-version': '0.1.0' },
  '2.0': {
    'content-type': 'application/x-protobuf;proto=io.prometheus.write.v2.Request',
    'x-prometheus-remote-write-version': '2.0.0',
  },
};

/** Field numbers of `prometheus.WriteRequest`. */
const v1 = { timeseries: 1, labels: 1, samples: 2, name: 1, text: 2, value: 1, timestamp: 2 } as const;

/** Field numbers of `io.prometheus.write.v2.Request`. */
const v2 = { symbols: 4, timeseries: 5, labelRefs: 1, samples: 2, metadata: 5, type: 1, help: 3 } as const;
const gauge = 2;

/**
 * Writes series as the body of a request, before compression. What is returned is valid until the next call.
 */
export function createEncoder(
  protocol: Protocol,
  externalLabels: readonly LabelPair[],
): (points: readonly SeriesPoints[]) => Uint8Array {
  const writer = createProtobufWriter();
  const labelsOf = createLabelList(externalLabels);
  const encode = protocol === '1.0' ? encodeV1 : encodeV2;
  return (points) => {
    writer.reset();
    encode(writer, points, (one) => labelsOf(one.series));
    return writer.bytes();
  };
}

type LabelsOf = (points: SeriesPoints) => readonly LabelPair[];

function writeSamples(writer: ProtobufWriter, { times, values }: SeriesPoints): void {
  for (const [at, time] of times.entries()) {
    writer.message(v1.samples, () => {
      writer.double(v1.value, values[at] ?? Number.NaN);
      writer.integer(v1.timestamp, time);
    });
  }
}

function encodeV1(writer: ProtobufWriter, points: readonly SeriesPoints[], labelsOf: LabelsOf): void {
  for (const one of points) {
    writer.message(v1.timeseries, () => {
      for (const [name, value] of labelsOf(one)) {
        writer.message(v1.labels, () => {
          writer.string(v1.name, name);
          writer.string(v1.text, value);
        });
      }
      writeSamples(writer, one);
    });
  }
}

/** Every text stands once in the table of symbols, whose first entry is empty; series point into it. */
function encodeV2(writer: ProtobufWriter, points: readonly SeriesPoints[], labelsOf: LabelsOf): void {
  const symbols = new Map<string, number>([['', 0]]);
  const refOf = (text: string): number => {
    const ref = symbols.get(text) ?? symbols.size;
    symbols.set(text, ref);
    return ref;
  };
  for (const one of points) {
    const refs = labelsOf(one).flatMap(([name, value]) => [refOf(name), refOf(value)]);
    writer.message(v2.timeseries, () => {
      writer.packed(v2.labelRefs, refs);
      writeSamples(writer, one);
      writer.message(v2.metadata, () => {
        writer.integer(v2.type, gauge);
        writer.integer(v2.help, refOf(one.series.help));
      });
    });
  }
  for (const text of symbols.keys()) writer.string(v2.symbols, text);
}
