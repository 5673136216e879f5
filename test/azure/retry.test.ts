import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { retryAfter, retryDelay } from '../../src/azure/retry.ts';
import { type ErrorCode, errorCatalogue } from '../../src/core/errors.ts';
import type { Outcome } from '../../src/core/outcome.ts';

const failing = (code: ErrorCode, retryAfterMs?: number): Outcome<unknown> => ({
  kind: 'retry',
  error: { code, message: '', ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
});
const base = { attempt: 1, maxAttempts: 3, remainingMs: 30_000, random: 0.5 };

describe('retryDelay', () => {
  it.each<[string, Parameters<typeof retryDelay>[0], number | undefined]>([
    ['first wait', { ...base, outcome: failing('AZ3500') }, 250],
    ['second wait', { ...base, attempt: 2, outcome: failing('AZ3500') }, 500],
    ['last attempt', { ...base, attempt: 3, outcome: failing('AZ3500') }, undefined],
    ['success', { ...base, outcome: { kind: 'ok', value: 1 } }, undefined],
    ['cannot heal', { ...base, outcome: { ...failing('AZ3400'), kind: 'failed' } as Outcome<unknown> }, undefined],
    ['certificate', { ...base, outcome: failing('AZ3003') }, undefined],
    ['deadline passed', { ...base, outcome: failing('AZ3001') }, undefined],
    ['run ended', { ...base, outcome: failing('AZ3006') }, undefined],
    ['asked to wait', { ...base, random: 0, outcome: failing('AZ3429', 7_000) }, 7_000],
    ['asked to wait, spread', { ...base, outcome: failing('AZ3429', 7_000) }, 7_350],
    ['asked to wait too long', { ...base, outcome: failing('AZ3429', 30_000) }, undefined],
    ['asked not to wait', { ...base, outcome: failing('AZ3500', 0) }, 0],
    ['no time left', { ...base, remainingMs: 100, outcome: failing('AZ3500') }, undefined],
    ['token soon', { ...base, random: 0, outcome: failing('AZ3005', 1_000) }, 1_000],
    ['token not soon', { ...base, outcome: failing('AZ3005', 4_000) }, undefined],
  ])('%s', (_name, question, expected) => {
    expect(retryDelay(question)).toBe(expected);
  });

  it('never waits past the deadline nor less than the service asked', () => {
    const codes = Object.keys(errorCatalogue) as ErrorCode[];
    const anything = fc.record({
      code: fc.constantFrom(...codes),
      asked: fc.option(fc.nat(60_000), { nil: undefined }),
      attempt: fc.integer({ min: 1, max: 5 }),
      remainingMs: fc.nat(40_000),
      random: fc.double({ min: 0, max: 0.999, noNaN: true }),
    });
    fc.assert(
      fc.property(anything, ({ code, asked, ...question }) => {
        const delay = retryDelay({ ...question, maxAttempts: 3, outcome: failing(code, asked) });
        if (delay === undefined) return;
        expect(question.attempt).toBeLessThan(3);
        expect(delay).toBeLessThanOrEqual(question.remainingMs);
        expect(delay).toBeGreaterThanOrEqual(asked ?? 0);
      }),
    );
  });
});

describe('retryAfter', () => {
  const now = Date.parse('2026-03-10T08:00:00Z');
  it.each([
    [{ 'retry-after': '7' }, 7_000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': 'Tue, 10 Mar 2026 08:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Tue, 10 Mar 2026 07:00:00 GMT' }, 0],
    [{ 'retry-after-ms': '250', 'retry-after': '7' }, 250],
    [{ 'x-ms-retry-after-ms': '1500' }, 1_500],
    [{ 'retry-after': 'soon' }, undefined],
    [{}, undefined],
  ])('%j', (headers: Record<string, string>, expected) => {
    expect(retryAfter((name) => headers[name], now)).toBe(expected);
  });
});
