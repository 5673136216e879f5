import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/core/outcome.ts';
import type { GraphRow } from '../../src/discovery/ports.ts';
import {
  connect,
  type FakeAzure,
  type Harness,
  type Reply,
  resourceId,
  startFakeAzure,
  subscriptionId,
  tenantId,
} from './fake-azure.ts';

const never = new AbortController().signal;
const query = 'Resources | project id, name | order by id asc';
const request = { tenantId, subscriptions: [subscriptionId], query };

function rowsOf(from: number, count: number): GraphRow[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `/Subscriptions/x/${from + index}`,
    name: `n${from + index}`,
  }));
}

/** A page of Resource Graph; `more` is the token of the next one. */
function page(rows: readonly GraphRow[], total: number, more?: string, changes: Record<string, unknown> = {}): Reply {
  return {
    body: {
      totalRecords: total,
      count: rows.length,
      data: rows,
      facets: [],
      resultTruncated: 'false',
      ...(more === undefined ? {} : { $skipToken: more }),
      ...changes,
    },
  };
}

let fake: FakeAzure;
beforeAll(async () => {
  fake = await startFakeAzure();
});
afterAll(() => fake.close());

async function withHarness<T>(use: (harness: Harness, host: string) => Promise<T>): Promise<T> {
  fake.seen.length = 0;
  const harness = connect(fake.cloud);
  try {
    return await use(harness, `Resource Graph at ${new URL(fake.origin).host}`);
  } finally {
    await harness.azure.close();
  }
}

function ask(replies: readonly Reply[], subscriptions: readonly string[] = [subscriptionId]) {
  fake.reply(...replies);
  return withHarness(async ({ azure, events, clock }, host) => {
    const outcome = await azure.graph.query({ ...request, subscriptions }, never);
    return {
      outcome,
      events,
      host,
      waits: clock.waits,
      bodies: fake.calls().map(({ body }) => JSON.parse(body) as unknown),
    };
  });
}

function problem(outcome: Outcome<unknown>): string {
  return outcome.kind === 'ok' ? 'ok' : `${outcome.error.code} ${outcome.error.message}`;
}

describe('a query of Resource Graph', () => {
  it('is asked to the last page, by token, with the largest pages', async () => {
    const { outcome, bodies, events } = await ask([page(rowsOf(0, 1000), 1500, 'two'), page(rowsOf(1000, 500), 1500)]);
    expect(outcome.kind === 'ok' && outcome.value).toEqual(rowsOf(0, 1500));
    const options = { $top: 1000, resultFormat: 'objectArray' };
    expect(bodies).toEqual([
      { query, subscriptions: [subscriptionId], options },
      { query, subscriptions: [subscriptionId], options: { ...options, $skipToken: 'two' } },
    ]);
    expect(fake.calls().map(({ path, query: sent }) => `${path} ${sent.get('api-version')}`)).toEqual(
      Array<string>(2).fill('/providers/Microsoft.ResourceGraph/resources 2024-04-01'),
    );
    expect(events.filter(({ api }) => api === 'resourceGraph')).toMatchObject([{ tenantId, code: '200' }, {}]);
  });

  it('without subscriptions is about all that the identity sees', async () => {
    const { bodies } = await ask([page([], 0)], []);
    expect(bodies).toEqual([{ query, options: { $top: 1000, resultFormat: 'objectArray' } }]);
  });

  it('is cut into chunks of a thousand subscriptions', async () => {
    const many = Array.from({ length: 2_001 }, (_, index) => `s${index}`);
    const { outcome, bodies } = await ask([page(rowsOf(0, 1), 1), page(rowsOf(1, 1), 1), page(rowsOf(2, 1), 1)], many);
    const sizes = bodies.map((body) => (body as { subscriptions: string[] }).subscriptions.length);
    expect(sizes).toEqual([1000, 1000, 1]);
    expect(outcome.kind === 'ok' && outcome.value).toEqual(rowsOf(0, 3));
  });

  it('tells what remains of the quota', async () => {
    const headers = { 'x-ms-user-quota-remaining': '9', 'x-ms-user-quota-resets-after': '00:00:03' };
    fake.reply({ ...(page([], 0) as object), headers });
    await withHarness(async ({ azure, events }) => {
      await azure.graph.query(request, never);
      expect(events.at(-1)).toMatchObject({ api: 'resourceGraph', remainingQueries: 9, throttled: false });
      const state = {
        api: 'resourceGraph',
        tenant: tenantId,
        subscription: '',
        tokens: 9,
        ratePerSecond: 3,
        waiting: 0,
      };
      expect(azure.pace.state()).toEqual([{ ...state, remaining: 9 }]);
    });
  });

  it('waits out a refusal for too many queries', async () => {
    const details = [{ code: 'RateLimiting', message: 'Client application has been throttled.' }];
    const body = { error: { code: 'RateLimiting', message: 'Please provide below info.', details } };
    const { outcome, waits } = await ask([
      { status: 429, headers: { 'retry-after': '4', 'x-ms-user-quota-remaining': '0' }, body },
      page(rowsOf(0, 1), 1),
    ]);
    expect(outcome.kind).toBe('ok');
    expect(Math.max(...waits.filter((ms) => ms < 15_000))).toBeGreaterThanOrEqual(4_000);
  });

  it('repeats a page that failed on the side of Azure, and not those before it', async () => {
    const { outcome, bodies } = await ask([
      page(rowsOf(0, 1000), 1001, 'two'),
      { status: 500, body: { error: { code: 'InternalServerError', message: 'Oops.' } } },
      page(rowsOf(1000, 1), 1001),
    ]);
    expect(outcome.kind).toBe('ok');
    expect(bodies).toHaveLength(3);
  });
});

describe('a list that is not whole', () => {
  const more = 'the query is repeated';
  it.each<[string, readonly Reply[], string]>([
    [
      'half a page',
      [page(rowsOf(0, 500), 1000, undefined, { count: 1000 })],
      `AZ3020 HOST did not give a whole list: page 1 counted 1000 resources and held 500; ${more}.`,
    ],
    [
      'a page that is short of the total',
      [page(rowsOf(0, 1000), 2000, 'two'), page(rowsOf(1000, 300), 2000)],
      `AZ3020 HOST did not give a whole list: it counted 2000 resources and gave 1300 on 2 page(s); ${more}.`,
    ],
    [
      'an empty page before the end',
      [page(rowsOf(0, 1000), 2000, 'two'), page([], 2000, 'three'), page(rowsOf(1000, 1000), 2000)],
      `AZ3020 HOST did not give a whole list: page 2 was empty, though more were to come; ${more}.`,
    ],
    [
      'an empty page at the end',
      [page(rowsOf(0, 1000), 2000, 'two'), page([], 2000)],
      `AZ3020 HOST did not give a whole list: it counted 2000 resources and gave 1000 on 2 page(s); ${more}.`,
    ],
    [
      'a loop of skip tokens',
      [page(rowsOf(0, 1000), 9000, 'two'), page(rowsOf(1000, 1000), 9000, 'two')],
      `AZ3020 HOST did not give a whole list: page 2 led back to an earlier one; ${more}.`,
    ],
    [
      'the same page under ever new tokens',
      [page(rowsOf(0, 1000), 9000, 'two'), page(rowsOf(0, 1000), 9000, 'three'), page(rowsOf(0, 1000), 9000, 'four')],
      `AZ3020 HOST did not give a whole list: page 2 held nothing but what earlier ones held; ${more}.`,
    ],
    [
      'truncation without a token',
      [page(rowsOf(0, 1000), 1000, undefined, { resultTruncated: 'true' })],
      `AZ3020 HOST did not give a whole list: it cut the list and gave no way to the rest, as it does for a query that cannot be paged; ${more}.`,
    ],
    [
      'subscriptions that were left out',
      [{ ...(page(rowsOf(0, 1), 1) as object), headers: { 'x-ms-tenant-subscription-limit-hit': 'true' } }],
      'AZ3021 HOST did not give a whole list: it left out subscriptions, because the identity sees more of them than one query may have; list the subscriptions of the landscape.',
    ],
    [
      'rows without an id',
      [page([{ name: 'a' }], 1)],
      'AZ3004 HOST gave an answer that could not be read: the id of a row is no text; something between here and Azure answers in its place; check proxies and the endpoint.',
    ],
  ])('%s is a failure', async (_, replies, expected) => {
    const { outcome, host } = await ask(replies);
    expect(problem(outcome)).toBe(expected.replace('HOST', host));
  });

  it('resources that vanish while the pages are read are no reason to fail', async () => {
    const { outcome } = await ask([page(rowsOf(0, 1000), 1002, 'two'), page(rowsOf(1000, 1), 1001)]);
    expect(outcome.kind === 'ok' && outcome.value.length).toBe(1001);
  });
});

describe('refusals', () => {
  it('tell where a condition is wrong', async () => {
    const details = [
      { code: 'InvalidQuery', message: 'Query is invalid.' },
      {
        code: 'ParserFailure',
        message: 'ParserFailure',
        line: 2,
        characterPositionInLine: 11,
        token: '|',
        expectedToken: '<EOF>',
      },
    ];
    const body = {
      error: { code: 'BadRequest', message: 'Please provide below info when asking for support.', details },
    };
    const { outcome, host } = await ask([{ status: 400, body }]);
    expect(problem(outcome)).toBe(
      `AZ3400 ${host} answered 400 BadRequest "Please provide below info when asking for support. Query is invalid. ParserFailure in line 2 at position 11, near |"; check the criteria and the condition of the resource discovery group, and the subscriptions of the landscape.`,
    );
  });

  it('of the identity name the role', async () => {
    const body = { error: { code: 'AuthorizationFailed', message: 'No access.' } };
    const { outcome, host } = await ask([{ status: 403, body }]);
    expect(problem(outcome)).toBe(
      `AZ3403 ${host} answered 403 AuthorizationFailed "No access"; assign the role Reader or Monitoring Reader to the identity on the subscriptions of the landscape.`,
    );
  });
});

describe('another tenant', () => {
  const other = 'd0f2b7c1-5a34-4be1-9c77-3f1e2a8b6c90';

  it('is asked with a token of its own, for lists and for metrics', async () => {
    fake.reply(page([], 0));
    await withHarness(async ({ azure }) => {
      await azure.graph.query({ ...request, tenantId: other }, never);
      await azure.graph.query({ ...request, tenantId: other.toUpperCase() }, never);
      fake.reply({ body: { value: [] } });
      const metrics = {
        mode: 'single',
        subscriptionId,
        resourceIds: [resourceId],
        metricNames: ['A'],
        aggregations: ['Total'],
        intervalMs: 60_000,
        startMs: 0,
        endMs: 60_000,
        limit: 1,
      } as const;
      await azure.metrics.query({ ...metrics, tenantId: other }, never);
      await azure.metrics.query(metrics, never);
      const authorities = fake.seen
        .filter(({ path }) => path.endsWith('/openid-configuration'))
        .map(({ path }) => path.split('/')[1]);
      expect(authorities).toEqual([other, tenantId]);
      const [first, second, third, main] = fake.calls().map(({ headers }) => headers.authorization);
      expect([second, third]).toEqual([first, first]);
      expect(main).not.toBe(first);
      expect(azure.pace.state().filter(({ api }) => api === 'resourceGraph')).toMatchObject([
        { tenant: other, tokens: 13 },
      ]);
    });
  });
});
