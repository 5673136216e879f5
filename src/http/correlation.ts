import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';

/** Ids of other programs that are safe to send back and to log. */
const wellFormed = /^[\w.:|/=+-]{1,128}$/;

/**
 * Promitor's correlation headers: the caller's `X-Transaction-Id` comes back (a new one without it, or when it is not
 * well formed), and each answer has a `RequestId` of its own.
 */
export const correlation: RequestHandler = (request, response, next) => {
  const given = request.get('X-Transaction-Id') ?? '';
  response.set({ 'X-Transaction-Id': wellFormed.test(given) ? given : randomUUID(), RequestId: randomUUID() });
  next();
};
