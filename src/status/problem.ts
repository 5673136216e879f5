import { type ErrorCode, errorCatalogue } from '../core/errors.ts';
import type { CodedMessage, Names, ProblemRow } from './ports.ts';

/** Names that a problem spells out; the rest is counted. */
const namesShown = 5;
const nobody: Names = { shown: [], total: 0 };

/** A problem that is no matter of single items, with what the catalogue says of its code. */
export function codedProblem(severity: ProblemRow['severity'], { code, message }: CodedMessage): ProblemRow {
  const { title, remedy } = isKnown(code) ? errorCatalogue[code] : { title: message, remedy: '' };
  return { severity, code, title, message, remedy, metrics: nobody, resources: nobody, items: 0 };
}

function isKnown(code: string): code is ErrorCode {
  return Object.hasOwn(errorCatalogue, code);
}

/** The first few different names, and how many there are. */
export function namesOf(names: readonly string[]): Names {
  const distinct = new Set(names);
  return { shown: [...distinct].slice(0, namesShown), total: distinct.size };
}
