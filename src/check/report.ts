import type { ErrorCode } from '../core/errors.ts';
import { textTable } from '../core/text-table.ts';
import type { Finding } from './findings.ts';
import type { CheckedApi } from './permissions.ts';

/** One thing that was tried, as `azimuth check --format json` shows it. */
export interface CheckRow {
  readonly check: CheckedApi;
  /** What was asked for; when a role is missing, where it is to be given. ARM ids have a leading slash. */
  readonly scope: string | null;
  readonly subscription: string | null;
  readonly region: string | null;
  readonly status: 'ok' | 'failed' | 'skipped';
  readonly code: ErrorCode | null;
  readonly message: string;
  /** The role that is missing. */
  readonly role: string | null;
  /** The command line that mends it. */
  readonly command: string | null;
}

/** What a row is about. */
export type RowHead = Pick<CheckRow, 'check' | 'scope' | 'subscription' | 'region'>;

const nothingWrong = { code: null, role: null, command: null } as const;

export function okRow(head: RowHead, message: string): CheckRow {
  return { ...head, status: 'ok', message, ...nothingWrong };
}

export function skippedRow(head: RowHead, message: string): CheckRow {
  return { ...head, status: 'skipped', message, ...nothingWrong };
}

export function failedRow(head: RowHead, { code, message, role, scope, command }: Finding): CheckRow {
  const { check, subscription, region } = head;
  return { check, scope: scope ?? head.scope, subscription, region, status: 'failed', code, message, role, command };
}

/** True when nothing failed; what was skipped is no failure of its own. */
export function isFine(rows: readonly CheckRow[]): boolean {
  return rows.every(({ status }) => status !== 'failed');
}

export function reportAsJson(rows: readonly CheckRow[]): string {
  return `${JSON.stringify({ ok: isFine(rows), checks: rows }, null, 2)}\n`;
}

/** A table of what was tried, and how it went. A command has a line of its own, to be copied. */
export function reportAsText(rows: readonly CheckRow[]): string {
  const cells = rows.flatMap((row) => [
    [row.check, triedIn(row), row.status, row.code === null ? row.message : `${row.code}: ${row.message}`],
    ...(row.command === null ? [] : [['', '', '', row.command]]),
  ]);
  const lines = textTable([['check', 'tried on', 'result', 'what to do'], ...cells], new Set());
  const failed = rows.filter(({ status }) => status === 'failed').length;
  const verdict =
    failed === 0 ? 'Everything that is declared can be read.' : `${failed} of ${rows.length} checks failed.`;
  return `${[...lines, '', verdict].join('\n')}\n`;
}

/** The end of a scope tells rows apart; the message has it whole. */
function triedIn({ scope, region }: CheckRow): string {
  const name = scope === null ? '-' : scope.split('/').slice(-2).join('/');
  return region === null ? name : `${name} in ${region}`;
}
