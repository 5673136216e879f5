/** Writes protobuf messages into one buffer that grows; what is taken out stays valid until the next `reset`. */
export interface ProtobufWriter {
  /** A length-delimited field whose content `body` writes. */
  message(field: number, body: () => void): void;
  string(field: number, text: string): void;
  double(field: number, value: number): void;
  /** A non-negative integer up to 2^53. */
  integer(field: number, value: number): void;
  /** Non-negative integers up to 2^53 as one packed field. */
  packed(field: number, values: readonly number[]): void;
  bytes(): Uint8Array;
  reset(): void;
}

const wire = { varint: 0, fixed64: 1, delimited: 2 } as const;

/** Most bytes of a varint of up to 2^53. */
const longestVarint = 8;

export function createProtobufWriter(size = 64 * 1024): ProtobufWriter {
  let buffer = Buffer.allocUnsafe(size);
  let at = 0;

  const need = (bytes: number): void => {
    if (at + bytes <= buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, at + bytes));
    buffer.copy(larger, 0, 0, at);
    buffer = larger;
  };
  const varint = (value: number): void => {
    need(longestVarint);
    let rest = value;
    while (rest >= 0x80) {
      buffer[at] = (rest % 0x80) | 0x80;
      at += 1;
      rest = Math.floor(rest / 0x80);
    }
    buffer[at] = rest;
    at += 1;
  };
  const tag = (field: number, type: number): void => varint(field * 8 + type);
  /** Puts the length of what was written since `start` before it. */
  const close = (start: number): void => {
    const length = at - start;
    const size = varintSize(length);
    need(size);
    buffer.copyWithin(start + size, start, at);
    at = start;
    varint(length);
    at += length;
  };

  return {
    message(field, body) {
      tag(field, wire.delimited);
      const start = at;
      body();
      close(start);
    },
    string(field, text) {
      tag(field, wire.delimited);
      need(text.length * 3 + longestVarint);
      const start = at;
      // Right unless the text has characters of several bytes that bring it over a limit of the length's own size.
      const guess = varintSize(text.length);
      const written = buffer.write(text, start + guess, 'utf8');
      if (varintSize(written) !== guess) {
        at = start + buffer.write(text, start, 'utf8');
        close(start);
        return;
      }
      varint(written);
      at += written;
    },
    double(field, value) {
      tag(field, wire.fixed64);
      need(8);
      at = buffer.writeDoubleLE(value, at);
    },
    integer(field, value) {
      tag(field, wire.varint);
      varint(value);
    },
    packed(field, values) {
      tag(field, wire.delimited);
      const start = at;
      for (const value of values) varint(value);
      close(start);
    },
    bytes: () => buffer.subarray(0, at),
    reset() {
      at = 0;
    },
  };
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size += 1;
  return size;
}
