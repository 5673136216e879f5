import { type Clock, sleep } from '../core/clock.ts';
import type { CodedError, Outcome } from '../core/outcome.ts';
import type { RawAnswer } from './answer.ts';
import { createDeadline } from './deadline.ts';
import type { AttemptInfo, Exchange, Recorder } from './exchange.ts';
import { abortReason, connectionFailure, type FailurePlace, statusFailure, unreadable } from './failures.ts';
import type { Admission, Gate } from './gate.ts';
import type { AzureObserver } from './ports.ts';
import { retryDelay } from './retry.ts';
import { clause, tidy } from './text.ts';
import { TokenError } from './token-error.ts';

/** What every call to Azure shares. */
export interface CallContext {
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly random: () => number;
  readonly gate: Gate;
  /** Deadline of a whole call, milliseconds: token, waits between attempts and reading included, waits at the gate not. */
  readonly callTimeoutMs: number;
  readonly maxAttempts: number;
  readonly observer: AzureObserver;
  /** Aborts when the exporter lets go of Azure; ends calls in flight. */
  readonly closing: AbortSignal;
  /** Values that no message may hold, whoever sent them: client secret, held tokens. */
  readonly secrets: () => readonly string[];
  /** Gives up a token that Azure refused. True when a fresh one is worth a try. */
  readonly renewToken: (authorization: string) => boolean;
}

export interface Call<T> {
  readonly info: Omit<AttemptInfo, 'attempt' | 'waitedMs'>;
  /** Host, for messages; its circuit and its budget of retries are shared by all calls to it. */
  readonly host: string;
  /** What is asked about: a resource, a workspace, a queue. */
  readonly subject: string;
  readonly secrets?: readonly string[];
  /** Sends the request through an SDK client; must hand `signal` to it. */
  send(signal: AbortSignal): Promise<unknown>;
  /** Reads the body of a 200; throws `Unreadable` (shape.ts) when it is not what it should be. `sent`: what `send` gave. */
  read(answer: RawAnswer, sent: unknown): Outcome<T>;
}

/**
 * Makes a call with its attempts, under one deadline and the caller's signal. Never throws.
 * Every attempt waits at the gate first; the deadline does not run meanwhile, the caller's signal bounds the wait.
 * A token that Azure refuses is renewed once. When the time is over the outcome is there at once, even if the SDK
 * does not let go.
 */
export async function makeCall<T>(call: Call<T>, context: CallContext, signal: AbortSignal): Promise<Outcome<T>> {
  const { clock, gate, maxAttempts } = context;
  const place = placeOf(call, context);
  const ended = AbortSignal.any([signal, context.closing]);
  const deadline = createDeadline(clock, context.callTimeoutMs, ended);
  let renewed = false;
  let last: Outcome<T> | undefined;
  gate.count(call.host);
  try {
    for (let attempt = 1; ; attempt += 1) {
      deadline.pause();
      const admission = await gate.admit({ ...call.info, host: call.host, subject: call.subject }, ended);
      if (admission === undefined) return last ?? stopped(deadline.signal, call.host, context);
      if ('code' in admission) return last ?? { kind: 'retry', error: admission };
      deadline.run();
      const { outcome, exchange } = await attemptAdmitted(call, attempt, admission, place, context, deadline.signal);
      last = outcome;
      if (outcome.kind === 'failed' && outcome.error.code === 'AZ3401' && !renewed) {
        renewed = true;
        if (exchange.authorization !== undefined && context.renewToken(exchange.authorization)) continue;
      }
      const remainingMs = deadline.signal.aborted ? 0 : deadline.remainingMs();
      const delay = retryDelay({ attempt, maxAttempts, outcome, remainingMs, random: context.random() });
      if (delay === undefined || !gate.mayRetry(call.host)) return outcome;
      await sleep(clock, delay, deadline.signal);
    }
  } finally {
    deadline.close();
  }
}

function placeOf<T>(call: Call<T>, context: CallContext): FailurePlace {
  return {
    api: call.info.api,
    host: call.host,
    get secrets() {
      return [...(call.secrets ?? []), ...context.secrets()];
    },
    get nowMs() {
      return context.clock.now();
    },
  };
}

/** One attempt that the gate let out; the gate learns what came of it whatever happens. */
async function attemptAdmitted<T>(
  call: Call<T>,
  attempt: number,
  admission: Admission,
  place: FailurePlace,
  context: CallContext,
  stop: AbortSignal,
): Promise<{ readonly outcome: Outcome<T>; readonly exchange: Exchange }> {
  const { exchange, error, sent } = await attemptOnce(call, { attempt, waitedMs: admission.waitedMs }, context, stop);
  const outcome =
    stop.aborted && exchange.answer === undefined
      ? stopped(stop, place.host, context, exchange)
      : judge(call, exchange, error, sent, place, context);
  const { answer } = exchange;
  admission.settle({ sent: exchange.sent === true, outcome, ...(answer === undefined ? {} : { answer }) });
  return { outcome, exchange };
}

interface Attempt {
  readonly exchange: Exchange;
  readonly error?: unknown;
  readonly sent?: unknown;
}

async function attemptOnce<T>(
  call: Call<T>,
  which: Pick<AttemptInfo, 'attempt' | 'waitedMs'>,
  context: CallContext,
  stop: AbortSignal,
): Promise<Attempt> {
  const controller = new AbortController();
  const exchange = context.recorder.expect(controller.signal, { ...call.info, ...which });
  let release: () => void = () => undefined;
  const abandoned = new Promise<undefined>((resolve) => {
    release = () => {
      controller.abort(stop.reason);
      resolve(undefined);
    };
    if (stop.aborted) release();
    stop.addEventListener('abort', release, { once: true });
  });
  try {
    const sent = await Promise.race([call.send(controller.signal), abandoned]);
    return { exchange, sent };
  } catch (error) {
    return { exchange, error };
  } finally {
    stop.removeEventListener('abort', release);
  }
}

function judge<T>(
  call: Call<T>,
  exchange: Exchange,
  error: unknown,
  sent: unknown,
  place: FailurePlace,
  context: CallContext,
): Outcome<T> {
  const { answer, failure } = exchange;
  if (error instanceof TokenError) return { kind: 'retry', error: error.coded };
  if (failure !== undefined) return connectionFailure(failure, place) ?? strange(failure, place);
  if (answer === undefined) return unsendable(error, place);
  if (answer.status !== 200)
    return answer.status < 400
      ? reading(answer, 'no answer of this kind', place, context)
      : statusFailure(answer, place);
  try {
    return call.read(answer, sent);
  } catch (thrown) {
    return reading(answer, thrown instanceof Error ? thrown.message : String(thrown), place, context);
  }
}

function reading(answer: RawAnswer, why: string, place: FailurePlace, context: CallContext): Outcome<never> {
  const requestId = answer.header('x-ms-request-id');
  context.observer.log?.({
    api: place.api,
    message: `first bytes of the unreadable answer of ${place.host}: ${tidy(answer.body.slice(0, 400), place.secrets, 200)}`,
    ...(requestId === undefined ? {} : { requestId }),
  });
  return unreadable(answer, why, place);
}

function strange(failure: unknown, place: FailurePlace): Outcome<never> {
  const why = clause(tidy(failure instanceof Error ? failure.message : String(failure), place.secrets));
  return { kind: 'retry', error: { code: 'AZ3002', message: `The connection to ${place.host} failed: ${why}.` } };
}

/** The SDK refused to build the request: an identifier has the wrong form. */
function unsendable(error: unknown, place: FailurePlace): Outcome<never> {
  const why = clause(tidy(error instanceof Error ? error.message : 'the client sent nothing', place.secrets));
  return refused(`The request to ${place.host} could not be made: ${why}; correct the declaration.`);
}

/** The outcome of a request that cannot be made from what was declared (AZ3015). */
export function refused(message: string): Outcome<never> {
  return { kind: 'failed', error: { code: 'AZ3015', message } };
}

function stopped(signal: AbortSignal, host: string, context: CallContext, exchange?: Exchange): Outcome<never> {
  const seconds = context.callTimeoutMs / 1000;
  return { kind: 'retry', error: stoppedError(signal.reason === abortReason.deadline, host, seconds, exchange) };
}

function stoppedError(late: boolean, host: string, seconds: number, exchange: Exchange | undefined): CodedError {
  if (!late) {
    return {
      code: 'AZ3006',
      message: `The call to ${host} was given up because the run ended before the answer came.`,
    };
  }
  if (exchange !== undefined && exchange.sent === undefined && exchange.info.api !== 'queue') {
    return { code: 'AZ3005', message: `No access token came within ${seconds} s, so ${host} could not be asked.` };
  }
  const advice = 'check egress, firewalls and proxies on the way to it';
  return { code: 'AZ3001', message: `${host} did not answer within ${seconds} s; ${advice}.` };
}
