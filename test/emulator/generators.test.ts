import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Generator, inGap, valueAt } from '../../src/emulator/generators.ts';
import { hashText, seriesHash, unit } from '../../src/emulator/hash.ts';
import { bus } from './support.ts';

// The numbers in this group were computed by a separate program in another language from docs/emulator.md.
describe('arithmetic of docs/emulator.md', () => {
  const eight = 29_552_160; // 2026-03-10T08:00:00Z in minutes

  it('hashes texts by their UTF-8 bytes', () => {
    expect(hashText('1|a|b')).toBe(3_152_744_269);
    expect(hashText('1|zürich|x')).toBe(304_128_863);
  });

  it('hashes a series without regard to case', () => {
    expect(seriesHash(2026, bus.slice(1), 'ActiveMessages', [['EntityName', 'orders']])).toBe(934_168_469);
  });

  it('makes units out of hash, index and salt', () => {
    expect(unit(934_168_469, 0, 1)).toBe(0.8662881422787905);
    expect(unit(934_168_469, eight, 2)).toBe(0.39272626698948443);
  });

  it('walks', () => {
    const walk: Generator = { kind: 'walk', base: 40, amplitude: 38, step: 10, decimals: 0, min: 0, spread: 0.6 };
    const values = [0, 1, 2, 3, 4].map((minute) => valueAt(walk, 934_168_469, eight + minute));
    expect(values).toEqual([46, 46, 46, 46, 45]);
  });

  it('swings', () => {
    const sine: Generator = { kind: 'sine', base: 10, amplitude: 5, period: 60 };
    expect([0, 1, 2].map((minute) => valueAt(sine, 3_152_744_269, eight + minute))).toEqual([14.85, 14.95, 15]);
  });

  it('spikes', () => {
    const spike: Generator = { kind: 'spike', base: 1, height: 4, every: 90, length: 5 };
    const values = [37, 38, 42, 43].map((minute) => valueAt(spike, 3_152_744_269, eight + minute));
    expect(values).toEqual([1, 5, 5, 1]);
  });
});

describe('generators', () => {
  const minutes = fc.integer({ min: 0, max: 60_000_000 });
  const hashes = fc.integer({ min: 0, max: 0xffff_ffff });

  it('units are at least 0 and below 1', () => {
    fc.assert(
      fc.property(hashes, minutes, fc.integer({ min: 0, max: 20 }), (hash, index, salt) => {
        const value = unit(hash, index, salt);
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThan(1);
      }),
    );
  });

  it('a walk stays within base and amplitude and does not jump', () => {
    const walk: Generator = { kind: 'walk', base: 100, amplitude: 50, step: 20 };
    fc.assert(
      fc.property(hashes, minutes, (hash, minute) => {
        const value = valueAt(walk, hash, minute) ?? Number.NaN;
        expect(Math.abs(value - 100)).toBeLessThanOrEqual(50.01);
        expect(Math.abs(value - (valueAt(walk, hash, minute + 1) ?? Number.NaN))).toBeLessThan(12);
      }),
    );
  });

  it('a spike occurs once in each stretch, for its length', () => {
    const spike: Generator = { kind: 'spike', base: 0, height: 1, every: 50, length: 7 };
    fc.assert(
      fc.property(hashes, fc.integer({ min: 0, max: 100_000 }), (hash, stretch) => {
        const values = Array.from({ length: 50 }, (_, minute) => valueAt(spike, hash, stretch * 50 + minute) ?? 0);
        expect(values.reduce((sum, value) => sum + value, 0)).toBe(7);
      }),
    );
  });

  it('a counter grows and starts again', () => {
    const counter: Generator = { kind: 'counter', perMinute: 3, resetEvery: 10 };
    expect([8, 9, 10, 11].map((minute) => valueAt(counter, 5, minute))).toEqual([24, 27, 0, 3]);
  });

  it('a gap has no value', () => {
    const gap: Generator = { kind: 'gap', every: 5, length: 2, offset: 1, of: { kind: 'constant', value: 4 } };
    expect([3, 4, 5, 6, 9].map((minute) => valueAt(gap, 1, minute))).toEqual([4, null, null, 4, null]);
    expect(inGap({ every: 5, length: 0 }, 0)).toBe(false);
  });

  it('bounds and digits apply last', () => {
    expect(valueAt({ kind: 'constant', value: 7.456, decimals: 1 }, 1, 0)).toBe(7.5);
    expect(valueAt({ kind: 'constant', value: -7, min: 0 }, 1, 0)).toBe(0);
    expect(valueAt({ kind: 'constant', value: 7, max: 5 }, 1, 0)).toBe(5);
  });

  it('spread gives each series a factor of its own', () => {
    const spread: Generator = { kind: 'constant', value: 100, spread: 0.5 };
    const values = new Set(Array.from({ length: 50 }, (_, hash) => valueAt(spread, hashText(String(hash)), 0) ?? 0));
    expect(values.size).toBeGreaterThan(40);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(50);
    expect(Math.max(...values)).toBeLessThan(150);
  });
});
