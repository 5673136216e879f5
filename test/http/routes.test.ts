import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDiscoveryApi } from '../../src/discovery/agent/serve.ts';
import { type AppOptions, createApp } from '../../src/http/app.ts';
import { openApiDocument } from '../../src/http/openapi.ts';
import { assetPaths } from '../../src/http/page/assets.ts';
import { paths } from '../../src/http/page/paths.ts';
import { routeTable } from '../../src/http/routes.ts';
import { schemas } from '../../src/http/schemas.ts';
import { type HttpServer, listen } from '../../src/http/server.ts';
import { discoveryOf, groupOf, resourceOf } from '../discovery/agent/support.ts';
import { appOptions } from '../fakes/app-options.ts';
import { createFakeStatus } from '../fakes/status-source.ts';

const groups = [groupOf('vaults', 'KeyVault'), groupOf('new', 'KeyVault'), groupOf('logs', 'LogAnalytics')];
const lists = { vaults: [resourceOf('KeyVault')], new: undefined, logs: [] };
const report = (status: 'Healthy' | 'Degraded') => ({ entries: {}, status, totalDuration: '00:00:00.0005000' });
const reloads = [['a problem'], []];

const well: Partial<AppOptions> = {
  metricsPath: '/metrics',
  exposition: {
    serve(_request, response) {
      response.end();
      return Promise.resolve();
    },
    refresh: () => Promise.resolve(),
  },
  status: createFakeStatus({
    explain: (text) => (text === 'x' ? { explanations: [], found: 0 } : { problem: 'It cannot be read.' }),
  }).source,
  discovery: createDiscoveryApi(groups, discoveryOf(lists)),
  lifecycle: {
    logLevel: { get: () => 'Debug', set: () => undefined },
    reload: () => Promise.resolve(reloads.shift() ?? []),
  },
};
const unwell: Partial<AppOptions> = {
  ...well,
  unhealthy: () => ['it stands still'],
  notReady: () => ['nothing yet'],
  health: () => report('Degraded'),
  lifecycle: {},
};

const servers: HttpServer[] = [];
const ports: { well: number; unwell: number } = { well: 0, unwell: 0 };
beforeAll(async () => {
  for (const kind of ['well', 'unwell'] as const) {
    const server = await listen(createApp(appOptions(kind === 'well' ? well : unwell)), 0);
    servers.push(server);
    ports[kind] = server.port;
  }
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.close(0)));
});

interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly of?: 'well' | 'unwell';
}

function ask(path: string, { method = 'GET', headers = {}, of = 'well' }: Asked = {}): Promise<Response> {
  return fetch(`http://127.0.0.1:${ports[of]}${path}`, { method, headers, redirect: 'manual' });
}

/** Layers of express's router: a route, or a router inside. */
interface Layer {
  readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
  readonly handle: { readonly stack?: readonly Layer[] };
}

function registered(layers: readonly Layer[]): string[] {
  return layers.flatMap(({ route, handle }) => {
    if (route === undefined) return registered(handle.stack ?? []);
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    return Object.keys(route.methods).map((method) => `${method} ${path}`);
  });
}

const rows = routeTable('/metrics');
const nameOf = ({ method, path }: { readonly method: string; readonly path: string }): string => `${method} ${path}`;

describe('the table of routes', () => {
  it('is what is registered, in both directions', () => {
    const { router } = createApp(appOptions(well)) as unknown as { router: { stack: readonly Layer[] } };
    expect(rows.map(nameOf).sort()).toEqual(registered(router.stack).sort());
  });

  it('has the path of the metrics, or none', () => {
    expect(routeTable('/other').map(({ path }) => path)).toContain('/other');
    expect(routeTable(undefined).map(({ operationId }) => operationId)).not.toContain('Metrics_Get');
  });

  it('names the statuses that each route gives, and no others', async () => {
    const post = { method: 'POST' };
    const html = { headers: { accept: 'text/html' } };
    const unwellGet = { of: 'unwell' } as const;
    const discover = (group: string, version = 1) => `/api/v${version}/resources/groups/${group}/discover`;
    const requests: readonly (readonly [string, string, Asked?])[] = [
      ...[
        '/metrics',
        ...Object.values(paths),
        '/api/v1/status',
        '/api/v1/series',
        '/-/healthy',
        '/-/ready',
        '/-/log-level',
        '/api/docs',
        '/api/docs/index.html',
      ].map((path) => [`get ${path}`, path] as const),
      ['get /-/assets/{file}', assetPaths.style],
      ['get /-/healthy', '/-/healthy', unwellGet],
      ['get /-/ready', '/-/ready', unwellGet],
      ['get /-/log-level', '/-/log-level', unwellGet],
      ['post /-/log-level', '/-/log-level?level=Debug', post],
      ['post /-/log-level', '/-/log-level', post],
      ['post /-/log-level', '/-/log-level', { ...post, headers: { 'sec-fetch-site': 'cross-site' } }],
      ['post /-/log-level', '/-/log-level', { ...post, of: 'unwell' }],
      ['post /-/reload', '/-/reload', post],
      ['post /-/reload', '/-/reload', post],
      ['post /-/reload', '/-/reload', { ...post, headers: { 'sec-fetch-site': 'same-site' } }],
      ['post /-/reload', '/-/reload', { ...post, of: 'unwell' }],
      ['get /api/v1/health', '/api/v1/health', unwellGet],
      ['get /api/v1/explain', '/api/v1/explain?selector=x'],
      ['get /api/v1/explain', '/api/v1/explain?selector=y'],
      ...[
        '/api/v1/health',
        '/api/v1/system',
        '/api/v1/configuration/runtime',
        '/api/v1/configuration/metric-declaration',
        '/api/v1/resources/groups',
        '/api/v1/openapi.json',
        '/api/v1/docs.json',
      ].flatMap((path) => [[`get ${path}`, path] as const, [`get ${path}`, path, html] as const]),
      ...[1, 2].flatMap((version) => {
        const name = `get ${discover('{group}', version)}`;
        return [
          [name, discover('vaults', version)],
          [name, discover('vaults', version), html],
          [name, `${discover('vaults', version)}?pageSize=0`],
          [name, discover('nothing', version)],
          [name, discover('logs', version)],
          [name, discover('new', version)],
        ] as const;
      }),
    ];
    const seen: string[] = [];
    for (const [name, path, asked] of requests) seen.push(`${name} ${(await ask(path, asked)).status}`);
    const told = rows.flatMap((row) => Object.keys(row.responses).map((status) => `${nameOf(row)} ${status}`));
    expect([...new Set(seen)].sort()).toEqual(told.sort());
  });
});

describe('the OpenAPI document', () => {
  it('describes every route, with schemas that exist and are used', async () => {
    const answer = await ask('/api/v1/openapi.json');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    const document = JSON.parse(await answer.text()) as ReturnType<typeof openApiDocument>;
    expect(document).toEqual(JSON.parse(JSON.stringify(openApiDocument(rows, '1.2.3', '/'))));
    expect([document.openapi, document.info.version, document.servers]).toEqual(['3.0.3', '1.2.3', [{ url: '/' }]]);
    const described = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => nameOf({ method, path })),
    );
    expect(described.sort()).toEqual(rows.map(nameOf).sort());
    const used = [...JSON.stringify(document.paths).matchAll(/#\/components\/schemas\/(\w+)/g)].map(
      ([, name = '']) => name,
    );
    expect([...new Set(used)].sort()).toEqual(Object.keys(schemas).sort());
    expect(new Set(rows.map(({ operationId }) => operationId)).size).toBe(rows.length);
  });

  it('declares every parameter of a path', () => {
    for (const { path, parameters = [] } of rows) {
      const inPath = parameters.filter((row) => row.in === 'path').map(({ name }) => `{${name}}`);
      expect(path.match(/\{\w+\}/g) ?? []).toEqual(inPath);
    }
  });

  it("is the same under Promitor's path", async () => {
    expect(await (await ask('/api/v1/docs.json')).text()).toBe(await (await ask('/api/v1/openapi.json')).text());
  });

  it.each([
    [{ 'x-forwarded-host': 'metrics.example', 'x-forwarded-prefix': '/azimuth' }, 'http://metrics.example/azimuth'],
    [{ 'x-forwarded-host': 'metrics.example', 'x-forwarded-proto': 'https' }, 'https://metrics.example'],
    [{ 'x-forwarded-prefix': '/azimuth' }, '/azimuth'],
    [{ 'x-forwarded-host': '"><script>' }, '/'],
  ])('names the server that a proxy tells: %j', async (headers: Record<string, string>, url) => {
    const document = (await (await ask('/api/v1/docs.json', { headers })).json()) as { servers: unknown };
    expect(document.servers).toEqual([{ url }]);
  });
});

describe('the page of the API', () => {
  it('names every route, and loads and runs nothing', async () => {
    const answer = await ask('/api/docs/index.html');
    const html = await answer.text();
    for (const { method, path } of rows) expect(html).toContain(`<code>${method.toUpperCase()} ${path}</code>`);
    expect(html).not.toMatch(/<script|https?:\/\/|src=|@import|url\(/);
    expect(answer.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; base-uri 'none'; frame-ancestors 'none'$/,
    );
  });

  it('is where /api/docs leads', async () => {
    const answer = await ask('/api/docs');
    const location = answer.headers.get('location') ?? '';
    expect([answer.status, new URL(location, 'http://h/prefix/api/docs').pathname]).toEqual([
      301,
      '/prefix/api/docs/index.html',
    ]);
  });
});

describe("Promitor's routes", () => {
  it('answer health by status', async () => {
    const well = await ask('/api/v1/health');
    expect([well.status, well.headers.get('cache-control'), await well.json()]).toEqual([
      200,
      'no-store',
      { entries: {}, status: 'Healthy', totalDuration: '00:00:00' },
    ]);
    const bad = await ask('/api/v1/health?includeDependencies=true', { of: 'unwell' });
    expect([bad.status, await bad.json()]).toEqual([503, report('Degraded')]);
  });

  it.each(['includeDependencies=false', 'INCLUDEDEPENDENCIES=False'])(
    'answer %s without entries and always well',
    async (query) => {
      const answer = await ask(`/api/v1/health?${query}`, { of: 'unwell' });
      expect([answer.status, await answer.text()]).toEqual([
        200,
        '{"entries":{},"status":"Healthy","totalDuration":"00:00:00"}',
      ]);
    },
  );

  it('answer system with the version', async () => {
    const answer = await ask('/api/v1/system');
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
      200,
      'application/json; charset=utf-8',
      '{"version":"1.2.3"}',
    ]);
  });

  it('answer configurations, the declaration without a charset', async () => {
    const runtime = await ask('/api/v1/configuration/runtime');
    expect([runtime.headers.get('content-type'), await runtime.text()]).toEqual([
      'application/json; charset=utf-8',
      '{}',
    ]);
    const declaration = await ask('/api/v1/configuration/metric-declaration');
    expect([declaration.headers.get('content-type'), await declaration.text()]).toEqual(['application/json', '[]']);
  });

  it('give 406 without a body to who does not accept JSON', async () => {
    const answer = await ask('/api/v1/system', { headers: { accept: 'text/xml' } });
    expect([answer.status, await answer.text()]).toEqual([406, '']);
    expect((await ask('/api/v1/system', { headers: { accept: 'text/xml, */*;q=0.1' } })).status).toBe(200);
  });
});

describe('correlation', () => {
  const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
  const headersOf = async (given?: string) => {
    const { headers } = await ask(
      '/api/v1/system',
      given === undefined ? {} : { headers: { 'x-transaction-id': given } },
    );
    return { transaction: headers.get('x-transaction-id') ?? '', request: headers.get('requestid') ?? '' };
  };

  it('returns the id of a transaction, and one of the answer', async () => {
    const [first, second] = [await headersOf('4b1f-order:77'), await headersOf('4b1f-order:77')];
    expect([first.transaction, second.transaction]).toEqual(['4b1f-order:77', '4b1f-order:77']);
    expect(first.request).toMatch(uuid);
    expect(first.request).not.toBe(second.request);
  });

  it.each([undefined, '', 'with blanks', 'x'.repeat(129), '<b>'])('makes an id instead of %j', async (given) => {
    expect((await headersOf(given)).transaction).toMatch(uuid);
  });
});

it('readiness tells what has gone wrong since, and stays', async () => {
  const server = await listen(createApp(appOptions({ concerns: () => ['AZ2080: schedule x', 'AZ2082: y'] })), 0);
  servers.push(server);
  const answer = await fetch(`http://127.0.0.1:${server.port}/-/ready`);
  expect([answer.status, await answer.text()]).toEqual([200, 'Azimuth is ready.\nAZ2080: schedule x\nAZ2082: y\n']);
});
