import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dimensionsOf, holds, parseFilter } from '../../src/emulator/metrics/filter.ts';

const conditions = (text: string): unknown => {
  const parsed = parseFilter(text);
  return 'problem' in parsed ? parsed.problem : parsed.conditions;
};

describe('metrics filter', () => {
  it('binds or tighter than and', () => {
    expect(conditions("A eq 'a1' and B eq 'b1' or B eq 'b2' and C eq '*'")).toEqual([
      { dimension: 'A', operator: 'eq', values: ['a1'] },
      { dimension: 'B', operator: 'eq', values: ['b1', 'b2'] },
      { dimension: 'C', operator: 'eq', values: ['*'] },
    ]);
  });

  it('takes words in any case, brackets, and names with dots', () => {
    expect(conditions("(A EQ 'x' OR a eq 'y') AND Microsoft.ResourceId NE '/Z'")).toEqual([
      { dimension: 'A', operator: 'eq', values: ['x', 'y'] },
      { dimension: 'Microsoft.ResourceId', operator: 'ne', values: ['/z'] },
    ]);
  });

  it('keeps words and doubled quotes inside values', () => {
    expect(conditions("A eq 'it''s and or eq'")).toEqual([
      { dimension: 'A', operator: 'eq', values: ["it's and or eq"] },
    ]);
  });

  it.each([
    ["A sw 'a' or A sw 'b'", "Only 'eq' operator are supported for 'or' clause"],
    ["A sw 'a' and a sw 'b'", "Dimension: a has multiple 'sw' values, only one is supported"],
    ["A eq 'a' or B eq 'b'", "Invalid filter: 'or' can only join values of one dimension."],
    ["A startswith 'a'", "Invalid filter operator: only 'eq', 'ne' and 'sw' are supported."],
    ['A eq a', "Invalid filter: 'A eq a'. A term reads Dimension eq 'value'."],
    ["A eq 'a' and", "Invalid filter: 'A eq 'a' and'. Expected and/or at 'and'."],
    ["A eq 'a' B eq 'b'", "Invalid filter: 'A eq 'a' B eq 'b''. Expected and/or at 'B eq 'b''."],
  ])('refuses %s', (text, problem) => {
    expect(conditions(text)).toBe(problem);
  });

  it('matches values', () => {
    const [equal, unequal, start, any] = ["A eq 'X'", "A ne 'X'", "A sw 'X'", "A eq '*'"].map((text) => {
      const parsed = parseFilter(text);
      return 'conditions' in parsed ? parsed.conditions[0] : undefined;
    });
    if (!equal || !unequal || !start || !any) throw new Error('not parsed');
    expect([holds(equal, 'x'), holds(equal, 'xy')]).toEqual([true, false]);
    expect([holds(unequal, 'x'), holds(unequal, 'xy')]).toEqual([false, true]);
    expect([holds(start, 'xy'), holds(start, 'yx')]).toEqual([true, false]);
    expect(holds(any, 'anything')).toBe(true);
  });

  it('reads back whatever values it is given', () => {
    const value = fc.string({ minLength: 1 });
    fc.assert(
      fc.property(value, value, (first, second) => {
        const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;
        const parsed = parseFilter(`One eq ${quote(first)} or One eq ${quote(second)} and Two ne ${quote(first)}`);
        expect(parsed).toEqual({
          conditions: [
            { dimension: 'One', operator: 'eq', values: [first.toLowerCase(), second.toLowerCase()] },
            { dimension: 'Two', operator: 'ne', values: [first.toLowerCase()] },
          ],
        });
        if ('conditions' in parsed) expect(dimensionsOf(parsed.conditions)).toEqual(['One', 'Two']);
      }),
    );
  });
});
