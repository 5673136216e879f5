import type { LabelPair } from '../core/labels.ts';

/**
 * The last value of every scraped series. Series belong to a slot (one item of the plan, one family), and a slot is
 * always replaced as a whole, so that a reader never sees half of a run.
 */
export interface SeriesStore {
  /** Replaces all series of the slot. Returns how many series a limit kept out (0 when none). */
  replace(slot: SlotWrite): number;
  /** What the slot shows now; empty when it shows nothing. A lone surrogate comes back as U+FFFD. */
  read(owner: string, family: string): readonly SeriesValue[];
  /** How many series the slot shows; cheaper than reading them. */
  size(owner: string, family: string): number;
  /** Removes everything that the owner shows. True when there was something. */
  remove(owner: string): boolean;
  /** Removes every slot whose `staleAtMs` is at or before `nowMs`; returns their owners, without repetition. */
  expire(nowMs: number): string[];
  /** Other bounds from now on; what is shown beyond them stays until its slot is replaced. */
  limit(bounds: SeriesBounds): void;
  /** Another help of a family, if it is shown; otherwise that of its first slot counts. */
  describe(family: SlotWrite['family']): void;
  /** Number of series by family name, for families that have at least one. */
  counts(): ReadonlyMap<string, number>;
}

/** How many series may be shown (`seriesLimit`). */
export interface SeriesBounds {
  /** Of one family. */
  readonly perMetricLimit: number;
  /** Of all families together. */
  readonly totalLimit: number;
}

export interface SlotWrite {
  /** `ScrapeItem.id`. */
  readonly owner: string;
  readonly family: { readonly name: string; readonly help: string };
  /** Labels that all series of the slot share, in order; names are valid and distinct. */
  readonly labels: readonly LabelPair[];
  /** Labels whose declared name is another, by label; for those who watch what is written, the store keeps it not. */
  readonly declaredNames?: ReadonlyMap<string, string>;
  /** Names of the labels that tell the series apart; empty for a slot of one series. */
  readonly dimensionLabels: readonly string[];
  readonly series: readonly SeriesValue[];
  /** Time of the run, milliseconds since the epoch. */
  readonly runMs: number;
  /** When the slot leaves unless it is replaced before. */
  readonly staleAtMs: number;
}

export interface SeriesValue {
  /** In the order of `dimensionLabels`. */
  readonly dimensionValues: readonly string[];
  /** null: no data; shown as the sink's unavailable value. */
  readonly value: number | null;
  /** End of the bucket that the value is from, milliseconds since the epoch; undefined without data. */
  readonly bucketEndMs?: number;
}

/** What a sink that is pushed to reads: what one slot shows. */
export interface SeriesPieces {
  /** Pieces of the slot as it is shown now; they never change. Empty when it shows nothing. */
  pieces(owner: string, family: string): readonly Piece[];
}

/** What a sink reads: everything that is shown at one moment. */
export interface SeriesSnapshots {
  /**
   * All families that have series, sorted by name without regard to case (Promitor's order). What is returned
   * never changes afterwards: later writes make new blocks and leave these alone.
   */
  snapshot(): readonly FamilyView[];
}

export interface FamilyView {
  readonly name: string;
  /** Description of the first slot that wrote the family; may be empty. */
  readonly help: string;
  readonly blocks: readonly BlockView[];
}

/**
 * Series that are rendered and compressed together, about 2,048. As long as none of them changes, every
 * snapshot holds the very same object, so its identity tells whether a rendered form is still good.
 */
export interface BlockView {
  /** Number of series. */
  readonly lines: number;
  readonly pieces: readonly Piece[];
}

/** Series of one slot, at most 2,048; a larger slot has several pieces. */
export interface Piece {
  /** Shared labels as exposition text in one-byte form (`labelPairsText`, `parseLabelText`). */
  readonly labels: { readonly text: string };
  /** Dimension labels in the same form, one line per series, joined by newlines; empty lines without dimensions. */
  readonly dimensions: { readonly text: string };
  /** One per series; null: no data. */
  readonly values: readonly (number | null)[];
  /** Ends of the buckets, one per series, when they differ; undefined when `stamp.bucketEndMs` holds for all. */
  readonly bucketEnds: readonly (number | undefined)[] | undefined;
  readonly stamp: Stamp;
}

/** Times that many pieces share. Milliseconds since the epoch. */
export interface Stamp {
  readonly runMs: number;
  readonly staleAtMs: number;
  readonly bucketEndMs: number | undefined;
}
