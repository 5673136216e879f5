import type { LabelPair } from '../../core/labels.ts';
import type { CodedError, Outcome } from '../../core/outcome.ts';
import type { Batch } from '../feed/ports.ts';

/** What tells a series from others. The object stays the same from run to run. */
export interface SeriesIdentity {
  readonly name: string;
  /** Description of the family; may be empty. */
  readonly help: string;
  /** Labels of the item, shared by all of its series. */
  readonly labels: readonly LabelPair[];
  readonly dimensions: readonly LabelPair[];
}

/** Samples of one series, oldest first. Times are ends of buckets, milliseconds since the epoch. */
export interface SeriesPoints {
  readonly series: SeriesIdentity;
  readonly times: readonly number[];
  readonly values: readonly number[];
}

/** What waits in the queue of a shard: the new buckets of a run. */
export interface PointBatch extends Batch {
  readonly points: readonly SeriesPoints[];
  /** Told once the receiver has had all of it, whether it took or refused the samples. */
  readonly delivered: () => void;
}

/** Who says `Authorization` to a receiver. */
export interface Authorization {
  /** Value of the header now; undefined for none. Never throws, and does not outlive the signal. */
  header(signal: AbortSignal): Promise<Outcome<string | undefined>>;
  /** The receiver refused this header. */
  refused(header: string): void;
}

/** Access tokens for an audience; implemented by the Azure room. */
export interface TokenReader {
  /** A token for the scope, or why there is none. Never throws; ends when the signal aborts. */
  get(scope: string, signal: AbortSignal): Promise<Outcome<string>>;
  /** Gives up the token of this `Authorization` header, so that the next one is new. */
  renew(authorization: string): void;
}

/** Where the progress of deliveries outlives the process. */
export interface ProgressFile {
  /** Text that was written last; undefined when there is none. */
  read(): string | undefined;
  /** Replaces it as a whole. */
  write(text: string): Promise<CodedError | undefined>;
}
