import protobuf from 'protobufjs';

/** Messages of remote write 1.0 and 2.0 as their specifications publish them, as far as gauges need them. */
const v1 = protobuf
  .parse(
    `syntax = "proto3"; package prometheus;
   message WriteRequest { repeated TimeSeries timeseries = 1; }
   message TimeSeries { repeated Label labels = 1; repeated Sample samples = 2; }
   message Label { string name = 1; string value = 2; }
   message Sample { double value = 1; int64 timestamp = 2; }`,
  )
  .root.lookupType('prometheus.WriteRequest');

const v2 = protobuf
  .parse(
    `syntax = "proto3"; package io.prometheus.write.v2;
   message Request { repeated string symbols = 4; repeated TimeSeries timeseries = 5; }
   message TimeSeries {
     repeated uint32 labels_refs = 1;
     repeated Sample samples = 2;
     Metadata metadata = 5;
     int64 created_timestamp = 6;
   }
   message Sample { double value = 1; int64 timestamp = 2; }
   message Metadata {
     enum MetricType { METRIC_TYPE_UNSPECIFIED = 0; METRIC_TYPE_COUNTER = 1; METRIC_TYPE_GAUGE = 2; }
     MetricType type = 1;
     uint32 help_ref = 3;
     uint32 unit_ref = 4;
   }`,
  )
  .root.lookupType('io.prometheus.write.v2.Request');

export interface DecodedSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** Time in milliseconds since the epoch, and value. */
  readonly samples: readonly (readonly [timeMs: number, value: number])[];
  readonly type?: string;
  readonly help?: string;
}

interface Sample {
  readonly value: number;
  readonly timestamp: number;
}

const plain = { longs: Number, enums: String, defaults: true, arrays: true };

/** Reads a request before compression; throws when it does not keep to the schema. */
export function decodeRequest(protocol: '1.0' | '2.0', bytes: Uint8Array): DecodedSeries[] {
  return protocol === '1.0' ? decodeV1(bytes) : decodeV2(bytes);
}

const samplesOf = (samples: readonly Sample[]): [number, number][] =>
  samples.map(({ timestamp, value }) => [timestamp, value]);

function decodeV1(bytes: Uint8Array): DecodedSeries[] {
  const { timeseries } = v1.toObject(v1.decode(bytes), plain) as {
    timeseries: { labels: { name: string; value: string }[]; samples: Sample[] }[];
  };
  return timeseries.map(({ labels, samples }) => ({
    labels: Object.fromEntries(labels.map(({ name, value }) => [name, value])),
    samples: samplesOf(samples),
  }));
}

function decodeV2(bytes: Uint8Array): DecodedSeries[] {
  const { symbols, timeseries } = v2.toObject(v2.decode(bytes), plain) as {
    symbols: string[];
    timeseries: { labelsRefs: number[]; samples: Sample[]; metadata: { type: string; helpRef: number } }[];
  };
  if (symbols[0] !== '' && timeseries.length > 0) throw new Error('the first symbol must be empty');
  const symbol = (ref: number): string => {
    const text = symbols[ref];
    if (text === undefined) throw new Error(`symbol ${ref} is missing`);
    return text;
  };
  return timeseries.map(({ labelsRefs, samples, metadata }) => ({
    labels: Object.fromEntries(
      Array.from({ length: labelsRefs.length / 2 }, (_, at) => [
        symbol(labelsRefs[2 * at] ?? -1),
        symbol(labelsRefs[2 * at + 1] ?? -1),
      ]),
    ),
    samples: samplesOf(samples),
    type: metadata.type,
    help: symbol(metadata.helpRef),
  }));
}

/** A request of 1.0 as a ready object, and back: what bare code does. */
export const decodeForBench = (bytes: Uint8Array): protobuf.Message => v1.decode(bytes);
export const encodeForBench = (message: protobuf.Message): Uint8Array => v1.encode(message).finish();
