import { describe, expect, it } from 'vitest';
import { createTraceBook } from '../../src/scrape/traces.ts';

const series = (buckets: number) => [
  { dimensions: {}, points: Array.from({ length: buckets }, () => ({ timeStamp: '2026-01-01T12:00:00Z' })) },
];

describe('the book of traces', () => {
  it('keeps buckets up to its bound, and what was asked beyond it', () => {
    const book = createTraceBook(10);
    book.note('a', { nowMs: 1, series: series(6) });
    book.note('b', { nowMs: 1, series: series(6) });
    expect([book.of('a')?.series?.length, book.of('b')]).toEqual([1, { nowMs: 1 }]);
    book.note('a', { nowMs: 2, series: series(4) });
    book.note('b', { nowMs: 2, series: series(6) });
    expect([book.of('a')?.series?.length, book.of('b')?.series?.length]).toEqual([1, 1]);
    book.forget('a');
    expect(book.of('a')).toBeUndefined();
    book.note('c', { nowMs: 3, series: series(4) });
    expect(book.of('c')?.series?.length).toBe(1);
  });
});
