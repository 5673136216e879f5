import { formFields, jsonObject, type Request } from '../http/request.ts';
import type { Api, Routed } from '../services/state.ts';

/** One call that the emulator received. Secrets are left out: signatures, tokens, client secrets, assertions. */
export interface CallRecord {
  readonly api: Api | 'unknown';
  /** World time of arrival, ISO 8601. */
  readonly time: string;
  readonly method: string;
  readonly path: string;
  /** Parameters of the query string, or of the form of a token request, by name. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The JSON body, when there was one. */
  readonly body?: unknown;
  readonly subscription?: string;
  readonly region?: string;
  readonly resources: readonly string[];
  readonly metricNames: readonly string[];
  /** Status that was answered; 0 when the connection was left hanging or was reset. */
  readonly status: number;
  /** Id of the fault that hit the call. */
  readonly fault?: string;
}

export interface CallLog {
  add(call: CallRecord): void;
  /** Number of calls by API since the last clearing. */
  counts(): Readonly<Record<string, number>>;
  /** The latest calls in order of arrival; the oldest are forgotten beyond the capacity. */
  calls(): readonly CallRecord[];
  clear(): void;
}

/** A call log that keeps up to `capacity` calls; counts go on beyond it. */
export function createCallLog(capacity: number): CallLog {
  let kept: CallRecord[] = [];
  const counts = new Map<string, number>();
  return {
    add(call) {
      counts.set(call.api, (counts.get(call.api) ?? 0) + 1);
      kept.push(call);
      if (kept.length > capacity * 2) kept = kept.slice(-capacity);
    },
    counts: () => Object.fromEntries(counts),
    calls: () => kept.slice(-capacity),
    clear() {
      kept = [];
      counts.clear();
    },
  };
}

const hidden = new Set(['sig', 'client_secret', 'client_assertion', 'password', 'claims']);

/** The record of a call, without its secrets. */
export function describeCall(
  request: Request,
  routed: Routed | undefined,
  outcome: { readonly status: number; readonly fault?: string | undefined; readonly nowMs: number },
): CallRecord {
  const isToken = routed?.api === 'token';
  const fields = new Map([...request.query, ...(isToken ? formFields(request.body) : [])]);
  const parameters = Object.fromEntries(
    [...fields].map(([name, value]) => [name, hidden.has(name.toLowerCase()) ? '***' : value]),
  );
  const body = isToken || request.body === '' ? undefined : jsonObject(request.body);
  return {
    api: routed?.api ?? 'unknown',
    time: new Date(outcome.nowMs).toISOString(),
    method: request.method,
    path: `/${request.segments.join('/')}`,
    parameters,
    ...(body === undefined ? {} : { body }),
    ...(routed?.subscription === undefined ? {} : { subscription: routed.subscription }),
    ...(routed?.region === undefined ? {} : { region: routed.region }),
    resources: routed?.resources ?? [],
    metricNames: routed?.metricNames ?? [],
    status: outcome.status,
    ...(outcome.fault === undefined ? {} : { fault: outcome.fault }),
  };
}
