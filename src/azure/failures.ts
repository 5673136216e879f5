import type { ErrorCode } from '../core/errors.ts';
import type { AzureSaid, CodedError, Outcome } from '../core/outcome.ts';
import type { RawAnswer } from './answer.ts';
import { type ErrorBody, readErrorBody } from './error-body.ts';
import type { AzureApi } from './ports.ts';
import { retryAfter, withRetryAfter } from './retry.ts';
import { clause, scrub, tidy } from './text.ts';
import { BrokenAnswer } from './transport.ts';

export type Failure = Exclude<Outcome<never>, { kind: 'ok' }>;

/** Where a failure happened; everything a message may name. */
export interface FailurePlace {
  readonly api: AzureApi;
  readonly host: string;
  /** Values that must not appear in a message. */
  readonly secrets: readonly string[];
  readonly nowMs: number;
}

interface StatusRow {
  readonly from: number;
  readonly to: number;
  readonly code: ErrorCode;
  readonly kind: Failure['kind'];
}

/** Meaning of a status with an error body of Azure's; the first row that holds is taken. 529: metrics back end throttles. */
const statusRows: readonly StatusRow[] = [
  { from: 401, to: 401, code: 'AZ3401', kind: 'failed' },
  { from: 403, to: 403, code: 'AZ3403', kind: 'failed' },
  { from: 407, to: 407, code: 'AZ3002', kind: 'retry' },
  { from: 408, to: 408, code: 'AZ3500', kind: 'retry' },
  { from: 413, to: 413, code: 'AZ3413', kind: 'failed' },
  { from: 429, to: 429, code: 'AZ3429', kind: 'retry' },
  { from: 529, to: 529, code: 'AZ3429', kind: 'retry' },
  { from: 400, to: 499, code: 'AZ3400', kind: 'failed' },
  { from: 500, to: 599, code: 'AZ3500', kind: 'retry' },
];

/** Error codes with which the resource manager says that a resource is gone. Any other 404 must not make series leave. */
const goneCodes = new Set([
  'resourcenotfound',
  'resourcegroupnotfound',
  'subscriptionnotfound',
  'parentresourcenotfound',
  'notfound',
]);

/** Error codes with which the metrics data plane refuses more than 500,000 series, whatever the status. */
const tooLargeCodes = new Set(['querythrottledexception']);

const armApis = new Set<AzureApi>(['metrics', 'batch', 'subscription', 'definitions', 'resourceGraph']);

type Advice = Partial<Record<ErrorCode, string>>;

const armAdvice: Advice = {
  AZ3002: 'the proxy wants to be signed in to; check HTTPS_PROXY',
  AZ3400: 'check metric names, aggregation, interval, dimensions and metric namespace of the declaration',
  AZ3401: 'check tenantId and the identity',
  AZ3403: 'assign the role Monitoring Reader to the identity on that scope',
  AZ3404: 'remove the resource from the declaration, or correct its name, resourceGroupName or subscriptionId',
  AZ3413: 'it is asked in smaller parts; split by fewer dimensions if it stays',
  AZ3429: 'spread the calls: longer schedules, batching, or fewer metrics',
  AZ3500: 'nothing to mend here, it is tried again',
};

const adviceByApi: Partial<Record<AzureApi, Advice>> = {
  batch: { AZ3401: 'the identity needs the role Monitoring Reader on the subscription, besides a correct tenantId' },
  resourceGraph: {
    AZ3400:
      'check the criteria and the condition of the resource discovery group, and the subscriptions of the landscape',
    AZ3403: 'assign the role Reader or Monitoring Reader to the identity on the subscriptions of the landscape',
    AZ3429: 'use fewer resource discovery groups or a longer interval',
  },
  subscription: { AZ3403: 'assign the role Monitoring Reader to the identity on the subscription' },
  logs: {
    AZ3400: 'check the query and workspaceId',
    AZ3403: 'assign the role Log Analytics Reader to the identity on the workspace',
    AZ3429: 'run the queries less often',
  },
  queue: {
    AZ3400: 'check accountName, queueName and the SAS token',
    AZ3401: 'check the SAS token',
    AZ3403: 'the SAS token has expired or does not allow this; it needs the service queue with read and process',
    AZ3013: 'check accountName and queueName',
    AZ3429: 'run it less often',
  },
};

/** The failure behind an answer that is not a 200. */
export function statusFailure(answer: RawAnswer, place: FailurePlace): Failure {
  const { status } = answer;
  const body = readErrorBody(answer.body, answer.header('x-ms-error-code'));
  const row = meaning(status, body, place.api);
  const said = body.kind === 'azure' ? quote(status, body, place.secrets) : `${status} ${bodyWords[body.kind]}`;
  const advice = adviceByApi[place.api]?.[row.code] ?? armAdvice[row.code] ?? unreadableAdvice;
  const waitMs = retryAfter(answer.header, place.nowMs);
  const wait = waitMs === undefined || row.kind === 'failed' ? '' : ` and asks to wait ${Math.ceil(waitMs / 1000)} s`;
  const error: CodedError = {
    code: row.code,
    message: `${place.host} answered ${said}${wait}; ${advice}.`,
    ...evidence(answer),
    ...(body.kind === 'azure' ? { said: saidBy(place, body) } : {}),
  };
  return { kind: row.kind, error: row.kind === 'retry' ? withRetryAfter(error, waitMs) : error };
}

const bodyWords = { page: 'with a page that is not an answer of Azure', empty: 'without an explanation' } as const;
const unreadableAdvice = 'something between here and Azure answers in its place; check proxies and the endpoint';

function meaning(status: number, body: ErrorBody, api: AzureApi): Pick<StatusRow, 'code' | 'kind'> {
  if (status === 404) return notFound(body, api);
  if (body.kind === 'azure' && tooLargeCodes.has(body.code.toLowerCase())) return { code: 'AZ3413', kind: 'failed' };
  const refused = status >= 400 && status < 500;
  // What a gateway says of its own accord tells nothing about the resource, role or query.
  if (refused && body.kind === 'page' && status !== 429 && status !== 407) return { code: 'AZ3004', kind: 'retry' };
  return statusRows.find(({ from, to }) => status >= from && status <= to) ?? { code: 'AZ3004', kind: 'retry' };
}

function notFound(body: ErrorBody, api: AzureApi): Pick<StatusRow, 'code' | 'kind'> {
  if (body.kind !== 'azure' || body.code === '') return { code: 'AZ3004', kind: 'retry' };
  const code = body.code.toLowerCase();
  if (api === 'queue') return { code: 'AZ3013', kind: 'failed' };
  return armApis.has(api) && goneCodes.has(code)
    ? { code: 'AZ3404', kind: 'failed' }
    : { code: 'AZ3400', kind: 'failed' };
}

function quote(status: number, body: { code: string; message: string }, secrets: readonly string[]): string {
  const message = clause(tidy(body.message, secrets));
  const code = tidy(body.code, secrets, 80);
  return [String(status), code, message === '' ? '' : `"${message}"`].filter((part) => part !== '').join(' ');
}

const deniedAction = /perform action '([^']{1,200})' over scope '([^']{1,1000})'/;

function saidBy({ api, secrets }: FailurePlace, body: { code: string; message: string }): AzureSaid {
  const [, action, scope] = deniedAction.exec(scrub(body.message, secrets)) ?? [];
  const code = tidy(body.code, secrets, 80);
  return { api, code, ...(action === undefined || scope === undefined ? {} : { action, scope }) };
}

/** The failure of an answer with status 200 (or a surprising one below 400) that does not hold what it should. */
export function unreadable(answer: RawAnswer, why: string, place: FailurePlace): Failure {
  const what = answer.status === 200 ? 'an answer' : `${answer.status} with an answer`;
  return {
    kind: 'retry',
    error: {
      code: 'AZ3004',
      message: `${place.host} gave ${what} that could not be read: ${clause(tidy(why, place.secrets))}; ${unreadableAdvice}.`,
      ...evidence(answer),
    },
  };
}

function evidence(answer: RawAnswer): Pick<CodedError, 'status' | 'requestId'> {
  const requestId = answer.header('x-ms-request-id');
  return { status: answer.status, ...(requestId === undefined ? {} : { requestId }) };
}

/** OpenSSL's verification errors, as Node spells them, and Node's own. */
const certificateCode =
  /^(UNABLE_TO_(VERIFY|GET|DECRYPT|DECODE)_|SELF_SIGNED_|DEPTH_ZERO_|CERT_|ERROR_IN_CERT_|CRL_|INVALID_(CA|PURPOSE)$|PATH_LENGTH_EXCEEDED$|HOSTNAME_MISMATCH$|ERR_TLS_CERT_)/;

const networkReasons: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name could not be resolved',
  EAI_AGAIN: 'the name server did not answer',
  ECONNREFUSED: 'it refused the connection',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ETIMEDOUT: 'it did not accept the connection in time',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to it',
  EPROTO: 'the TLS handshake failed',
};

/** Failures below HTTP: name, route, connection, TLS, or an answer that broke off. Undefined when it is none of them. */
export function connectionFailure(cause: unknown, place: Pick<FailurePlace, 'host'>): Failure | undefined {
  const { host } = place;
  if (cause instanceof BrokenAnswer) {
    const message = `${host} answered ${cause.status}, but the answer broke off after ${cause.bytes} bytes; ${unreadableAdvice}.`;
    return { kind: 'retry', error: { code: 'AZ3004', message, status: cause.status } };
  }
  const code = errorCode(cause);
  if (code === undefined) return undefined;
  if (certificateCode.test(code)) {
    const advice =
      'give the issuing certificate authority through NODE_EXTRA_CA_CERTS, or remove the intercepting proxy';
    const message = `The certificate of ${host} is not trusted (${code}); ${advice}.`;
    return { kind: 'retry', error: { code: 'AZ3003', message } };
  }
  const reason =
    networkReasons[code] ?? (code.startsWith('ERR_SSL') ? networkReasons['EPROTO'] : 'the connection failed');
  const message = `${host} could not be reached: ${reason} (${code}); check DNS, egress rules and proxies.`;
  return { kind: 'retry', error: { code: 'AZ3002', message } };
}

/** Code of a system or TLS error: `ECONNRESET`, `CERT_HAS_EXPIRED`; undefined for other errors. */
function errorCode(cause: unknown): string | undefined {
  if (typeof cause !== 'object' || cause === null || !('code' in cause)) return undefined;
  const { code } = cause;
  const known =
    typeof code === 'string' &&
    (/^E[A-Z]+(_AGAIN)?$/.test(code) || code.startsWith('ERR_SSL') || certificateCode.test(code));
  return known ? code : undefined;
}

/** Reasons with which a call is aborted; the reason of its signal. */
export const abortReason = { deadline: Symbol('deadline'), stopped: Symbol('stopped') } as const;

/** The short word for the label `code` of a request that got no whole answer. */
export function failureWord(cause: unknown, signal: { readonly aborted: boolean } | undefined): string {
  if (signal instanceof AbortSignal && signal.aborted) {
    return signal.reason === abortReason.deadline ? 'timeout' : 'aborted';
  }
  return connectionFailure(cause, { host: '' })?.error.code === 'AZ3003' ? 'certificate' : 'network';
}
