import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import type { DiscoveryApi } from '../discovery/agent/ports.ts';
import type { StatusSource } from '../status/ports.ts';
import { basicAuth, isKnown } from './basic-auth.ts';
import { correlation } from './correlation.ts';
import { discoveryRoutes } from './discovery-api.ts';
import { docsRoutes } from './docs-api.ts';
import { explainRoute } from './explain-api.ts';
import { type LifecycleHandlers, lifecycleRoutes } from './lifecycle.ts';
import { statusRoutes } from './page/routes.ts';
import type { Users } from './passwords.ts';
import type { Exposition } from './ports.ts';
import { type PromitorApi, promitorRoutes } from './promitor-api.ts';

export interface AppOptions extends PromitorApi {
  /** Path of the metrics, with a leading slash; undefined without the Prometheus sink. */
  readonly metricsPath?: string;
  readonly exposition: Exposition;
  /** Reasons why the process is not alive; empty while it is. */
  readonly unhealthy: () => readonly string[];
  /** Reasons why nothing can be shown yet; empty once every schedule has had a run with a result. */
  readonly notReady: () => readonly string[];
  /** What has gone wrong since it was ready, one sentence each. */
  readonly concerns: () => readonly string[];
  /** What may be changed while the program runs. */
  readonly lifecycle: LifecycleHandlers;
  /** What the status page shows. */
  readonly status: StatusSource;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Users of the endpoint; none: no password is asked for. */
  readonly users: Users;
  /** Headers of every answer, as the web configuration file names them. */
  readonly headers: () => Readonly<Record<string, string>>;
  /** Promitor's discovery API; undefined when no discovery groups are declared. */
  readonly discovery?: DiscoveryApi;
  /** Called with errors that no route handled. */
  readonly onError: (error: unknown) => void;
}

/** All routes. Read-only but for those of lifecycle.ts; nothing here waits for Azure. */
export function createApp(options: AppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(commonHeaders(options));
  app.use(correlation);
  app.use(basicAuth(options.users, probes));

  app.get('/-/healthy', reasons(options.unhealthy, 'Azimuth is healthy.'));
  app.get('/-/ready', reasons(options.notReady, 'Azimuth is ready.', options.concerns));
  app.use(lifecycleRoutes(() => options.lifecycle));
  if (options.metricsPath !== undefined) app.get(options.metricsPath, metrics(options));
  app.get('/api/v1/explain', explainRoute(options.status));
  app.use(promitorRoutes(options));
  app.use(docsRoutes(options.version, options.metricsPath));
  if (options.discovery !== undefined) app.use(discoveryRoutes(options.discovery));
  app.use(statusRoutes(options.status, options, options.now));
  app.use((request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.status(405).set('Allow', 'GET, HEAD').type('text/plain').send('Only GET and HEAD are answered here.\n');
      return;
    }
    response.status(404).type('text/plain').send(`There is no ${request.path} here. See / for what there is.\n`);
  });
  app.use(lastResort(options.onError));
  return app;
}

/** Routes that the kubelet asks, which can show no password. */
const probes: ReadonlySet<string> = new Set(['/-/healthy', '/-/ready']);

/** `X-Version` is on every answer, as it is in Promitor. */
function commonHeaders({ version, headers }: AppOptions): RequestHandler {
  return (_request, response, next) => {
    response.set({ 'X-Version': version, 'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer' });
    response.set(headers());
    next();
  };
}

/**
 * 200 with one sentence (and one concern a line), or 503 with one reason a line. Reasons and concerns name resources,
 * so they want the password.
 */
function reasons(why: () => readonly string[], fine: string, concerns: AppOptions['concerns'] = none): RequestHandler {
  return (_request, response) => {
    const lines = why();
    response.set('Cache-Control', 'no-store').type('text/plain');
    if (lines.length === 0)
      response.status(200).send(`${[fine, ...(isKnown(response) ? concerns() : [])].join('\n')}\n`);
    else
      response
        .status(503)
        .send(isKnown(response) ? `${lines.join('\n')}\n` : 'The reasons are told with a password only.\n');
  };
}

const none = (): readonly string[] => [];

/** Ends with `res.end(Buffer)`: express's `send` would hash and copy a body that can be hundreds of megabytes. */
function metrics(options: AppOptions): RequestHandler {
  return async (request, response) => {
    const { accept, 'accept-encoding': acceptEncoding } = request.headers;
    await options.exposition.serve(
      {
        ...(accept === undefined ? {} : { accept }),
        ...(typeof acceptEncoding === 'string' ? { acceptEncoding } : {}),
      },
      response,
    );
  };
}

function lastResort(onError: AppOptions['onError']): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    onError(error);
    if (response.headersSent) {
      next(error);
      return;
    }
    response.status(500).type('text/plain').send('Azimuth failed to answer; the log says why.\n');
  };
}
