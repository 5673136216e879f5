import { describe, expect, it } from 'vitest';
import { isThrottled, quotaNews, remainingReads } from '../../src/azure/throttle.ts';

const reads = 'x-ms-ratelimit-remaining-subscription-reads';
const answer = (status: number, code: string, headers: Record<string, string> = {}) => ({
  status,
  body: code === '' ? '' : JSON.stringify({ error: { code, message: 'x' } }),
  header: (name: string) => headers[name],
});

describe('what an answer says about the quota', () => {
  it('is nothing without the header', () => {
    expect(quotaNews(answer(200, ''), 0)).toEqual({});
    expect(quotaNews(answer(200, '', { [reads]: 'many' }), 0)).toEqual({});
  });

  it('is what remains, on good answers too', () => {
    expect(quotaNews(answer(200, '', { [reads]: '249' }), 0)).toEqual({ remaining: 249 });
    expect(remainingReads(answer(200, '', { [reads]: '0' }))).toBe(0);
  });

  it.each([
    ['the subscription', answer(429, 'SubscriptionRequestsThrottled', { [reads]: '3' }), true],
    ['nothing that remains', answer(429, '', { [reads]: '0' }), true],
    ['one operation', answer(429, 'ResourceRequestsThrottled', { [reads]: '100' }), false],
    ['anything', answer(429, 'TooManyRequests'), false],
    ['a busy back end', answer(529, ''), false],
  ])('is throttling of %s', (_name, raw, whole) => {
    expect(quotaNews(raw, 0).throttle).toEqual({ whole });
  });

  it('holds the wait that Azure asks for', () => {
    expect(quotaNews(answer(429, '', { 'retry-after': '7' }), 0).throttle).toEqual({
      whole: false,
      retryAfterMs: 7_000,
    });
    expect(quotaNews(answer(503, '', { 'retry-after': '7' }), 0)).toEqual({});
  });

  it('counts 429 and 529 as throttling', () => {
    expect([200, 408, 429, 500, 503, 529].filter(isThrottled)).toEqual([429, 529]);
  });
});
