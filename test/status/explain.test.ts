import { describe, expect, it } from 'vitest';
import type { MetricDefinition } from '../../src/core/declaration.ts';
import { explanationText } from '../../src/status/explain-text.ts';
import { type Evidence, explain } from '../../src/status/explained.ts';
import { parseSelector } from '../../src/status/selector.ts';
import { aMetric, everyMinute } from '../fakes/declaration.ts';
import type { FakeSeries } from '../fakes/metrics-source.ts';
import { bench, lagging, minute } from '../scrape/bench.ts';

function setUp(metric: MetricDefinition, seriesOf: () => readonly FakeSeries[]) {
  const own = bench(metric, seriesOf);
  const evidence = (): Evidence => ({
    plan: own.planner.current(),
    store: own.store,
    traces: own.traces,
    known: (item) => own.scraper.known(item),
    schedules: [{ schedule: everyMinute, sinceMs: 0, running: false, nextMs: own.clock.now() + 40_000 }],
    nowMs: own.clock.now(),
  });
  const explainText = (text: string, most = 10) => {
    const parsed = parseSelector(text);
    if (!parsed.ok) throw new Error(parsed.message);
    return explain(evidence(), parsed.selector, most);
  };
  const one = (text: string) => {
    const [first] = explainText(text).explanations;
    if (first === undefined) throw new Error(`nothing fits ${text}`);
    return first;
  };
  return { ...own, run: (afterMs?: number) => own.run(afterMs), explain: explainText, one };
}

/** One-minute buckets, so that a window holds several. */
const everyBucket = { query: { intervalMs: minute } };
/** The clock of the bench: 12:00:20. */
const started = Date.UTC(2026, 0, 1, 12, 0, 20);

describe('an explanation', () => {
  it('names the chosen bucket, and why newer ones were passed over', async () => {
    const nullNewest = setUp(aMetric(everyBucket), () => [{ value: lagging(() => started, 2 * minute) }]);
    await nullNewest.run();
    const { buckets, summary, value, age, schedule } = nullNewest.one('demo_queue_size');
    expect(buckets).toEqual([
      { start: '2026-01-01T11:54:00.000Z', end: '2026-01-01T11:55:00.000Z', value: 715, verdict: 'older' },
      { start: '2026-01-01T11:55:00.000Z', end: '2026-01-01T11:56:00.000Z', value: 716, verdict: 'older' },
      { start: '2026-01-01T11:56:00.000Z', end: '2026-01-01T11:57:00.000Z', value: 717, verdict: 'older' },
      { start: '2026-01-01T11:57:00.000Z', end: '2026-01-01T11:58:00.000Z', value: 718, verdict: 'chosen' },
      { start: '2026-01-01T11:58:00.000Z', end: '2026-01-01T11:59:00.000Z', value: null, verdict: 'no data' },
    ]);
    expect(value).toBe(718);
    expect(summary).toBe(
      'The bucket 2026-01-01T11:57:00.000Z to 2026-01-01T11:58:00.000Z is the newest complete one with data. Newer ones were passed over: 1 without data.',
    );
    expect(age).toEqual({ seconds: 140, maxSeconds: 900 });
    expect(schedule).toEqual({
      text: '* * * * *',
      lastRun: '2026-01-01T12:00:20.000Z',
      nextRun: '2026-01-01T12:01:00.000Z',
    });
  });

  it('tells the query and the source of every label', async () => {
    const labelled = aMetric({
      ...everyBucket,
      labels: { team: 'payments', entity_name: 'mine' },
      defaultLabels: { region: 'weu' },
    });
    const { run, one } = setUp(labelled, () => [{ value: () => 1 }]);
    await run();
    const { query, labels, series } = one('demo_queue_size');
    expect(query).toMatchObject({
      mode: 'single',
      from: '2026-01-01T11:54:00.000Z',
      to: '2026-01-01T11:59:00.000Z',
      intervalSeconds: 60,
      aggregations: ['Total'],
      filter: "EntityName eq 'orders'",
      limit: 10_000,
      resources: 1,
      metricNames: 1,
    });
    expect(Object.fromEntries(labels.map(({ name, source }) => [name, source]))).toEqual({
      resource_group: 'built-in',
      subscription_id: 'built-in',
      resource_uri: 'built-in',
      instance_name: 'built-in',
      entity_name: 'resource type',
      team: 'metric',
      region: 'default',
      tenant_id: 'tenant',
    });
    expect(series).toMatch(/^demo_queue_size\{entity_name="orders",instance_name="contoso-messaging",region="weu",/);
  });

  it('says that nothing was asked, that nothing has data, and that data is too old', async () => {
    let value: number | undefined;
    const { run, one } = setUp(aMetric(everyBucket), () => [
      { value: ({ endMs }) => (endMs <= Date.UTC(2026, 0, 1, 11, 59) ? value : undefined) },
    ]);
    expect(one('demo_queue_size').summary).toBe('No run has asked for it yet.');
    await run();
    expect(one('demo_queue_size').summary).toBe(
      'No complete bucket has data; the policy for missing data holds (unavailableValue).',
    );
    value = 5;
    await run(minute);
    expect(one('demo_queue_size').value).toBe(5);
    await run(10 * minute);
    expect(one('demo_queue_size').summary).toBe(
      'The value is that of the bucket which ended 2026-01-01T11:59:00.000Z, from an earlier run; the last answer had nothing newer.',
    );
    await run(60 * minute);
    expect(one('demo_queue_size').value).toBeNull();
  });

  it('says why an item fails, that it is in quarantine, and what is still shown', async () => {
    const { run, one, source } = setUp(aMetric(everyBucket), () => [{ value: () => 3 }]);
    await run();
    const error = { code: 'AZ3500', message: 'Azure has a problem of its own.', requestId: 'r-1' } as const;
    source.intercept = () => ({ kind: 'retry', error });
    await run(minute);
    const { summary, failure } = one('demo_queue_size');
    expect(summary).toBe(
      'The last run failed: Azure has a problem of its own. What is shown is the value of an earlier run.',
    );
    expect(failure).toEqual(error);
  });

  it('finds the series that is meant among those that dimensions tell apart', async () => {
    const split = aMetric({
      ...everyBucket,
      resources: [{ ...aMetric().resources[0], fields: { namespace: 'contoso' } } as never],
    });
    const {
      run,
      explain: explainText,
      one,
    } = setUp(split, () => [
      { dimensions: { entityname: 'orders' }, value: () => 1 },
      { dimensions: { entityname: 'audit' }, value: () => 2 },
    ]);
    await run();
    expect(explainText('demo_queue_size').found).toBe(2);
    expect(explainText('demo_queue_size', 1).explanations).toHaveLength(1);
    expect(one('{entity_name="audit"}').value).toBe(2);
    expect(one('{entity_name="audit"}').buckets?.map(({ value }) => value)).toEqual([2, 2, 2, 2, 2]);
    expect(explainText('{entity_name="none"}')).toEqual({ explanations: [], found: 0 });
  });

  it('reads well as text', async () => {
    const { run, one } = setUp(aMetric(everyBucket), () => [{ value: lagging(() => started, minute) }]);
    await run();
    expect(explanationText(one('demo_queue_size')).split('\n')).toEqual([
      expect.stringMatching(/^demo_queue_size\{/),
      '  value     719',
      '  why       The bucket 2026-01-01T11:58:00.000Z to 2026-01-01T11:59:00.000Z is the newest complete one with data.',
      '  metric    ActiveMessages, Total (declared as demo_queue_size)',
      expect.stringMatching(/^ {2}resource {2}subscriptions\/.*contoso-messaging \(ServiceBusNamespace\)$/),
      '  schedule  * * * * * (last run 2026-01-01T12:00:20.000Z, next 2026-01-01T12:01:00.000Z)',
      expect.stringMatching(/^ {2}query {5}single call for 1 resource and 1 metric name: /),
      '  window    2026-01-01T11:54:00.000Z to 2026-01-01T11:59:00.000Z, buckets of 1 min, Total',
      "  filter    EntityName eq 'orders'; at most 10000 series",
      '  age       1 min 20 s; shown up to 15 min',
      expect.stringMatching(/^ {2}lag /),
      '  buckets',
      '    2026-01-01T11:54:00.000Z to 2026-01-01T11:55:00.000Z           715  older',
      '    2026-01-01T11:55:00.000Z to 2026-01-01T11:56:00.000Z           716  older',
      '    2026-01-01T11:56:00.000Z to 2026-01-01T11:57:00.000Z           717  older',
      '    2026-01-01T11:57:00.000Z to 2026-01-01T11:58:00.000Z           718  older',
      '  > 2026-01-01T11:58:00.000Z to 2026-01-01T11:59:00.000Z           719  chosen',
      '  labels',
      ...Array.from({ length: 6 }, () =>
        expect.stringMatching(/^ {4}\w+ +\S+ {2}\((built-in|resource type|tenant)\)$/),
      ),
      '',
    ]);
  });
});
