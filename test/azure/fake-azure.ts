import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { generate } from 'selfsigned';
import { type Azure, type AzureOptions, createAzure } from '../../src/azure/azure.ts';
import type { AzureDetailEvent, AzureRequestEvent } from '../../src/azure/ports.ts';
import type { Clock } from '../../src/core/clock.ts';
import type { CloudEndpoints } from '../../src/core/clouds.ts';
import { secret } from '../../src/core/secret.ts';

/** Marked values that must never come out again. */
export const marks = {
  clientSecret: 'MARK-client-secret-4711',
  token: 'MARK-access-token-0815',
  sas: 'sv=2024-01-01&sp=rp&sig=MARK%2Bsas%3Dsignature',
} as const;

export const tenantId = 'b71e4c08-2d95-4c6a-8f13-6a0e9d37c251';
export const subscriptionId = '0c9f1d52-7a41-4f0e-9b36-5d2f8e61a7c4';
export const resourceId = `subscriptions/${subscriptionId}/resourceGroups/rg-shop-weu/providers/Microsoft.ServiceBus/namespaces/sb-shop-weu`;

interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What the fake answers: a reply, or a disturbance of the connection. */
export type Reply =
  | {
      readonly status?: number;
      readonly headers?: Record<string, string>;
      readonly body?: unknown;
      readonly gzip?: boolean;
    }
  | 'hang'
  | 'reset'
  | { readonly cutAfter: string; readonly gzip?: boolean };

export interface FakeAzure {
  readonly origin: string;
  readonly cloud: CloudEndpoints;
  readonly seen: SeenRequest[];
  /** Requests that are no token or discovery requests. */
  calls(): SeenRequest[];
  tokenCalls(): SeenRequest[];
  /** Replies to data requests in this order; the last one stays. */
  reply(...replies: Reply[]): void;
  replyToToken(...replies: Reply[]): void;
  connections(): number;
  close(): Promise<void>;
}

export async function startFakeAzure(options: { trusted?: boolean } = {}): Promise<FakeAzure> {
  const altNames = [{ type: 2, value: 'localhost' } as const];
  const extensions = [{ name: 'subjectAltName', altNames } as const];
  const pems = await generate([{ name: 'commonName', value: 'localhost' }], { keyType: 'ec', extensions });
  const before = getCACertificates('default');
  if (options.trusted !== false) setDefaultCACertificates([...before, pems.cert]);
  const seen: SeenRequest[] = [];
  const sockets = new Set<Socket>();
  const queues: Record<'data' | 'token', Reply[]> = { data: [{ body: { value: [] } }], token: [] };
  let issued = 0;
  const next = (queue: Reply[]): Reply | undefined => (queue.length > 1 ? queue.shift() : queue[0]);
  const server = createTlsServer({ key: pems.private, cert: pems.cert }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(`https://localhost${request.url}`);
      seen.push({
        method: request.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      });
      if (url.pathname.endsWith('/openid-configuration')) return send(response, { body: discovery(origin) });
      if (!url.pathname.endsWith('/token')) return send(response, next(queues.data) ?? { status: 500 });
      issued += 1;
      const token = { token_type: 'Bearer', expires_in: 3599, access_token: `${marks.token}-${issued}` };
      return send(response, next(queues.token) ?? { body: token });
    });
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `https://localhost:${(server.address() as AddressInfo).port}`;
  const isToken = ({ path }: SeenRequest): boolean => path.endsWith('/token') || path.endsWith('/openid-configuration');
  return {
    origin,
    cloud: cloudAt(origin),
    seen,
    calls: () => seen.filter((request) => !isToken(request)),
    tokenCalls: () => seen.filter(({ path }) => path.endsWith('/token')),
    reply: (...replies) => queues.data.splice(0, queues.data.length, ...replies),
    replyToToken: (...replies) => queues.token.splice(0, queues.token.length, ...replies),
    connections: () => sockets.size,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      setDefaultCACertificates(before);
    },
  };
}

/** A managed identity endpoint: plain http, answers as told. */
export async function startIdentityEndpoint(answer: () => { status: number; body: string; type?: string }) {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(request.url ?? '');
    const { status, body, type } = answer();
    response.writeHead(status, { 'content-type': type ?? 'application/json' });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    seen,
    origin: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

export function cloudAt(origin: string): CloudEndpoints {
  return {
    name: 'Custom',
    authority: origin,
    resourceManager: origin,
    resourceManagerAudience: 'https://management.example',
    metricsDataPlane: `${origin}/{region}`,
    metricsDataPlaneAudience: 'https://metrics.example',
    logAnalytics: origin,
    logAnalyticsAudience: 'https://logs.example',
    storageQueue: `${origin}/{account}`,
  };
}

function discovery(origin: string): unknown {
  const base = `${origin}/${tenantId}`;
  return {
    token_endpoint: `${base}/oauth2/v2.0/token`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    issuer: `${base}/v2.0`,
    jwks_uri: `${base}/discovery/v2.0/keys`,
  };
}

function send(response: ServerResponse, reply: Reply): void {
  if (reply === 'hang') return;
  if (reply === 'reset') {
    response.socket?.destroy();
    return;
  }
  if ('cutAfter' in reply) {
    const part = reply.gzip === true ? gzipSync(reply.cutAfter).subarray(0, 12) : Buffer.from(reply.cutAfter);
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': String(part.length + 500),
      ...(reply.gzip === true ? { 'content-encoding': 'gzip' } : {}),
    });
    response.write(part, () => response.socket?.destroy());
    return;
  }
  const { status = 200, headers = {}, body = '', gzip = false } = reply;
  const text = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const type = typeof body === 'string' ? 'text/html' : 'application/json; charset=utf-8';
  response.writeHead(status, { 'content-type': type, ...(gzip ? { 'content-encoding': 'gzip' } : {}), ...headers });
  response.end(gzip ? gzipSync(text) : text);
}

/** A clock that moves by hand, or by itself whenever somebody waits. */
export interface HandClock extends Clock {
  advance(ms: number): void;
  /** Waits that were asked for, in milliseconds, in order. */
  readonly waits: number[];
}

/**
 * A clock for calls over real sockets: time stands still, except that waits shorter than `patienceMs` (pauses between
 * attempts) are over at once and move it. Longer ones (deadlines) end only through `advance`.
 */
export function handClock(startMs = Date.parse('2026-03-10T08:10:00Z'), patienceMs = 15_000): HandClock {
  let nowMs = startMs;
  let timers: { atMs: number; callback: () => void }[] = [];
  const waits: number[] = [];
  return {
    waits,
    now: () => nowMs,
    after: (ms, callback) => {
      waits.push(ms);
      const timer = { atMs: nowMs + ms, callback };
      timers.push(timer);
      const cancel = (): void => {
        timers = timers.filter((other) => other !== timer);
      };
      if (ms < patienceMs) {
        queueMicrotask(() => {
          if (!timers.includes(timer)) return;
          nowMs = Math.max(nowMs, timer.atMs);
          cancel();
          callback();
        });
      }
      return cancel;
    },
    advance: (ms) => {
      nowMs += ms;
      const due = timers.filter(({ atMs }) => atMs <= nowMs);
      timers = timers.filter(({ atMs }) => atMs > nowMs);
      for (const { callback } of due) callback();
    },
  };
}

export interface Harness {
  readonly azure: Azure;
  readonly clock: HandClock;
  readonly events: AzureRequestEvent[];
  readonly details: AzureDetailEvent[];
}

export function connect(cloud: CloudEndpoints, overrides: Partial<AzureOptions> = {}): Harness {
  const clock = handClock();
  const events: AzureRequestEvent[] = [];
  const details: AzureDetailEvent[] = [];
  const azure = createAzure({
    cloud,
    tenantId,
    authentication: {
      mode: 'ServicePrincipal',
      identityId: '5e8a2f90-13c7-4db4-a6f2-91b7c0d4e835',
      clientSecret: secret(() => marks.clientSecret),
    },
    clock,
    random: () => 0.5,
    userAgent: 'App/Azimuth/0.0-test',
    observer: { request: (event) => events.push(event), log: (event) => details.push(event) },
    ...overrides,
  });
  return { azure, clock, events, details };
}
