import { type Request, type RequestHandler, type Response, Router } from 'express';
import type { LogLevel } from '../core/runtime-config.ts';
import { jsonText, parameter } from './json.ts';

/** What can be changed from outside while the program runs; what is absent answers 404. */
export interface LifecycleHandlers {
  /** The level of the log. */
  readonly logLevel?: { get(): LogLevel; set(level: LogLevel): void };
  /** Loads the configuration anew: the problems that kept it from being used, none when it is in force. */
  readonly reload?: () => Promise<readonly string[]>;
}

const levels: readonly LogLevel[] = ['Trace', 'Debug', 'Information', 'Warning', 'Error', 'Critical', 'None'];
const off = 'This is not offered: set server.enableLifecycle in runtime.yaml.\n';

/** Routes that change the running program. Asked for at each request, so that handlers can come and go. */
export function lifecycleRoutes(handlers: () => LifecycleHandlers): Router {
  const router = Router();
  router.get('/-/log-level', (_request, response) => {
    const level = handlers().logLevel?.get();
    if (level === undefined) return refuse(response, 404, off);
    show(response, level);
  });
  router.post('/-/log-level', fromOutside, (request, response) => {
    const { logLevel } = handlers();
    if (logLevel === undefined) return refuse(response, 404, off);
    const level = levelOf(request);
    if (level === undefined)
      return refuse(response, 400, `Name the level: ?level=Debug; there are ${levels.join(', ')}.\n`);
    logLevel.set(level);
    show(response, level);
  });
  router.post('/-/reload', fromOutside, async (_request, response) => {
    const { reload } = handlers();
    if (reload === undefined) return refuse(response, 404, off);
    const problems = await reload();
    if (problems.length > 0) return refuse(response, 400, `${problems.join('\n')}\n`);
    response.set('Cache-Control', 'no-store').type('text/plain').send('The configuration was reloaded.\n');
  });
  return router;
}

/** A page of another site must not act with the password that the browser knows. */
const fromOutside: RequestHandler = (request, response, next) => {
  const site = request.get('Sec-Fetch-Site') ?? 'none';
  if (site === 'none' || site === 'same-origin') return next();
  refuse(response, 403, 'Pages of other sites cannot do this.\n');
};

function levelOf({ query }: Request): LogLevel | undefined {
  const text = parameter(query, 'level')?.toLowerCase();
  return levels.find((level) => level.toLowerCase() === text);
}

function show(response: Response, level: LogLevel): void {
  response.set('Cache-Control', 'no-store').setHeader('Content-Type', jsonText);
  response.end(JSON.stringify({ level }));
}

function refuse(response: Response, status: number, text: string): void {
  response.set('Cache-Control', 'no-store').status(status).type('text/plain').send(text);
}
