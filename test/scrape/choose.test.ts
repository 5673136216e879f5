import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseBucket } from '../../src/scrape/choose.ts';

const minute = 60_000;
const base = Date.UTC(2026, 2, 10, 8);
const at = (index: number, fields: object = {}): { timeStamp: string } => ({
  timeStamp: new Date(base + index * minute).toISOString(),
  ...fields,
});

describe('chooseBucket', () => {
  it('takes the newest bucket with data, whatever the order of the points', () => {
    const points = [at(3), at(1, { total: 7 }), at(2, { total: 9 }), at(0, { total: 1 })];
    expect(chooseBucket(points, 'Total', minute, base + 10 * minute)).toEqual({
      value: 9,
      endMs: base + 3 * minute,
    });
  });

  it('never takes a bucket that is still filling', () => {
    const points = [at(0, { total: 1 }), at(1, { total: 2 })];
    expect(chooseBucket(points, 'Total', minute, base + 2 * minute - 1)?.value).toBe(1);
    expect(chooseBucket(points, 'Total', minute, base + 2 * minute)?.value).toBe(2);
  });

  it('reads the aggregate that was asked for, and zero counts as data', () => {
    const points = [at(0, { average: 5, total: 10 }), at(1, { average: 0 })];
    expect(chooseBucket(points, 'Average', minute, base + 9 * minute)?.value).toBe(0);
    expect(chooseBucket(points, 'Total', minute, base + 9 * minute)?.value).toBe(10);
  });

  it('takes null for no data, and gives 0 for None', () => {
    const points = [at(0, { total: 1 }), at(1, { total: null })];
    expect(chooseBucket(points, 'Total', minute, base + 9 * minute)?.value).toBe(1);
    expect(chooseBucket(points, 'None', minute, base + 9 * minute)).toMatchObject({
      value: 0,
      endMs: base + 2 * minute,
    });
  });

  it('finds nothing in buckets without data, and in timestamps that are none', () => {
    expect(chooseBucket([at(0), at(1)], 'Total', minute, base + 9 * minute)).toBeUndefined();
    expect(chooseBucket([{ timeStamp: 'never', total: 1 }], 'Total', minute, base + 9 * minute)).toBeUndefined();
  });

  it('agrees with a naive search', () => {
    const bucket = fc.record({ index: fc.nat(30), value: fc.option(fc.integer(), { nil: undefined }) });
    fc.assert(
      fc.property(fc.uniqueArray(bucket, { selector: (one) => one.index }), fc.nat(40), (buckets, complete) => {
        const points = buckets.map(({ index, value }) => at(index, value === undefined ? {} : { total: value }));
        const fit = buckets.filter(({ index, value }) => value !== undefined && index + 1 <= complete);
        const best = fit.sort((a, b) => b.index - a.index)[0];
        expect(chooseBucket(points, 'Total', minute, base + complete * minute)?.value).toBe(best?.value);
      }),
    );
  });
});
