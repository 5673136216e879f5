import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mintToken } from '../../src/emulator/identity/tokens.ts';
import { createFakeClock, type FakeClock } from '../fakes/clock.ts';
import {
  type Bench,
  bus,
  demoWorld,
  group,
  metricsPath,
  principal,
  startBench,
  startMs,
  stranger,
  subscription,
  tenant,
} from './support.ts';

const world = demoWorld(['seed: 2026', 'seed: 2026\nlimits: { arm: { burst: 1000, perSecond: 100 } }']);
let bench: Bench;
let clock: FakeClock;

beforeAll(async () => {
  clock = createFakeClock(startMs);
  bench = await startBench({ world, clock });
});
afterAll(() => bench.close());

const tokenOf = (clientId: string, audience: string, seconds = 3_600): string => {
  const identity = world.identities.find((one) => one.clientId === clientId);
  if (identity === undefined) throw new Error(`no identity ${clientId}`);
  return `Bearer ${mintToken(identity, audience, bench.emulator.urls.arm, clock.now(), seconds)}`;
};

describe("mistakes in a metrics query, in the provider's unwrapped shape", () => {
  const trace = 'TraceId: {7f1f4a52-6f0e-4b43-9d55-0a2c51e3b8d6}';
  it.each<[Record<string, string>, RegExp | string]>([
    [
      { metricnames: 'ActiveMesages' },
      /^Failed to find metric configuration for provider: Microsoft\.ServiceBus, resource Type: namespaces, metric: ActiveMesages, Valid metrics: ActiveMessages,DeadletteredMessages,/,
    ],
    [
      { interval: 'PT2M' },
      'Invalid time grain duration: PT2M, supported ones are: PT1M,PT5M,PT15M,PT30M,PT1H,PT6H,PT12H,P1D',
    ],
    [
      { interval: 'PT2M', metricnames: 'Size,Messages' },
      `Commonly allowed time grains: PT1M,PT5M,PT15M,PT30M,PT1H,PT6H,PT12H,P1D between metrics: Size,Messages, can not support requested time grain: PT2M please adjust your interval parameter to use one of the common grains, ${trace}`,
    ],
    [
      { $filter: "Queue eq '*'" },
      `Metric: ActiveMessages does not support requested dimension combination: queue, supported ones are: EntityName, ${trace}`,
    ],
    [
      { $filter: "EntityName eq '*'", metricnames: 'ActiveConnections' },
      `Metric: ActiveConnections does not support requested dimension combination: entityname, supported ones are: , ${trace}`,
    ],
    [
      { metricnames: Array.from({ length: 21 }, (_, index) => `M${index}`).join(',') },
      'Requested metrics count: 21 bigger than allowed max: 20',
    ],
    [
      { timespan: '2025-10-01T00:00:00.000Z/2025-10-01T01:00:00.000Z' },
      'Query endTime: 10/01/2025 01:00:00 is out of the Max metrics retention period: 93.00:00:00',
    ],
    [
      { metricnamespace: 'Microsoft.Web/sites' },
      "Detect invalid value: Microsoft.Web/sites for query parameter: 'metricnamespace', the value must be: Microsoft.ServiceBus/namespaces if the query parameter is provided, you can also skip this optional query parameter.",
    ],
    [{ $filter: "EntityName sw 'or' or EntityName sw 'in'" }, "Only 'eq' operator are supported for 'or' clause"],
    [
      { timespan: 'yesterday' },
      "Detect invalid value: yesterday for query parameter: 'timespan', it must be a start and a later end.",
    ],
    [
      { aggregation: 'Median' },
      "Detect invalid value: Median for query parameter: 'aggregation', the value must be one of: None,Average,Count,Minimum,Maximum,Total",
    ],
    [{ top: '0' }, "Detect invalid value: 0 for query parameter: 'top', it must be a positive integer."],
    [
      { orderby: 'colour desc' },
      "Detect invalid value: colour desc for query parameter: 'orderby', write an aggregation and asc or desc.",
    ],
    [
      { interval: 'soon' },
      "Detect invalid value: soon for query parameter: 'interval', it must be an ISO 8601 duration.",
    ],
  ])('%j', async (parameters, message) => {
    const answer = await bench.call(metricsPath(parameters));
    const expected = typeof message === 'string' ? message : expect.stringMatching(message);
    expect([answer.status, answer.json()]).toEqual([400, { code: 'BadRequest', message: expected }]);
  });
});

describe('refusals of ARM, wrapped', () => {
  const arm = 'https://management.azure.com';
  const ask = (authorization: string, path = metricsPath()): ReturnType<Bench['call']> =>
    bench.call(path, { headers: { authorization } });

  it('needs a token', async () => {
    const answer = await bench.plain(`${bench.emulator.urls.arm}${metricsPath()}`);
    expect([answer.status, answer.json()]).toEqual([
      401,
      {
        error: {
          code: 'AuthenticationFailed',
          message: "Authentication failed. The 'Authorization' header is missing.",
        },
      },
    ]);
    expect(answer.headers.get('www-authenticate')).toBe(
      `Bearer authorization_uri="${bench.emulator.urls.arm}/${tenant}", error="invalid_token", error_description="The authentication failed because of missing 'Authorization' header."`,
    );
  });

  it.each<[string, () => string, string, RegExp]>([
    ['no JWT', () => 'Bearer nothing', 'InvalidAuthenticationToken', /^The access token is invalid\.$/],
    [
      'an expired token',
      () => tokenOf(principal, arm, -5),
      'ExpiredAuthenticationToken',
      /^The access token expiry UTC time '3\/10\/2026 8:09:55 AM' is earlier than current UTC time '3\/10\/2026 8:10:00 AM'\.$/,
    ],
    [
      'another audience',
      () => tokenOf(principal, 'https://graph.microsoft.com'),
      'InvalidAuthenticationTokenAudience',
      /wrong audience or resource 'https:\/\/graph\.microsoft\.com'/,
    ],
  ])('refuses %s', async (_, authorization, code, message) => {
    const answer = await ask(authorization());
    expect(answer.status).toBe(401);
    expect(answer.json()).toEqual({ error: { code, message: expect.stringMatching(message) } });
  });

  it('names caller, action and scope of a missing role', async () => {
    const answer = await ask(tokenOf(stranger, arm));
    const { objectId } = world.identities.find(({ clientId }) => clientId === stranger) ?? {};
    expect([answer.status, answer.json()]).toEqual([
      403,
      {
        error: {
          code: 'AuthorizationFailed',
          message: `The client '${stranger}' with object id '${objectId}' does not have authorization to perform action 'Microsoft.Insights/metrics/read' over scope '${bus}/providers/Microsoft.Insights' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
        },
      },
    ]);
  });

  it.each([
    [
      metricsPath({}, `${bus}-gone`),
      'ResourceNotFound',
      "The Resource 'Microsoft.ServiceBus/namespaces/sb-shop-weu-gone' under resource group 'rg-shop-weu' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix",
    ],
    [
      metricsPath({}, bus.replace('rg-shop-weu', 'rg-gone')),
      'ResourceGroupNotFound',
      "Resource group 'rg-gone' could not be found.",
    ],
    [
      metricsPath({}, bus.replace(subscription, tenant)),
      'SubscriptionNotFound',
      `The subscription '${tenant}' could not be found.`,
    ],
  ])('%s is not found', async (path, code, message) => {
    const answer = await ask(tokenOf(principal, arm), path);
    expect([answer.status, answer.json()]).toEqual([404, { error: { code, message } }]);
  });

  it('bounds a role by its scope, whole segments of it', async () => {
    const narrow = demoWorld(
      ['    roles: []', `    roles: [{ role: Reader, scope: ${bus} }]`],
      ['resources:\n', 'resources:\n  - { type: Microsoft.ServiceBus/namespaces, name: sb-shop-weu-two }\n'],
    );
    bench.emulator.control.setWorld(narrow);
    const own = await ask(tokenOf(stranger, arm));
    const other = await ask(tokenOf(stranger, arm), metricsPath({}, `${bus}-two`));
    const seen = await bench.call('/providers/Microsoft.ResourceGraph/resources?api-version=2024-04-01', {
      method: 'POST',
      headers: { authorization: tokenOf(stranger, arm) },
      body: JSON.stringify({ query: 'Resources | project id' }),
    });
    bench.emulator.control.setWorld(world);
    expect([own.status, other.status, seen.json()['data']]).toEqual([200, 403, [{ id: bus }]]);
  });

  it('needs an api-version', async () => {
    const answer = await bench.call(metricsPath({ 'api-version': null }));
    expect(answer.json()).toMatchObject({ error: { code: 'MissingApiVersionParameter' } });
  });

  it('refuses a batch without a role on the subscription with 401', async () => {
    const path = `/westeurope/subscriptions/${subscription}/metrics:getBatch?api-version=2024-02-01&metricnames=Size&metricnamespace=Microsoft.ServiceBus/namespaces`;
    const answer = await bench.call(path, {
      method: 'POST',
      headers: { authorization: tokenOf(stranger, 'https://metrics.monitor.azure.com') },
      body: JSON.stringify({ resourceids: [bus] }),
    });
    expect([answer.status, answer.headers.get('x-ms-error-code'), answer.json()]).toEqual([
      401,
      'Unauthorized',
      {
        error: { code: 'Unauthorized', message: 'The caller has no read permission for metrics on the subscription.' },
      },
    ]);
  });
});

describe('rate limits', () => {
  const limited = (limits: string): void =>
    bench.emulator.control.setWorld(demoWorld(['seed: 2026', `seed: 2026\nlimits: { ${limits} }`]));

  it('are a token bucket on ARM, by region', async () => {
    limited('arm: { burst: 2, perSecond: 0.5 }');
    const first = await bench.call(metricsPath());
    expect(first.headers.get('x-ms-ratelimit-remaining-subscription-reads')).toBe('1');
    expect(first.headers.get('x-ms-ratelimit-remaining-subscription-global-reads')).toBe('29');
    await bench.call(metricsPath());
    const refused = await bench.call(metricsPath());
    expect([refused.status, refused.headers.get('retry-after'), refused.json()]).toEqual([
      429,
      '2',
      {
        error: {
          code: 'SubscriptionRequestsThrottled',
          message: `Number of requests for subscription '${subscription}' and operation 'GET/SUBSCRIPTIONS/RESOURCEGROUPS/PROVIDERS/MICROSOFT.SERVICEBUS/NAMESPACES/PROVIDERS/MICROSOFT.INSIGHTS/METRICS' exceeded the backend storage limit. Please try again after '2' seconds.`,
        },
      },
    ]);
    const elsewhere = bus.replace('rg-shop-weu', 'rg-shop-neu').replace('sb-shop-weu', 'sb-shop-neu');
    expect((await bench.call(metricsPath({}, elsewhere))).status).toBe(200);
    await clock.advance(2_000);
    expect((await bench.call(metricsPath())).status).toBe(200);
  });

  it('are a window for definitions', async () => {
    limited('definitions: { count: 1, seconds: 300 }');
    const path = `${bus}/providers/Microsoft.Insights/metricDefinitions?api-version=2024-02-01`;
    expect((await bench.call(path)).status).toBe(200);
    await clock.advance(88_000);
    const refused = await bench.call(path);
    expect([refused.status, refused.headers.get('retry-after'), refused.json()]).toEqual([
      429,
      '212',
      {
        error: {
          code: 'ResourceRequestsThrottled',
          message:
            "Number of requests for action 'Microsoft.Insights/metricDefinitions/read' exceeded the limit of '1' for time interval '00:05:00'. Please try again after '212' seconds.",
        },
      },
    ]);
    await clock.advance(212_000);
    expect((await bench.call(path)).status).toBe(200);
  });

  it('are fifteen queries in five seconds for Resource Graph', async () => {
    bench.emulator.control.setWorld(world);
    const query = (): ReturnType<Bench['call']> =>
      bench.call('/providers/Microsoft.ResourceGraph/resources?api-version=2024-04-01', {
        method: 'POST',
        body: JSON.stringify({ query: 'Resources | count' }),
      });
    const first = await query();
    expect(first.headers.get('x-ms-user-quota-remaining')).toBe('14');
    expect(first.headers.get('x-ms-user-quota-resets-after')).toBe('00:00:05');
    for (let count = 1; count < 15; count += 1) await query();
    const refused = await query();
    expect([refused.status, refused.headers.get('x-ms-user-quota-remaining')]).toEqual([429, '0']);
    expect(refused.json()).toMatchObject({ error: { code: 'RateLimiting', details: [{ code: 'RateLimiting' }] } });
    await clock.advance(5_000);
    expect((await query()).status).toBe(200);
  });

  it('are 529 on a throttled data plane and 429 on logs', async () => {
    limited('batch: { burst: 1, perSecond: 1 }, logs: { count: 1, seconds: 30 }');
    const batch = (): ReturnType<Bench['call']> =>
      bench.call(
        `/westeurope/subscriptions/${subscription}/metrics:getBatch?metricnames=Size&metricnamespace=Microsoft.ServiceBus/namespaces`,
        {
          method: 'POST',
          body: JSON.stringify({ resourceids: [bus] }),
        },
      );
    expect([(await batch()).status, (await batch()).status]).toEqual([200, 529]);
    const logs = (): ReturnType<Bench['call']> => bench.call(logsPath, { method: 'POST', body: '{"query":"x"}' });
    await logs();
    const refused = await logs();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '30']);
    bench.emulator.control.setWorld(world);
  });
});

const logsPath = '/v1/workspaces/3d70a6f8-9c24-4b1e-85d0-e2a94f17b6c3/query';

describe('Resource Graph', () => {
  const query = (body: unknown, authorization?: string): ReturnType<Bench['call']> =>
    bench.call('/providers/Microsoft.ResourceGraph/resources?api-version=2024-04-01', {
      method: 'POST',
      body: JSON.stringify(body),
      ...(authorization === undefined ? {} : { headers: { authorization } }),
    });

  it('explains a syntax error in the details', async () => {
    const answer = await query({ query: 'Resources | where type =~ ' });
    expect([answer.status, answer.json()]).toEqual([
      400,
      {
        error: {
          code: 'BadRequest',
          message: expect.stringMatching(/^Please provide below info when asking for support: timestamp = /),
          details: [
            { code: 'InvalidQuery', message: expect.any(String) },
            {
              code: 'ParserFailure',
              message: 'ParserFailure',
              line: 1,
              characterPositionInLine: 26,
              token: '<EOF>',
              expectedToken: '<expression>',
            },
          ],
        },
      },
    ]);
  });

  it('refuses unknown subscriptions and callers without a role', async () => {
    const unknown = await query({ query: 'Resources', subscriptions: [tenant] });
    expect(unknown.json()).toMatchObject({ error: { details: [{ code: 'NoValidSubscriptionsInQueryRequest' }] } });
    const refused = await query({ query: 'Resources' }, tokenOf(stranger, 'https://management.azure.com'));
    expect([refused.status, refused.json()]).toMatchObject([403, { error: { code: 'AuthorizationFailed' } }]);
  });

  it('pages by token while rows are resources', async () => {
    const pages: unknown[] = [];
    let token: unknown;
    do {
      const options = { resultFormat: 'objectArray', $top: 5, ...(token === undefined ? {} : { $skipToken: token }) };
      const body = (await query({ query: 'Resources | project id, name | order by name asc', options })).json();
      expect(body).toMatchObject({ totalRecords: 13, resultTruncated: 'false', facets: [] });
      pages.push(body['count']);
      token = body['$skipToken'];
    } while (token !== undefined);
    expect(pages).toEqual([5, 5, 3]);
    const cut = (await query({ query: 'Resources | project name', options: { $top: 5 } })).json();
    expect([cut['resultTruncated'], cut['$skipToken']]).toEqual(['true', undefined]);
  });
});

describe('Log Analytics', () => {
  const ask = (body: unknown, path = logsPath, headers: Record<string, string> = {}): ReturnType<Bench['call']> =>
    bench.call(path, { method: 'POST', headers, body: JSON.stringify(body) });
  const heartbeat = 'Heartbeat\n| summarize result = dcount(Computer)\n| project result';

  it('answers declared queries', async () => {
    const answer = await ask({ query: heartbeat, timespan: 'PT1H' }, logsPath, {
      prefer: 'wait=30,include-statistics=true',
    });
    expect(answer.json()).toEqual({
      tables: [{ name: 'PrimaryResult', columns: [{ name: 'result', type: 'long' }], rows: [[17]] }],
      statistics: { query: { executionTime: 0.0156, resourceUsage: { cpu: { 'total cpu': '00:00:00.0156250' } } } },
    });
    const matched = await ask({ query: 'AppRequests | where x\n| project result', timespan: 'PT1H' });
    expect(matched.json()).toMatchObject({ tables: [{ rows: [[expect.any(Number)]] }] });
  });

  it('refuses other queries, paths and callers', async () => {
    const other = await ask({ query: 'Perf | count' });
    expect([other.status, other.json()]).toMatchObject([
      400,
      {
        error: {
          code: 'BadArgumentError',
          innererror: { code: 'SyntaxError', innererror: { code: 'SYN0002', token: 'Perf' } },
        },
      },
    ]);
    const path = await ask({ query: heartbeat }, logsPath.replace('v1', 'v0'));
    expect([path.status, path.json()]).toEqual([
      404,
      { error: { code: 'PathNotFoundError', message: 'The requested path does not exist' } },
    ]);
    const role = await ask({ query: heartbeat }, logsPath, {
      authorization: tokenOf(stranger, 'https://api.loganalytics.io'),
    });
    expect([role.status, role.json()]).toEqual([
      403,
      {
        error: {
          code: 'InsufficientAccessError',
          message: 'The provided credentials have insufficient access to perform the requested operation',
        },
      },
    ]);
    const audience = await ask({ query: heartbeat }, logsPath, {
      authorization: tokenOf(principal, 'https://management.azure.com'),
    });
    expect([audience.status, audience.json()]).toMatchObject([
      403,
      { error: { code: 'InvalidAuthenticationTokenAudience' } },
    ]);
    expect((await ask({})).text).toBe('');
  });

  it('can answer in part, or not at all', async () => {
    const partial = 'seed: 2026\n';
    bench.emulator.control.setWorld(
      demoWorld(
        ['seed: 2026\n', partial],
        [
          '    queries:\n',
          '    queries:\n      - { query: half, rows: [[1]], partialError: Too much. }\n      - { query: nothing, noContent: true }\n',
        ],
      ),
    );
    const half = await ask({ query: 'half' });
    const nothing = await ask({ query: 'nothing' });
    bench.emulator.control.setWorld(world);
    expect([half.status, half.json()]).toMatchObject([
      200,
      {
        tables: [{ rows: [[1]] }],
        error: { code: 'PartialError', details: [{ innererror: { message: 'Too much.' } }] },
      },
    ]);
    expect([nothing.status, nothing.text]).toEqual([204, '']);
  });
});

describe('storage queues', () => {
  const ask = (path: string): ReturnType<Bench['plain']> =>
    bench.plain(`${bench.emulator.urls.queue.replace('{account}', 'stshopweu')}${path}`);

  it('count and show messages', async () => {
    const metadata = await ask('/orders?comp=metadata&sig=x&sp=r');
    const count = Number(metadata.headers.get('x-ms-approximate-messages-count'));
    expect(count).toBeGreaterThan(0);
    const peeked = await ask('/orders/messages?peekonly=true&numofmessages=32&sig=x');
    expect(peeked.text.match(/<QueueMessage>/g)).toHaveLength(Math.min(32, count));
    expect((await ask('/empty/messages?peekonly=true&sig=x')).text).toContain(
      '<QueueMessagesList></QueueMessagesList>',
    );
  });

  it.each([
    ['/orders?comp=metadata', 401, 'NoAuthenticationInformation'],
    ['/orders?comp=metadata&sig=x&se=2020-01-01T00:00:00Z', 403, 'AuthenticationFailed'],
    ['/orders?comp=metadata&sig=x&sp=a', 403, 'AuthorizationPermissionMismatch'],
    ['/gone?comp=metadata&sig=x', 404, 'QueueNotFound'],
    ['/orders/messages?sig=x', 400, 'InvalidQueryParameterValue'],
  ])('refuse %s', async (path, status, code) => {
    const answer = await ask(path);
    expect([answer.status, answer.headers.get('x-ms-error-code')]).toEqual([status, code]);
    expect(answer.text).toContain(`<Code>${code}</Code>`);
  });

  it('compare the signature where one is declared', async () => {
    bench.emulator.control.setWorld(
      demoWorld(['    name: orders\n    messages', '    name: orders\n    signature: right\n    messages']),
    );
    const [right, wrong] = [await ask('/orders?comp=metadata&sig=right'), await ask('/orders?comp=metadata&sig=wrong')];
    bench.emulator.control.setWorld(world);
    expect([right.status, wrong.status]).toEqual([200, 403]);
  });
});

describe('lists for azure-cli', () => {
  it.each([
    ['/tenants', 1],
    ['/subscriptions', 1],
    [`/subscriptions/${subscription}/resources`, 13],
    [`/subscriptions/${subscription}/resourcegroups`, 2],
    [`${group}/resources`, 11],
  ])('%s', async (path, count) => {
    const answer = await bench.call(`${path}?api-version=2021-04-01`);
    expect(answer.json()['value']).toHaveLength(count);
  });

  it('shows one resource, one group, one subscription', async () => {
    const show = async (path: string): Promise<unknown> => (await bench.call(`${path}?api-version=2021-04-01`)).json();
    expect(await show(bus)).toMatchObject({ id: bus, location: 'westeurope', tags: { team: 'shop' } });
    expect(await show(group)).toMatchObject({ id: group, name: 'rg-shop-weu' });
    expect(await show(`/subscriptions/${subscription}`)).toMatchObject({ displayName: 'Shop demo' });
  });

  it('says so where nothing is', async () => {
    const answer = await bench.call('/nowhere');
    expect([answer.status, answer.json()]).toEqual([
      404,
      { error: { code: 'NotFound', message: 'The emulator has nothing at GET /nowhere.' } },
    ]);
  });
});
