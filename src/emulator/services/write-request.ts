/** A series of a request of remote write. */
export interface WrittenSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly (readonly [timeMs: number, value: number])[];
}

/**
 * Series of `prometheus.WriteRequest` or `io.prometheus.write.v2.Request`, as their specifications number the fields; what
 * is not read here is passed over. Throws when the bytes are no such message.
 */
export function readWriteRequest(version: 1 | 2, bytes: Uint8Array): WrittenSeries[] {
  return version === 1 ? readV1(bytes) : readV2(bytes);
}

function readV1(bytes: Uint8Array): WrittenSeries[] {
  return fieldsOf(bytes)
    .filter(({ number }) => number === 1)
    .map((series) => {
      const parts = fieldsOf(series.bytes);
      const labels = parts
        .filter(({ number }) => number === 1)
        .map(({ bytes: label }) => {
          const fields = fieldsOf(label);
          return [textOf(fields, 1), textOf(fields, 2)] as const;
        });
      return { labels: Object.fromEntries(labels), samples: samplesOf(parts) };
    });
}

function readV2(bytes: Uint8Array): WrittenSeries[] {
  const fields = fieldsOf(bytes);
  const symbols = fields.filter(({ number }) => number === 4).map((field) => Buffer.from(field.bytes).toString('utf8'));
  const symbol = (ref: number | undefined): string => {
    const text = symbols[ref ?? -1];
    if (text === undefined) throw new Error(`there is no symbol ${ref}`);
    return text;
  };
  return fields
    .filter(({ number }) => number === 5)
    .map((series) => {
      const parts = fieldsOf(series.bytes);
      const refs = parts.filter(({ number }) => number === 1).flatMap(({ bytes: packed }) => varintsOf(packed));
      const pairs = Array.from({ length: Math.ceil(refs.length / 2) }, (_, at) => [
        symbol(refs[2 * at]),
        symbol(refs[2 * at + 1]),
      ]);
      return { labels: Object.fromEntries(pairs) as Record<string, string>, samples: samplesOf(parts) };
    });
}

/** Field 2 of a series, in both versions: value and milliseconds since the epoch. */
function samplesOf(parts: readonly Field[]): [number, number][] {
  return parts
    .filter(({ number }) => number === 2)
    .map(({ bytes }) => {
      const fields = fieldsOf(bytes);
      const value = fields.find(({ number }) => number === 1)?.bytes;
      const time = fields.find(({ number }) => number === 2)?.value ?? 0;
      return [time, value === undefined ? 0 : Buffer.from(value).readDoubleLE(0)];
    });
}

function textOf(fields: readonly Field[], wanted: number): string {
  const found = fields.find(({ number }) => number === wanted);
  return found === undefined ? '' : Buffer.from(found.bytes).toString('utf8');
}

interface Field {
  readonly number: number;
  /** Of a varint; 0 for others. */
  readonly value: number;
  /** Of fields with a length, and of fixed ones; empty for varints. */
  readonly bytes: Uint8Array;
}

const nothing = new Uint8Array();
/** Bytes of the fixed wire types. */
const fixed: Readonly<Record<number, number>> = { 1: 8, 5: 4 };

function fieldsOf(bytes: Uint8Array): Field[] {
  const fields: Field[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [key, afterKey] = varint(bytes, at);
    const number = Math.floor(key / 8);
    const type = key % 8;
    const [value, start] = type === 0 || type === 2 ? varint(bytes, afterKey) : [0, afterKey];
    if (type === 0) {
      fields.push({ number, value, bytes: nothing });
      at = start;
      continue;
    }
    const length = type === 2 ? value : fixed[type];
    if (length === undefined) throw new Error(`wire type ${type} is not known`);
    at = start + length;
    if (at > bytes.length) throw new Error('the message ends within a field');
    fields.push({ number, value: 0, bytes: bytes.subarray(start, at) });
  }
  return fields;
}

function varintsOf(bytes: Uint8Array): number[] {
  const values: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [value, next] = varint(bytes, at);
    values.push(value);
    at = next;
  }
  return values;
}

/** A varint up to 2^53, and where the next byte is. */
function varint(bytes: Uint8Array, from: number): readonly [value: number, next: number] {
  let value = 0;
  let factor = 1;
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * factor;
    if (!Number.isSafeInteger(value)) throw new Error('a number is larger than 2^53');
    if (byte < 0x80) return [value, at + 1];
    factor *= 128;
  }
  throw new Error('the message ends within a number');
}
