import { type Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { type Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Outcome } from '../../core/outcome.ts';

export interface PostRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly agent?: HttpAgent | HttpsAgent;
}

export interface PostAnswer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  /** First part of the body. */
  readonly body: Buffer;
}

/** More than this of an answer is not kept. */
const keptBytes = 64 * 1024;

/**
 * Posts. Rejects when no answer came; the signal closes the connection. A kept connection that the other side closed
 * meanwhile is no failure: then it is posted once more, on a new one.
 */
export async function post(input: PostRequest, signal: AbortSignal): Promise<PostAnswer> {
  try {
    return await postOnce(input, signal);
  } catch (error) {
    if (!(error instanceof StaleConnection) || signal.aborted) throw error;
    return postOnce(input, signal);
  }
}

class StaleConnection extends Error {}

function postOnce(input: PostRequest, signal: AbortSignal): Promise<PostAnswer> {
  return new Promise((resolve, reject) => {
    const send = input.url.startsWith('https:') ? httpsRequest : httpRequest;
    const headers = { ...input.headers, 'content-length': String(input.body.byteLength) };
    const request = send(input.url, {
      method: 'POST',
      headers,
      signal,
      ...(input.agent === undefined ? {} : { agent: input.agent }),
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      const stale = request.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      reject(stale ? new StaleConnection(error.message, { cause: error }) : error);
    });
    request.on('response', (response) => {
      read(response).then(resolve, reject);
    });
    request.end(input.body);
  });
}

async function read(response: IncomingMessage): Promise<PostAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    if (bytes < keptBytes) chunks.push(chunk);
    bytes += chunk.length;
  }
  const header = (name: string): string | undefined => {
    const value = response.headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  return { status: response.statusCode ?? 0, header, body: Buffer.concat(chunks).subarray(0, keptBytes) };
}

/** Milliseconds that an answer asks to wait (`Retry-After`, in seconds or as a date). */
function retryAfterMs(answer: PostAnswer, nowMs: number): number | undefined {
  const text = answer.header('retry-after')?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1_000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

const shownCharacters = 200;

export interface FailureContext {
  /** Who answered, in words. */
  readonly receiver: string;
  /** Statuses that pass by themselves. */
  readonly retried: (status: number) => boolean;
  readonly nowMs: number;
  /** What must not be quoted, should the answer repeat the request. */
  readonly secrets: readonly string[];
}

/** What an answer that is no success means. */
export function failure(answer: PostAnswer, around: FailureContext): Exclude<Outcome<never>, { kind: 'ok' }> {
  const { status } = answer;
  const text = around.secrets
    .filter((secret) => secret !== '')
    .reduce((all, secret) => all.replaceAll(secret, '***'), answer.body.toString('utf8'));
  const quoted = text.replace(/\s+/g, ' ').trim().slice(0, shownCharacters);
  const said = quoted === '' ? '' : `: ${quoted}`;
  if (!around.retried(status)) {
    const message = `${around.receiver} refused samples with HTTP ${status}${said}`;
    return { kind: 'failed', error: { code: 'AZ4004', message, status } };
  }
  const asked = retryAfterMs(answer, around.nowMs);
  const message = `${around.receiver} does not take samples for now, HTTP ${status}${said}`;
  return {
    kind: 'retry',
    error: { code: 'AZ4003', message, status, ...(asked === undefined ? {} : { retryAfterMs: asked }) },
  };
}

/** What it means that no answer came. */
export function unreachable(receiver: string, error: unknown): Exclude<Outcome<never>, { kind: 'ok' }> {
  const why = error instanceof Error ? error.message || error.name : String(error);
  return { kind: 'retry', error: { code: 'AZ4001', message: `${receiver} cannot be reached: ${why}` } };
}
