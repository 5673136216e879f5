import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { secret } from '../../src/core/secret.ts';
import { connect, type FakeAzure, type Harness, marks, startFakeAzure } from './fake-azure.ts';

let fake: FakeAzure;
let harness: Harness;
const signal = new AbortController().signal;
beforeAll(async () => {
  fake = await startFakeAzure();
});
afterAll(() => fake.close());
beforeEach(() => {
  fake.seen.splice(0);
  harness = connect(fake.cloud);
});
afterEach(() => harness.azure.close());

describe('logs source', () => {
  const request = {
    workspaceId: 'ws-1',
    query: 'Heartbeat | summarize result = count()',
    startMs: 0,
    endMs: 3_600_000,
  };
  const table = (columns: string[], rows: unknown[][]) => ({
    body: { tables: [{ name: 'PrimaryResult', columns: columns.map((name) => ({ name, type: 'real' })), rows }] },
  });

  it('asks the workspace over the window', async () => {
    fake.reply(table(['result'], [[17]]));
    expect(await harness.azure.logs.query(request, signal)).toEqual({ kind: 'ok', value: 17 });
    const [sent] = fake.calls();
    expect(`${sent?.method} ${sent?.path}`).toBe('POST /v1/workspaces/ws-1/query');
    expect(JSON.parse(sent?.body ?? '')).toMatchObject({
      query: request.query,
      timespan: '1970-01-01T00:00:00.000Z/1970-01-01T01:00:00.000Z',
    });
    expect(sent?.headers['prefer']).toBe('wait=30');
    expect(fake.tokenCalls()[0]?.body).toContain(encodeURIComponent('https://logs.example/.default'));
    expect(harness.events.at(-1)).toMatchObject({ api: 'logs', code: '200' });
  });

  it.each<[string, string[], unknown[][], number]>([
    ['a number as text', ['result'], [['12.5']], 12.5],
    ['among other columns', ['name', 'Result'], [['x', -3]], -3],
    ['the exact spelling first', ['Result', 'result'], [[1, 2]], 2],
    ['a truth value, as .NET converts it', ['result'], [[true]], 1],
  ])('takes %s', async (_name, columns, rows, value) => {
    fake.reply(table(columns, rows));
    expect(await harness.azure.logs.query(request, signal)).toEqual({ kind: 'ok', value });
  });

  it.each<[string, string[], unknown[][], RegExp]>([
    ['no row', ['result'], [], /gave no row/],
    ['two rows', ['result'], [[1], [2]], /gave 2 rows/],
    ['no such column', ['count_'], [[1]], /gave the columns count_ but no "result"/],
    ['null', ['result'], [[null]], /gave the result null, which is no number/],
    ['text', ['result'], [['many']], /gave the result "many"/],
    ['blank text', ['result'], [[' ']], /no number/],
    ['NaN', ['result'], [['NaN']], /no number/],
  ])('fails the metric for %s', async (_name, columns, rows, message) => {
    fake.reply(table(columns, rows));
    const outcome = await harness.azure.logs.query(request, signal);
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'AZ3012' } });
    expect(outcome.kind === 'failed' && outcome.error.message).toMatch(message);
  });

  it('does not take a partial result for a value', async () => {
    const details = [{ code: 'EngineError', message: 'x', innererror: { message: 'set limit of 500000 records' } }];
    const partial = {
      ...table(['result'], [[1]]).body,
      error: { code: 'PartialError', message: 'some errors', details },
    };
    fake.reply({ body: partial });
    const outcome = await harness.azure.logs.query(request, signal);
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'AZ3012' } });
    expect(outcome.kind === 'failed' && outcome.error.message).toContain(
      'PartialError: "some errors set limit of 500000',
    );
  });

  it.each([
    { body: {} },
    { body: { tables: [] } },
    { body: { tables: [{ columns: 1, rows: [] }] } },
    { status: 200, body: '<html>' },
  ])('calls %j unreadable', async (reply) => {
    fake.reply(reply);
    expect(await harness.azure.logs.query(request, signal)).toMatchObject({ kind: 'retry', error: { code: 'AZ3004' } });
  });

  it('fails where the cloud has no Log Analytics, without a request', async () => {
    const { logAnalytics: _none, ...cloud } = fake.cloud;
    const other = connect(cloud);
    const outcome = await other.azure.logs.query(request, signal);
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'AZ3014' } });
    expect(outcome.kind === 'failed' && outcome.error.message).toContain('logAnalyticsEndpoint');
    expect(fake.seen).toEqual([]);
    await other.azure.close();
  });
});

describe('queue source', () => {
  const nowMs = Date.parse('2026-03-10T08:10:00Z');
  const request = (metricName: 'MessageCount' | 'TimeSpentInQueue', sas: string = marks.sas) => ({
    accountName: 'stshopweu',
    queueName: 'orders',
    sasToken: secret(() => sas),
    metricName,
    nowMs,
  });
  const xml = (body: string) => ({
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0"?>${body}`,
  });
  const message = (time: string) =>
    xml(
      `<QueueMessagesList><QueueMessage><MessageId>1</MessageId><InsertionTime>${time}</InsertionTime><ExpirationTime>${time}</ExpirationTime><DequeueCount>0</DequeueCount><MessageText>x</MessageText></QueueMessage></QueueMessagesList>`,
    );

  it.each([marks.sas, `?${marks.sas}`, ` ${marks.sas}\n`])('reads the approximate count with %j', async (sas) => {
    fake.reply({ headers: { 'x-ms-approximate-messages-count': '42' } });
    expect(await harness.azure.queues.read(request('MessageCount', sas), signal)).toEqual({ kind: 'ok', value: 42 });
    const [sent] = fake.calls();
    expect(`${sent?.method} ${sent?.path}`).toBe('GET /stshopweu/orders');
    expect(sent?.query.get('comp')).toBe('metadata');
    expect(sent?.query.get('sig')).toBe('MARK+sas=signature');
    expect(sent?.query.get('sv')).toBe('2024-01-01');
    expect(sent?.headers.authorization).toBeUndefined();
    expect(fake.tokenCalls()).toEqual([]);
    expect(harness.events).toMatchObject([{ api: 'queue', code: '200' }]);
  });

  it('peeks how long the head message has waited', async () => {
    fake.reply(message('Tue, 10 Mar 2026 08:08:30 GMT'));
    expect(await harness.azure.queues.read(request('TimeSpentInQueue'), signal)).toEqual({ kind: 'ok', value: 90 });
    expect(fake.calls()[0]?.path).toBe('/stshopweu/orders/messages');
    expect(fake.calls()[0]?.query.get('peekonly')).toBe('true');
  });

  it.each([
    ['an empty queue', xml('<QueueMessagesList />')],
    ['a service clock ahead of ours', message('Tue, 10 Mar 2026 08:10:05 GMT')],
  ])('gives 0 for %s', async (_name, reply) => {
    fake.reply(reply);
    expect(await harness.azure.queues.read(request('TimeSpentInQueue'), signal)).toEqual({ kind: 'ok', value: 0 });
  });

  it.each([
    ['MessageCount', { status: 200, body: '<html>' }],
    ['TimeSpentInQueue', { status: 200, body: '<html>' }],
    ['TimeSpentInQueue', message('yesterday')],
  ] as const)('calls %s of %j unreadable', async (metricName, reply) => {
    fake.reply(reply);
    expect(await harness.azure.queues.read(request(metricName), signal)).toMatchObject({
      kind: 'retry',
      error: { code: 'AZ3004' },
    });
  });

  it('says that the queue does not exist', async () => {
    fake.reply({ status: 404, headers: { 'x-ms-error-code': 'QueueNotFound' } });
    const outcome = await harness.azure.queues.read(request('MessageCount'), signal);
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'AZ3013' } });
    expect(fake.calls()).toHaveLength(1);
  });

  it('repeats after a 503', async () => {
    fake.reply({ status: 503 }, { headers: { 'x-ms-approximate-messages-count': '1' } });
    expect(await harness.azure.queues.read(request('MessageCount'), signal)).toEqual({ kind: 'ok', value: 1 });
    expect(harness.events.map(({ code, attempt }) => `${attempt}:${code}`)).toEqual(['1:503', '2:200']);
  });

  it.each([
    [{ ...request('MessageCount'), accountName: 'evil.example/' }, 'accountName'],
    [request('MessageCount', ' '), 'SAS token of queue orders'],
  ])('sends nothing for what cannot be asked: %#', async (asked, words) => {
    const outcome = await harness.azure.queues.read(asked, signal);
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'AZ3015' } });
    expect(outcome.kind === 'failed' && outcome.error.message).toContain(words);
    expect(fake.seen).toEqual([]);
  });
});
