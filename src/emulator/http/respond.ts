import type { ServerResponse } from 'node:http';
import type { Clock } from '../../core/clock.ts';
import type { Effect } from '../control/faults.ts';
import type { Reply } from './reply.ts';
import { resetConnection } from './server.ts';

/** The answer that a fault puts in place of the real one, when it has a status. */
export function faultReply(effect: Effect): Reply | undefined {
  const { status, body, headers } = effect;
  if (status === undefined) return undefined;
  const isText = typeof body === 'string';
  const type = isText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8';
  const text = body === undefined ? '' : isText ? body : JSON.stringify(body);
  return { status, headers: { ...(text === '' ? {} : { 'content-type': type }), ...headers }, body: text };
}

/** True when the effect lets no answer out. */
export function isSilent(effect: Effect | undefined): boolean {
  return effect?.hang === true || effect?.reset === true;
}

/** Writes the answer, with the effect of a fault. Delays run on the given clock. */
export function respond(response: ServerResponse, reply: Reply, effect: Effect | undefined, clock: Clock): void {
  if (effect?.delayMs === undefined || effect.delayMs === 0) {
    write(response, reply, effect);
    return;
  }
  const cancel = clock.after(effect.delayMs, () => write(response, reply, effect));
  response.once('close', cancel);
}

function write(response: ServerResponse, reply: Reply, effect: Effect | undefined): void {
  if (effect?.hang === true || response.destroyed) return;
  if (effect?.reset === true) {
    resetConnection(response);
    return;
  }
  const body = Buffer.from(effect?.malformed === true ? broken(reply.body) : reply.body, 'utf8');
  const length = reply.status === 204 ? {} : { 'content-length': String(body.length) };
  response.writeHead(reply.status, { ...reply.headers, ...length });
  if (effect?.truncate === true) {
    response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
    return;
  }
  response.end(body);
}

/** Text that is no longer JSON, whatever it was. */
function broken(text: string): string {
  return `${text.slice(0, Math.floor(text.length / 2))}<malformed`;
}
