import type { CodedError, Outcome } from '../../core/outcome.ts';
import type { Piece } from '../../store/ports.ts';

/** Sinks that are pushed to, by their name in `metricSinks`; label `sink` of the own metrics. */
export type SinkName = 'statsd' | 'openTelemetryCollector' | 'atlassianStatuspage' | 'prometheusRemoteWrite';

/** What waits in the queue of a sink: samples that became known together. Immutable. */
export interface Batch {
  /** Time of the run that they are of, milliseconds since the epoch. */
  readonly runMs: number;
  readonly samples: number;
  /** Estimate of the memory that the batch holds beyond what the store shows anyway. */
  readonly bytes: number;
}

/** What the items of a run show after it. Nothing of an item that failed: its values are those of an earlier run. */
export interface RunSamples extends Batch {
  readonly families: readonly FamilySamples[];
}

/** The samples of a family; the same family may come more than once in a batch. */
export interface FamilySamples {
  readonly name: string;
  /** Description; may be empty. */
  readonly help: string;
  /** `scraped` from Azure; `item` and `azure`: own metrics about an item, and about the limits of Azure. */
  readonly origin: 'scraped' | 'item' | 'azure';
  /** Labels whose declared name is another than that in Prometheus: label to declared name. */
  readonly declaredNames: ReadonlyMap<string, string>;
  /**
   * Series of slots. Their texts are shared objects that live as long as the store uses them, so that what is made
   * of one can be kept by its identity. A sample's time is its bucket's end, else the batch's run.
   */
  readonly pieces: readonly Piece[];
}

/**
 * A receiver of samples: how they are written and sent, and nothing else. Queue, order, deadline, retries, pace and
 * counting belong to the feed before it.
 */
export interface Sink<B extends Batch = RunSamples> {
  /**
   * Cuts a batch into requests, each written when it is asked for. `samples` and `skipped` of all of them, less what
   * came `again`, add up to those of the batch. It is asked for the next one until the last, unless the batch is dropped.
   */
  parts(batch: B): Iterable<Part>;
  /** Lets go of sockets. Never rejects. */
  close(): Promise<void>;
}

/** One request. */
export interface Part {
  /** Samples that the request holds. */
  readonly samples: number;
  /** Samples that it passes over because the receiver has no form for them: no value, mostly. */
  readonly skipped: number;
  /** Sends it; may be called again after an outcome `retry`. Does not outlive the signal and does not throw. */
  send(signal: AbortSignal): Promise<Outcome<Taken>>;
}

/** What a receiver said to a request that it understood. */
export interface Taken {
  /** Samples of the request that it did not take, and why in its words. */
  readonly refused: number;
  readonly reason?: string;
  /** Samples that it did not take in this request, and that come again in later parts. */
  readonly again?: number;
}

/** What became of samples; every sample that is offered ends in exactly one. */
export type SampleFate =
  /** Handed to the receiver. */
  | 'sent'
  /** Without a form in the sink: no value. */
  | 'skipped'
  /** Not taken by the receiver, for good. */
  | 'refused'
  /** Replaced by a newer value before their turn came, in a sink that wants the newest alone. */
  | 'replaced'
  /** Pushed out of the queue, tried for too long, or left over at the end. */
  | 'dropped';

export interface SinkState {
  readonly name: SinkName;
  readonly queueSamples: number;
  readonly queueBytes: number;
  /** Samples since the start that the receiver refused or that were given up. */
  readonly lostSamples: number;
  /** When the receiver last took a request, milliseconds since the epoch. */
  readonly lastSuccessMs?: number;
  /** Why the last attempt failed; absent while all is well. */
  readonly failing?: CodedError;
}

/** What a feed tells the rest of the program. */
export type FeedEvent =
  | { readonly kind: 'samples'; readonly sink: SinkName; readonly fate: SampleFate; readonly count: number }
  | { readonly kind: 'queue'; readonly sink: SinkName; readonly samples: number; readonly bytes: number }
  | { readonly kind: 'attempt'; readonly sink: SinkName; readonly result: 'ok' | 'retry' | 'failed' | 'split' }
  | { readonly kind: 'success'; readonly sink: SinkName; readonly nowMs: number }
  /** The receiver did not take a request. Told at every attempt. */
  | { readonly kind: 'failed'; readonly sink: SinkName; readonly error: CodedError; readonly samples: number }
  /** The first success after failures. */
  | { readonly kind: 'recovered'; readonly sink: SinkName }
  /** Samples that were dropped, with the reason. */
  | { readonly kind: 'dropped'; readonly sink: SinkName; readonly error: CodedError; readonly samples: number }
  /** Buckets between two of a series that were not sent: `late` beyond what is waited for, or `lost` out of reach. */
  | { readonly kind: 'missed'; readonly sink: SinkName; readonly reason: 'late' | 'lost'; readonly buckets: number }
  /** Something is wrong beside the way to the receiver. */
  | { readonly kind: 'trouble'; readonly sink: SinkName; readonly error: CodedError }
  /** A defect: encoding threw, or the sink could not be loaded. */
  | { readonly kind: 'crashed'; readonly sink: SinkName; readonly error: unknown };

export type FeedObserver = (event: FeedEvent) => void;

/** One sink with its queue: takes batches at once, delivers them in order when it can. */
export interface Feed<B extends Batch> {
  readonly name: SinkName;
  /** Never waits and never throws. */
  offer(batch: B): void;
  state(): SinkState;
  /** Delivers what waits, without new attempts after a failure, for at most `graceMs`; drops and counts the rest. */
  stop(graceMs: number): Promise<void>;
}
