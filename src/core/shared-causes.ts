import type { ErrorCode } from './errors.ts';

/** Failures that have one cause for everything that suffers from them: one line tells it all. */
const sharedCauses: ReadonlySet<ErrorCode> = new Set([
  'AZ3001',
  'AZ3002',
  'AZ3003',
  'AZ3005',
  'AZ3006',
  'AZ3007',
  'AZ3401',
  'AZ3429',
  'AZ3500',
]);

/** Failures with equal keys are one problem to a reader: by their cause, else by metric. */
export function problemKey(code: ErrorCode, metricName: string): string {
  return sharedCauses.has(code) ? code : `${code} ${metricName}`;
}
