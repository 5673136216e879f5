import { describe, expect, it } from 'vitest';
import type { MetricDefinition } from '../../src/core/declaration.ts';
import { planChanges } from '../../src/plan/changes.ts';
import { singleCalls } from '../../src/plan/plan.ts';
import { createPlanner } from '../../src/plan/planner.ts';
import { aDeclaration, aMetric, aResource } from '../fakes/declaration.ts';

const cache = (name: string) => aResource({ cacheName: name });
const metric = (changes: Parameters<typeof aMetric>[0] = {}) =>
  aMetric({ name: 'load', resourceType: 'RedisCache', resources: [cache('a'), cache('b')], ...changes });

function changes(before: readonly MetricDefinition[], next: readonly MetricDefinition[]) {
  const [one, other] = [before, next].map((metrics) => {
    const planner = createPlanner({
      declaration: aDeclaration(...metrics),
      capabilities: singleCalls,
      version: () => 0,
    });
    planner.current();
    return planner;
  });
  if (one === undefined || other === undefined) throw new Error('there are two plans');
  const { gone, changed, relabelled, added } = planChanges(one, other);
  const names = (ids: Iterable<string>) => [...ids].map((id) => /redis\/(\w+)/i.exec(id)?.[1]);
  return {
    gone: names(gone.map(({ id }) => id)),
    changed: names(changed),
    relabelled: names(relabelled),
    added: names(added),
  };
}

const nothing = { gone: [], changed: [], relabelled: [], added: [] };

describe('what another declaration changes in the plan', () => {
  it('is nothing when it says the same', () => {
    expect(changes([metric()], [metric()])).toEqual(nothing);
  });

  it.each<[string, Parameters<typeof aMetric>[0]]>([
    ['the schedule', { schedule: { text: '*/5 * * * *', cron: '0 */5 * * * *', periodMs: 300_000 } }],
    ['the description', { description: 'Other words' }],
    ['the bound of its age', { freshness: { ...metric().freshness, staleAfterMs: 1 } }],
  ])('is nothing when %s is another', (_what, change) => {
    expect(changes([metric()], [metric(change)])).toEqual(nothing);
  });

  it.each<[string, Parameters<typeof aMetric>[0]]>([
    ['labels', { labels: { team: 'shop' } }],
    ['default labels', { defaultLabels: { team: 'shop' } }],
  ])('is that every item of a metric has other labels with another set of %s', (_what, change) => {
    expect(changes([metric()], [metric(change)])).toEqual({ ...nothing, relabelled: ['a', 'b'] });
  });

  it('is every item of a metric with another query, whatever its labels', () => {
    const next = metric({ query: { limit: 5 }, labels: { team: 'shop' } });
    expect(changes([metric()], [next])).toEqual({ ...nothing, changed: ['a', 'b'] });
  });

  it('is what came and what went', () => {
    expect(changes([metric()], [metric({ resources: [cache('b'), cache('c')] })])).toEqual({
      ...nothing,
      gone: ['a'],
      added: ['c'],
    });
  });
});
