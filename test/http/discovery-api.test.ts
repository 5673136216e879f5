import { createServer, type RequestListener } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/core/clock.ts';
import { createAskAgent } from '../../src/discovery/agent/ask.ts';
import { createAgentSource } from '../../src/discovery/agent/client.ts';
import { createDiscoveryApi } from '../../src/discovery/agent/serve.ts';
import { createApp } from '../../src/http/app.ts';
import { type HttpServer, listen } from '../../src/http/server.ts';
import { realClock } from '../../src/telemetry/clock.ts';
import { contracts } from '../discovery/agent/contracts.ts';
import { discoveryOf, groupOf, resourceOf, tenantId } from '../discovery/agent/support.ts';
import { appOptions } from '../fakes/app-options.ts';
import { createFakeClock } from '../fakes/clock.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

const groups = [...contracts.map(([type]) => groupOf(`all of ${type}/x`, type)), groupOf('many', 'KeyVault')];
const lists = {
  ...Object.fromEntries(
    contracts.map(([type]) => [`all of ${type}/x`, [0, 1].map((index) => resourceOf(type, index))]),
  ),
  many: Array.from({ length: 2_500 }, (_, index) => resourceOf('KeyVault', index)),
};

async function served(discovery = true): Promise<HttpServer> {
  const app = createApp(appOptions(discovery ? { discovery: createDiscoveryApi(groups, discoveryOf(lists)) } : {}));
  const server = await listen(app, 0);
  closers.push(() => server.close(0));
  return server;
}

function clientOf(port: number) {
  const address = `http://127.0.0.1:${port}`;
  return createAgentSource({ address, tenantId, ask: createAskAgent('127.0.0.1', port, realClock) });
}

const signal = new AbortController().signal;

describe('the routes of the discovery API', () => {
  it('carry status, headers and content type of the answers, and X-Version', async () => {
    const { port } = await served();
    const get = (path: string, headers = {}): Promise<Response> =>
      fetch(`http://127.0.0.1:${port}${path}`, { headers });
    const first = await get('/api/v1/resources/groups/MANY/discover?PageSize=7&currentpage=2');
    expect(first.status).toBe(200);
    expect(
      Object.fromEntries([...first.headers].filter(([name]) => /^(x-(paging|version)|content-type$)/.test(name))),
    ).toEqual({
      'content-type': 'application/json',
      'x-paging-current-page': '2',
      'x-paging-page-size': '7',
      'x-paging-total': '2500',
      'x-version': '1.2.3',
    });
    expect(await first.text()).toMatch(
      /^\[\{"\$type":"Promitor\.Core\.Contracts\.ResourceTypes\.KeyVaultResourceDefinition, /,
    );
    const wrong = await get('/api/v2/resources/groups/many/discover?pageSize=1001');
    expect([wrong.status, wrong.headers.get('content-type'), wrong.headers.get('x-version')]).toEqual([
      400,
      'application/problem+json; charset=utf-8',
      '1.2.3',
    ]);
    expect((await get('/api/v2/resources/groups/nobody/discover')).status).toBe(404);
    expect((await get('/api/v1/resources/groups', { accept: 'text/html' })).status).toBe(406);
    const names = ((await (await get('/api/v1/resources/groups')).json()) as { name: string }[]).map(
      ({ name }) => name,
    );
    expect(names).toHaveLength(51);
  });

  it('are not there without groups', async () => {
    const { port } = await served(false);
    expect((await fetch(`http://127.0.0.1:${port}/api/v1/resources/groups`)).status).toBe(404);
  });
});

describe('Azimuth asking Azimuth', () => {
  it('brings every type over unharmed', async () => {
    const source = clientOf((await served()).port);
    for (const [type] of contracts) {
      const outcome = await source.list(`all of ${type}/x`, signal);
      const back = outcome.kind === 'ok' ? outcome.value : outcome;
      expect(back).toEqual(
        [0, 1].map((index) => ({ ...resourceOf(type, index), name: expect.stringMatching(/./) as string })),
      );
    }
  });

  it('reads 2,500 resources in three pages', async () => {
    const source = clientOf((await served()).port);
    const outcome = await source.list('Many', signal);
    expect(outcome.kind === 'ok' && outcome.value.length).toBe(2_500);
  });
});

/** A server that answers as told. */
async function rawServer(handler: RequestListener): Promise<number> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(
    () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  );
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('asking over HTTP', () => {
  it('fails when the answer is cut', async () => {
    const port = await rawServer((_request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{"Result":');
      response.destroy();
    });
    await expect(createAskAgent('127.0.0.1', port, realClock)('/x', signal)).rejects.toThrow();
  });

  it('gives up at the deadline, and at once when told to stop', async () => {
    let arrived: () => void = () => undefined;
    const port = await rawServer(() => arrived());
    const ask = (clock: Clock = realClock, stop = signal) => {
      const there = new Promise<void>((resolve) => {
        arrived = resolve;
      });
      return { there, answer: createAskAgent('127.0.0.1', port, clock)('/x', stop) };
    };
    const clock = createFakeClock();
    const late = ask(clock);
    await late.there;
    await clock.advance(30_000);
    await expect(late.answer).rejects.toThrow('no answer within 30 seconds');
    const stop = new AbortController();
    const stopped = ask(realClock, stop.signal);
    await stopped.there;
    stop.abort();
    await expect(stopped.answer).rejects.toThrow('aborted');
  });

  it('refuses an answer without end', async () => {
    const block = Buffer.alloc(1024 * 1024);
    const port = await rawServer((_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(block));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    await expect(createAskAgent('127.0.0.1', port, realClock)('/x', signal)).rejects.toThrow(
      'the answer is larger than 32 MB',
    );
  });
});
