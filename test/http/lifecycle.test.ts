import { afterEach, describe, expect, it } from 'vitest';
import type { LogLevel } from '../../src/core/runtime-config.ts';
import { createApp } from '../../src/http/app.ts';
import type { LifecycleHandlers } from '../../src/http/lifecycle.ts';
import { type HttpServer, listen } from '../../src/http/server.ts';
import { appOptions } from '../fakes/app-options.ts';

const servers: HttpServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close(0)));
});

async function serve(lifecycle: LifecycleHandlers) {
  const server = await listen(createApp(appOptions({ lifecycle })), 0);
  servers.push(server);
  return async (method: string, path: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(`http://127.0.0.1:${server.port}${path}`, { method, headers });
    return [answer.status, await answer.text()];
  };
}

function logLevel() {
  let level: LogLevel = 'Information';
  return {
    get: () => level,
    set: (next: LogLevel) => {
      level = next;
    },
  };
}

describe('the routes that change the running program', () => {
  it('are not there unless they are opted in', async () => {
    const ask = await serve({});
    const off = 'This is not offered: set server.enableLifecycle in runtime.yaml.\n';
    expect(await ask('POST', '/-/reload')).toEqual([404, off]);
    expect(await ask('POST', '/-/log-level?level=Debug')).toEqual([404, off]);
    expect(await ask('GET', '/-/log-level')).toEqual([404, off]);
  });

  it('tell and change the level of the log', async () => {
    const ask = await serve({ logLevel: logLevel() });
    expect(await ask('GET', '/-/log-level')).toEqual([200, '{"level":"Information"}']);
    expect(await ask('POST', '/-/log-level?level=debug')).toEqual([200, '{"level":"Debug"}']);
    expect(await ask('GET', '/-/log-level')).toEqual([200, '{"level":"Debug"}']);
    const wrong =
      'Name the level: ?level=Debug; there are Trace, Debug, Information, Warning, Error, Critical, None.\n';
    expect(await ask('POST', '/-/log-level?level=loud')).toEqual([400, wrong]);
    expect(await ask('POST', '/-/log-level')).toEqual([400, wrong]);
  });

  it('reload, or tell the problems', async () => {
    const problems = [['a.yaml:1:1: error AZ1001: no', 'b.yaml:2:2: error AZ1002: nor this'], []];
    const ask = await serve({ reload: () => Promise.resolve(problems.shift() ?? []) });
    expect(await ask('POST', '/-/reload')).toEqual([
      400,
      'a.yaml:1:1: error AZ1001: no\nb.yaml:2:2: error AZ1002: nor this\n',
    ]);
    expect(await ask('POST', '/-/reload')).toEqual([200, 'The configuration was reloaded.\n']);
    expect((await ask('GET', '/-/reload'))[0]).toBe(404);
  });

  it('do nothing for pages of other sites', async () => {
    const level = logLevel();
    const ask = await serve({ logLevel: level });
    const path = '/-/log-level?level=Trace';
    expect(await ask('POST', path, { 'sec-fetch-site': 'cross-site' })).toEqual([
      403,
      'Pages of other sites cannot do this.\n',
    ]);
    expect(level.get()).toBe('Information');
    expect((await ask('POST', path, { 'sec-fetch-site': 'same-origin' }))[0]).toBe(200);
  });
});
