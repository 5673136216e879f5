import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { MetricsRequest } from '../../src/scrape/ports.ts';
import {
  cloudAt,
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
  metricNames: ['Size'],
  aggregations: ['Average'],
  intervalMs: 60_000,
  startMs: 0,
  endMs: 60_000,
  limit: 10,
};
const good: Reply = { body: { value: [] } };
const wrapped = (status: number, code: string, headers: Record<string, string> = {}): Reply => ({
  status,
  headers: { 'x-ms-request-id': 'r-9', ...headers },
  body: { error: { code, message: `text of ${code}` } },
});

describe('calls under faults', () => {
  let fake: FakeAzure;
  let harness: Harness;
  const signal = new AbortController().signal;
  const query = () => harness.azure.metrics.query(request, signal);
  const codes = (): string[] => harness.events.filter(({ api }) => api !== 'token').map(({ code }) => code);
  beforeAll(async () => {
    fake = await startFakeAzure();
  });
  afterAll(() => fake.close());
  beforeEach(() => {
    fake.seen.splice(0);
    fake.reply(good);
    fake.replyToToken();
    harness = connect(fake.cloud);
  });
  afterEach(() => harness.azure.close());

  it('tries once more with a fresh token when Azure refuses the token', async () => {
    fake.reply(wrapped(401, 'ExpiredAuthenticationToken'), good);
    expect((await query()).kind).toBe('ok');
    expect(fake.calls().map(({ headers }) => headers.authorization?.at(-1))).toEqual(['1', '2']);
    expect(harness.clock.waits.filter((ms) => ms < 15_000)).toEqual([]);
  });

  it('fails when the fresh token is refused too, and does not ask for tokens again and again', async () => {
    fake.reply(wrapped(401, 'InvalidAuthenticationToken'));
    const outcome = await query();
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'AZ3401', status: 401, requestId: 'r-9' } });
    expect(fake.calls()).toHaveLength(2);
    await query();
    expect(fake.calls()).toHaveLength(3);
    expect(fake.tokenCalls()).toHaveLength(2);
  });

  it('answers a claims challenge with a token that has the claims', async () => {
    const claims = Buffer.from('{"access_token":{"nbf":{"essential":true}}}').toString('base64');
    const challenge = `Bearer realm="", error="insufficient_claims", claims="${claims}"`;
    fake.reply(wrapped(401, 'InvalidAuthenticationToken', { 'www-authenticate': challenge }), good);
    expect((await query()).kind).toBe('ok');
    expect(fake.tokenCalls()).toHaveLength(2);
    expect(fake.tokenCalls()[1]?.body).toContain('essential');
  });

  it.each([
    [wrapped(403, 'AuthorizationFailed'), 'AZ3403'],
    [wrapped(404, 'ResourceNotFound'), 'AZ3404'],
    [wrapped(400, 'BadRequest'), 'AZ3400'],
  ])('does not repeat what cannot heal: %j', async (reply, code) => {
    fake.reply(reply);
    expect(await query()).toMatchObject({ kind: 'failed', error: { code } });
    expect(fake.calls()).toHaveLength(1);
  });

  it('waits as long as Azure asks and tries again', async () => {
    fake.reply(wrapped(429, 'SubscriptionRequestsThrottled', { 'retry-after': '7' }), good);
    expect((await query()).kind).toBe('ok');
    expect(harness.clock.waits.filter((ms) => ms < 15_000)).toEqual([7_350]);
    expect(harness.events.at(1)).toMatchObject({ code: '429', throttled: true, attempt: 1, requestId: 'r-9' });
    expect(harness.events.at(2)).toMatchObject({ code: '200', throttled: false, attempt: 2 });
  });

  it('gives up at once when Azure asks for more time than the call has', async () => {
    fake.reply(wrapped(429, 'ResourceRequestsThrottled', { 'retry-after': '212' }));
    const outcome = await query();
    expect(outcome).toMatchObject({ kind: 'retry', error: { code: 'AZ3429', retryAfterMs: 212_000 } });
    expect(fake.calls()).toHaveLength(1);
  });

  it('backs off on its own when Azure names no time, three attempts in all', async () => {
    fake.reply(wrapped(429, 'TooManyRequests'));
    expect(await query()).toMatchObject({ kind: 'retry', error: { code: 'AZ3429', status: 429 } });
    expect(harness.clock.waits.filter((ms) => ms < 15_000)).toEqual([250, 500]);
    expect(codes()).toEqual(['429', '429', '429']);
  });

  it.each([500, 503, 529])('repeats after a %i', async (status) => {
    fake.reply({ status, body: '<html>gateway</html>' }, good);
    expect((await query()).kind).toBe('ok');
    expect(codes()).toEqual([String(status), '200']);
  });

  it('repeats after a cut connection', async () => {
    fake.reply('reset', good);
    expect((await query()).kind).toBe('ok');
    expect(codes()).toEqual(['network', '200']);
  });

  it('names host and reason when the connection is cut each time', async () => {
    fake.reply('reset');
    const outcome = await query();
    expect(outcome).toMatchObject({ kind: 'retry', error: { code: 'AZ3002' } });
    expect(outcome.kind === 'retry' && outcome.error.message).toMatch(
      /^localhost:\d+ could not be reached: .*ECONNRESET/,
    );
  });

  it.each<[string, Reply]>([
    ['truncated JSON', { status: 200, headers: { 'content-type': 'application/json' }, body: '{"value":[{"na' }],
    ['JSON of another kind', { body: { hello: 'world' } }],
    ['a list instead of an object', { body: [] }],
    ['points that are no list', { body: { value: [{ name: { value: 'x' }, timeseries: [{ data: 7 }] }] } }],
    ['a point without time', { body: { value: [{ name: { value: 'x' }, timeseries: [{ data: [{ average: 1 }] }] }] } }],
    ['a metric without name', { body: { value: [{ timeseries: [] }] } }],
    ['a page', { status: 200, body: '<html>sign in</html>' }],
    ['nothing', { status: 200, body: '' }],
    ['204', { status: 204 }],
    ['an answer that breaks off', { cutAfter: '{"value":[' }],
    ['a compressed answer that breaks off', { cutAfter: '{"value":[]}', gzip: true }],
    ['a gateway 404', { status: 404, body: '<html>no route</html>' }],
    ['an empty 404', { status: 404, body: '' }],
  ])('calls an answer unreadable: %s', async (_name, reply) => {
    fake.reply(reply);
    const outcome = await query();
    expect(outcome).toMatchObject({ kind: 'retry', error: { code: 'AZ3004' } });
    expect(outcome.kind === 'retry' && outcome.error.message).toMatch(/^localhost:\d+ /);
    expect(fake.calls()).toHaveLength(3);
  });

  it('shows the first bytes of an unreadable answer in the debug log only', async () => {
    fake.reply({ status: 200, body: '<html>please sign in to the proxy</html>' });
    const outcome = await query();
    expect(outcome.kind === 'retry' && outcome.error.message).not.toContain('sign in');
    expect(harness.details.map(({ message }) => message).join()).toContain('please sign in to the proxy');
  });

  it('ends at the deadline, and the socket with it', async () => {
    await query();
    fake.reply('hang');
    const pending = query();
    await until(() => fake.calls().length === 2);
    const before = fake.connections();
    harness.clock.advance(30_000);
    const outcome = await pending;
    expect(outcome).toMatchObject({ kind: 'retry', error: { code: 'AZ3001' } });
    expect(outcome.kind === 'retry' && outcome.error.message).toMatch(/did not answer within 30 s/);
    await until(() => fake.connections() < before);
    expect(codes()).toEqual(['200', 'timeout']);
  });

  it('ends with the run, and the socket with it', async () => {
    fake.reply('hang');
    const run = new AbortController();
    const pending = harness.azure.metrics.query(request, run.signal);
    await until(() => fake.calls().length === 1);
    const before = fake.connections();
    run.abort();
    expect(await pending).toMatchObject({ kind: 'retry', error: { code: 'AZ3006' } });
    await until(() => fake.connections() < before);
    expect(codes()).toEqual(['aborted']);
  });

  it('sends nothing for a run that has already ended', async () => {
    expect(await harness.azure.metrics.query(request, AbortSignal.abort())).toMatchObject({
      error: { code: 'AZ3006' },
    });
    expect(fake.seen).toEqual([]);
  });

  it('covers the wait for the token with the deadline', async () => {
    fake.replyToToken('hang');
    const pending = query();
    await until(() => fake.tokenCalls().length === 1);
    harness.clock.advance(20_000);
    const outcome = await pending;
    expect(outcome).toMatchObject({ kind: 'retry', error: { code: 'AZ3005' } });
    expect(outcome.kind === 'retry' && outcome.error.message).toMatch(/localhost:\d+ did not answer within 20 s/);
    expect(fake.calls()).toEqual([]);
    await until(() => fake.connections() === 0);
  });

  it('says that nobody listens', async () => {
    const other = connect({ ...fake.cloud, resourceManager: 'https://localhost:1' });
    const outcome = await other.azure.metrics.query(request, signal);
    expect(outcome).toMatchObject({ kind: 'retry', error: { code: 'AZ3002' } });
    expect(outcome.kind === 'retry' && outcome.error.message).toContain('localhost:1 could not be reached: it refused');
    await other.azure.close();
  });

  it('ends calls in flight when closed', async () => {
    fake.reply('hang');
    const pending = query();
    await until(() => fake.calls().length === 1);
    await harness.azure.close();
    expect(await pending).toMatchObject({ kind: 'retry', error: { code: 'AZ3006' } });
    await until(() => fake.connections() === 0);
    expect(await query()).toMatchObject({ error: { code: 'AZ3006' } });
    expect(fake.calls()).toHaveLength(1);
  });

  it('gives all connections back', async () => {
    await Promise.all([query(), query(), query()]);
    expect(fake.connections()).toBeGreaterThan(0);
    await harness.azure.close();
    await until(() => fake.connections() === 0);
    expect(fake.connections()).toBe(0);
  });
});

describe('an untrusted certificate', () => {
  it('is told as such and not tried again', async () => {
    const stranger = await startFakeAzure({ trusted: false });
    const fake = await startFakeAzure();
    const { azure, events } = connect({ ...cloudAt(fake.origin), resourceManager: stranger.origin });
    const outcome = await azure.metrics.query(request, new AbortController().signal);
    expect(outcome).toMatchObject({ kind: 'retry', error: { code: 'AZ3003' } });
    expect(outcome.kind === 'retry' && outcome.error.message).toMatch(
      /^The certificate of localhost:\d+ is not trusted/,
    );
    expect(events.filter(({ api }) => api === 'metrics').map(({ code }) => code)).toEqual(['certificate']);
    await azure.close();
    await fake.close();
    await stranger.close();
  });
});

/** Waits for what another process of the event loop will do; bounded by the test's own time limit. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
