import type { Outcome } from '../core/outcome.ts';

/** The APIs that are called; label `api` of the own metrics. */
export type AzureApi =
  | 'metrics'
  | 'batch'
  | 'subscription'
  | 'logs'
  | 'queue'
  | 'resourceGraph'
  | 'definitions'
  | 'token';

/** One request on the wire and what came of it. Repeated attempts are separate events. */
export interface AzureRequestEvent {
  readonly api: AzureApi;
  /** HTTP status as text, or `timeout`, `network`, `certificate`, `aborted`, or `token` when no answer came. */
  readonly code: string;
  readonly durationMs: number;
  /** Size of the body after decompression, in bytes; 0 when there was none. */
  readonly bytes: number;
  readonly subscriptionId?: string;
  /** Tenant whose token the call carries; absent for calls without one. */
  readonly tenantId?: string;
  /** ARM location; only of calls that go to one. */
  readonly region?: string;
  /** `x-ms-ratelimit-remaining-subscription-reads`, when Azure sent it. */
  readonly remainingReads?: number;
  /** `x-ms-user-quota-remaining` of Resource Graph, when Azure sent it. */
  readonly remainingQueries?: number;
  /** Azure answered 429 or 529. */
  readonly throttled: boolean;
  /** Azure's id of the request, for a support case. */
  readonly requestId?: string;
  /** 1 for the first attempt of a call. */
  readonly attempt: number;
  /** Milliseconds that the attempt waited for its turn before it was sent; absent for tokens. Not in `durationMs`. */
  readonly waitedMs?: number;
}

/** One of Azure's quotas and how the calls on it are paced, for the status page and the own metrics. */
export interface PaceState {
  readonly api: 'arm' | 'batch' | 'definitions' | 'resourceGraph';
  /** Empty for Resource Graph, which counts by user. */
  readonly subscription: string;
  /** Tenant of the user; only for Resource Graph. */
  readonly tenant?: string;
  /** ARM location; only of quotas that are counted by region. */
  readonly region?: string;
  /** Calls that may go out at once; negative while Azure counts more than we did. */
  readonly tokens: number;
  /** Calls per second that are let out in the long run; at most the limit. */
  readonly ratePerSecond: number;
  /** Calls in line. */
  readonly waiting: number;
  /** Azure asked to send nothing before this moment, milliseconds since the epoch. */
  readonly blockedUntilMs?: number;
  /** Calls that remained at the last answer that told. */
  readonly remaining?: number;
}

/** A detail for the debug log; never holds a secret. */
export interface AzureDetailEvent {
  readonly api: AzureApi;
  readonly message: string;
  readonly requestId?: string;
}

/** Who listens to the calls: own metrics, logs, the status page. Must not throw. */
export interface AzureObserver {
  request(event: AzureRequestEvent): void;
  /** Optional: details that explain a failure, such as the first bytes of an unreadable answer. */
  log?(event: AzureDetailEvent): void;
}

/** Whether access tokens can be had, over all audiences that were asked for so far. Times: ms since the epoch. */
export type TokenState =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'ready'; readonly sinceMs: number; readonly expiresMs: number }
  | {
      readonly kind: 'waiting';
      /** First failure of the current outage. */
      readonly sinceMs: number;
      /** For people: `waiting for an access token for https://…: …`. */
      readonly reason: string;
    };

/** Who a token was given to: ids only. What the token does not tell is left out. */
export interface TokenIdentity {
  readonly kind: 'ServicePrincipal' | 'User';
  /** Application id. */
  readonly clientId?: string;
  /** Id in the directory, which role assignments name. */
  readonly objectId?: string;
  readonly tenantId?: string;
}

/** Access tokens as readiness and the preflight see them. */
export interface TokenPort {
  state(): TokenState;
  /** Who the tokens held now are for; undefined without one, or when it is no JWT. */
  identity(): TokenIdentity | undefined;
  /** Gets a token for ARM, or tells why none can be had. */
  probe(signal: AbortSignal): Promise<Outcome<void>>;
}

/** Whether Resource Graph shows the identity anything. */
export interface GraphProbe {
  /** Asks for one resource of the subscriptions (none: of the whole tenant); how many it got, 0 or 1. */
  look(subscriptionIds: readonly string[], signal: AbortSignal): Promise<Outcome<number>>;
}
