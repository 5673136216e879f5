import type { Clock } from '../core/clock.ts';
import type { CloudEndpoints } from '../core/clouds.ts';
import { type Outcome, ok } from '../core/outcome.ts';
import type { AuthenticationConfig } from '../core/runtime-config.ts';
import type { GraphSource } from '../discovery/ports.ts';
import type { LogsSource, MetricsSource, QueueSource } from '../scrape/ports.ts';
import type { TokenReader } from '../sinks/remote-write/ports.ts';
import type { CallContext } from './call.ts';
import type { ClientOptions, SdkCredential } from './clients.ts';
import { buildCredential } from './credentials.ts';
import { createRecorder } from './exchange.ts';
import { createGate } from './gate.ts';
import { createGraphSource } from './graph.ts';
import { createGraphProbe } from './graph-probe.ts';
import { createLogsSource } from './logs.ts';
import { createMetricsSource } from './metrics.ts';
import { sdkEndpoints } from './plain-http.ts';
import type { AzureObserver, GraphProbe, PaceState, TokenPort } from './ports.ts';
import { createQueueSource } from './queue.ts';
import { TokenError } from './token-error.ts';
import { createTracingClient } from './token-trace.ts';
import { createTokenSource, type TokenSource } from './tokens.ts';
import { createTransport } from './transport.ts';

export interface AzureOptions {
  readonly cloud: CloudEndpoints;
  readonly tenantId: string;
  readonly authentication: AuthenticationConfig;
  readonly clock: Clock;
  /** 0 (inclusive) to 1 (exclusive); spreads retries. */
  readonly random: () => number;
  /** Deadline of one call with all its attempts, milliseconds; 30 s unless given. */
  readonly callTimeoutMs?: number;
  /** Attempts of one call; 3 unless given. */
  readonly maxAttempts?: number;
  /** Limit of the resource manager per subscription; 25 reads a second and 250 at once unless given. Both above 0. */
  readonly rateLimit?: { readonly readsPerSecond: number; readonly burst: number };
  /** Start of the user agent: `App/Azimuth/<version> …`. */
  readonly userAgent: string;
  readonly observer: AzureObserver;
}

/** Azure as the exporter sees it. Nothing here throws; every failure is an outcome. */
export interface Azure {
  readonly metrics: MetricsSource;
  readonly logs: LogsSource;
  readonly queues: QueueSource;
  readonly graph: GraphSource;
  readonly token: TokenPort;
  readonly graphProbe: GraphProbe;
  /** Tokens for services beside those that are scraped, of the same identity unless another is given. */
  tokensFor(identity?: AuthenticationConfig): TokenReader;
  /** How the calls on each of Azure's quotas are paced. */
  readonly pace: { state(): PaceState[] };
  /** Gives up acquisitions and closes all connections. Calls in flight end as failures. */
  close(): Promise<void>;
}

/** Connects the official clients, one pool of connections, one credential and the retry policy. Sends nothing yet. */
export function createAzure(options: AzureOptions): Azure {
  const { tenantId, authentication, clock, random, userAgent, observer } = options;
  const { cloud, plainHosts } = sdkEndpoints(options.cloud);
  const transport = createTransport();
  const httpClient = createTracingClient(transport);
  const sourceOf = (tenant: string, identity: AuthenticationConfig): TokenSource =>
    createTokenSource({
      build: () => buildCredential({ cloud, tenantId: tenant, authentication: identity, httpClient, userAgent }),
      authority: cloud.authority,
      authentication: identity,
      clock,
      observer,
    });
  const tokenSources = createTenants((tenant) => sourceOf(tenant, authentication));
  const tokens = tokenSources.of(tenantId);
  const others: TokenSource[] = [];
  const closing = new AbortController();
  const recorder = createRecorder({ transport, clock, observer, plainHosts });
  const { rateLimit } = options;
  const reads = rateLimit && { perSecond: rateLimit.readsPerSecond, burst: rateLimit.burst };
  const gate = createGate(clock, reads);
  const contextOf = (tenant: string): CallContext => ({
    recorder,
    gate,
    clock,
    random,
    callTimeoutMs: options.callTimeoutMs ?? 30_000,
    maxAttempts: options.maxAttempts ?? 3,
    observer,
    closing: closing.signal,
    secrets: () => tokenSources.all().flatMap((source) => source.secrets()),
    renewToken: (authorization) => tokenSources.of(tenant).renew(authorization),
  });
  const clientOptions: ClientOptions = {
    retryOptions: { maxRetries: 0 },
    userAgentOptions: { userAgentPrefix: userAgent },
    additionalPolicies: [{ policy: recorder.policy, position: 'perRetry' }],
  };
  const tenants = createTenants((tenant) => ({
    credential: sdkCredential(tokenSources.of(tenant)),
    context: contextOf(tenant),
  }));
  const metrics = createTenants((tenant) =>
    createMetricsSource({ cloud, clientOptions, tenantId: tenant, ...tenants.of(tenant) }),
  );
  const parts = { cloud, clientOptions, ...tenants.of(tenantId) };
  return {
    metrics: {
      query: (request, signal) => metrics.of(request.tenantId ?? tenantId).query(request, signal),
      definitions: (resourceId, namespace, signal, tenant) =>
        metrics.of(tenant ?? tenantId).definitions(resourceId, namespace, signal),
    },
    logs: createLogsSource(parts),
    queues: createQueueSource(parts),
    graph: createGraphSource({ cloud, clientOptions, tenantOf: (tenant) => tenants.of(tenant) }),
    token: {
      state: () => tokens.state(),
      identity: () => tokens.identity(),
      probe: (signal) => probe(tokens, `${cloud.resourceManagerAudience}/.default`, signal),
    },
    graphProbe: createGraphProbe(parts),
    tokensFor(identity) {
      // A source of its own, so that readiness, which is about scraping, does not wait for a token of a sink.
      const own = sourceOf(tenantId, identity ?? authentication);
      others.push(own);
      return {
        get: (scope, signal) => read(own, scope, signal),
        renew: (authorization) => void own.renew(authorization),
      };
    },
    pace: { state: () => gate.state() },
    close: () => {
      closing.abort();
      for (const source of [...tokenSources.all(), ...others]) source.close();
      transport.close();
      return Promise.resolve();
    },
  };
}

/** Something that every tenant has of its own, made when it is first needed. */
interface Tenants<T> {
  of(tenantId: string): T;
  all(): readonly T[];
}

function createTenants<T>(make: (tenantId: string) => T): Tenants<T> {
  const made = new Map<string, T>();
  return {
    of: (tenantId) => {
      const key = tenantId.toLowerCase();
      const held = made.get(key) ?? make(tenantId);
      made.set(key, held);
      return held;
    },
    all: () => [...made.values()],
  };
}

/**
 * The tokens in the form that the SDK wants. They are handed over as already expired, so that its own cache, which
 * would retry on timers of its own, asks here each time.
 */
function sdkCredential(tokens: TokenSource): SdkCredential {
  return {
    getToken: async (scopes, options) => {
      const scope = typeof scopes === 'string' ? scopes : (scopes[0] ?? '');
      return { token: await tokens.get(scope, options?.claims), expiresOnTimestamp: 0 };
    },
  };
}

async function probe(tokens: TokenSource, scope: string, signal: AbortSignal): Promise<Outcome<void>> {
  const outcome = await read(tokens, scope, signal);
  return outcome.kind === 'ok' ? ok(undefined) : outcome;
}

/** A token, or why there is none; ends when the signal aborts. */
async function read(tokens: TokenSource, scope: string, signal: AbortSignal): Promise<Outcome<string>> {
  const error = (message: string): Outcome<string> => ({ kind: 'retry', error: { code: 'AZ3006', message } });
  if (signal.aborted) return error('The token was not asked for because the run had ended.');
  let stop: () => void = () => undefined;
  const aborted = new Promise<Outcome<string>>((resolve) => {
    stop = () => resolve(error('The wait for an access token was given up because the run ended.'));
    signal.addEventListener('abort', stop, { once: true });
  });
  const got = tokens.get(scope).then(
    (token): Outcome<string> => ok(token),
    (cause: unknown): Outcome<string> =>
      cause instanceof TokenError ? { kind: 'retry', error: cause.coded } : error('The token could not be asked for.'),
  );
  try {
    return await Promise.race([got, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
