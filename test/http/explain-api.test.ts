import { afterEach, describe, expect, it } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { type HttpServer, listen } from '../../src/http/server.ts';
import type { StatusSource } from '../../src/status/ports.ts';
import { appOptions } from '../fakes/app-options.ts';
import { createFakeStatus } from '../fakes/status-source.ts';

const servers: HttpServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close(0)));
});

async function serve() {
  const asked: string[] = [];
  const explain: StatusSource['explain'] = (selector) => {
    asked.push(selector);
    return selector === '{' ? { problem: 'no selector' } : { explanations: [], found: 3 };
  };
  const app = createApp(appOptions({ status: { ...createFakeStatus().source, explain } }));
  const server = await listen(app, 0);
  servers.push(server);
  const get = (query: string): Promise<Response> => fetch(`http://127.0.0.1:${server.port}/api/v1/explain${query}`);
  return { get, asked };
}

describe('GET /api/v1/explain', () => {
  it('answers with what the selector means, and is never cached', async () => {
    const { get, asked } = await serve();
    const answer = await get(`?selector=${encodeURIComponent('demo{a="b"}')}`);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answer.json()).toEqual({ explanations: [], found: 3 });
    expect(asked).toEqual(['demo{a="b"}']);
  });

  it.each([
    ['?selector=%7B', 'no selector'],
    ['', 'Name the series: ?selector=name{label="value"}, at most 2000 characters.'],
    ['?selector=a&selector=b', 'Name the series: ?selector=name{label="value"}, at most 2000 characters.'],
    [`?selector=${'a'.repeat(2_001)}`, 'Name the series: ?selector=name{label="value"}, at most 2000 characters.'],
  ])('refuses %s in words', async (query, problem) => {
    const answer = await (await serve()).get(query);
    expect([answer.status, await answer.json()]).toEqual([400, { problem }]);
  });
});
