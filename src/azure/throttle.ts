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
