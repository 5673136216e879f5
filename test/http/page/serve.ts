import { type AppOptions, createApp } from '../../../src/http/app.ts';
import { type HttpServer, listen } from '../../../src/http/server.ts';
import type { StatusSource } from '../../../src/status/ports.ts';
import { appOptions } from '../../fakes/app-options.ts';

const servers: HttpServer[] = [];

/** The routes of a status source on a free port. */
export async function serveStatus(status: StatusSource, changes: Partial<AppOptions> = {}) {
  const onError = (error: unknown): never => {
    throw error;
  };
  const app = createApp(appOptions({ metricsPath: '/metrics', status, onError, ...changes }));
  const server = await listen(app, 0);
  servers.push(server);
  const base = `http://127.0.0.1:${server.port}`;
  return { base, get: (path: string, init?: RequestInit): Promise<Response> => fetch(`${base}${path}`, init) };
}

/** Closes every server of this file. */
export async function closeServers(): Promise<void> {
  await Promise.all(servers.splice(0).map((server) => server.close(0)));
}
