import { describe, expect, it } from 'vitest';
import type { SeriesValue, SlotWrite } from '../../src/store/ports.ts';
import { createSeriesStore } from '../../src/store/series-store.ts';

const unlimited = { perMetricLimit: 1_000_000, totalLimit: 1_000_000 };

function slot(part: Partial<SlotWrite>): SlotWrite {
  return {
    owner: 'queue-1',
    family: { name: 'messages', help: 'Messages' },
    labels: [['resource_group', 'rg']],
    dimensionLabels: ['entity'],
    series: [],
    runMs: 1000,
    staleAtMs: 2000,
    ...part,
  };
}

function row(value: number | null, ...dimensionValues: string[]): SeriesValue {
  return { dimensionValues, value, bucketEndMs: 60_000 };
}

describe('createSeriesStore', () => {
  it('shows what was written, and replaces a slot as a whole', () => {
    const store = createSeriesStore(unlimited);
    expect(store.replace(slot({ series: [row(1, 'a'), row(null, 'b')] }))).toBe(0);
    expect(store.read('queue-1', 'messages')).toEqual([row(1, 'a'), row(null, 'b')]);
    store.replace(slot({ series: [row(3, 'c')] }));
    expect(store.read('queue-1', 'messages')).toEqual([row(3, 'c')]);
    expect(store.counts()).toEqual(new Map([['messages', 1]]));
  });

  it('counts the series of a slot, over all its pieces and apart from other families of the owner', () => {
    const store = createSeriesStore(unlimited);
    store.replace(slot({ series: Array.from({ length: 5_000 }, (_, index) => row(index, `v${index}`)) }));
    store.replace(slot({ family: { name: 'bytes', help: '' }, series: [row(1, 'a')] }));
    expect(['messages', 'bytes', 'other'].map((family) => store.size('queue-1', family))).toEqual([5_000, 1, 0]);
    expect(store.size('nobody', 'messages')).toBe(0);
  });

  it('gives dimension values back as they were, whatever characters they hold', () => {
    const store = createSeriesStore(unlimited);
    const odd = ['a"b\\c\nd', '', 'ümläut, 日本 😀', 'x="y",z', '$&'];
    const series = odd.map((text, index) => row(index, text, `second ${text}`));
    store.replace(slot({ dimensionLabels: ['one', 'two'], series }));
    expect(store.read('queue-1', 'messages')).toEqual(series);
  });

  it('keeps a series without a bucket apart from one with', () => {
    const store = createSeriesStore(unlimited);
    const series = [{ dimensionValues: ['a'], value: 1 }, row(2, 'b')];
    store.replace(slot({ series }));
    expect(store.read('queue-1', 'messages')).toEqual(series);
  });

  it('merges series whose dimension values differ only in case, the newest bucket staying', () => {
    const store = createSeriesStore(unlimited);
    const older = { dimensionValues: ['Orders'], value: 1, bucketEndMs: 60_000 };
    const newer = { dimensionValues: ['ORDERS'], value: 2, bucketEndMs: 120_000 };
    expect(store.replace(slot({ series: [older, row(9, 'other'), newer] }))).toBe(0);
    expect(store.read('queue-1', 'messages')).toEqual([newer, row(9, 'other')]);
    store.replace(slot({ series: [row(5, 'ÄB'), row(6, 'äb')] }));
    expect(store.read('queue-1', 'messages')).toEqual([row(5, 'ÄB')]);
  });

  it('does not merge different values of several dimensions', () => {
    const store = createSeriesStore(unlimited);
    const series = [row(1, 'a', 'bc'), row(2, 'ab', 'c'), row(3, 'a",two="b', 'c')];
    store.replace(slot({ dimensionLabels: ['one', 'two'], series }));
    expect(store.read('queue-1', 'messages')).toHaveLength(3);
  });

  it('keeps series beyond the limit of a metric out, and those that were shown in', () => {
    const store = createSeriesStore({ perMetricLimit: 2, totalLimit: 100 });
    expect(store.replace(slot({ series: [row(1, 'a'), row(2, 'b'), row(3, 'c')] }))).toBe(1);
    expect(store.read('queue-1', 'messages')).toEqual([row(1, 'a'), row(2, 'b')]);
    expect(store.replace(slot({ series: [row(7, 'c'), row(8, 'B'), row(9, 'a')] }))).toBe(1);
    expect(store.read('queue-1', 'messages')).toEqual([row(8, 'B'), row(9, 'a')]);
    expect(store.replace(slot({ owner: 'queue-2', series: [row(1, 'z')] }))).toBe(1);
    expect(store.read('queue-2', 'messages')).toEqual([]);
    store.remove('queue-1');
    expect(store.replace(slot({ owner: 'queue-2', series: [row(1, 'z')] }))).toBe(0);
  });

  it('takes series beyond a limit that was lowered away when their slot is replaced', () => {
    const store = createSeriesStore(unlimited);
    const series = [row(1, 'a'), row(2, 'b'), row(3, 'c')];
    expect(store.replace(slot({ series }))).toBe(0);
    store.limit({ perMetricLimit: 2, totalLimit: 100 });
    expect(store.read('queue-1', 'messages')).toEqual(series);
    expect(store.replace(slot({ series }))).toBe(1);
    expect(store.read('queue-1', 'messages')).toEqual(series.slice(0, 2));
    store.limit(unlimited);
    expect(store.replace(slot({ series }))).toBe(0);
    expect(store.read('queue-1', 'messages')).toEqual(series);
  });

  it('describes a shown family anew, and shows none for that', () => {
    const store = createSeriesStore(unlimited);
    store.replace(slot({ series: [row(1, 'a')] }));
    store.describe({ name: 'messages', help: 'Messages that wait' });
    store.describe({ name: 'bytes', help: 'Bytes' });
    store.replace(slot({ series: [row(2, 'a')] }));
    expect(store.snapshot().map(({ name, help }) => [name, help])).toEqual([['messages', 'Messages that wait']]);
  });

  it('keeps series beyond the total limit out, across metrics', () => {
    const store = createSeriesStore({ perMetricLimit: 100, totalLimit: 3 });
    expect(store.replace(slot({ series: [row(1, 'a'), row(2, 'b')] }))).toBe(0);
    const other = { name: 'bytes', help: '' };
    expect(store.replace(slot({ family: other, series: [row(1, 'a'), row(2, 'b')] }))).toBe(1);
    expect(store.replace(slot({ series: [row(1, 'a'), row(2, 'b')] }))).toBe(0);
    expect(store.counts()).toEqual(
      new Map([
        ['bytes', 1],
        ['messages', 2],
      ]),
    );
  });

  it('removes everything of an owner, and says whether there was something', () => {
    const store = createSeriesStore(unlimited);
    store.replace(slot({ series: [row(1, 'a')] }));
    store.replace(slot({ family: { name: 'bytes', help: '' }, series: [row(1, 'a')] }));
    store.replace(slot({ owner: 'queue-2', series: [row(2, 'a')] }));
    expect(store.remove('queue-1')).toBe(true);
    expect(store.remove('queue-1')).toBe(false);
    expect(store.counts()).toEqual(new Map([['messages', 1]]));
  });

  it('lets a slot leave at its time, not before, and names each owner once', () => {
    const store = createSeriesStore(unlimited);
    store.replace(slot({ series: [row(1, 'a')], staleAtMs: 5000 }));
    store.replace(slot({ family: { name: 'bytes', help: '' }, series: [row(1, 'a')], staleAtMs: 5000 }));
    store.replace(slot({ owner: 'queue-2', series: [row(1, 'b')], staleAtMs: 9000 }));
    expect(store.expire(4999)).toEqual([]);
    expect(store.expire(5000)).toEqual(['queue-1']);
    expect(store.expire(5000)).toEqual([]);
    expect(store.read('queue-2', 'messages')).toEqual([row(1, 'b')]);
    expect(store.expire(9000)).toEqual(['queue-2']);
    expect(store.counts().size).toBe(0);
  });

  it('shows nothing of a slot that is written empty', () => {
    const store = createSeriesStore(unlimited);
    store.replace(slot({ series: [row(1, 'a')] }));
    store.replace(slot({ series: [] }));
    expect(store.snapshot()).toEqual([]);
    expect(store.remove('queue-1')).toBe(false);
  });

  it('sorts families without regard to case, makes one of several owners, and keeps the first help', () => {
    const store = createSeriesStore(unlimited);
    for (const [owner, name, help] of [
      ['1', 'b', 'first'],
      ['2', 'B', ''],
      ['3', 'a', ''],
      ['4', 'C', ''],
      ['5', 'b', 'second'],
    ]) {
      store.replace(
        slot({ owner: owner ?? '', family: { name: name ?? '', help: help ?? '' }, series: [row(1, 'x')] }),
      );
    }
    expect(store.snapshot().map((family) => [family.name, family.help])).toEqual([
      ['a', ''],
      ['B', ''],
      ['b', 'first'],
      ['C', ''],
    ]);
  });

  it('never changes a snapshot, and gives the same blocks while nothing in them changes', () => {
    const store = createSeriesStore(unlimited);
    store.replace(slot({ series: [row(1, 'a')] }));
    const first = store.snapshot();
    const before = structuredClone(first);
    expect(store.snapshot()[0]?.blocks[0]).toBe(first[0]?.blocks[0]);
    store.replace(slot({ series: [row(2, 'a')] }));
    store.replace(slot({ owner: 'queue-2', series: [row(2, 'a')] }));
    expect(first[0]?.blocks[0]?.pieces.map((piece) => piece.values)).toEqual([[1]]);
    expect(first[0]?.blocks[0]?.lines).toBe(before[0]?.blocks[0]?.lines);
    expect(store.snapshot()[0]?.blocks[0]).not.toBe(first[0]?.blocks[0]);
  });

  it('shares one label text among metrics of a resource', () => {
    const store = createSeriesStore(unlimited);
    store.replace(slot({ series: [row(1, 'a')] }));
    store.replace(
      slot({ family: { name: 'bytes', help: '' }, labels: [['resource_group', 'rg']], series: [row(1, 'a')] }),
    );
    const [bytes, messages] = store.snapshot().map((family) => family.blocks[0]?.pieces[0]);
    expect(bytes?.labels).toBe(messages?.labels);
    expect(bytes?.dimensions).toBe(messages?.dimensions);
  });

  it('forgets a label text when the last series that showed it leaves or changes', () => {
    const store = createSeriesStore(unlimited);
    const piece = () => store.snapshot()[0]?.blocks[0]?.pieces[0];
    const shown = () => piece()?.labels;
    store.replace(slot({ series: [row(1, 'a')] }));
    const first = shown();
    const dimensions = piece()?.dimensions;
    store.replace(slot({ series: [row(2, 'a')] }));
    expect(shown()).toBe(first);
    store.replace(slot({ labels: [['resource_group', 'other']], series: [row(1, 'a')] }));
    store.replace(slot({ series: [row(1, 'a')] }));
    const second = shown();
    expect(second).toEqual({ text: first?.text, uses: 1 });
    expect(second).not.toBe(first);
    store.remove('queue-1');
    store.replace(slot({ series: [row(1, 'a')] }));
    expect(shown()).not.toBe(second);
    expect(piece()?.dimensions.text).toBe(dimensions?.text);
    expect(piece()?.dimensions).not.toBe(dimensions);
  });

  it('follows labels that change while the series stay', () => {
    const store = createSeriesStore(unlimited);
    store.replace(slot({ series: [row(1, 'a')] }));
    store.replace(slot({ labels: [['resource_group', 'other']], series: [row(1, 'a')] }));
    expect(store.snapshot()[0]?.blocks[0]?.pieces[0]?.labels.text).toBe('resource_group="other"');
  });

  it('cuts a large slot into pieces, and lets it grow and shrink', () => {
    const store = createSeriesStore(unlimited);
    const rows = (count: number): SeriesValue[] => Array.from({ length: count }, (_, index) => row(index, `v${index}`));
    for (const count of [5000, 5001, 2048, 7000, 1]) {
      store.replace(slot({ series: rows(count) }));
      expect(JSON.stringify(store.read('queue-1', 'messages'))).toBe(JSON.stringify(rows(count)));
      for (const block of store.snapshot()[0]?.blocks ?? []) {
        expect(Math.max(...block.pieces.map((piece) => piece.values.length))).toBeLessThanOrEqual(2048);
        expect(block.lines).toBe(block.pieces.reduce((sum, piece) => sum + piece.values.length, 0));
      }
    }
  });
});
