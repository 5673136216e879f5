import fc from 'fast-check';
import nodeCron from 'node-cron';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { matchesCron, nextRuns, parseCron } from '../../../src/core/cron.ts';

const instant = fc
  .date({ min: new Date('2020-01-01T00:00:00Z'), max: new Date('2040-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.getTime());

function numbers(first: number, last: number): fc.Arbitrary<string> {
  const number = fc.integer({ min: first, max: last }).map(String);
  const step = fc.integer({ min: 1, max: last }).map(String);
  const item = fc.oneof(
    number,
    fc.tuple(number, number).map(([low, high]) => `${low}-${high}`),
    fc.tuple(number, number, step).map(([low, high, by]) => `${low}-${high}/${by}`),
  );
  const list = fc.array(item, { minLength: 1, maxLength: 3 }).map((items) => items.join(','));
  return fc.oneof(
    fc.constant('*'),
    step.map((by) => `*/${by}`),
    list,
  );
}

const weekdayNames = fc.constantFrom('SUN', 'mon', 'Tue', 'WED', 'thu', 'FRI', 'sat');
const offset = fc.integer({ min: 1, max: 30 });
const days = fc.oneof(
  numbers(1, 31),
  fc.constantFrom('L', 'LW', 'l', 'lw'),
  offset.map((before) => `L-${before}`),
  fc.integer({ min: 1, max: 31 }).map((day) => `${day}W`),
);
const months = fc.oneof(numbers(1, 12), fc.constantFrom('JAN', 'feb-APR', 'Nov-Feb', 'mar,SEP'));
const weekdays = fc.oneof(
  { weight: 3, arbitrary: fc.constant('*') },
  numbers(0, 6),
  weekdayNames,
  fc.tuple(weekdayNames, weekdayNames).map(([low, high]) => `${low}-${high}`),
  fc.nat(7).map((weekday) => `${weekday}L`),
  fc.tuple(fc.nat(7), fc.integer({ min: 1, max: 5 })).map(([weekday, nth]) => `${weekday}#${nth}`),
);
const expression = fc
  .tuple(numbers(0, 59), numbers(0, 59), numbers(0, 23), days, months, weekdays)
  .map((parts) => parts.join(' '));

/** What node-cron itself would do next with an expression, at a given time. */
function nodeCronRuns(text: string, fromMs: number, count: number): number[] {
  vi.useFakeTimers({ now: fromMs, toFake: ['Date'] });
  const task = nodeCron.createTask(text, () => undefined);
  try {
    return task.getNextRuns(count).map((run) => run.getTime());
  } finally {
    void task.destroy();
    vi.useRealTimers();
  }
}

describe('translated expressions', () => {
  // node-cron takes one pass of a repeated hour, we take both; UTC has no such hour.
  beforeAll(() => void vi.stubEnv('TZ', 'UTC'));
  afterAll(() => void vi.unstubAllEnvs());

  it('run in node-cron when we say, and when node-cron would run the original', () => {
    let compared = 0;
    fc.assert(
      fc.property(expression, instant, (text, fromMs) => {
        const parsed = parseCron(text);
        if (!parsed.ok) {
          expect(parsed.reason).toMatch(/^no date fits/);
          return;
        }
        compared++;
        const runs = nextRuns(parsed.schedule, fromMs, 1);
        expect(nodeCronRuns(parsed.cron, fromMs, 1)).toEqual(runs);
        expect(nodeCronRuns(text, fromMs, 1)).toEqual(runs);
      }),
      { numRuns: 150 },
    );
    expect(compared).toBeGreaterThan(75);
  });

  it('are accepted by node-cron and mean the same when read again', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          expression,
          offset.map((before) => `0 0 0 L-${before}W * *`),
        ),
        (text) => {
          const parsed = parseCron(text);
          if (!parsed.ok) return;
          expect(nodeCron.validate(parsed.cron)).toBe(true);
          expect(parseCron(parsed.cron)).toEqual(parsed);
        },
      ),
    );
  });

  it('of L-nW wake node-cron on every day that fits', () => {
    fc.assert(
      fc.property(offset, instant, (before, fromMs) => {
        const parsed = parseCron(`0 0 L-${before}W * *`);
        if (!parsed.ok) throw new Error(parsed.reason);
        const [run = 0] = nextRuns(parsed.schedule, fromMs, 1);
        const task = nodeCron.createTask(parsed.cron, () => undefined);
        expect(task.match(new Date(run))).toBe(true);
        expect(matchesCron(parsed.schedule, new Date(run))).toBe(true);
        void task.destroy();
      }),
    );
  });
});
