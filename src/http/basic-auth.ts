import type { RequestHandler, Response } from 'express';
import { createPasswordCheck, type Users } from './passwords.ts';

/**
 * Basic authentication (RFC 7617) in front of every route. Without users everybody is let in. Routes in `open` let
 * everybody in, because the kubelet's probes cannot show a password; {@link isKnown} tells them who asked.
 */
export function basicAuth(users: Users, open: ReadonlySet<string>): RequestHandler {
  const check = createPasswordCheck(users);
  return async (request, response, next) => {
    const given = credentials(request.headers.authorization);
    const verdict = users().size === 0 || (given !== undefined && (await check(given.user, given.password)));
    response.locals['known'] = verdict === true;
    if (verdict === true || open.has(request.path)) return next();
    response.set('Cache-Control', 'no-store').type('text/plain');
    if (verdict === 'busy') {
      response.status(429).set('Retry-After', '5').send('Too many passwords are being checked; try again.\n');
      return;
    }
    response.status(401).set('WWW-Authenticate', 'Basic realm="Azimuth", charset="UTF-8"').send('Unauthorized\n');
  };
}

/** Whether the request showed a password, or none is needed. */
export function isKnown(response: Response): boolean {
  return response.locals['known'] === true;
}

function credentials(header: string | undefined): { user: string; password: string } | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
