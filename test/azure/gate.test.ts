import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { MetricsRequest } from '../../src/scrape/ports.ts';
import {
  connect,
  type FakeAzure,
  type Harness,
  type Reply,
  resourceId,
  startFakeAzure,
  subscriptionId,
} from './fake-azure.ts';

const request: MetricsRequest = {
  mode: 'single',
  subscriptionId,
  resourceIds: [resourceId],
  region: 'westeurope',
  namespace: 'Microsoft.ServiceBus/namespaces',
  metricNames: ['Size'],
  aggregations: ['Average'],
  intervalMs: 60_000,
  startMs: 0,
  endMs: 60_000,
  limit: 10,
};
const good: Reply = { body: { value: [], values: [] } };
const throttledReply: Reply = {
  status: 429,
  headers: { 'retry-after': '20' },
  body: { error: { code: 'SubscriptionRequestsThrottled', message: 'too many' } },
};
const signal = new AbortController().signal;

describe('calls at the gate', () => {
  let fake: FakeAzure;
  let harness: Harness;
  const query = (overrides: Partial<MetricsRequest> = {}, run = signal) =>
    harness.azure.metrics.query({ ...request, ...overrides }, run);
  const other = (index: number): Partial<MetricsRequest> => ({ resourceIds: [`${resourceId}-${index}`] });
  const events = () => harness.events.filter(({ api }) => api !== 'token');
  beforeAll(async () => {
    fake = await startFakeAzure();
  });
  afterAll(() => fake.close());
  beforeEach(() => {
    fake.seen.splice(0);
    fake.reply(good);
    fake.replyToToken();
    harness = connect(fake.cloud, { rateLimit: { readsPerSecond: 1, burst: 2 } });
  });
  afterEach(() => harness.azure.close());

  it('keep to the configured limit, in every attempt, and tell how long they waited', async () => {
    fake.reply({ status: 503, body: '' }, good);
    for (let call = 0; call < 3; call += 1) expect(await query()).toMatchObject({ kind: 'ok' });
    expect(events().map(({ attempt }) => attempt)).toEqual([1, 2, 1, 1]);
    const waits = events().map(({ waitedMs }) => waitedMs);
    expect(waits.slice(0, 2)).toEqual([0, 0]);
    // The pause before the second attempt gave a quarter of the third one's turn.
    expect(waits.slice(2)).toEqual([750, 1_000]);
    expect(harness.azure.pace.state()).toMatchObject([{ api: 'arm', subscription: subscriptionId, waiting: 0 }]);
    await harness.azure.metrics.definitions(resourceId, undefined, signal);
    expect(events().at(-1)).toMatchObject({ api: 'definitions' });
    expect(events().at(-1)?.waitedMs).toBeGreaterThan(0);
  });

  it('of the data plane and of other subscriptions do not wait for them', async () => {
    await Promise.all([query(), query()]);
    await query({ mode: 'batch' });
    await query({ subscriptionId: '11111111-1111-4111-8111-111111111111' });
    expect(events().map(({ waitedMs }) => waitedMs)).toEqual([0, 0, 0, 0]);
    expect(harness.azure.pace.state().map(({ api, region }) => [api, region])).toEqual([
      ['arm', undefined],
      ['batch', 'westeurope'],
      ['arm', undefined],
    ]);
  });

  it('have 30 s of their own after the wait', async () => {
    const slow = connect(fake.cloud, { rateLimit: { readsPerSecond: 0.02, burst: 1 } });
    await slow.azure.metrics.query(request, signal);
    fake.reply('hang');
    let outcome: unknown;
    void slow.azure.metrics.query(request, signal).then((value) => {
      outcome = value;
    });
    await until(() => slow.azure.pace.state()[0]?.waiting === 1);
    slow.clock.advance(50_000);
    await until(() => fake.calls().length === 2);
    slow.clock.advance(29_999);
    await new Promise((resolve) => setImmediate(resolve));
    expect(outcome).toBeUndefined();
    slow.clock.advance(1);
    await until(() => outcome !== undefined);
    expect(outcome).toMatchObject({ error: { code: 'AZ3001' } });
    expect(slow.events.at(-1)).toMatchObject({ code: 'timeout', waitedMs: 50_000, durationMs: 30_000 });
    await slow.azure.close();
  });

  it('have their time before a second attempt stand still too', async () => {
    const slow = connect(fake.cloud, { rateLimit: { readsPerSecond: 0.02, burst: 1 } });
    fake.reply({ status: 503, body: '' }, good);
    const pending = slow.azure.metrics.query(request, signal);
    await until(() => slow.azure.pace.state()[0]?.waiting === 1);
    slow.clock.advance(50_000);
    expect(await pending).toMatchObject({ kind: 'ok' });
    await slow.azure.close();
  });

  it('give back a turn that they could not use, for want of a token or of a host', async () => {
    const few = connect(fake.cloud, { rateLimit: { readsPerSecond: 0.02, burst: 3 } });
    fake.replyToToken({ status: 400, body: { error: 'unauthorized_client', error_description: 'no' } });
    for (let call = 0; call < 5; call += 1) {
      expect(await few.azure.metrics.query(request, signal)).toMatchObject({ error: { code: 'AZ3005' } });
    }
    expect(few.azure.pace.state()[0]?.tokens).toBeCloseTo(3);
    await few.azure.close();
  });

  it('that the run ends in line say that Azure throttles, or how long the line was', async () => {
    fake.reply({ ...throttledReply, headers: { 'retry-after': '212' } });
    expect(await query()).toMatchObject({ error: { code: 'AZ3429' } });
    const run = new AbortController();
    const waiting = query({}, run.signal);
    await until(() => harness.azure.pace.state()[0]?.waiting === 1);
    run.abort();
    expect(await waiting).toMatchObject({
      kind: 'retry',
      error: {
        code: 'AZ3429',
        message: expect.stringMatching(/^localhost:\d+ throttles subscription .* before 2026-/),
      },
    });
    expect(fake.calls()).toHaveLength(1);
  });

  it('say how long the line was when the run ends before their turn', async () => {
    const slow = connect(fake.cloud, { rateLimit: { readsPerSecond: 0.01, burst: 1 } });
    const run = new AbortController();
    const calls = [1, 2, 3].map(() => slow.azure.metrics.query(request, run.signal));
    await until(() => slow.azure.pace.state()[0]?.waiting === 2 && slow.events.length === 2);
    run.abort();
    const outcomes = await Promise.all(calls);
    const words = outcomes.map((outcome) => (outcome.kind === 'ok' ? 'ok' : outcome.error.message));
    expect(words).toContainEqual(
      expect.stringMatching(/before the call to localhost:\d+ had its turn: \d calls stand in line/),
    );
    await slow.azure.close();
  });

  it('are refused once the host failed again and again, and go on after a probe', async () => {
    fake.reply({ status: 503, body: '<html>down</html>' });
    let outcome = await query();
    for (let index = 0; index < 12 && outcome.kind === 'retry' && outcome.error.code !== 'AZ3007'; index += 1) {
      outcome = await query(other(index));
    }
    expect(outcome).toMatchObject({
      kind: 'retry',
      error: { code: 'AZ3007', message: expect.stringContaining('AZ3500 (localhost') },
    });
    const before = fake.calls().length;
    expect(before).toBeGreaterThanOrEqual(10);
    const refusedMs = harness.clock.now();
    for (let call = 0; call < 5; call += 1) expect(await query()).toMatchObject({ error: { code: 'AZ3007' } });
    expect(fake.calls()).toHaveLength(before);
    // Refusals cost no turn, so nobody waits for one.
    expect(harness.clock.now() - refusedMs).toBeLessThanOrEqual(1_000);
    fake.reply(good);
    harness.clock.advance(60_000);
    expect(await Promise.all([query(), query(other(1))])).toMatchObject([{ kind: 'ok' }, { kind: 'ok' }]);
  });

  it('are repeated ten times a minute at most when they are few', async () => {
    const fast = connect(fake.cloud);
    fake.reply({ status: 500, body: '' }, { status: 500, body: '' }, { status: 500, body: '' });
    for (let call = 0; call < 8; call += 1) await fast.azure.metrics.query(request, signal);
    expect(fake.calls()).toHaveLength(8 + 10);
    await fast.azure.close();
  });
});

describe('the region of an answer', () => {
  it.each<[MetricsRequest['mode'], unknown]>([
    ['single', { value: [], resourceregion: 'West Europe' }],
    ['batch', { values: [{ resourceid: resourceId, resourceregion: 'West Europe', value: [] }] }],
  ])('comes in the form of ARM: %s', async (mode, body) => {
    const fake = await startFakeAzure();
    const { azure } = connect(fake.cloud);
    fake.reply({ body });
    const outcome = await azure.metrics.query({ ...request, mode }, signal);
    expect(outcome).toMatchObject({ kind: 'ok', value: { resources: [{ resourceId, region: 'westeurope' }] } });
    fake.reply({ body: mode === 'single' ? { value: [] } : { values: [{ resourceid: resourceId, value: [] }] } });
    const without = await azure.metrics.query({ ...request, mode }, signal);
    expect(without.kind === 'ok' && without.value.resources).toEqual([{ resourceId, metrics: [] }]);
    await azure.close();
    await fake.close();
  });
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
