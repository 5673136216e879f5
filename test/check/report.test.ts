import { describe, expect, it } from 'vitest';
import {
  type CheckRow,
  failedRow,
  isFine,
  okRow,
  reportAsJson,
  reportAsText,
  skippedRow,
} from '../../src/check/report.ts';

const metrics = {
  check: 'metrics',
  scope: '/subscriptions/s1/resourceGroups/g1',
  subscription: 's1',
  region: null,
} as const;
const batch = { check: 'batch', scope: '/subscriptions/s1', subscription: 's1', region: 'westeurope' } as const;
const failed = failedRow(batch, {
  code: 'AZ3403',
  message: 'A role is missing.',
  role: 'Monitoring Reader',
  scope: '/subscriptions/s1',
  command: 'az role',
});
const rows: readonly CheckRow[] = [okRow(metrics, 'Read.'), failed, skippedRow(metrics, 'Not tried.')];

describe('the report', () => {
  it('as text: a table, commands on lines of their own, a verdict', () => {
    expect(reportAsText(rows)).toBe(
      [
        '  check    tried on                        result   what to do',
        '  metrics  resourceGroups/g1               ok       Read.',
        '  batch    subscriptions/s1 in westeurope  failed   AZ3403: A role is missing.',
        '                                                    az role',
        '  metrics  resourceGroups/g1               skipped  Not tried.',
        '',
        '1 of 3 checks failed.',
        '',
      ].join('\n'),
    );
    expect(reportAsText([okRow(metrics, 'Read.')])).toMatch(/\n\nEverything that is declared can be read\.\n$/);
  });

  it('as JSON: exactly the promised members', () => {
    const report = JSON.parse(reportAsJson(rows)) as { ok: boolean; checks: CheckRow[] };
    expect(Object.keys(report)).toEqual(['ok', 'checks']);
    for (const row of report.checks) {
      expect(Object.keys(row).sort().join()).toBe('check,code,command,message,region,role,scope,status,subscription');
    }
    expect(report.checks[1]).toEqual({
      ...batch,
      status: 'failed',
      code: 'AZ3403',
      message: 'A role is missing.',
      role: 'Monitoring Reader',
      command: 'az role',
    });
  });

  it('is fine with what was skipped, and not with what failed', () => {
    expect(isFine([okRow(metrics, ''), skippedRow(metrics, '')])).toBe(true);
    expect(isFine(rows)).toBe(false);
    expect(isFine([])).toBe(true);
  });

  it('keeps the scope that was asked for when no role is missing', () => {
    const row = failedRow(metrics, { code: 'AZ3400', message: '', role: null, scope: null, command: null });
    expect(row.scope).toBe(metrics.scope);
  });
});
