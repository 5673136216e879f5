import { describe, expect, it } from 'vitest';
import type { CodedError } from '../../src/core/outcome.ts';
import { planScrape } from '../../src/plan/plan.ts';
import type { ScrapeItem } from '../../src/plan/types.ts';
import { createProblemBook } from '../../src/status/problem-book.ts';
import { aDeclaration, aMetric, aResource } from '../fakes/declaration.ts';

const queues = Array.from({ length: 7 }, (_, index) => aResource({ namespace: `bus-${index}`, queueName: 'orders' }));
const declaration = aDeclaration(
  aMetric({ name: 'one', resources: queues }),
  aMetric({ name: 'two', resources: queues }),
);
const items = planScrape(declaration).groups.flatMap((group) => group.items);
const itemsOf = (name: string): ScrapeItem[] => items.filter(({ metric }) => metric.name === name);
const [first] = items;
if (first === undefined) throw new Error('no item');

const gone = { code: 'AZ3404', message: 'It is gone.' } as const;
const throttled = { code: 'AZ3429', message: 'Azure asks to wait.' } as const;

function failing(failed: readonly ScrapeItem[], error: CodedError, nowMs: number) {
  const book = createProblemBook();
  for (const item of failed) book.note({ kind: 'failed', item, error, nowMs }, nowMs);
  return book;
}

describe('the problem book', () => {
  it('makes one problem of what fails alike, with the remedy of the catalogue and a few names', () => {
    const book = failing(itemsOf('one'), gone, 5);
    expect(book.rows()).toEqual([
      {
        severity: 'error',
        code: 'AZ3404',
        title: 'The resource does not exist',
        message: 'It is gone.',
        remedy: expect.stringMatching(/\w/) as string,
        metrics: { shown: ['one'], total: 1 },
        resources: {
          shown: itemsOf('one')
            .slice(0, 5)
            .map(({ resource }) => resource.id),
          total: 7,
        },
        items: 7,
        sinceMs: 5,
      },
    ]);
    expect(book.failingByMetric()).toEqual(new Map([['one', 7]]));
  });

  it('tells causes of single metrics apart, and shared ones not; the most widespread comes first', () => {
    const book = failing([...itemsOf('one').slice(0, 2), ...itemsOf('two').slice(0, 3)], gone, 1);
    const rows = book.rows();
    expect(rows.map(({ metrics, items: count }) => [metrics.shown, count])).toEqual([
      [['two'], 3],
      [['one'], 2],
    ]);
    expect(failing(items, throttled, 1).rows()).toMatchObject([{ code: 'AZ3429', items: 14, metrics: { total: 2 } }]);
  });

  it('keeps the time at which it began while the code stays, and forgets what heals', () => {
    const book = failing([first], gone, 1);
    book.note({ kind: 'failed', item: first, error: { ...gone, message: 'Still gone.' }, nowMs: 9 }, 9);
    expect(book.rows()).toMatchObject([{ message: 'Still gone.', sinceMs: 1 }]);
    book.note({ kind: 'failed', item: first, error: throttled, nowMs: 12 }, 12);
    expect(book.rows()).toMatchObject([{ code: 'AZ3429', sinceMs: 12 }]);
    book.note({ kind: 'succeeded', item: first, nowMs: 20 }, 20);
    expect(book.rows()).toEqual([]);
    expect(book.failingByMetric()).toEqual(new Map());
  });

  it('tells of series over a limit until a run keeps them all', () => {
    const book = createProblemBook();
    const run = (dropped: boolean, nowMs: number): void => {
      if (dropped) book.note({ kind: 'dropped', item: first, series: 4 }, nowMs);
      book.note({ kind: 'succeeded', item: first, nowMs }, nowMs);
    };
    run(true, 1);
    run(true, 2);
    const message = '4 series of one are not kept, because seriesLimit is reached.';
    expect(book.rows()).toMatchObject([{ severity: 'error', code: 'AZ2011', message, sinceMs: 1 }]);
    run(false, 3);
    expect(book.rows()).toEqual([]);
  });

  it('forgets items that are no longer planned', () => {
    const book = failing(items, gone, 1);
    book.keep((id) => id === first.id);
    expect(book.rows()).toMatchObject([{ items: 1, metrics: { shown: [first.metric.name] } }]);
  });

  it('warns of answers cut by Azure and of intervals that stand in for others', () => {
    const book = createProblemBook();
    book.note({ kind: 'truncated', item: first, truncated: true, limit: 100 }, 1);
    const replaced = { metricName: 'Size', declaredMs: 60_000, usedMs: 300_000 };
    book.note({ kind: 'grainReplaced', item: first, ...replaced }, 1);
    expect(book.rows().map(({ severity, code, message }) => [severity, code, message])).toEqual([
      ['warning', 'AZ2012', 'Azure returned 100 series of one, as many as its limit; there may be more.'],
      ['warning', 'AZ2010', 'Azure does not offer Size every 60 s; the closest offered interval, 300 s, is used.'],
    ]);
    book.note({ kind: 'truncated', item: first, truncated: false, limit: 100 }, 2);
    expect(book.rows().map(({ code }) => code)).toEqual(['AZ2010']);
  });
});
