import { isAscii } from 'node:buffer';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import { createHttpHeaders, type HttpClient, type PipelineRequest } from '@azure/core-rest-pipeline';

const unzip = { gzip: promisify(gunzip), deflate: promisify(inflate) } as const;

/** The answer began and did not arrive whole. */
export class BrokenAnswer extends Error {
  readonly status: number;
  readonly bytes: number;

  constructor(status: number, bytes: number, cause: unknown) {
    super(`the answer broke off after ${bytes} bytes`, { cause });
    this.name = 'BrokenAnswer';
    this.status = status;
    this.bytes = bytes;
  }
}

export interface Transport extends HttpClient {
  /** Closes idle connections and those in use. */
  close(): void;
}

/**
 * The HTTP client of every Azure client: one pool of kept-alive connections for all of them.
 * The SDK's own client would wait for ever on a compressed answer that breaks off, because the error of the socket
 * does not reach the decompressor; this one reads the body whole and decompresses it afterwards.
 */
export function createTransport(maxSockets = 64): Transport {
  const pool = { keepAlive: true, maxSockets, maxFreeSockets: 16, scheduling: 'lifo' } as const;
  const agents = { https: new HttpsAgent(pool), http: new HttpAgent(pool) };
  return {
    sendRequest: async (request) => {
      const answer = await send(request, agents);
      const status = answer.statusCode ?? 0;
      const headers = createHttpHeaders();
      for (const [name, value] of Object.entries(answer.headers)) {
        if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
      }
      const bodyAsText = request.method === 'HEAD' ? '' : await readBody(answer, status);
      if (request.method === 'HEAD') answer.resume();
      return { request, status, headers, bodyAsText };
    },
    close: () => {
      agents.https.destroy();
      agents.http.destroy();
    },
  };
}

function send(request: PipelineRequest, agents: { https: HttpsAgent; http: HttpAgent }): Promise<IncomingMessage> {
  const url = new URL(request.url);
  const secure = url.protocol === 'https:';
  const { body } = request;
  return new Promise((resolve, reject) => {
    if (!secure && request.allowInsecureConnection !== true) {
      reject(new Error(`plain http is not allowed for ${url.host}`));
      return;
    }
    const options = {
      // A proxy from the environment arrives here as the request's own agent.
      agent: (request.agent as HttpsAgent | undefined) ?? (secure ? agents.https : agents.http),
      method: request.method,
      headers: request.headers.toJSON({ preserveCase: true }),
      ...(request.abortSignal instanceof AbortSignal ? { signal: request.abortSignal } : {}),
    };
    const outgoing = (secure ? httpsRequest : httpRequest)(url, options);
    outgoing.once('response', resolve);
    outgoing.on('error', reject);
    outgoing.end(typeof body === 'string' || body instanceof Uint8Array ? body : undefined);
  });
}

async function readBody(answer: IncomingMessage, status: number): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
    const encoding = answer.headers['content-encoding'];
    const raw = Buffer.concat(chunks);
    if (encoding !== 'gzip' && encoding !== 'deflate') return textOf(raw);
    return raw.length === 0 ? '' : textOf(await unzip[encoding](raw));
  } catch (cause) {
    throw new BrokenAnswer(status, Buffer.concat(chunks).length, cause);
  }
}

/** UTF-8 as text. Answers of Azure are ASCII nearly always, which is read several times as fast without decoding. */
function textOf(bytes: Buffer): string {
  return bytes.toString(isAscii(bytes) ? 'latin1' : 'utf8');
}
