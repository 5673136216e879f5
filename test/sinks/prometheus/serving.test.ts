import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { FakeResponse } from './fake-response.ts';
import { parse } from './parse.ts';
import { openmetrics, setup, slot } from './setup.ts';

/** Many slots of ten series whose values all carry the number of the write. */
function writeAll({ store }: ReturnType<typeof setup>, mark: number, slots = 700): void {
  for (let owner = 0; owner < slots; owner += 1) {
    const series = Array.from({ length: 10 }, (_, row) => ({ dimensionValues: [`v${row}`], value: mark }));
    store.replace(slot({ owner: `o${owner}`, labels: [['o', `${owner}`]], dimensionLabels: ['d'], series }));
  }
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Waits, without a clock, for work of the thread pool. */
async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1_000_000 && !condition(); turn += 1) await turns(1);
  if (!condition()) throw new Error('It never happened.');
}

describe('a scrape while the store is written', () => {
  it.each(['', 'gzip'])('shows one moment, whole (encoding "%s")', async (acceptEncoding) => {
    const made = setup();
    writeAll(made, 1);
    const response = new FakeResponse();
    let mark = 1;
    const served = made.exposition.serve({ acceptEncoding }, response);
    while (!response.ended) {
      await turns(1);
      mark += 1;
      writeAll(made, mark);
    }
    await served;
    const body = acceptEncoding === 'gzip' ? gunzipSync(response.body()) : response.body();
    const samples = parse(body.toString()).samples;
    // The snapshot is taken after a wait for the own metrics, before the first write.
    expect(new Set(samples.map((sample) => sample.value))).toEqual(new Set([1]));
    expect(samples).toHaveLength(7000);
    expect(mark).toBeGreaterThan(2);
    const later = parse(await made.scrape({ acceptEncoding })).samples;
    expect(new Set(later.map((sample) => sample.value))).toEqual(new Set([mark]));
  });

  it('is compressed anew after a write, and only where something changed', async () => {
    const made = setup();
    writeAll(made, 1);
    const headers = { accept: openmetrics, acceptEncoding: 'gzip' };
    await made.exposition.refresh();
    made.store.replace(slot({ owner: 'o3', labels: [['o', '3']], series: [{ dimensionValues: [], value: 77 }] }));
    const text = await made.scrape(headers);
    expect(text).toContain('family{o="3"} 77\n');
    expect(text).not.toContain('o="3",d=');
    expect(parse(text).samples).toHaveLength(6991);
    expect(parse(text).ends).toBe(1);
  });
});

describe('small families that are compressed together', () => {
  it('show a change of any of them', async () => {
    const { store, scrape } = setup();
    const write = (name: string, value: number) =>
      store.replace(slot({ owner: name, family: { name, help: '' }, series: [{ dimensionValues: [], value }] }));
    const values = async () =>
      parse(await scrape({ acceptEncoding: 'gzip' })).samples.map((one) => [one.name, one.value]);
    for (const name of ['a', 'b', 'c']) write(name, 1);
    await values();
    write('b', 2);
    expect(await values()).toEqual([
      ['a', 1],
      ['b', 2],
      ['c', 1],
    ]);
    store.remove('c');
    expect(await values()).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
  });
});

describe('refresh', () => {
  it('makes the next compressed scrape ready: its length is known', async () => {
    const made = setup();
    writeAll(made, 1);
    const headers = async () => {
      const response = new FakeResponse();
      await made.exposition.serve({ accept: openmetrics, acceptEncoding: 'gzip' }, response);
      return response.headers;
    };
    expect(await headers()).not.toHaveProperty('content-length');
    writeAll(made, 2);
    await made.exposition.refresh();
    expect(await headers()).toHaveProperty('content-length');
  });

  it('sees what was written before it was called, also when one is under way', async () => {
    const made = setup();
    writeAll(made, 1);
    const first = made.exposition.refresh();
    writeAll(made, 2);
    const second = made.exposition.refresh();
    expect(made.exposition.refresh()).toBe(second);
    await Promise.all([first, second]);
    const response = new FakeResponse();
    await made.exposition.serve({ accept: openmetrics, acceptEncoding: 'gzip' }, response);
    expect(response.headers).toHaveProperty('content-length');
  });

  it('prepares the format that clients ask for', async () => {
    const made = setup();
    writeAll(made, 1);
    await made.scrape({ acceptEncoding: 'gzip' });
    writeAll(made, 2);
    await made.exposition.refresh();
    const response = new FakeResponse();
    await made.exposition.serve({ acceptEncoding: 'gzip' }, response);
    expect(response.headers).toHaveProperty('content-length');
  });
});

describe('a slow or leaving client', () => {
  it.each(['', 'gzip'])('is waited for, and holds nothing else up (encoding "%s")', async (acceptEncoding) => {
    const made = setup();
    writeAll(made, 1, 2000);
    await made.exposition.refresh();
    const response = new FakeResponse();
    response.room = 1;
    const served = made.exposition.serve({ accept: openmetrics, acceptEncoding }, response);
    await until(() => response.chunks.length === 1);
    await turns(20);
    expect(response.chunks).toHaveLength(1);
    expect(parse(await made.scrape()).samples).toHaveLength(20_000);
    response.drain(Number.POSITIVE_INFINITY);
    await served;
    expect(response.ended).toBe(true);
    expect(response.torn).toBe(false);
    expect(response.listeners).toEqual([]);
  });

  it('that closes the connection ends the work', async () => {
    const made = setup();
    writeAll(made, 1, 2000);
    const response = new FakeResponse();
    response.room = 1;
    const served = made.exposition.serve({}, response);
    await until(() => response.chunks.length === 1);
    response.destroy();
    await served;
    expect(response.chunks).toHaveLength(1);
    expect(response.ended).toBe(false);
    expect(response.listeners).toEqual([]);
  });

  it.each(['', 'gzip'])(
    'does not get a half answer as a whole one on abort (encoding "%s")',
    async (acceptEncoding) => {
      const made = setup();
      writeAll(made, 1, 2000);
      const response = new FakeResponse();
      const abort = new AbortController();
      response.onWrite = () => abort.abort();
      await made.exposition.serve({ acceptEncoding }, response, abort.signal);
      expect(response.chunks).toHaveLength(1);
      expect(response.ended).toBe(false);
      expect(response.destroyed).toBe(true);
    },
  );
});

describe('own metrics that fail', () => {
  it('leave the response as it was, for a 500', async () => {
    const made = setup({ ownMetrics: () => Promise.reject(new Error('collect failed')) });
    const response = new FakeResponse();
    await expect(made.exposition.serve({ acceptEncoding: 'gzip' }, response)).rejects.toThrow('collect failed');
    expect(response.headers).toEqual({});
    expect(response.destroyed).toBe(false);
  });
});
