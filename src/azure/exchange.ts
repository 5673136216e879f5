import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import type { Clock } from '../core/clock.ts';
import type { RawAnswer } from './answer.ts';
import { failureWord } from './failures.ts';
import { wireUrl } from './plain-http.ts';
import type { AzureApi, AzureObserver } from './ports.ts';
import { isThrottled, remainingQueries, remainingReads } from './throttle.ts';
import type { Transport } from './transport.ts';

/** What one attempt is about; known before it is sent. */
export interface AttemptInfo {
  readonly api: AzureApi;
  readonly attempt: number;
  /** Milliseconds at the gate, before the attempt. */
  readonly waitedMs: number;
  readonly subscriptionId?: string;
  readonly tenantId?: string;
  readonly region?: string;
}

/** One attempt and what the wire said; filled in by the policy. */
export interface Exchange {
  readonly info: AttemptInfo;
  /** Set once the request left for the wire: it had its token. */
  sent?: true;
  answer?: RawAnswer;
  /** Why no whole answer came. */
  failure?: unknown;
  /** The `Authorization` header that was sent, to tell a stale token from a fresh one. */
  authorization?: string;
}

/**
 * Well-formed, empty bodies that the SDK is given instead of the answer: its model of the points costs several times
 * what reading them takes. Queue answers are small and stay as they are.
 */
const emptyBody: Partial<Record<AzureApi, string>> = {
  metrics: '{"timespan":"PT0S","value":[]}',
  subscription: '{}',
  batch: '{"values":[]}',
  definitions: '{"value":[]}',
  logs: '{"tables":[]}',
  resourceGraph: '{"totalRecords":0,"count":0,"data":[],"resultTruncated":"false"}',
};

export interface Recorder {
  /** Goes into every client, nearest to the wire; sends through the transport, never through the SDK's own client. */
  readonly policy: PipelinePolicy;
  /** Expects one attempt: the request that carries `signal`. */
  expect(signal: AbortSignal, info: AttemptInfo): Exchange;
}

export interface RecorderDeps {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly observer: AzureObserver;
  /** See `plain-http.ts`. */
  readonly plainHosts: ReadonlySet<string>;
}

/** Records the raw answer of each attempt and reports it; see {@link emptyBody} for what the SDK sees of it. */
export function createRecorder(deps: RecorderDeps): Recorder {
  const { transport, clock, observer, plainHosts } = deps;
  // The abort signal is the one thing of a call that every SDK client hands through to the request as it is.
  const expected = new WeakMap<object, Exchange>();
  return {
    expect: (signal, info) => {
      const exchange: Exchange = { info };
      expected.set(signal, exchange);
      return exchange;
    },
    policy: {
      name: 'azimuthRecorder',
      sendRequest: async (request) => {
        const { abortSignal } = request;
        const url = wireUrl(request.url, plainHosts);
        if (url !== request.url) Object.assign(request, { url, allowInsecureConnection: true });
        const exchange = abortSignal === undefined ? undefined : expected.get(abortSignal);
        if (exchange === undefined) return transport.sendRequest(request);
        exchange.sent = true;
        const startMs = clock.now();
        const authorization = request.headers.get('authorization');
        if (authorization !== undefined) exchange.authorization = authorization;
        try {
          const response = await transport.sendRequest(request);
          const body = response.bodyAsText ?? '';
          const { headers } = response;
          const answer: RawAnswer = {
            status: response.status,
            body,
            header: recordHeaders(headers.toJSON()),
          };
          exchange.answer = answer;
          report(observer, exchange.info, clock.now() - startMs, answer);
          const stand = emptyBody[exchange.info.api];
          if (stand === undefined) return response;
          headers.set('content-type', 'application/json');
          return { ...response, bodyAsText: response.status === 200 ? stand : '' };
        } catch (failure) {
          exchange.failure = failure;
          observer.request({
            ...exchange.info,
            code: failureWord(failure, abortSignal),
            durationMs: clock.now() - startMs,
            bytes: 0,
            throttled: false,
          });
          throw failure;
        }
      },
    },
  };
}

function recordHeaders(headers: Readonly<Record<string, string>>): RawAnswer['header'] {
  const byName = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return (name) => byName.get(name);
}

function report(observer: AzureObserver, info: AttemptInfo, durationMs: number, answer: RawAnswer): void {
  const remaining = remainingReads(answer);
  const queries = remainingQueries(answer);
  const requestId = answer.header('x-ms-request-id');
  observer.request({
    ...info,
    code: String(answer.status),
    durationMs,
    bytes: Buffer.byteLength(answer.body),
    throttled: isThrottled(answer.status),
    ...(remaining === undefined ? {} : { remainingReads: remaining }),
    ...(queries === undefined ? {} : { remainingQueries: queries }),
    ...(requestId === undefined ? {} : { requestId }),
  });
}
