import { describe, expect, it } from 'vitest';
import { aMetric, aResource } from '../fakes/declaration.ts';
import { type Bench, bench, hour, lagging, minute } from './bench.ts';

describe('truncation', () => {
  const flags = (b: Bench): boolean[] =>
    b.events.flatMap((event) => (event.kind === 'truncated' ? [event.truncated] : []));

  it('is no matter of a query that has one series anyway', async () => {
    const b = bench(aMetric({ query: { limit: 1 } }), () => [{ value: () => 3 }]);
    await b.run();
    expect(flags(b)).toEqual([false]);
  });

  it('is told of each metric name', async () => {
    const query = { metricNames: ['A', 'B'], nameByMetric: true, limit: 2 };
    const resources = [aResource({ namespace: 'contoso' })];
    const series = ['x', 'y'].map((entityname) => ({ dimensions: { entityname }, value: () => 1 }));
    const b = bench(aMetric({ resources, query }), (_, name) => (name === 'A' ? series : series.slice(1)));
    await b.run();
    expect(flags(b)).toEqual([true, false]);
  });
});

describe('the age of an item', () => {
  it('is told of each metric name', async () => {
    const query = { metricNames: ['Late', 'Fresh'], nameByMetric: true };
    const b: Bench = bench(aMetric({ query }), (_, name) => [
      { value: lagging(() => b.clock.now(), name === 'Late' ? 10 * minute : 0) },
    ]);
    await b.run();
    const ages = b.events.flatMap((event) => (event.kind === 'age' ? [(event.ageMs ?? Number.NaN) / minute] : []));
    expect(ages.sort((a, b) => a - b)).toEqual([1 + 1 / 3, 11 + 1 / 3]);
  });
});

describe('several metric names and aggregations', () => {
  const metric = aMetric({
    query: {
      metricNames: ['ActiveMessages', 'Bogus'],
      aggregations: ['Total', 'Average'],
      nameByMetric: true,
      nameByAggregation: true,
    },
  });

  it('share a call and become families', async () => {
    const b = bench(metric, () => [{ value: () => 2 }]);
    await b.run();
    expect(b.source.requests).toHaveLength(1);
    expect(Object.keys(b.shown())).toEqual([
      'demo_queue_size_active_messages_total orders',
      'demo_queue_size_active_messages_average orders',
      'demo_queue_size_bogus_total orders',
      'demo_queue_size_bogus_average orders',
    ]);
  });

  it('do not take each other along when one is wrong', async () => {
    const b = bench(metric, () => [{ value: () => 2 }]);
    b.source.intercept = (request) =>
      request.metricNames.includes('Bogus')
        ? { kind: 'failed', error: { code: 'AZ3400', message: 'no such metric' } }
        : undefined;
    await b.run();
    expect(Object.keys(b.shown())).toEqual([
      'demo_queue_size_active_messages_total orders',
      'demo_queue_size_active_messages_average orders',
    ]);
    expect(b.events.filter((event) => event.kind === 'failed')).toHaveLength(1);
  });
});

describe('a wrong name among others', () => {
  const metric = aMetric({ query: { metricNames: ['Good', 'Bogus', 'Fine'], nameByMetric: true } });
  const refuse = (b: Bench): void => {
    b.source.intercept = (request) =>
      request.metricNames.includes('Bogus')
        ? { kind: 'failed', error: { code: 'AZ3400', message: 'no such metric' } }
        : undefined;
  };

  it('costs a search for the culprit now and then, and one call in every other run', async () => {
    const b = bench(metric, () => [{ value: () => 2 }]);
    refuse(b);
    const calls: number[] = [];
    for (let run = 0; run <= 20; run += 1) {
      b.source.requests.length = 0;
      await b.run(run === 0 ? 0 : minute);
      calls.push(b.source.requests.length);
    }
    // All three, a pair, the third, the single ones of the pair; asked apart again after five and ten more minutes.
    expect(calls).toEqual(Array.from({ length: 21 }, (_, run) => (run === 0 ? 5 : [5, 15].includes(run) ? 2 : 1)));
    expect(b.events.filter((event) => event.kind === 'failed')).toHaveLength(21);
    expect(Object.values(b.shown())).toEqual([2, 2]);
  });

  it('is shown once Azure knows it', async () => {
    const b = bench(metric, () => [{ value: () => 2 }]);
    refuse(b);
    await b.run();
    b.source.intercept = undefined;
    await b.run(4 * minute);
    expect(Object.values(b.shown())).toEqual([2, 2]);
    await b.run(minute);
    expect(Object.values(b.shown())).toEqual([2, 2, 2]);
    await b.run(minute);
    expect(b.source.requests.at(-1)?.metricNames).toEqual(['Bogus', 'Fine', 'Good']);
  });

  it('is asked in every run when it is alone, since it spoils nothing', async () => {
    const b = bench(aMetric({ query: { metricNames: ['Bogus'] } }), () => [{ value: () => 2 }]);
    refuse(b);
    await b.run();
    await b.run(minute);
    expect(b.source.requests).toHaveLength(2);
  });
});

describe('a grain that Azure does not offer', () => {
  it('is replaced by the closest one, which is remembered', async () => {
    const offers = [
      { name: 'activemessages', aggregations: [], dimensions: [], intervalsMs: [hour, minute, 6 * minute] },
    ];
    const b = bench(aMetric(), () => [{ value: () => 2 }], undefined, offers);
    b.source.intercept = (request) =>
      request.intervalMs === 5 * minute ? { kind: 'failed', error: { code: 'AZ3400', message: 'grain' } } : undefined;
    await b.run();
    expect(b.shown()).toEqual({ 'demo_queue_size orders': 2 });
    expect(b.events).toContainEqual(
      expect.objectContaining({ kind: 'grainReplaced', declaredMs: 5 * minute, usedMs: 6 * minute }),
    );
    await b.run(minute);
    expect(b.source.requests.map((request) => request.intervalMs / minute)).toEqual([5, 6, 6]);
    expect(b.source.definitionReads).toHaveLength(1);
  });
});
