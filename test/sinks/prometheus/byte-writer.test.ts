import { describe, expect, it } from 'vitest';
import { createByteWriter } from '../../../src/sinks/prometheus/byte-writer.ts';

describe('createByteWriter', () => {
  it('keeps everything while it grows', () => {
    const writer = createByteWriter();
    const texts = Array.from({ length: 50 }, (_, index) => String(index % 10).repeat(index * 1000));
    for (const text of texts) writer.add(text);
    expect(writer.take().bytes.toString('latin1')).toBe(texts.join(''));
    writer.add('next');
    expect(writer.take().bytes.toString()).toBe('next');
    expect(writer.take().bytes).toHaveLength(0);
  });

  it('leaves bytes alone until they are released, and uses their memory again afterwards', () => {
    const writer = createByteWriter();
    writer.add('first');
    const first = writer.take();
    writer.add('other');
    const other = writer.take();
    expect(first.bytes.toString()).toBe('first');
    expect(other.bytes.buffer).not.toBe(first.bytes.buffer);
    first.release();
    first.release();
    writer.add('third');
    const third = writer.take();
    expect(third.bytes.buffer).toBe(first.bytes.buffer);
    writer.add('fourth');
    expect(writer.take().bytes.buffer).not.toBe(first.bytes.buffer);
  });

  it('writes one byte per character', () => {
    const writer = createByteWriter();
    writer.add('\u00fc\u00ff');
    expect([...writer.take().bytes]).toEqual([0xfc, 0xff]);
  });
});
