import { QuerySyntaxError, stringValue, type Token, tokenize } from './lexer.ts';
import type { Expression, NamedExpression, Query, SortKey, Step } from './syntax.ts';

interface Cursor {
  readonly tokens: readonly Token[];
  at: number;
}

const endToken: Token = { kind: 'end', text: '<EOF>', line: 1, position: 0 };

/** Parses a Resource Graph query. Throws QuerySyntaxError. */
export function parseQuery(text: string): Query {
  const cursor: Cursor = { tokens: tokenize(text), at: 0 };
  const table = word(cursor, '<table>').toLowerCase();
  const steps: Step[] = [];
  while (accept(cursor, '|')) steps.push(...step(cursor));
  if (peek(cursor).kind !== 'end') throw new QuerySyntaxError(peek(cursor), '|');
  return { table, steps };
}

function peek(cursor: Cursor): Token {
  return cursor.tokens[cursor.at] ?? cursor.tokens.at(-1) ?? endToken;
}

function next(cursor: Cursor): Token {
  const token = peek(cursor);
  cursor.at += 1;
  return token;
}

function accept(cursor: Cursor, text: string): boolean {
  const token = peek(cursor);
  if (token.kind === 'string' || token.text.toLowerCase() !== text) return false;
  cursor.at += 1;
  return true;
}

function expect(cursor: Cursor, text: string): void {
  if (!accept(cursor, text)) throw new QuerySyntaxError(peek(cursor), text);
}

function word(cursor: Cursor, expected: string): string {
  const token = next(cursor);
  if (token.kind !== 'word') throw new QuerySyntaxError(token, expected);
  return token.text;
}

function step(cursor: Cursor): Step[] {
  const start = peek(cursor);
  const name = word(cursor, '<operator>').toLowerCase();
  switch (name) {
    case 'where':
    case 'filter':
      return [{ kind: 'where', condition: expression(cursor) }];
    case 'project':
    case 'extend':
    case 'distinct':
      return [{ kind: name, columns: list(cursor, namedExpression) }];
    case 'project-away':
      return [{ kind: 'away', names: list(cursor, (at) => word(at, '<column>')) }];
    case 'project-keep':
      return [{ kind: 'keep', names: list(cursor, (at) => word(at, '<column>')) }];
    case 'order':
    case 'sort':
      expect(cursor, 'by');
      return [{ kind: 'order', keys: list(cursor, sortKey) }];
    case 'limit':
    case 'take':
      return [{ kind: 'take', count: number(cursor) }];
    case 'top': {
      const count = number(cursor);
      expect(cursor, 'by');
      return [
        { kind: 'order', keys: list(cursor, sortKey) },
        { kind: 'take', count },
      ];
    }
    case 'count':
      return [{ kind: 'count' }];
    case 'summarize':
      return [summarize(cursor)];
    default:
      throw new QuerySyntaxError(start, '<operator>');
  }
}

function list<T>(cursor: Cursor, item: (cursor: Cursor) => T): T[] {
  const items = [item(cursor)];
  while (accept(cursor, ',')) items.push(item(cursor));
  return items;
}

function number(cursor: Cursor): number {
  const token = next(cursor);
  if (token.kind !== 'number') throw new QuerySyntaxError(token, '<number>');
  return Number(token.text);
}

function summarize(cursor: Cursor): Step {
  const { name, expression: value } = namedExpression(cursor);
  if (value.kind !== 'call' || value.name !== 'count') throw new QuerySyntaxError(peek(cursor), 'count()');
  const by = accept(cursor, 'by') ? list(cursor, namedExpression) : [];
  return { kind: 'summarize', name: name === '' || name === 'count' ? 'count_' : name, by };
}

function namedExpression(cursor: Cursor): NamedExpression {
  const following = cursor.tokens[cursor.at + 1];
  if (peek(cursor).kind === 'word' && following?.kind === 'symbol' && following.text === '=') {
    const name = word(cursor, '<column>');
    expect(cursor, '=');
    return { name, expression: expression(cursor) };
  }
  const value = expression(cursor);
  return { name: nameOf(value), expression: value };
}

/** The name that a column without one gets: `tags['k']` becomes `tags_k`. */
function nameOf(value: Expression): string {
  if (value.kind === 'column') return value.name;
  if (value.kind === 'member') return `${nameOf(value.of)}_${value.name}`;
  if (value.kind !== 'call') return 'Column1';
  const [first] = value.args;
  return first === undefined ? value.name : nameOf(first);
}

function sortKey(cursor: Cursor): SortKey {
  const value = expression(cursor);
  const ascending = accept(cursor, 'asc');
  if (!ascending) accept(cursor, 'desc');
  if (accept(cursor, 'nulls')) next(cursor);
  return { expression: value, descending: !ascending };
}

function expression(cursor: Cursor): Expression {
  let left = conjunction(cursor);
  while (accept(cursor, 'or')) left = { kind: 'binary', operator: 'or', left, right: conjunction(cursor) };
  return left;
}

function conjunction(cursor: Cursor): Expression {
  let left = comparison(cursor);
  while (accept(cursor, 'and')) left = { kind: 'binary', operator: 'and', left, right: comparison(cursor) };
  return left;
}

const comparisons = new Set([
  '==',
  '!=',
  '=~',
  '!~',
  '<',
  '>',
  '<=',
  '>=',
  'contains',
  '!contains',
  'contains_cs',
  'startswith',
  '!startswith',
  'endswith',
  '!endswith',
  'has',
  '!has',
]);

function comparison(cursor: Cursor): Expression {
  const left = primary(cursor);
  const token = peek(cursor);
  const operator = token.kind === 'string' ? '' : token.text.toLowerCase();
  if (operator === 'matches') {
    next(cursor);
    expect(cursor, 'regex');
    return { kind: 'binary', operator: 'matches', left, right: primary(cursor) };
  }
  if (['in', 'in~', '!in', '!in~'].includes(operator)) {
    next(cursor);
    expect(cursor, '(');
    const values = list(cursor, expression);
    expect(cursor, ')');
    return {
      kind: 'in',
      value: left,
      list: values,
      ignoreCase: operator.endsWith('~'),
      negated: operator.startsWith('!'),
    };
  }
  if (!comparisons.has(operator)) return left;
  next(cursor);
  return { kind: 'binary', operator, left, right: primary(cursor) };
}

function primary(cursor: Cursor): Expression {
  const token = next(cursor);
  if (token.text === '(' && token.kind === 'symbol') {
    const inner = expression(cursor);
    expect(cursor, ')');
    return inner;
  }
  if (token.kind === 'string') return { kind: 'literal', value: stringValue(token.text) };
  if (token.kind === 'number') return { kind: 'literal', value: Number(token.text) };
  if (token.kind !== 'word') throw new QuerySyntaxError(token, '<expression>');
  const name = token.text;
  if (name === 'true' || name === 'false') return { kind: 'literal', value: name === 'true' };
  if (accept(cursor, '(')) {
    const args = accept(cursor, ')') ? [] : list(cursor, expression);
    if (args.length > 0) expect(cursor, ')');
    return { kind: 'call', name: name.toLowerCase(), args };
  }
  return members(cursor, { kind: 'column', name });
}

function members(cursor: Cursor, start: Expression): Expression {
  let value = start;
  for (;;) {
    if (accept(cursor, '.')) value = { kind: 'member', of: value, name: word(cursor, '<name>') };
    else if (accept(cursor, '[')) {
      const key = next(cursor);
      if (key.kind !== 'string' && key.kind !== 'number') throw new QuerySyntaxError(key, '<string>');
      expect(cursor, ']');
      value = { kind: 'member', of: value, name: key.kind === 'string' ? stringValue(key.text) : key.text };
    } else return value;
  }
}
