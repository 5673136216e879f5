import { describe, expect, it } from 'vitest';
import { planScrape } from '../../src/plan/plan.ts';
import { type Part, partsOf } from '../../src/scrape/ask.ts';
import { type Newest, newestOf } from '../../src/scrape/newest.ts';
import { aDeclaration, aMetric } from '../fakes/declaration.ts';

const minute = 60_000;
const intervalMs = 5 * minute;
const nowMs = Date.UTC(2026, 0, 1, 12);

function onlyPart(): Part {
  const [part] = planScrape(aDeclaration(aMetric())).groups.flatMap(partsOf);
  if (part === undefined) throw new Error('no part');
  return part;
}

/** Series whose buckets with data ended so many minutes ago. */
function newest(...ages: readonly (readonly number[])[]): Newest | undefined {
  const series = ages.map((list) => ({
    dimensions: {},
    points: list.map((age) => ({ timeStamp: new Date(nowMs - age * minute - intervalMs).toISOString(), total: 1 })),
  }));
  return newestOf(series, onlyPart(), { intervalMs, completeMs: nowMs - minute, nowMs });
}

const from = (first: number, count: number): number[] => Array.from({ length: count }, (_, at) => first + at * 5);

describe('newestOf', () => {
  it('is the newest complete bucket of any series', () => {
    expect(newest([11, 6], [16, 1], [0])?.endMs).toBe(nowMs - minute);
    expect(newest([], [0])).toBeUndefined();
  });

  it.each([
    ['three fresh buckets', from(1, 3), true],
    ['two fresh buckets', from(1, 2), false],
    ['a lone bucket four hours ago', from(240, 1), false],
    ['half an hour of data four hours ago', from(240, 6), false],
    ['hours of data until an hour ago', from(60, 36), true],
    ['data with holes until an hour ago', from(60, 12).filter((_, at) => at % 2 === 0), true],
    ['more holes than data until an hour ago', from(60, 12).filter((_, at) => at % 3 === 0), false],
  ])('tells whether data ran on: %s', (_name, ages, continuous) => {
    expect(newest(ages)?.continuous).toBe(continuous);
  });

  it('judges all series together, because quiet entities take turns', () => {
    expect(newest([1], [6], [11])?.continuous).toBe(true);
  });
});
