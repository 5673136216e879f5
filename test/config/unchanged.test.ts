import { expect, it } from 'vitest';
import { keepUnchanged } from '../../src/config/unchanged.ts';
import { secret } from '../../src/core/secret.ts';
import { aDeclaration, aMetric, aResource } from '../fakes/declaration.ts';

const named = (name: string, description = 'Same') => aMetric({ name, description });

it('metrics that did not change stay the very same objects, the others are those of the new declaration', () => {
  const before = aDeclaration(named('same'), named('other'), named('gone'));
  const next = aDeclaration(named('added'), named('other', 'New'), named('same'));
  const kept = keepUnchanged(before, next);
  expect(kept.metrics.map(({ name }) => name)).toEqual(['added', 'other', 'same']);
  expect(kept.metrics[0]).toBe(next.metrics[0]);
  expect(kept.metrics[1]).toBe(next.metrics[1]);
  expect(kept.metrics[2]).toBe(before.metrics[0]);
});

it('a metric that holds a secret is always taken anew, because secrets look alike', () => {
  const withToken = (token: string) =>
    aMetric({ name: 'queue', resources: [{ ...aResource({ queueName: 'q' }), sasToken: secret(() => token) }] });
  const next = aDeclaration(withToken('two'));
  expect(keepUnchanged(aDeclaration(withToken('one')), next).metrics[0]).toBe(next.metrics[0]);
});
