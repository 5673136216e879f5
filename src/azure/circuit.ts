import type { Clock } from '../core/clock.ts';
import type { ErrorCode } from '../core/errors.ts';
import type { CodedError, Outcome } from '../core/outcome.ts';
import { clause } from './text.ts';

/**
 * Opening takes this many failures in a row, over this time (milliseconds), and of at least two subjects: a single bad
 * resource, however often it is asked for, must not shut the others out.
 */
const failuresToOpen = 10;
const spanToOpenMs = 5_000;
const subjectsToOpen = 2;
const firstPauseMs = 5_000;
const longestPauseMs = 60_000;

/** What a call says of its host: it lives, it does not (the failure), or nothing. */
export type Verdict = 'alive' | 'neither' | CodedError;

/** Leave to send one call. */
export interface Pass {
  settle(verdict: Verdict): void;
}

/** Spares a host that does not answer, and everybody the wait for it. */
export interface Circuit {
  /**
   * Leave to send, or the refusal AZ3007. While a probe is out callers wait for what becomes of it, so that a whole run
   * comes through as soon as the host is back. Undefined when `signal` aborts first.
   */
  enter(subject: string, signal: AbortSignal): Promise<Pass | CodedError | undefined>;
}

interface Streak {
  count: number;
  /** When the first of the calls that failed was sent. */
  readonly sinceMs: number;
  readonly subjects: Set<string>;
}

interface Open {
  readonly sinceMs: number;
  readonly failures: number;
  error: CodedError;
  pauseMs: number;
  probeMs: number;
  probing: boolean;
}

/** A circuit for one host; it starts closed. */
export function createCircuit(host: string, clock: Clock): Circuit {
  const waiting = new Set<() => void>();
  let streak: Streak | undefined;
  let open: Open | undefined;
  let aliveMs = Number.NEGATIVE_INFINITY;

  const wake = (): void => {
    for (const look of waiting) look();
  };
  const alive = (): void => {
    aliveMs = clock.now();
    streak = undefined;
    open = undefined;
    wake();
  };
  const failed = (error: CodedError, subject: string, sentMs: number): void => {
    if (open !== undefined) return;
    // A sign of life between sending and failing cuts the time that the failure stands for.
    streak ??= { count: 0, sinceMs: Math.max(sentMs, aliveMs), subjects: new Set() };
    streak.count += 1;
    streak.subjects.add(subject);
    const nowMs = clock.now();
    if (streak.count < failuresToOpen || streak.subjects.size < subjectsToOpen) return;
    if (nowMs - streak.sinceMs < spanToOpenMs) return;
    const { sinceMs, count } = streak;
    open = { sinceMs, failures: count, error, pauseMs: firstPauseMs, probeMs: nowMs + firstPauseMs, probing: false };
  };
  const probed = (probe: Open, verdict: Exclude<Verdict, 'alive'>): void => {
    probe.probing = false;
    if (verdict !== 'neither') {
      probe.error = verdict;
      probe.pauseMs = Math.min(longestPauseMs, 2 * probe.pauseMs);
      probe.probeMs = clock.now() + probe.pauseMs;
    }
    wake();
  };
  const pass = (subject: string, probe: Open | undefined): Pass => {
    const sentMs = clock.now();
    return {
      settle: (verdict) => {
        if (verdict === 'alive') alive();
        else if (probe !== undefined && probe === open) probed(probe, verdict);
        else if (verdict !== 'neither') failed(verdict, subject, sentMs);
      },
    };
  };
  const decide = (subject: string): Pass | CodedError | undefined => {
    if (open === undefined) return pass(subject, undefined);
    if (open.probing) return undefined;
    if (clock.now() < open.probeMs) return refusal(host, open);
    open.probing = true;
    return pass(subject, open);
  };

  return {
    enter: (subject, signal) => {
      if (signal.aborted) return Promise.resolve(undefined);
      const decided = decide(subject);
      return decided === undefined ? decisionOf(() => decide(subject), waiting, signal) : Promise.resolve(decided);
    },
  };
}

/** Looks again whenever the others in `waiting` are woken, until there is a decision or the signal aborts. */
function decisionOf<T>(
  decide: () => T | undefined,
  waiting: Set<() => void>,
  signal: AbortSignal,
): Promise<T | undefined> {
  return new Promise((resolve) => {
    const settle = (decided: T | undefined): void => {
      waiting.delete(look);
      signal.removeEventListener('abort', leave);
      resolve(decided);
    };
    const look = (): void => {
      const decided = decide();
      if (decided !== undefined) settle(decided);
    };
    const leave = (): void => settle(undefined);
    waiting.add(look);
    signal.addEventListener('abort', leave, { once: true });
  });
}

/** Failures that speak of the host and not of what was asked. */
const hostFailures: ReadonlySet<ErrorCode> = new Set(['AZ3001', 'AZ3002', 'AZ3003', 'AZ3500']);
/** Ends of calls that never reached the host, or were given up by us. */
const silent: ReadonlySet<ErrorCode> = new Set(['AZ3005', 'AZ3006', 'AZ3007', 'AZ3015']);

/** What the outcome of an attempt says of its host. Refusals, throttling and unreadable answers are signs of life. */
export function verdictOf(outcome: Outcome<unknown>): Verdict {
  if (outcome.kind === 'ok') return 'alive';
  const { error } = outcome;
  if (hostFailures.has(error.code)) return error;
  return silent.has(error.code) ? 'neither' : 'alive';
}

function refusal(host: string, { sinceMs, failures, error, probeMs }: Open): CodedError {
  const since = `${failures} calls in a row failed since ${timeOf(sinceMs)}`;
  const last = `the last probe or call with ${error.code} (${clause(error.message)})`;
  return {
    code: 'AZ3007',
    message: `${host} is not asked for the moment: ${since}, ${last}; the next call after ${timeOf(probeMs)} probes it.`,
  };
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
