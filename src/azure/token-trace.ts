import { AsyncLocalStorage } from 'node:async_hooks';
import type { HttpClient } from '@azure/core-rest-pipeline';
import type { Transport } from './transport.ts';

/** The last thing an acquisition said to a token endpoint, and what it heard. */
export interface TokenTrace {
  readonly signal: AbortSignal;
  url?: string;
  status?: number;
  body?: string;
  retryAfter?: (name: string) => string | undefined;
  failure?: unknown;
}

/**
 * Which acquisition a request belongs to. Not a parameter, because the SDK keeps the first managed identity client of
 * the process for ever and sends later acquisitions through it.
 */
const current = new AsyncLocalStorage<TokenTrace>();

export function traced<T>(trace: TokenTrace, work: () => Promise<T>): Promise<T> {
  return current.run(trace, work);
}

/** The HTTP client of credentials: ends with the acquisition that it serves, and leaves a trace for the diagnosis. */
export function createTracingClient(transport: Transport): HttpClient {
  return {
    sendRequest: async (request) => {
      const trace = current.getStore();
      if (trace === undefined) return transport.sendRequest(request);
      request.abortSignal = trace.signal;
      trace.url = request.url;
      // Plain http means an identity endpoint of this machine; a proxy from the environment cannot reach it.
      if (request.url.startsWith('http:')) delete request.agent;
      delete trace.status;
      delete trace.failure;
      try {
        const response = await transport.sendRequest(request);
        trace.status = response.status;
        trace.body = response.bodyAsText ?? '';
        trace.retryAfter = (name) => response.headers.get(name);
        return response;
      } catch (failure) {
        trace.failure = failure;
        throw failure;
      }
    },
  };
}
