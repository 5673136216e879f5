import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  distinctNames,
  equalsTerm,
  filterDimensions,
  joinTerms,
  splitFilter,
  splitTerm,
} from '../../src/core/filter.ts';

describe('terms', () => {
  it('double quotes in values', () => {
    expect(equalsTerm('EntityName', "o'brien''s")).toBe("EntityName eq 'o''brien''''s'");
    expect(splitTerm('Tier')).toBe("Tier eq '*'");
  });

  it('are joined by and', () => {
    expect(joinTerms([equalsTerm('A', 'a'), splitTerm('B')])).toBe("A eq 'a' and B eq '*'");
    expect(joinTerms([])).toBeUndefined();
  });
});

describe('filterDimensions', () => {
  it.each([
    ["A eq 'a'", ['A']],
    ["A eq 'a1' and B eq 'b1' or B eq 'b2' and C eq '*'", ['A', 'B', 'C']],
    ["A ne 'x' AND b SW 'y'", ['A', 'b']],
    ["A eq 'x and B eq y' and C eq 'z'", ['A', 'C']],
    ["A eq 'it''s and B eq ''q''' and C eq 'z'", ['A', 'C']],
    ["(A eq 'a' or A eq 'b') and ( B ne 'c')", ['A', 'B']],
    ["A eq 'a'and B eq 'b'", ['A', 'B']],
    ["availabilityResult/name eq 'x'\n and Geo.Type eq 'y'", ['availabilityResult/name', 'Geo.Type']],
    ["Operation Name eq 'x'", ['Operation Name']],
    ["A eq 'a' and a eq 'b'", ['A']],
    ["Band eq 'x' and Order eq 'y'", ['Band', 'Order']],
    ['nonsense', []],
    ['', []],
  ])('finds the names in %j', (filter, names) => {
    expect(filterDimensions(filter)).toEqual(names);
  });

  it('finds the names whatever the values hold', () => {
    const name = fc.stringMatching(/^[A-Z][a-z]{1,8}$/);
    const value = fc.oneof(fc.string(), fc.constantFrom("' and X eq '", ' or ', "''", '('));
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { minLength: 1 }), (terms) => {
        const filter = joinTerms(terms.map(([dimension, text]) => equalsTerm(dimension, text)));
        expect(filterDimensions(filter ?? '')).toEqual(distinctNames(terms.map(([dimension]) => dimension)));
      }),
    );
  });
});

describe('splitFilter', () => {
  it('keeps the filter word for word and adds what it does not name', () => {
    const filter = "EntityName sw 'a' and Tier ne 'it''s and more'";
    expect(splitFilter(filter, ['ENTITYNAME', 'Shard'])).toBe(`${filter} and Shard eq '*'`);
    expect(splitFilter(filter, [])).toBe(filter);
    expect(splitFilter(` ${filter}\n`, ['tier'])).toBe(filter);
  });
});

describe('distinctNames', () => {
  it('keeps the first spelling', () => {
    expect(distinctNames(['Geo', 'geo', 'Tier', 'GEO'])).toEqual(['Geo', 'Tier']);
  });
});
