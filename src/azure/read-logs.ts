import type { Outcome } from '../core/outcome.ts';
import type { RawAnswer } from './answer.ts';
import { readErrorBody } from './error-body.ts';
import { asArray, asObject, optionalText, parseBody } from './shape.ts';
import { clause, tidy } from './text.ts';

/**
 * The one number of a log query: the first table has exactly one row and a column `result` (compared exactly, then
 * without case) that holds a number or a text that is one, as Promitor demands. Everything else is AZ3012; a partial
 * answer (`error` beside the tables) is never a value.
 */
export function readLogValue(answer: RawAnswer, workspaceId: string): Outcome<number> {
  const root = parseBody(answer.body);
  const partial = root['error'];
  if (partial !== undefined && partial !== null)
    return partialFailure(JSON.stringify({ error: partial }), workspaceId, answer);
  const table = asObject(asArray(root['tables'], 'tables')[0], 'the first table');
  const columns = asArray(table['columns'], 'columns').map(
    (column) => optionalText(asObject(column, 'column')['name']) ?? '',
  );
  const rows = asArray(table['rows'], 'rows');
  const wrong = (what: string): Outcome<number> => {
    const message = `The log query on workspace ${tidy(workspaceId, [], 80)} gave ${what}; it must yield exactly one row with a numeric column "result", for instance by ending in "| summarize result = count()".`;
    return { kind: 'failed', error: { code: 'AZ3012', message, ...requestIdOf(answer) } };
  };
  if (rows.length !== 1) return wrong(rows.length === 0 ? 'no row' : `${rows.length} rows`);
  const index = columns.includes('result')
    ? columns.indexOf('result')
    : columns.findIndex((name) => name.toLowerCase() === 'result');
  if (index < 0) return wrong(`the columns ${tidy(columns.join(', ') || 'none', [], 120)} but no "result"`);
  const cell = asArray(rows[0], 'the row')[index];
  const value = toNumber(cell);
  if (value === undefined)
    return wrong(`the result ${tidy(JSON.stringify(cell) ?? 'nothing', [], 60)}, which is no number`);
  return { kind: 'ok', value };
}

function toNumber(cell: unknown): number | undefined {
  if (typeof cell === 'boolean') return cell ? 1 : 0;
  const value = typeof cell === 'string' && cell.trim() !== '' ? Number(cell) : cell;
  return typeof value === 'number' && !Number.isNaN(value) ? value : undefined;
}

function partialFailure(body: string, workspaceId: string, answer: RawAnswer): Outcome<number> {
  const error = readErrorBody(body);
  const said = error.kind === 'azure' ? `${error.code}: "${clause(tidy(error.message))}"` : 'an unnamed error';
  const message = `The log query on workspace ${tidy(workspaceId, [], 80)} ended with a partial result, ${said}; narrow the query so that it completes.`;
  return { kind: 'failed', error: { code: 'AZ3012', message, ...requestIdOf(answer) } };
}

function requestIdOf(answer: RawAnswer): { requestId?: string } {
  const requestId = answer.header('x-ms-request-id');
  return requestId === undefined ? {} : { requestId };
}
