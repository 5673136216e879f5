import type { Clock } from '../../core/clock.ts';
import type { CodedError, Outcome } from '../../core/outcome.ts';
import type { Batch, FeedEvent, FeedObserver, Part, SampleFate, SinkName, SinkState, Taken } from './ports.ts';
import { createQueue, type Entry, type Queue, type QueueLimits } from './queue.ts';

/** The queue of a feed and the books over it: what becomes of a sample is counted here, and nowhere twice. */
export interface Accounts<B extends Batch> {
  readonly queue: Queue<B>;
  tell(event: FeedEvent): void;
  tellQueue(): void;
  count(fate: SampleFate, samples: number): void;
  /** Counts samples of an entry, unless it was taken out and counted as a whole meanwhile. */
  settle(entry: Entry<B>, fate: SampleFate, samples: number): void;
  /** Counts what is left of entries that were taken out. */
  drop(entries: readonly Pick<Entry<B>, 'left'>[], error: CodedError): void;
  /** Takes an entry out, unless it is out already, and drops what is left of it. */
  giveUp(entry: Entry<B>, error: CodedError): void;
  /** Notes the outcome of an attempt. */
  note(outcome: Outcome<Taken>, part: Part): void;
  state(): SinkState;
}

export function createAccounts<B extends Batch>(options: {
  readonly name: SinkName;
  readonly clock: Clock;
  readonly limits: QueueLimits;
  readonly observe: FeedObserver;
}): Accounts<B> {
  const { name: sink, clock, observe } = options;
  const queue = createQueue<B>(options.limits);
  let lastSuccessMs: number | undefined;
  let failing: CodedError | undefined;
  let lostSamples = 0;

  const accounts: Accounts<B> = {
    queue,
    tell: observe,
    tellQueue: () => observe({ kind: 'queue', sink, samples: queue.samples(), bytes: queue.bytes() }),
    count(fate, count) {
      if (fate === 'refused' || fate === 'dropped') lostSamples += count;
      if (count > 0) observe({ kind: 'samples', sink, fate, count });
    },
    settle(entry, fate, samples) {
      if (entry.gone.aborted) return;
      accounts.count(fate, samples);
      queue.settle(entry, samples);
    },
    drop(entries, error) {
      const samples = entries.reduce((sum, { left }) => sum + left, 0);
      if (samples === 0) return;
      accounts.count('dropped', samples);
      observe({ kind: 'dropped', sink, error, samples });
    },
    giveUp(entry, error) {
      if (entry.gone.aborted) return;
      queue.remove(entry);
      accounts.drop([entry], error);
    },
    note(outcome, part) {
      const isSplit = outcome.kind === 'ok' && (outcome.value.again ?? 0) > 0;
      observe({ kind: 'attempt', sink, result: isSplit ? 'split' : outcome.kind });
      if (isSplit) return;
      if (outcome.kind !== 'ok') {
        failing = outcome.error;
        observe({ kind: 'failed', sink, error: outcome.error, samples: part.samples });
        return;
      }
      lastSuccessMs = clock.now();
      observe({ kind: 'success', sink, nowMs: lastSuccessMs });
      if (failing !== undefined) observe({ kind: 'recovered', sink });
      failing = undefined;
      const { refused } = outcome.value;
      if (refused > 0) observe({ kind: 'failed', sink, error: partly(sink, part, outcome.value), samples: refused });
    },
    state: () => ({
      name: sink,
      queueSamples: queue.samples(),
      queueBytes: queue.bytes(),
      lostSamples,
      ...(lastSuccessMs === undefined ? {} : { lastSuccessMs }),
      ...(failing === undefined ? {} : { failing }),
    }),
  };
  return accounts;
}

function partly(sink: SinkName, part: Part, { refused, reason }: Taken): CodedError {
  const why = reason === undefined ? '.' : `: ${reason}`;
  return {
    code: 'AZ4004',
    message: `The receiver of sink ${sink} did not take ${refused} of ${part.samples} samples${why}`,
  };
}
