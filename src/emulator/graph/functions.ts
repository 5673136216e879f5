import { readRe2 } from '../../core/re2.ts';

export type ColumnType = 'string' | 'integer' | 'number' | 'boolean' | 'object';

/** The query uses something that does not exist. Becomes the details of a 400. */
export class QueryMeaningError extends Error {
  readonly code: 'InvalidQuery' | 'UnknownFunction';

  constructor(code: 'InvalidQuery' | 'UnknownFunction', message: string) {
    super(message);
    this.name = 'QueryMeaningError';
    this.code = code;
  }
}

/** Scalar functions by name. */
export const functions: Readonly<Record<string, { readonly type: ColumnType; run(...args: unknown[]): unknown }>> = {
  tostring: { type: 'string', run: textOf },
  tolower: { type: 'string', run: (value) => textOf(value).toLowerCase() },
  toupper: { type: 'string', run: (value) => textOf(value).toUpperCase() },
  toint: { type: 'integer', run: (value) => Math.trunc(Number(textOf(value))) },
  strlen: { type: 'integer', run: (value) => textOf(value).length },
  strcat: { type: 'string', run: (...values) => values.map(textOf).join('') },
  isempty: { type: 'boolean', run: (value) => textOf(value) === '' },
  isnotempty: { type: 'boolean', run: (value) => textOf(value) !== '' },
  isnull: { type: 'boolean', run: (value) => value === null || value === undefined },
  isnotnull: { type: 'boolean', run: (value) => value !== null && value !== undefined },
  coalesce: { type: 'object', run: (...values) => values.find((value) => value !== null && value !== undefined) },
  iff: { type: 'object', run: (condition, yes, no) => (condition === true ? yes : no) },
  not: { type: 'boolean', run: (value) => value !== true },
  count: { type: 'integer', run: () => null },
};

/** Text of any value; nothing is the empty text, as Kusto's strings have no null. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | boolean);
}

/** Order of two values: numbers by size, everything else as text. */
export function compare(left: unknown, right: unknown): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  const [one, two] = [textOf(left), textOf(right)];
  return one < two ? -1 : one > two ? 1 : 0;
}

type Comparison = (left: unknown, right: unknown) => boolean;

const lower = (value: unknown): string => textOf(value).toLowerCase();
const contains: Comparison = (left, right) => lower(left).includes(lower(right));
const startsWith: Comparison = (left, right) => lower(left).startsWith(lower(right));
const endsWith: Comparison = (left, right) => lower(left).endsWith(lower(right));
const has: Comparison = (left, right) =>
  ` ${lower(left).replace(/[^\p{L}\p{N}]+/gu, ' ')} `.includes(
    ` ${lower(right)
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim()} `,
  );

/** Binary operators that compare, by their spelling. */
export const comparisons: Readonly<Record<string, Comparison>> = {
  '==': (left, right) => textOf(left) === textOf(right),
  '!=': (left, right) => textOf(left) !== textOf(right),
  '=~': (left, right) => lower(left) === lower(right),
  '!~': (left, right) => lower(left) !== lower(right),
  '<': (left, right) => compare(left, right) < 0,
  '>': (left, right) => compare(left, right) > 0,
  '<=': (left, right) => compare(left, right) <= 0,
  '>=': (left, right) => compare(left, right) >= 0,
  contains,
  '!contains': (left, right) => !contains(left, right),
  contains_cs: (left, right) => textOf(left).includes(textOf(right)),
  startswith: startsWith,
  '!startswith': (left, right) => !startsWith(left, right),
  endswith: endsWith,
  '!endswith': (left, right) => !endsWith(left, right),
  has,
  '!has': (left, right) => !has(left, right),
  matches: (left, right) => regularExpression(textOf(right)).test(textOf(left)),
};

const expressions = new Map<string, RegExp>();

/** Kusto's expressions are RE2: what that does not have is refused here too. */
function regularExpression(source: string): RegExp {
  const known = expressions.get(source);
  if (known !== undefined) return known;
  const reading = readRe2(source);
  if (!reading.ok) {
    throw new QueryMeaningError('InvalidQuery', `The regular expression '${source}' is invalid: it ${reading.reason}.`);
  }
  if (expressions.size > 1_000) expressions.clear();
  expressions.set(source, reading.regex);
  return reading.regex;
}
