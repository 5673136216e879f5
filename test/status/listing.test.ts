import { describe, expect, it } from 'vitest';
import type { MetricDefinition } from '../../src/core/declaration.ts';
import type { CodedError } from '../../src/core/outcome.ts';
import { listSeries } from '../../src/status/listing.ts';
import type { SeriesQuery } from '../../src/status/ports.ts';
import { aMetric, aResource, everyMinute } from '../fakes/declaration.ts';
import type { FakeSeries } from '../fakes/metrics-source.ts';
import { bench, minute } from '../scrape/bench.ts';

const queues = ['orders', 'Waste.*'].map((queueName) => aResource({ namespace: 'contoso-messaging', queueName }));
const plain = aMetric({ name: 'plain', resources: queues, labels: { team: 'payments' } });
const split = aMetric({
  name: 'plain_by_entity',
  resources: [aResource({ namespace: 'contoso-split' })],
  query: { dimensions: ['EntityName'] },
});

function setUp(metrics: readonly MetricDefinition[] = [plain, split], splitSeries = 3) {
  const entities = Array.from({ length: splitSeries }, (_, index): FakeSeries => {
    return { dimensions: { entityname: `entity-${index}` }, value: () => index };
  });
  const own = bench(metrics, (id) => (id.includes('contoso-split') ? entities : [{ value: () => 5 }]));
  let breaths = 0;
  const list = (query: Partial<SeriesQuery> = {}) =>
    listSeries(
      {
        plan: own.planner.current(),
        store: own.store,
        traces: own.traces,
        known: (item) => own.scraper.known(item),
        schedules: [{ schedule: everyMinute, sinceMs: 0, running: false, nextMs: own.clock.now() + 40_000 }],
        nowMs: own.clock.now(),
        families: new Set(metrics.map(({ name }) => name)),
        breathe: () => {
          breaths += 1;
          return Promise.resolve();
        },
      },
      { page: 1, text: '', metric: '', outcome: '', ...query },
    );
  const names = async (query: Partial<SeriesQuery>): Promise<string[]> =>
    (await list(query)).rows.map(({ name, labels }) => `${name} ${Object.fromEntries(labels)['entity_name'] ?? ''}`);
  return { ...own, run: (afterMs?: number) => own.run(afterMs), list, names, breaths: () => breaths };
}

const error: CodedError = { code: 'AZ3404', message: 'It is gone.' };

describe('the list of series', () => {
  it('has a row for every series, and one for each item before its first run', async () => {
    const { list, run } = setUp();
    const before = await list();
    expect(before.rows.map(({ name, outcome, value }) => [name, outcome, value])).toEqual([
      ['plain', 'waiting', null],
      ['plain', 'waiting', null],
      ['plain_by_entity', 'waiting', null],
    ]);
    await run();
    const after = await list();
    expect(after.total).toBe(5);
    expect(after.rows.map(({ outcome, value }) => [outcome, value])).toEqual([
      ['ok', 5],
      ['ok', 5],
      ['ok', 0],
      ['ok', 1],
      ['ok', 2],
    ]);
    expect(after.rows[0]).toMatchObject({ ageSeconds: 80, buckets: expect.any(Array) as unknown });
  });

  it('finds words in names, fixed labels and dimensions, without regard to case; all words must fit', async () => {
    const { names, run } = setUp();
    await run();
    expect(await names({ text: 'PAYMENTS' })).toEqual(['plain orders', 'plain Waste.*']);
    expect(await names({ text: 'payments orders' })).toEqual(['plain orders']);
    expect(await names({ text: 'entity-1' })).toEqual(['plain_by_entity entity-1']);
    expect(await names({ text: 'contoso-split entity-2' })).toEqual(['plain_by_entity entity-2']);
    expect(await names({ text: 'waste.*' })).toEqual(['plain Waste.*']);
    expect(await names({ text: '.*' })).toEqual(['plain Waste.*']);
    expect(await names({ text: 'nowhere' })).toEqual([]);
  });

  it('takes a metric by its whole name when there is one, else by a part of it', async () => {
    const { list, run } = setUp();
    await run();
    expect((await list({ metric: 'plain' })).total).toBe(2);
    expect((await list({ metric: 'by_ent' })).total).toBe(3);
    expect((await list({ metric: 'plai' })).total).toBe(5);
  });

  it('tells what fails, what has no data and what is fine apart', async () => {
    const { list, names, run, traces, store, planner } = setUp();
    await run();
    const [one, , many] = planner.current().groups.flatMap((group) => group.items);
    if (one === undefined || many === undefined) throw new Error('no items');
    traces.note(one.id, { nowMs: 1, error });
    const shared = { owner: many.id, family: { name: 'plain_by_entity', help: '' }, runMs: 1, staleAtMs: 10 * minute };
    const values = [null, 4].map((value, index) => ({ dimensionValues: [`entity-${index}`], value }));
    store.replace({ ...shared, labels: many.labels, dimensionLabels: ['entity_name'], series: values });
    expect(await names({ outcome: 'failing' })).toEqual(['plain orders']);
    expect((await list({ outcome: 'failing' })).rows[0]).toMatchObject({ value: 5, error: { code: 'AZ3404' } });
    expect(await names({ outcome: 'noData' })).toEqual(['plain_by_entity entity-0']);
    expect(await names({ outcome: 'ok' })).toEqual(['plain Waste.*', 'plain_by_entity entity-1']);
    expect((await list({ outcome: 'waiting' })).total).toBe(0);
  });

  it('is cut into pages, across the series of one item too; beyond the last page is the last', async () => {
    const { list, run } = setUp([split, plain], 120);
    await run();
    const pages = [await list({ page: 1 }), await list({ page: 2 }), await list({ page: 3 })];
    expect(pages.map(({ total, pages: all, rows }) => [total, all, rows.length])).toEqual([
      [122, 3, 50],
      [122, 3, 50],
      [122, 3, 22],
    ]);
    expect(new Set(pages.flatMap(({ rows }) => rows.map(({ selector }) => selector))).size).toBe(122);
    expect(await list({ page: 99 })).toEqual(pages[2]);
    expect((await list({ page: 2, text: 'entity' })).rows[0]?.value).toBe(50);
  });

  it('lets others have their turn while it looks', async () => {
    const many = aMetric({
      resources: Array.from({ length: 1_200 }, (_, index) => aResource({ namespace: `bus-${index}` })),
    });
    const { list, breaths } = setUp([many]);
    await list();
    expect(breaths()).toBe(2);
  });
});
