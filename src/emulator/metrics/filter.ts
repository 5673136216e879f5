/** One term of the metrics filter language, or several values of one dimension joined by `or`. */
export interface Condition {
  /** As written. */
  readonly dimension: string;
  readonly operator: 'eq' | 'ne' | 'sw';
  /** Lower case; `*` with `eq` matches everything. */
  readonly values: readonly string[];
}

/** Conditions that must all hold, or the message of Azure's 400. */
export type ParsedFilter = { readonly conditions: readonly Condition[] } | { readonly problem: string };

interface Term {
  readonly dimension: string;
  readonly operator: string;
  readonly value: string;
}

const termForm = /^\s*\(*\s*([^\s()']+(?:\s+(?!eq\s|ne\s|sw\s)[^\s()']+)*)\s+(\w+)\s+'((?:[^']|'')*)'\s*\)*\s*/i;
const joinForm = /^(and|or)\s+/i;

/**
 * Parses a metrics filter: terms `Dimension eq|ne|sw 'value'`, joined by `and`; `or` joins values of one dimension
 * and binds tighter. Quotes inside a value are doubled. Words and names are compared without case.
 */
export function parseFilter(text: string): ParsedFilter {
  const groups: Term[][] = [];
  let rest = text.trim();
  let join = 'and';
  while (rest !== '') {
    const term = termForm.exec(rest);
    if (term === null) return { problem: `Invalid filter: '${text}'. A term reads Dimension eq 'value'.` };
    const [whole, dimension = '', operator = '', value = ''] = term;
    const parsed = { dimension, operator: operator.toLowerCase(), value: value.replaceAll("''", "'").toLowerCase() };
    if (join === 'or') groups.at(-1)?.push(parsed);
    else groups.push([parsed]);
    rest = rest.slice(whole.length);
    const next = joinForm.exec(rest);
    if (next === null && rest !== '') return { problem: `Invalid filter: '${text}'. Expected and/or at '${rest}'.` };
    if (next === null) break;
    join = (next[1] ?? '').toLowerCase();
    rest = rest.slice(next[0].length);
    if (rest === '') return { problem: `Invalid filter: '${text}'. A term is missing at its end.` };
  }
  return conditionsOf(groups);
}

function conditionsOf(groups: readonly (readonly Term[])[]): ParsedFilter {
  const conditions: Condition[] = [];
  for (const terms of groups) {
    const [first] = terms;
    if (first === undefined) continue;
    const operator = operatorOf(first.operator);
    if (terms.some((term) => operatorOf(term.operator) === undefined) || operator === undefined) {
      return { problem: `Invalid filter operator: only 'eq', 'ne' and 'sw' are supported.` };
    }
    if (terms.length > 1 && terms.some((term) => term.operator !== 'eq')) {
      return { problem: "Only 'eq' operator are supported for 'or' clause" };
    }
    if (terms.some((term) => term.dimension.toLowerCase() !== first.dimension.toLowerCase())) {
      return { problem: "Invalid filter: 'or' can only join values of one dimension." };
    }
    conditions.push({ dimension: first.dimension, operator, values: terms.map((term) => term.value) });
  }
  const starts = conditions.filter(({ operator }) => operator === 'sw').map(({ dimension }) => dimension.toLowerCase());
  const twice = starts.find((dimension, index) => starts.indexOf(dimension) !== index);
  if (twice !== undefined) return { problem: `Dimension: ${twice} has multiple 'sw' values, only one is supported` };
  return { conditions };
}

function operatorOf(word: string): Condition['operator'] | undefined {
  return word === 'eq' || word === 'ne' || word === 'sw' ? word : undefined;
}

/** True when a dimension value (lower case) satisfies the condition. */
export function holds(condition: Condition, value: string): boolean {
  const [first = ''] = condition.values;
  if (condition.operator === 'ne') return value !== first;
  if (condition.operator === 'sw') return value.startsWith(first);
  return condition.values.some((wanted) => wanted === '*' || wanted === value);
}

/** Dimensions that the filter names, as written, each once. */
export function dimensionsOf(conditions: readonly Condition[]): string[] {
  const seen = new Map(conditions.map(({ dimension }) => [dimension.toLowerCase(), dimension]));
  return [...seen.values()];
}
