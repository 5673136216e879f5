import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { secret } from '../../src/core/secret.ts';
import type { MetricsRequest } from '../../src/scrape/ports.ts';
import {
  connect,
  type FakeAzure,
  marks,
  type Reply,
  resourceId,
  startFakeAzure,
  subscriptionId,
} from './fake-azure.ts';

/** Every spelling of every marked value; parts of them count, too. */
const spellings = ['MARK-client-secret', 'MARK-access-token', 'MARK%2Bsas', 'MARK+sas', marks.sas];

/** What a hostile or careless service could send back. */
const echo = `${marks.clientSecret} ${marks.sas} ${decodeURIComponent(marks.sas)} Bearer ${marks.token}-1 sig=MARK%2Bsas%3Dsignature`;
const replies: Reply[] = [
  { body: { value: [] } },
  { status: 400, body: { code: 'BadRequest', message: `echo ${echo}` } },
  { status: 403, body: { error: { code: 'AuthorizationFailed', message: echo } } },
  { status: 404, headers: { 'x-ms-error-code': 'QueueNotFound' } },
  { status: 429, headers: { 'retry-after': '99' }, body: { error: { code: echo, message: echo } } },
  { status: 500, body: `<html>${echo}</html>` },
  { status: 200, body: `<html>${echo}</html>` },
  'reset',
];

describe('secrets', () => {
  let fake: FakeAzure;
  const signal = new AbortController().signal;
  beforeAll(async () => {
    fake = await startFakeAzure();
  });
  afterAll(() => fake.close());
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

  it('never come out of outcomes, events, details, state or the object itself', async () => {
    const shown: string[] = [];
    const show = (value: unknown): void => {
      shown.push(inspect(value, { depth: 8, showHidden: true }), JSON.stringify(value) ?? '');
    };
    for (const reply of replies) {
      fake.reply(reply);
      const { azure, events, details } = connect(fake.cloud);
      const queue = { accountName: 'st', queueName: 'q', sasToken: secret(() => marks.sas), nowMs: 0 } as const;
      show(await azure.metrics.query(request, signal));
      show(await azure.metrics.definitions(resourceId, undefined, signal));
      show(await azure.logs.query({ workspaceId: 'w', query: 'x', startMs: 0, endMs: 1 }, signal));
      show(await azure.queues.read({ ...queue, metricName: 'MessageCount' }, signal));
      show(await azure.queues.read({ ...queue, metricName: 'TimeSpentInQueue' }, signal));
      show(azure.token.state());
      show(azure);
      show(events);
      show(details);
      await azure.close();
    }
    fake.replyToToken({ status: 401, body: { error: 'invalid_client', error_description: `AADSTS7000215: ${echo}` } });
    const { azure, events, details } = connect(fake.cloud);
    show(await azure.token.probe(signal));
    show(azure.token.state());
    show(events);
    show(details);
    await azure.close();
    const all = shown.join('\n');
    expect(all).toContain('AZ3400');
    expect(all).toContain('AADSTS7000215');
    expect(all).toContain('first bytes of the unreadable answer');
    for (const spelling of spellings) expect(all).not.toContain(spelling);
  });
});
