import { afterEach, describe, expect, it } from 'vitest';
import { type AppOptions, createApp } from '../../src/http/app.ts';
import type { ExpositionRequest } from '../../src/http/ports.ts';
import { type HttpServer, listen } from '../../src/http/server.ts';
import { appOptions } from '../fakes/app-options.ts';

const servers: HttpServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close(0)));
});

async function serve(changes: Partial<AppOptions> = {}) {
  const asked: ExpositionRequest[] = [];
  const errors: unknown[] = [];
  const app = createApp(
    appOptions({
      metricsPath: '/metrics',
      exposition: {
        serve(request, response) {
          asked.push(request);
          response.setHeader('Content-Type', 'text/plain; version=0.0.4; charset=utf-8');
          response.write(Buffer.from('demo 1\n'));
          response.end();
          return Promise.resolve();
        },
        refresh: () => Promise.resolve(),
      },
      onError: (error) => errors.push(error),
      ...changes,
    }),
  );
  const server = await listen(app, 0);
  servers.push(server);
  const get = (path: string, init?: RequestInit): Promise<Response> =>
    fetch(`http://127.0.0.1:${server.port}${path}`, init);
  return { get, asked, errors };
}

describe('the routes', () => {
  it('serve the metrics as the exposition writes them', async () => {
    const { get, asked } = await serve();
    const answer = await get('/metrics', {
      headers: { accept: 'application/openmetrics-text', 'accept-encoding': 'gzip' },
    });
    expect(await answer.text()).toBe('demo 1\n');
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(answer.headers.get('x-version')).toBe('1.2.3');
    expect(asked).toEqual([{ accept: 'application/openmetrics-text', acceptEncoding: 'gzip' }]);
  });

  it('serve the metrics under another path, or not at all', async () => {
    expect((await (await serve({ metricsPath: '/prometheus/scrape' })).get('/prometheus/scrape')).status).toBe(200);
    expect((await (await serve({ metricsPath: '/other' })).get('/metrics')).status).toBe(404);
  });

  it.each(['/-/healthy', '/-/ready'])('answer %s with 200, or 503 and a reason a line', async (path) => {
    const fine = await (await serve()).get(path);
    expect([fine.status, fine.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
    const why = () => ['first reason', 'second reason'];
    const bad = await (await serve({ unhealthy: why, notReady: why })).get(path);
    expect(bad.status).toBe(503);
    expect(await bad.text()).toBe('first reason\nsecond reason\n');
  });

  it('refuse to be written to', async () => {
    const answer = await (await serve()).get('/metrics', { method: 'POST' });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('say where to look when a path does not exist', async () => {
    const answer = await (await serve()).get('/nowhere');
    expect(answer.status).toBe(404);
    expect(await answer.text()).toBe('There is no /nowhere here. See / for what there is.\n');
  });

  it('answer 500 without details when the exposition fails, and report it', async () => {
    const failure = new Error('secret detail');
    const { get, errors } = await serve({
      exposition: { serve: () => Promise.reject(failure), refresh: () => Promise.resolve() },
    });
    const answer = await get('/metrics');
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('secret');
    expect(errors).toEqual([failure]);
  });
});

describe('listen', () => {
  it('rejects when the port is taken', async () => {
    await serve();
    const port = servers[0]?.port ?? 0;
    await expect(listen(() => undefined, port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('cuts an answer that outlasts the grace period', async () => {
    const server = await listen(() => undefined, 0);
    const hanging = fetch(`http://127.0.0.1:${server.port}/`).catch(() => 'cut');
    await new Promise((resolve) => setTimeout(resolve, 50));
    await server.close(10);
    expect(await hanging).toBe('cut');
  });
});
