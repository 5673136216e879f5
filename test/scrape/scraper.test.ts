import { beforeEach, describe, expect, it } from 'vitest';
import type { CodedError } from '../../src/core/outcome.ts';
import { aMetric, aResource } from '../fakes/declaration.ts';
import type { FakeSeries } from '../fakes/metrics-source.ts';
import { type Bench, bench, hour, lagging, minute, minuteOfDay } from './bench.ts';

describe('a run', () => {
  it('shows the newest complete bucket, five minutes that end a minute ago', async () => {
    const b: Bench = bench(aMetric(), () => [{ value: lagging(() => b.clock.now(), 0) }]);
    await b.run();
    expect(b.shown()).toEqual({ 'demo_queue_size orders': minuteOfDay(11, 59) });
    expect(b.source.requests).toHaveLength(1);
    expect(b.source.requests[0]).toMatchObject({
      mode: 'single',
      filter: "EntityName eq 'orders'",
      metricNames: ['ActiveMessages'],
      aggregations: ['Total'],
      endMs: Date.UTC(2026, 0, 1, 11, 59),
      startMs: Date.UTC(2026, 0, 1, 11, 44),
    });
  });

  it.each([1, 2, 3])('with the newest %i buckets null shows the one before', async (nulls) => {
    const b: Bench = bench(aMetric(), () => [{ value: lagging(() => b.clock.now(), nulls * 5 * minute) }]);
    await b.run();
    expect(b.shown()).toEqual({ 'demo_queue_size orders': minuteOfDay(11, 59) - 5 * nulls });
  });

  it('finds data that is an hour late, and looks there at once in the next run', async () => {
    const b: Bench = bench(aMetric(), () => [{ value: lagging(() => b.clock.now(), hour) }]);
    await b.run();
    expect(b.shown()).toEqual({ 'demo_queue_size orders': minuteOfDay(10, 59) });
    const first = b.source.requests.length;
    expect(first).toBeGreaterThan(1);
    await b.run(minute);
    expect(b.source.requests.length).toBe(first + 1);
    expect(b.shown()).toEqual({ 'demo_queue_size orders': minuteOfDay(11, 0) });
    const last = b.source.requests.at(-1);
    expect((last?.endMs ?? 0) - (last?.startMs ?? 0)).toBeLessThan(2 * hour);
    expect(b.events).toContainEqual({
      kind: 'lag',
      resourceType: 'ServiceBusNamespace',
      metricName: 'ActiveMessages',
      lagMs: hour + minute + 20_000,
    });
  });

  it('does not show a lone bucket of four hours ago as current', async () => {
    const spike = Date.UTC(2026, 0, 1, 8, 2);
    const b = bench(aMetric(), () => [
      { value: ({ startMs, endMs }) => (startMs <= spike && spike < endMs ? 5 : undefined) },
    ]);
    await b.run();
    expect(b.shown()).toEqual({ 'demo_queue_size orders': Number.NaN });
    await b.run(minute);
    expect(b.shown()).toEqual({ 'demo_queue_size orders': Number.NaN });
    expect(b.source.requests.length).toBeLessThanOrEqual(5);
  });

  it('withdraws a value that ran on until four hours ago once it is seen to stand still', async () => {
    const end = Date.UTC(2026, 0, 1, 8);
    const b = bench(aMetric(), () => [{ value: ({ endMs }) => (endMs <= end ? 5 : undefined) }]);
    await b.run();
    for (let runs = 0; runs < 8; runs += 1) await b.run(minute);
    expect(b.shown()).toEqual({ 'demo_queue_size orders': Number.NaN });
  });

  it('keeps showing a value while its bucket is young, though the window no longer holds it, and then stops', async () => {
    let stopMs = Number.POSITIVE_INFINITY;
    const metric = aMetric({ query: { intervalMs: minute } });
    const b: Bench = bench(metric, () => [
      { value: ({ endMs }) => (endMs <= Math.min(stopMs, b.clock.now()) ? 3 : undefined) },
    ]);
    await b.run();
    stopMs = b.clock.now() - minute;
    await b.run(10 * minute);
    expect(b.shown()).toEqual({ 'demo_queue_size orders': 3 });
    await b.run(6 * minute);
    expect(b.shown()).toEqual({ 'demo_queue_size orders': Number.NaN });
  });
});

describe('dimensions', () => {
  const metric = aMetric({ resources: [aResource({ namespace: 'contoso-messaging' })] });
  const one = (name: string, value: number | undefined): FakeSeries => ({
    dimensions: { entityname: name },
    value: () => value,
  });

  it('become series, an idle one by the no-data policy', async () => {
    const b = bench(metric, () => [one('orders', 4), one('audit', undefined)]);
    await b.run();
    expect(b.shown()).toEqual({ 'demo_queue_size orders': 4, 'demo_queue_size audit': Number.NaN });
  });

  it('that differ only in case are one series', async () => {
    const b = bench(metric, () => [one('orders', 4), one('Orders', 4)]);
    await b.run();
    expect(Object.keys(b.shown())).toEqual(['demo_queue_size orders']);
  });

  it('write nothing when Azure returns no series', async () => {
    const b = bench(metric, () => []);
    await b.run();
    expect(b.shown()).toEqual({});
  });

  it('keep a value that this answer no longer holds until it is too old', async () => {
    let gone = false;
    const b = bench(metric, () => (gone ? [one('orders', 4)] : [one('orders', 4), one('audit', 2)]));
    await b.run();
    gone = true;
    await b.run(5 * minute);
    expect(b.shown()).toEqual({ 'demo_queue_size orders': 4, 'demo_queue_size audit': 2 });
    await b.run(15 * minute);
    expect(b.shown()).toEqual({ 'demo_queue_size orders': 4 });
  });

  it('that a Generic filter alone splits become labels instead of overwriting each other', async () => {
    const generic = aMetric({
      resourceType: 'Generic',
      resources: [
        aResource({
          resourceUri: 'Microsoft.ServiceBus/namespaces/x',
          filter: "EntityName eq 'orders' or EntityName eq 'audit'",
        }),
      ],
    });
    const b = bench(generic, () => [one('orders', 4), one('audit', 2)]);
    await b.run();
    expect(b.shown()).toEqual({ 'demo_queue_size orders': 4, 'demo_queue_size audit': 2 });
  });

  it('are reported as truncated when as many series come as the limit allows', async () => {
    const b = bench(aMetric({ resources: metric.resources, query: { limit: 2 } }), () => [one('a', 1), one('b', 2)]);
    await b.run();
    expect(b.events.filter((event) => event.kind === 'truncated')).toMatchObject([{ truncated: true, limit: 2 }]);
  });
});

describe('no data', () => {
  const gone = (noData: 'unavailableValue' | 'absent' | 'last') => {
    let stopMs = Number.POSITIVE_INFINITY;
    const metric = aMetric({ freshness: { delayMs: minute, staleAfterMs: 20 * minute, noData } });
    const b: Bench = bench(metric, () => [
      { value: ({ endMs }) => (endMs <= Math.min(stopMs, b.clock.now()) ? 3 : undefined) },
    ]);
    return { b, stop: () => (stopMs = b.clock.now()) };
  };

  it.each([
    ['unavailableValue', { 'demo_queue_size orders': Number.NaN }],
    ['absent', {}],
    ['last', { 'demo_queue_size orders': 3 }],
  ] as const)('%s', async (policy, expected) => {
    const { b, stop } = gone(policy);
    await b.run();
    stop();
    for (let runs = 0; runs < 4; runs += 1) await b.run(5 * minute);
    expect(b.shown()).toEqual(expected);
  });

  it('last is bounded by staleAfter', async () => {
    const { b, stop } = gone('last');
    await b.run();
    stop();
    for (let runs = 0; runs < 9; runs += 1) await b.run(5 * minute);
    expect(b.shown()).toEqual({});
  });
});

describe('failures', () => {
  const throttled: CodedError = { code: 'AZ3429', message: 'throttled' };
  let b: Bench;
  beforeEach(async () => {
    const resources = ['orders', 'audit'].map((queueName) =>
      aResource({ namespace: `contoso-${queueName}`, queueName }),
    );
    b = bench(aMetric({ resources }), () => [{ value: () => 3 }]);
    await b.run();
  });
  const failAudit = (error: CodedError): void => {
    b.source.intercept = (request) =>
      request.filter?.includes('audit') === true ? { kind: 'failed', error } : undefined;
  };

  it('leave the last value until it is stale, and the others fresh', async () => {
    failAudit(throttled);
    for (let runs = 0; runs < 14; runs += 1) await b.run(minute);
    expect(b.shown()).toEqual({ 'demo_queue_size orders': 3, 'demo_queue_size audit': 3 });
    await b.run(minute);
    await b.run(minute);
    expect(b.shown()).toEqual({ 'demo_queue_size orders': 3 });
    expect(b.events.filter((event) => event.kind === 'failed').length).toBe(16);
  });

  it('recover by themselves', async () => {
    failAudit(throttled);
    for (let runs = 0; runs < 20; runs += 1) await b.run(minute);
    b.source.intercept = undefined;
    await b.run(minute);
    expect(b.shown()).toEqual({ 'demo_queue_size orders': 3, 'demo_queue_size audit': 3 });
  });

  it('of a resource that is gone remove its series at once', async () => {
    failAudit({ code: 'AZ3404', message: 'gone' });
    await b.run(minute);
    expect(b.shown()).toEqual({ 'demo_queue_size orders': 3 });
    expect(b.events).toContainEqual(expect.objectContaining({ kind: 'left', reason: 'gone' }));
  });

  it('say so when the answer holds another resource', async () => {
    b.source.intercept = () => ({
      kind: 'ok',
      value: { resources: [{ resourceId: '/subscriptions/other', metrics: [] }] },
    });
    await b.run(minute);
    expect(b.events).toContainEqual(
      expect.objectContaining({ kind: 'failed', error: expect.objectContaining({ code: 'AZ3011' }) }),
    );
  });

  it('count what was cut off by the period, and drop a run whole on shutdown', async () => {
    const abort = new AbortController();
    abort.abort('period');
    const cut = await b.scraper.run(b.groups, () => [], abort.signal);
    expect(cut).toEqual({ succeeded: 0, failed: 2 });
    const stop = new AbortController();
    stop.abort('shutdown');
    const before = b.events.length;
    expect(await b.scraper.run(b.groups, () => [], stop.signal)).toEqual({ succeeded: 0, failed: 0 });
    expect(b.events.length).toBe(before);
  });
});
