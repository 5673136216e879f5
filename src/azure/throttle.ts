import type { RawAnswer } from './answer.ts';
import type { QuotaNews } from './bucket.ts';
import { readErrorBody } from './error-body.ts';
import { retryAfter } from './retry.ts';

/** True for the two statuses with which Azure asks for fewer calls. 529: the metrics back end is busy. */
export function isThrottled(status: number): boolean {
  return status === 429 || status === 529;
}

/** Reads that remain to this identity on the subscription, as the resource manager says. */
export function remainingReads(answer: Pick<RawAnswer, 'header'>): number | undefined {
  const remaining = Number.parseInt(answer.header('x-ms-ratelimit-remaining-subscription-reads') ?? '', 10);
  return Number.isNaN(remaining) ? undefined : remaining;
}

/** Queries that remain to this identity in the current window of Resource Graph. */
export function remainingQueries(answer: Pick<RawAnswer, 'header'>): number | undefined {
  const remaining = Number.parseInt(answer.header('x-ms-user-quota-remaining') ?? '', 10);
  return Number.isNaN(remaining) ? undefined : remaining;
}

/** Resource Graph's quota is the caller's alone, so every refusal speaks for all of it. */
export function graphNews(answer: RawAnswer, nowMs: number): QuotaNews {
  const remaining = remainingQueries(answer);
  const [, hours, minutes, seconds] =
    /^(\d+):(\d+):(\d+)/.exec(answer.header('x-ms-user-quota-resets-after') ?? '') ?? [];
  const resets =
    seconds === undefined
      ? {}
      : { resetsAfterMs: ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000 };
  const left = { ...(remaining === undefined ? {} : { remaining }), ...resets };
  if (!isThrottled(answer.status)) return left;
  const waitMs = retryAfter(answer.header, nowMs);
  return { ...left, throttle: { whole: true, ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }) } };
}

/** What an answer says about the quota. */
export function quotaNews(answer: RawAnswer, nowMs: number): QuotaNews {
  const remaining = remainingReads(answer);
  const left = remaining === undefined ? {} : { remaining };
  if (!isThrottled(answer.status)) return left;
  const waitMs = retryAfter(answer.header, nowMs);
  const body = readErrorBody(answer.body, answer.header('x-ms-error-code'));
  // `ResourceRequestsThrottled` is one operation's limit, a bare 529 one busy back end: neither speaks for the quota.
  const named = body.kind === 'azure' && body.code.toLowerCase() === 'subscriptionrequeststhrottled';
  const whole = named || (remaining !== undefined && remaining <= 0);
  return { ...left, throttle: { whole, ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }) } };
}
