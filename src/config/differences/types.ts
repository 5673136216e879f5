import type { ProblemCode } from '../problem.ts';

/** Kinds of files that a difference can be seen in. */
export type SourceKind = 'runtime' | 'declaration' | 'discovery';

/**
 * When a difference concerns a configuration. A path is one of keys joined by dots; `[]` stands for every item of a list,
 * `*` for every key of a mapping, and the empty path for the file.
 */
export type Condition =
  /** The key is written; `is`: its text must match; `atLeast`: it must hold so many members; `lacks`: and not this key. */
  | {
      readonly in: SourceKind;
      readonly written: string;
      readonly is?: RegExp;
      readonly atLeast?: number;
      readonly lacks?: string;
      /** Every place is listed, not the first alone. */
      readonly each?: true;
    }
  /** The key is not written, so that a default counts. */
  | { readonly in: SourceKind; readonly absent: string }
  /** A problem with the code was reported about the file. */
  | { readonly in: SourceKind; readonly problem: ProblemCode };

/** One difference between Promitor and Azimuth. */
export interface DifferenceRow {
  /** Stable; stands in `docs/promitor-differences.md` and in the answer of `validate --report-differences`. */
  readonly id: string;
  /** What Promitor does: the sentence goes on from its name. */
  readonly promitor: string;
  /** What Azimuth does: the sentence goes on from its name. */
  readonly azimuth: string;
  /** How to have what Promitor does, or why there is no way. */
  readonly remedy: string;
  /** Empty for what a configuration folder cannot show. */
  readonly when: readonly Condition[];
}

/** A part of the page, in the order of the page. */
export interface DifferenceSection {
  readonly title: string;
  readonly rows: readonly DifferenceRow[];
}

/** The remedy of a row that has none. */
export const noRemedy = 'None is offered, since Promitor is defective here.';

/** A row about a defect of Promitor, which no option brings back. */
export function mended(
  id: string,
  promitor: string,
  azimuth: string,
  when: readonly Condition[],
  remedy: string = noRemedy,
): DifferenceRow {
  return { id, promitor, azimuth, remedy, when };
}
