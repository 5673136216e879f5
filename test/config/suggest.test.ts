import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { didYouMean, editDistance, nearest } from '../../src/config/suggest.ts';

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['abc', '', 3],
    ['kitten', 'sitting', 3],
    ['azureMetdata', 'azureMetadata', 1],
  ])('%s and %s are %i apart', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
  });

  it('is a metric', () => {
    const word = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(word, word, word, (a, b, c) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
        expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c));
      }),
    );
  });
});

describe('nearest', () => {
  const names = [
    'name',
    'namespace',
    'description',
    'slotName',
    'azureMetricConfiguration',
    'SystemAssignedManagedIdentity',
  ];

  it.each([
    ['NAME', ['name']],
    ['nam', ['name']],
    ['descripton', ['description']],
    ['slot', ['slotName']],
    ['azureMetricsConfigurations', ['azureMetricConfiguration']],
    ['SystemAssigneManagedIdentity', ['SystemAssignedManagedIdentity']],
    ['xy', []],
    ['', []],
    ['n'.repeat(500), []],
  ])('%s', (word, suggestions) => {
    expect(nearest(word, names)).toEqual(suggestions);
  });

  it('gives at most three, the nearest first', () => {
    expect(nearest('abcd', ['abcx', 'abcde', 'abyy', 'abcd', 'abce'])).toEqual(['abcd', 'abcx', 'abcde']);
  });
});

describe('didYouMean', () => {
  it('asks about all suggestions', () => {
    expect(didYouMean(['a', 'b'])).toBe('did you mean `a` or `b`?');
    expect(didYouMean([])).toBe('');
  });
});
