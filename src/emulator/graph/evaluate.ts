import { type ColumnType, compare, comparisons, functions, QueryMeaningError, textOf } from './functions.ts';
import type { Expression, NamedExpression, Query, SortKey, Step } from './syntax.ts';

/** A row of a table; columns by name. */
export type Row = Readonly<Record<string, unknown>>;

export interface Table {
  readonly columns: ReadonlyMap<string, ColumnType>;
  readonly rows: readonly Row[];
  /** True while a row is still one resource: only then can the service page by token. */
  readonly rowIdentity: boolean;
}

/** Applies the steps of a query to its table. Throws QueryMeaningError. */
export function runQuery(query: Query, table: Table): Table {
  return query.steps.reduce(applyStep, table);
}

function applyStep(table: Table, step: Step): Table {
  switch (step.kind) {
    case 'where':
      checkColumns(step.condition, table);
      return { ...table, rows: table.rows.filter((row) => evaluate(step.condition, row) === true) };
    case 'project':
      return projected(table, step.columns);
    case 'extend':
      return extended(table, step.columns);
    case 'distinct': {
      const narrow = projected(table, step.columns);
      const rows = new Map(narrow.rows.map((row) => [JSON.stringify(row), row]));
      return { ...narrow, rows: [...rows.values()], rowIdentity: false };
    }
    case 'away':
    case 'keep': {
      const wanted = (name: string): boolean => step.names.includes(name) === (step.kind === 'keep');
      const columns = new Map([...table.columns].filter(([name]) => wanted(name)));
      return { ...table, columns, rows: table.rows.map((row) => pick(row, [...columns.keys()])) };
    }
    case 'order':
      for (const { expression } of step.keys) checkColumns(expression, table);
      return { ...table, rows: [...table.rows].sort((left, right) => compareBy(step.keys, left, right)) };
    case 'take':
      return { ...table, rows: table.rows.slice(0, step.count), rowIdentity: false };
    case 'count':
      return { columns: new Map([['Count', 'integer']]), rows: [{ Count: table.rows.length }], rowIdentity: false };
    case 'summarize':
      return summarized(table, step.name, step.by);
  }
}

function pick(row: Row, names: readonly string[]): Row {
  return Object.fromEntries(names.map((name) => [name, row[name] ?? null]));
}

function projected(table: Table, columns: readonly NamedExpression[]): Table {
  for (const { expression } of columns) checkColumns(expression, table);
  return {
    columns: new Map(columns.map(({ name, expression }) => [name, typeOf(expression, table)])),
    rows: table.rows.map((row) => computed(row, columns)),
    rowIdentity: table.rowIdentity,
  };
}

function computed(row: Row, columns: readonly NamedExpression[]): Row {
  return Object.fromEntries(columns.map(({ name, expression }) => [name, evaluate(expression, row) ?? null]));
}

function extended(table: Table, columns: readonly NamedExpression[]): Table {
  for (const { expression } of columns) checkColumns(expression, table);
  const added = columns.map(({ name, expression }): [string, ColumnType] => [name, typeOf(expression, table)]);
  return {
    columns: new Map([...table.columns, ...added]),
    rows: table.rows.map((row) => ({ ...row, ...computed(row, columns) })),
    rowIdentity: table.rowIdentity,
  };
}

function summarized(table: Table, name: string, by: readonly NamedExpression[]): Table {
  const keys = projected(table, by);
  const counts = new Map<string, { readonly row: Row; count: number }>();
  for (const row of keys.rows) {
    const key = JSON.stringify(row);
    const entry = counts.get(key) ?? { row, count: 0 };
    entry.count += 1;
    counts.set(key, entry);
  }
  const rows = [...counts.values()].map(({ row, count }) => ({ ...row, [name]: count }));
  const columns = new Map([...keys.columns, [name, 'integer'] as const]);
  return { columns, rows: by.length === 0 ? [{ [name]: table.rows.length }] : rows, rowIdentity: false };
}

function compareBy(keys: readonly SortKey[], left: Row, right: Row): number {
  for (const { expression, descending } of keys) {
    const order = compare(evaluate(expression, left), evaluate(expression, right));
    if (order !== 0) return descending ? -order : order;
  }
  return 0;
}

function checkColumns(expression: Expression, table: Table): void {
  switch (expression.kind) {
    case 'column':
      if (!table.columns.has(expression.name)) {
        throw new QueryMeaningError(
          'InvalidQuery',
          `Failed to resolve column or scalar expression named '${expression.name}'.`,
        );
      }
      return;
    case 'member':
      checkColumns(expression.of, table);
      return;
    case 'call':
      if (!(expression.name in functions)) {
        throw new QueryMeaningError('UnknownFunction', `Unknown function: '${expression.name}'.`);
      }
      for (const argument of expression.args) checkColumns(argument, table);
      return;
    case 'binary':
      checkColumns(expression.left, table);
      checkColumns(expression.right, table);
      return;
    case 'in':
      for (const one of [expression.value, ...expression.list]) checkColumns(one, table);
      return;
    case 'literal':
      return;
  }
}

function typeOf(expression: Expression, table: Table): ColumnType {
  if (expression.kind === 'column') return table.columns.get(expression.name) ?? 'object';
  if (expression.kind === 'member') return 'object';
  if (expression.kind === 'call') return functions[expression.name]?.type ?? 'object';
  if (expression.kind !== 'literal') return 'boolean';
  return typeof expression.value === 'number' ? 'number' : typeof expression.value === 'boolean' ? 'boolean' : 'string';
}

function evaluate(expression: Expression, row: Row): unknown {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'column':
      return row[expression.name];
    case 'member': {
      const owner = evaluate(expression.of, row);
      return typeof owner === 'object' && owner !== null
        ? Object.entries(owner).find(([name]) => name === expression.name)?.[1]
        : undefined;
    }
    case 'call':
      return functions[expression.name]?.run(...expression.args.map((argument) => evaluate(argument, row)));
    case 'in': {
      const fold = (value: unknown): string => (expression.ignoreCase ? textOf(value).toLowerCase() : textOf(value));
      const wanted = fold(evaluate(expression.value, row));
      return expression.list.some((one) => fold(evaluate(one, row)) === wanted) !== expression.negated;
    }
    case 'binary':
      return binary(expression.operator, expression.left, expression.right, row);
  }
}

function binary(operator: string, left: Expression, right: Expression, row: Row): boolean {
  if (operator === 'and') return evaluate(left, row) === true && evaluate(right, row) === true;
  if (operator === 'or') return evaluate(left, row) === true || evaluate(right, row) === true;
  const test = comparisons[operator];
  return test?.(evaluate(left, row), evaluate(right, row)) ?? false;
}
