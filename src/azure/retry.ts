import type { ErrorCode } from '../core/errors.ts';
import type { CodedError, Outcome } from '../core/outcome.ts';

const firstDelayMs = 500;
const longestDelayMs = 8_000;

/**
 * Longest wait, in milliseconds, that a call takes upon itself before it tries again; codes that are not listed are
 * not tried again inside a call. While no token can be had everybody waits for the same thing, so calls give up
 * early instead of standing in line.
 */
const patienceMs: Partial<Record<ErrorCode, number>> = {
  AZ3002: longestDelayMs,
  AZ3004: longestDelayMs,
  AZ3005: 3_000,
  AZ3429: Number.POSITIVE_INFINITY,
  AZ3500: Number.POSITIVE_INFINITY,
};

export interface RetryQuestion {
  /** Attempts made so far, 1 or more. */
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly outcome: Outcome<unknown>;
  /** Milliseconds until the call's deadline. */
  readonly remainingMs: number;
  /** 0 (inclusive) to 1 (exclusive). */
  readonly random: number;
}

/**
 * How long to wait before the next attempt, in milliseconds, or undefined to stop.
 * The service's own `Retry-After` is kept to (with up to 10% on top, so that callers do not return together) when it
 * fits before the deadline, else there is no point in waiting. Without one: exponential with full jitter.
 */
export function retryDelay(question: RetryQuestion): number | undefined {
  const { attempt, maxAttempts, outcome, remainingMs, random } = question;
  if (outcome.kind !== 'retry' || attempt >= maxAttempts) return undefined;
  const longest = Math.min(patienceMs[outcome.error.code] ?? -1, remainingMs);
  const asked = outcome.error.retryAfterMs;
  if (asked !== undefined) {
    const delay = asked + random * Math.min(1_000, asked / 10);
    return asked < longest ? Math.min(delay, longest) : undefined;
  }
  const delay = random * Math.min(longestDelayMs, firstDelayMs * 2 ** (attempt - 1));
  return delay < longest ? delay : undefined;
}

/** Milliseconds that the service asks to wait: `retry-after-ms`, `x-ms-retry-after-ms`, `Retry-After` (seconds or date). */
export function retryAfter(header: (name: string) => string | undefined, nowMs: number): number | undefined {
  const inMs = Number.parseFloat(header('retry-after-ms') ?? header('x-ms-retry-after-ms') ?? '');
  if (Number.isFinite(inMs)) return Math.max(0, inMs);
  const text = header('retry-after')?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1_000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

/** An error with the wait that the service asked for, when it did. */
export function withRetryAfter(error: CodedError, retryAfterMs: number | undefined): CodedError {
  return retryAfterMs === undefined ? error : { ...error, retryAfterMs };
}
