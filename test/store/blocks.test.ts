import { describe, expect, it } from 'vitest';
import { createSeriesStore } from '../../src/store/series-store.ts';
import { createTextPool } from '../../src/store/text-pool.ts';

function filled(owners: number) {
  const store = createSeriesStore({ perMetricLimit: 100_000, totalLimit: 100_000 });
  for (let owner = 0; owner < owners; owner += 1) {
    store.replace({
      owner: `o${owner}`,
      family: { name: 'f', help: '' },
      labels: [['owner', String(owner)]],
      dimensionLabels: [],
      series: [{ dimensionValues: [], value: owner }],
      runMs: 0,
      staleAtMs: 1,
    });
  }
  return store;
}

describe('blocks of a family', () => {
  it('are filled one after another up to 2,048 lines', () => {
    expect(
      filled(5000)
        .snapshot()[0]
        ?.blocks.map((block) => block.lines),
    ).toEqual([2048, 2048, 904]);
  });

  it('stay the same objects when another block changes', () => {
    const store = filled(5000);
    const before = store.snapshot()[0]?.blocks ?? [];
    store.remove('o4500');
    const after = store.snapshot()[0]?.blocks ?? [];
    expect(after[0]).toBe(before[0]);
    expect(after[1]).toBe(before[1]);
    expect(after[2]?.lines).toBe(903);
    expect(before[2]?.lines).toBe(904);
  });

  it('are merged when most of their series have left, without losing one', () => {
    const store = filled(6000);
    for (let owner = 0; owner < 6000; owner += 1) if (owner % 20 !== 0) store.remove(`o${owner}`);
    const blocks = store.snapshot()[0]?.blocks ?? [];
    expect(blocks).toHaveLength(1);
    expect(store.counts()).toEqual(new Map([['f', 300]]));
    const values = blocks.flatMap((block) => block.pieces.flatMap((piece) => piece.values));
    expect(values.sort((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 300 }, (_, n) => n * 20));
  });
});

describe('createTextPool', () => {
  it('gives one object for a text and forgets it with its last use', () => {
    const pool = createTextPool();
    const first = pool.acquire('a');
    expect(pool.acquire('a')).toBe(first);
    expect(pool.acquire('b')).not.toBe(first);
    pool.release(first);
    expect(pool.size()).toBe(2);
    pool.release(first);
    expect(pool.size()).toBe(1);
    expect(pool.acquire('a')).not.toBe(first);
  });
});
