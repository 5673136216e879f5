import { valueAt } from '../generators.ts';
import { seriesHash, uuidOf } from '../hash.ts';
import type { Reply } from '../http/reply.ts';
import type { Request } from '../http/request.ts';
import { parseTime } from '../iso-time.ts';
import type { Queue } from '../world/model.ts';
import type { Routed, State } from './state.ts';

const maxPeeked = 32;
const defaultVersion = '2024-11-04';

/** `/{account}/{queue}?comp=metadata` and `/{account}/{queue}/messages?peekonly=true`, with a SAS. */
export function routeQueue(request: Request): Routed | undefined {
  const [account = '', name = '', part, ...rest] = request.segments;
  const metadata = part === undefined && request.query.get('comp')?.toLowerCase() === 'metadata';
  const peek = part?.toLowerCase() === 'messages' && rest.length === 0;
  if (name === '' || !(metadata || peek)) return undefined;
  return {
    api: 'queue',
    resources: [`${account}/${name}`],
    metricNames: [],
    answer: (state) => answerQueue(request, state, account, name, metadata),
  };
}

function answerQueue(request: Request, state: State, account: string, name: string, metadata: boolean): Reply {
  const queue = state.index.world.queues.find(
    (one) => one.account.toLowerCase() === account.toLowerCase() && one.name.toLowerCase() === name.toLowerCase(),
  );
  const refused = refuse(request, queue, state);
  if (refused !== undefined) return refused;
  if (queue === undefined) return failure(404, 'QueueNotFound', 'The specified queue does not exist.', state);
  const minute = Math.floor(state.nowMs / 60_000);
  const key = `${account}/${name}`.toLowerCase();
  const read = (generator: Queue['messages'], what: string): number =>
    Math.max(0, Math.round(valueAt(generator, seriesHash(state.index.world.seed, key, what, []), minute) ?? 0));
  const count = read(queue.messages, 'messages');
  if (metadata)
    return { status: 200, headers: headersOf({ 'x-ms-approximate-messages-count': String(count) }), body: '' };
  if (request.query.get('peekonly')?.toLowerCase() !== 'true') {
    const text = 'The emulator shows messages; it does not hand them out. Add peekonly=true.';
    return failure(400, 'InvalidQueryParameterValue', text, state);
  }
  const wanted = Math.min(maxPeeked, Number(request.query.get('numofmessages') ?? 1));
  return messages(key, Math.min(wanted, count), read(queue.oldestAge, 'oldestAge'), state.nowMs);
}

/** A SAS needs a signature, the right to read, and a date that has not passed (by the host's clock). */
function refuse(request: Request, queue: Queue | undefined, state: State): Reply | undefined {
  const signature = request.query.get('sig');
  if (signature === undefined) {
    const text =
      'Server failed to authenticate the request. Please refer to the information in the www-authenticate header.';
    return failure(401, 'NoAuthenticationInformation', text, state);
  }
  const expiry = request.query.get('se');
  const expired = expiry !== undefined && (parseTime(expiry) ?? 0) <= state.hostMs;
  const wrong = queue?.signature !== undefined && queue.signature !== signature;
  if (expired || wrong) {
    const text =
      'Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.';
    return failure(403, 'AuthenticationFailed', text, state);
  }
  const rights = request.query.get('sp');
  if (rights === undefined || rights.includes('r')) return undefined;
  const text = 'This request is not authorized to perform this operation using this permission.';
  return failure(403, 'AuthorizationPermissionMismatch', text, state);
}

/** The head message has the declared age; each one behind it is a second younger. */
function messages(key: string, count: number, ageSeconds: number, nowMs: number): Reply {
  const entries = Array.from({ length: Math.max(0, count) }, (_, index) => {
    const inserted = nowMs - Math.max(0, ageSeconds - index) * 1_000;
    const fields = [
      ['MessageId', uuidOf(`message|${key}|${index}`)],
      ['InsertionTime', new Date(inserted).toUTCString()],
      ['ExpirationTime', new Date(inserted + 7 * 86_400_000).toUTCString()],
      ['DequeueCount', '0'],
      ['MessageText', Buffer.from(`message ${index}`).toString('base64')],
    ];
    return `<QueueMessage>${fields.map(([name, value]) => `<${name}>${value}</${name}>`).join('')}</QueueMessage>`;
  });
  const body = `<?xml version="1.0" encoding="utf-8"?><QueueMessagesList>${entries.join('')}</QueueMessagesList>`;
  return { status: 200, headers: headersOf({ 'content-type': 'application/xml' }), body };
}

function failure(status: number, code: string, message: string, state: State): Reply {
  const details = `${message}\nTime:${new Date(state.hostMs).toISOString()}`;
  const body = `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${details}</Message></Error>`;
  return { status, headers: headersOf({ 'content-type': 'application/xml', 'x-ms-error-code': code }), body };
}

function headersOf(headers: Readonly<Record<string, string>>): Record<string, string> {
  return { 'x-ms-version': defaultVersion, ...headers };
}
