/** Bytes in a Buffer that is used again once it is given back. */
export interface Bytes {
  readonly bytes: Buffer;
  /**
   * Gives the Buffer back. To be called once nothing reads the bytes any more, and never while they are being
   * written or compressed; not calling it only leaves the Buffer to the garbage collector.
   */
  readonly release: () => void;
}

/** Gathers one-byte text into Buffers. */
export interface ByteWriter {
  add(text: string): void;
  /** Everything added since the last call. The writer leaves these bytes alone until they are released. */
  take(): Bytes;
}

const leastBytes = 64 * 1024;

/** Buffers kept for later: a scrape and a refresh at once need about four. Unusually large ones are let go. */
const keptBuffers = 4;
const keptBytes = 4 * 1024 * 1024;

/**
 * A fresh Buffer of a megabyte for every section would cost as much as filling it (page faults, collections), so
 * they go round.
 */
export function createByteWriter(): ByteWriter {
  const free: Buffer[] = [];
  let buffer: Buffer = Buffer.alloc(0);
  let used = 0;

  const grow = (needed: number): void => {
    const larger = free.pop() ?? Buffer.allocUnsafeSlow(leastBytes);
    const target = larger.length >= needed ? larger : Buffer.allocUnsafeSlow(Math.max(2 * buffer.length, needed));
    buffer.copy(target, 0, 0, used);
    buffer = target;
  };

  return {
    add(text) {
      if (used + text.length > buffer.length) grow(used + text.length);
      used += buffer.write(text, used, 'latin1');
    },
    take() {
      let whole: Buffer | undefined = buffer;
      const bytes = whole.subarray(0, used);
      buffer = Buffer.alloc(0);
      used = 0;
      return {
        bytes,
        release() {
          if (whole && free.length < keptBuffers && whole.length <= keptBytes) free.push(whole);
          whole = undefined;
        },
      };
    },
  };
}
