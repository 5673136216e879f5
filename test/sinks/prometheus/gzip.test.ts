import { execFileSync } from 'node:child_process';
import { crc32, gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { gzipHeader, gzipPart, gzipTrailer } from '../../../src/sinks/prometheus/gzip.ts';

async function member(pieces: readonly Buffer[]): Promise<Buffer> {
  const parts = await Promise.all(pieces.map(gzipPart));
  return Buffer.concat([gzipHeader, ...parts.map((part) => part.bytes), gzipTrailer(parts)]);
}

it('joins parts of any length into one member that inflates to all of them', async () => {
  const pieces = fc.array(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    { maxLength: 6 },
  );
  await fc.assert(
    fc.asyncProperty(pieces, async (buffers) => {
      expect(gunzipSync(await member(buffers)).equals(Buffer.concat(buffers))).toBe(true);
    }),
    { numRuns: 60 },
  );
});

it('writes the checksum and length of the whole', async () => {
  const pieces = [Buffer.from('one '), Buffer.alloc(0), Buffer.alloc(3_000_000, 'two'), Buffer.from('three')];
  const bytes = await member(pieces);
  const whole = Buffer.concat(pieces);
  expect(bytes.readUInt32LE(bytes.length - 8)).toBe(crc32(whole));
  expect(bytes.readUInt32LE(bytes.length - 4)).toBe(whole.length);
});

it('keeps no more memory than a part needs', async () => {
  const part = await gzipPart(Buffer.alloc(100_000, 'a'));
  expect(part.bytes.buffer.byteLength).toBe(part.bytes.length);
});

const readers: [string, string[]][] = [
  ['gzip', ['-dc']],
  ['python3', ['-c', 'import sys,gzip; sys.stdout.buffer.write(gzip.decompress(sys.stdin.buffer.read()))']],
];

it.for(readers)('is read by %s', async ([program, args], { skip }) => {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
  } catch {
    if (process.env['CI'] === 'true') throw new Error(`${program} is needed for this test and was not found.`);
    skip(`${program} is not installed`);
  }
  const pieces = [Buffer.from('a'.repeat(5000)), Buffer.from('b\n')];
  const input = await member(pieces);
  expect(execFileSync(program, args, { input }).toString()).toBe(Buffer.concat(pieces).toString());
});
