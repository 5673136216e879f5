import type { configErrors } from '../core/errors/config.ts';
import type { Origin, Place } from './node.ts';

/** Code of a configuration problem, such as `AZ1011`. */
export type ProblemCode = keyof typeof configErrors;

/** One mistake in a configuration file. The shape is that of `validate --format json`. */
export interface Problem {
  readonly code: ProblemCode;
  readonly severity: 'error' | 'warning';
  /** Path of the file, or `environment NAME` for a value from an environment variable. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** Such as `metrics[3].resources[0].namespace`; empty for the whole file. */
  readonly path: string;
  /** What is wrong and what to write instead; never holds a secret. */
  readonly message: string;
  /** The offending text; null when there is none or when it may be a secret. */
  readonly found: string | null;
  /** Nearest valid spellings, best first. */
  readonly suggestions: readonly string[];
  /** Name of the metric that the problem belongs to (`metrics[3]` without a name); null for the whole file. */
  readonly metric: string | null;
}

export interface ProblemDetails {
  readonly found?: string;
  readonly suggestions?: readonly string[];
}

export function problem(
  severity: Problem['severity'],
  code: ProblemCode,
  place: Place,
  message: string,
  details: ProblemDetails = {},
): Problem {
  const { file, line, column } = place.at;
  return {
    code,
    severity,
    file,
    line,
    column,
    path: place.path,
    message,
    found: details.found ?? null,
    suggestions: details.suggestions ?? [],
    metric: null,
  };
}

/** Start of a file, for problems that belong to no line. */
export function startOf(file: string): Origin {
  return { file, line: 1, column: 1 };
}

/** Whether a path is below another one, or the other one itself. */
export function isWithin(path: string, outer: string): boolean {
  return path === outer || path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`);
}

/** `file:line:column: error AZ1012: message`. */
export function formatProblem(item: Problem): string {
  return `${item.file}:${item.line}:${item.column}: ${item.severity} ${item.code}: ${item.message}`;
}

/** By file in the order given, then by position; what is said twice about one place is kept once. */
export function orderProblems(problems: readonly Problem[], files: readonly string[]): readonly Problem[] {
  const rank = (item: Problem): number => {
    const index = files.indexOf(item.file);
    return index === -1 ? files.length : index;
  };
  const distinct = new Map<string, Problem>();
  for (const item of problems) {
    // An alias repeats the text of its anchor, and so would its mistakes be repeated.
    const key = JSON.stringify([item.file, item.line, item.column, item.code, item.message]);
    if (!distinct.has(key)) distinct.set(key, item);
  }
  return [...distinct.values()].sort(
    (a, b) => rank(a) - rank(b) || a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column,
  );
}

/** Text of `validate`: one line per problem, then a total. With `strict`, warnings make the configuration invalid too. */
export function problemsAsText(problems: readonly Problem[], files: readonly string[], strict = false): string {
  const errors = problems.filter((item) => item.severity === 'error').length;
  const warnings = problems.length - errors;
  const verdict = errors === 0 && !(strict && warnings > 0) ? 'valid' : 'invalid';
  const total = `${verdict}: ${count(errors, 'error')}, ${count(warnings, 'warning')} in ${count(files.length, 'file')}`;
  return `${[...problems.map(formatProblem), total].join('\n')}\n`;
}

/** Answer of `validate --format json`. With `strict`, warnings make the configuration invalid too. */
export function problemsAsJson(problems: readonly Problem[], files: readonly string[], strict = false): string {
  const valid = !problems.some((item) => strict || item.severity === 'error');
  return `${JSON.stringify({ valid, problems, files }, null, 2)}\n`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
