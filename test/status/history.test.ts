import { describe, expect, it } from 'vitest';
import { createHistory, summarize } from '../../src/status/history.ts';
import { createSeriesStore } from '../../src/store/series-store.ts';

function storeWith() {
  const store = createSeriesStore({ perMetricLimit: 10_000, totalLimit: 10_000 });
  const write = (
    family: string,
    values: readonly (number | null)[],
    runMs: number,
    ends: readonly number[] = [],
  ): void => {
    store.replace({
      owner: family,
      family: { name: family, help: '' },
      labels: [['a', family]],
      dimensionLabels: ['d'],
      series: values.map((value, index) => {
        const bucketEndMs = ends[index];
        return { dimensionValues: [String(index)], value, ...(bucketEndMs === undefined ? {} : { bucketEndMs }) };
      }),
      runMs,
      staleAtMs: Number.POSITIVE_INFINITY,
    });
  };
  return { store, write };
}

describe('a summary', () => {
  it('is over all series that have a value, with the newest and the oldest bucket', () => {
    const { store, write } = storeWith();
    write('f', [1, null, 5], 100, [90, 0, 70].slice(0, 1));
    write('f', [1, null, 5], 100, [90, 80, 70]);
    const [family] = store.snapshot();
    if (family === undefined) throw new Error('nothing stored');
    expect(summarize(family)).toEqual({
      series: 3,
      runMs: 100,
      values: { mean: 3, min: 1, max: 5 },
      ends: { newestMs: 90, oldestMs: 70 },
    });
  });

  it('has neither values nor ends when there is no data', () => {
    const { store, write } = storeWith();
    write('f', [null], 100);
    expect(store.snapshot().map(summarize)).toEqual([{ series: 1, runMs: 100 }]);
  });
});

describe('the history', () => {
  it('takes one point of a metric for each run that wrote it, and at most sixty', () => {
    const { store, write } = storeWith();
    const history = createHistory();
    write('slow', [7], 1);
    for (let run = 1; run <= 70; run += 1) {
      write('fast', [run, run + 2], run);
      history.record(store.snapshot());
    }
    expect(history.of('slow')).toEqual([{ atMs: 1, mean: 7 }]);
    expect(history.of('fast')).toHaveLength(60);
    expect(history.of('fast')[0]).toEqual({ atMs: 11, mean: 12 });
    expect(history.of('fast').at(-1)).toEqual({ atMs: 70, mean: 71 });
  });

  it('marks a run without data, and forgets metrics that left', () => {
    const { store, write } = storeWith();
    const history = createHistory();
    write('f', [1], 1);
    history.record(store.snapshot());
    write('f', [null], 2);
    history.record(store.snapshot());
    expect(history.of('f')).toEqual([
      { atMs: 1, mean: 1 },
      { atMs: 2, mean: null },
    ]);
    store.remove('f');
    history.record(store.snapshot());
    expect(history.of('f')).toEqual([]);
  });

  it('remembers a thousand metrics and no more', () => {
    const { store, write } = storeWith();
    const history = createHistory();
    for (let index = 0; index < 1_100; index += 1) write(`f${index}`, [1], 1);
    history.record(store.snapshot());
    const remembered = store.snapshot().filter(({ name }) => history.of(name).length > 0);
    expect(remembered).toHaveLength(1_000);
  });
});
