import type { AuthenticationMode } from '../core/runtime-config.ts';
import { connectionFailure, failureWord } from './failures.ts';
import { clause, hostOf, tidy } from './text.ts';
import type { TokenTrace } from './token-trace.ts';

/** What stopped an acquisition; everything that the words are made of. */
export interface TokenFailure {
  readonly mode: AuthenticationMode;
  readonly authority: string;
  readonly trace: TokenTrace;
  readonly error: unknown;
  readonly timedOut: boolean;
  readonly timeoutMs: number;
  readonly secrets: readonly string[];
}

/** Remedies by the number of Entra's error (AADSTS); from its published list and the SDK's troubleshooting guide. */
const entraHints: Readonly<Record<string, string>> = {
  7000215: 'the client secret is wrong: give the value of the secret, not its id',
  7000222: 'the client secret has expired: make a new one',
  700016: 'no such application in this tenant: check identityId and tenantId',
  90002: 'no such tenant: check tenantId and the cloud',
  900021: 'no such tenant: check tenantId',
  700213: 'no federated credential matches: check issuer, subject and audience of the one on the identity',
  70021: 'no federated credential matches: check issuer, subject and audience of the one on the identity',
  700024: 'the assertion is outside its time of validity: check the clock of the node',
  700027: 'the certificate is not registered with the application, or it has expired',
  500011: 'the audience is unknown in this tenant: check the cloud',
  7000229: 'the application has no service principal in this tenant',
};

/** Remedies by status of a managed identity endpoint (instance metadata service or pod identity). */
const identityHints: Readonly<Record<number, string>> = {
  400: 'is identityId right, and is the identity assigned to this machine?',
  403: 'pod identity refused; is the identity bound to this pod?',
  404: 'no identity bound yet?',
  410: 'the endpoint is being updated',
  429: 'it is throttling',
};

/** Why no token could be had, for people; a clause without full stop, free of secrets. */
export function tokenReason(failure: TokenFailure): string {
  const { trace, error, timedOut, timeoutMs, mode, secrets } = failure;
  const host = trace.url === undefined ? undefined : hostOf(trace.url);
  if (timedOut) return `${host ?? 'the credential'} did not answer within ${timeoutMs / 1000} s`;
  // The chain of the SDK asks several places; only its own summary tells of all of them.
  if (mode !== 'SdkDefault' && host !== undefined) {
    const broken = trace.failure === undefined ? undefined : connectionFailure(trace.failure, { host });
    if (broken !== undefined) return clause(broken.error.message);
    if (trace.status !== undefined && trace.status >= 400)
      return refusal(trace.status, trace.body ?? '', host, failure);
  }
  return (
    clause(tidy(error instanceof Error ? error.message : String(error), secrets)) || 'the credential gave no reason'
  );
}

function refusal(status: number, body: string, host: string, failure: TokenFailure): string {
  const fromEntra = host === hostOf(failure.authority);
  const endpoint = fromEntra ? host : `identity endpoint ${host}`;
  const { error, description } = tokenErrorOf(body);
  const number = /AADSTS(\d+)/.exec(description)?.[1] ?? '';
  const hint = fromEntra ? entraHints[number] : identityHints[status];
  const text = clause(tidy(description.split(/\s*(?:Trace ID|TraceId):/i)[0] ?? '', failure.secrets, 200));
  const quoted = text === '' ? '' : `: "${text}"`;
  const code = error === '' ? '' : ` ${tidy(error, failure.secrets, 60)}`;
  return `${endpoint} answered ${status}${code}${quoted}${hint === undefined ? '' : ` (${hint})`}`;
}

function tokenErrorOf(body: string): { error: string; description: string } {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed !== 'object' || parsed === null) return { error: '', description: '' };
    const { error, error_description: description } = parsed as Record<string, unknown>;
    return {
      error: typeof error === 'string' ? error : '',
      description: typeof description === 'string' ? description : '',
    };
  } catch {
    return { error: '', description: body.trimStart().startsWith('<') ? '' : body };
  }
}

/** The short word for the label `code` of a failed acquisition. */
export function tokenWord({ trace, timedOut }: Pick<TokenFailure, 'trace' | 'timedOut'>): string {
  if (timedOut) return 'timeout';
  if (trace.failure !== undefined) return failureWord(trace.failure, trace.signal);
  return trace.status !== undefined && trace.status >= 400 ? String(trace.status) : 'token';
}
