import type { AccessToken, TokenCredential } from '@azure/identity';
import type { Clock } from '../core/clock.ts';
import type { CodedError } from '../core/outcome.ts';
import type { AuthenticationConfig } from '../core/runtime-config.ts';
import { identityIn } from './claims.ts';
import { abortReason } from './failures.ts';
import type { AzureObserver, TokenIdentity, TokenState } from './ports.ts';
import { retryAfter } from './retry.ts';
import { tidy } from './text.ts';
import { TokenError } from './token-error.ts';
import { tokenReason, tokenWord } from './token-reason.ts';
import { type TokenTrace, traced } from './token-trace.ts';

const acquireTimeoutMs = 20_000;
/** A token is not handed out when it has less than this left, milliseconds (or a fifth of a short life). */
const marginMs = 60_000;
const firstPauseMs = 1_000;
const longestPauseMs = 30_000;
/** A token that Azure refused is replaced at most this often, milliseconds; a missing role refuses every token. */
const renewEveryMs = 60_000;

export interface TokenDeps {
  readonly build: () => Promise<TokenCredential>;
  readonly authority: string;
  readonly authentication: AuthenticationConfig;
  readonly clock: Clock;
  readonly observer: AzureObserver;
}

/** Tokens by scope, each fetched once however many ask, well before the old one expires, with pauses after failures. */
export interface TokenSource {
  /** A token for the scope; rejects with {@link TokenError}. `claims`: Azure's challenge, which voids the held token. */
  get(scope: string, claims?: string): Promise<string>;
  /** Gives up the token of this `Authorization` header. True when another one is worth a try. */
  renew(authorization: string): boolean;
  state(): TokenState;
  /** Who the held tokens are for. */
  identity(): TokenIdentity | undefined;
  /** What must not be printed: what signs in, and the tokens held now. */
  secrets(): string[];
  close(): void;
}

interface Entry {
  readonly scope: string;
  token?: AccessToken;
  obtainedMs: number;
  renewedMs: number;
  pending?: Promise<string>;
  failures: number;
  retryMs: number;
  outage?: { readonly sinceMs: number; readonly reason: string; readonly error: CodedError };
}

export function createTokenSource(deps: TokenDeps): TokenSource {
  const { clock } = deps;
  const entries = new Map<string, Entry>();
  const closing = new AbortController();

  const acquire = (entry: Entry, claims?: string): Promise<string> => {
    entry.pending ??= acquireOnce(entry, deps, closing.signal, claims).finally(() => {
      delete entry.pending;
    });
    return entry.pending;
  };

  return {
    get: async (scope, claims) => {
      const entry = entries.get(scope) ?? newEntry(scope);
      entries.set(scope, entry);
      if (claims !== undefined) delete entry.token;
      const nowMs = clock.now();
      const { token } = entry;
      if (token !== undefined && nowMs < usableMs(entry, token)) {
        if (nowMs >= refreshMs(entry, token) && nowMs >= entry.retryMs) acquire(entry).catch(() => undefined);
        return token.token;
      }
      if (entry.pending === undefined && entry.outage !== undefined && nowMs < entry.retryMs) {
        throw new TokenError({ ...entry.outage.error, retryAfterMs: entry.retryMs - nowMs });
      }
      return acquire(entry, claims);
    },
    renew: (authorization) => {
      const entry = [...entries.values()].find(({ token }) => authorization === `Bearer ${token?.token}`);
      // Not held any more: somebody else has already replaced it.
      if (entry === undefined) return true;
      if (clock.now() - entry.renewedMs < renewEveryMs) return false;
      entry.renewedMs = clock.now();
      delete entry.token;
      return true;
    },
    state: () => overall([...entries.values()], clock.now()),
    identity: () => {
      const held = [...entries.values()].find(({ token }) => token !== undefined)?.token;
      return held === undefined ? undefined : identityIn(held.token);
    },
    secrets: () => [
      ...signInSecrets(deps.authentication),
      ...[...entries.values()].flatMap(({ token }) => token?.token ?? []),
    ],
    close: () => closing.abort(abortReason.stopped),
  };
}

function signInSecrets({ clientSecret, certificatePassword }: AuthenticationConfig): string[] {
  return [clientSecret?.reveal() ?? '', certificatePassword?.reveal() ?? ''].filter((value) => value !== '');
}

function newEntry(scope: string): Entry {
  return { scope, obtainedMs: 0, renewedMs: Number.NEGATIVE_INFINITY, failures: 0, retryMs: 0 };
}

/** Half of a token's life, so that an outage of the token endpoint goes unnoticed for as long as possible. */
function refreshMs(entry: Entry, token: AccessToken): number {
  return entry.obtainedMs + (token.expiresOnTimestamp - entry.obtainedMs) / 2;
}

function usableMs(entry: Entry, token: AccessToken): number {
  const lifeMs = token.expiresOnTimestamp - entry.obtainedMs;
  return token.expiresOnTimestamp - Math.min(marginMs, lifeMs / 5);
}

async function acquireOnce(entry: Entry, deps: TokenDeps, closing: AbortSignal, claims?: string): Promise<string> {
  const { clock, observer } = deps;
  const startMs = clock.now();
  const deadline = new AbortController();
  const cancel = clock.after(acquireTimeoutMs, () => deadline.abort(abortReason.deadline));
  const trace: TokenTrace = { signal: AbortSignal.any([deadline.signal, closing]) };
  const event = { api: 'token', bytes: 0, throttled: false, attempt: 1 } as const;
  try {
    const token = await traced(trace, () => untilAborted(ask(deps, entry.scope, claims, trace.signal), trace.signal));
    entry.token = token;
    entry.obtainedMs = clock.now();
    entry.failures = 0;
    entry.retryMs = 0;
    delete entry.outage;
    observer.request({ ...event, code: '200', durationMs: clock.now() - startMs });
    return token.token;
  } catch (error) {
    const timedOut = deadline.signal.aborted;
    observer.request({
      ...event,
      code: tokenWord({ trace, timedOut }),
      durationMs: clock.now() - startMs,
      throttled: trace.status === 429,
    });
    throw new TokenError(recordFailure(entry, deps, trace, error, timedOut));
  } finally {
    cancel();
  }
}

async function ask(
  deps: TokenDeps,
  scope: string,
  claims: string | undefined,
  signal: AbortSignal,
): Promise<AccessToken> {
  const credential = await deps.build();
  const challenge = claims === undefined ? {} : { claims };
  const token = await credential.getToken(scope, { abortSignal: signal, enableCae: true, ...challenge });
  if (token === null) throw new Error('the credential gave no token');
  return token;
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new Error('the acquisition was given up'));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

function recordFailure(
  entry: Entry,
  deps: TokenDeps,
  trace: TokenTrace,
  error: unknown,
  timedOut: boolean,
): CodedError {
  const { clock, authentication, authority, observer } = deps;
  const { mode } = authentication;
  const secrets = signInSecrets(authentication);
  const words = tokenReason({ mode, authority, trace, error, timedOut, timeoutMs: acquireTimeoutMs, secrets });
  const audience = entry.scope.replace(/\/+\.default$/, '');
  const nowMs = clock.now();
  const asked = trace.retryAfter === undefined ? 0 : (retryAfter(trace.retryAfter, nowMs) ?? 0);
  // Whoever comes next should not stand in line for an endpoint that just hung.
  const ownMs = timedOut ? longestPauseMs : Math.min(longestPauseMs, firstPauseMs * 2 ** entry.failures);
  const pauseMs = Math.max(asked, ownMs);
  entry.failures += 1;
  entry.retryMs = nowMs + Math.min(pauseMs, 2 * longestPauseMs);
  const coded: CodedError = {
    code: 'AZ3005',
    message: `No access token for ${audience} could be obtained: ${words}.`,
    ...(trace.status === undefined || trace.status < 400 ? {} : { status: trace.status }),
  };
  const reason = `waiting for an access token for ${audience}: ${words}`;
  entry.outage = { sinceMs: entry.outage?.sinceMs ?? nowMs, reason, error: coded };
  observer.log?.({ api: 'token', message: tidy(coded.message, secrets, 500) });
  return { ...coded, retryAfterMs: entry.retryMs - nowMs };
}

function overall(entries: readonly Entry[], nowMs: number): TokenState {
  const without = entries.filter(
    ({ token, outage }) => outage !== undefined && !(token && token.expiresOnTimestamp > nowMs),
  );
  const [first] = without.flatMap(({ outage }) => outage ?? []).sort((a, b) => a.sinceMs - b.sinceMs);
  if (first !== undefined) return { kind: 'waiting', sinceMs: first.sinceMs, reason: first.reason };
  const held = entries.flatMap(({ token, obtainedMs }) => (token === undefined ? [] : [{ token, obtainedMs }]));
  if (held.length === 0) return { kind: 'unknown' };
  return {
    kind: 'ready',
    sinceMs: Math.min(...held.map(({ obtainedMs }) => obtainedMs)),
    expiresMs: Math.min(...held.map(({ token }) => token.expiresOnTimestamp)),
  };
}
