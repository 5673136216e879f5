import type { Outcome } from '../../src/core/outcome.ts';
import { ok } from '../../src/core/outcome.ts';
import type { Batch, FeedEvent, Part, Sink, Taken } from '../../src/sinks/feed/ports.ts';

/** A batch without content. */
export function aBatch(samples: number, bytes = samples, runMs = 0): Batch {
  return { runMs, samples, bytes };
}

export const busy: Outcome<Taken> = { kind: 'retry', error: { code: 'AZ4003', message: 'busy' } };
export const refusing: Outcome<Taken> = { kind: 'failed', error: { code: 'AZ4004', message: 'no' } };
export const taking: Outcome<Taken> = ok({ refused: 0 });

/** A sink of parts of ten samples that records what it is sent. */
export interface FakeSink extends Sink<Batch> {
  /** `runMs` of the batch and number of samples, for every attempt. */
  readonly attempts: { readonly runMs: number; readonly samples: number; readonly signal: AbortSignal }[];
  closed: boolean;
  /** Answer to an attempt, by its number from 1; a promise that never settles is a receiver that hangs. */
  answer: (attempt: number, runMs: number) => Outcome<Taken> | Promise<Outcome<Taken>>;
  /** Samples of each batch that have no form. */
  skipped: number;
}

const partSamples = 10;

export function createFakeSink(answer: FakeSink['answer'] = () => taking): FakeSink {
  const sink: FakeSink = {
    attempts: [],
    closed: false,
    answer,
    skipped: 0,
    *parts(batch): Iterable<Part> {
      let left = batch.samples;
      let skipped = sink.skipped;
      while (left > 0) {
        const samples = Math.min(partSamples, left) - skipped;
        const part: Part = {
          samples,
          skipped,
          send(signal) {
            sink.attempts.push({ runMs: batch.runMs, samples, signal });
            return Promise.resolve(sink.answer(sink.attempts.length, batch.runMs));
          },
        };
        left -= samples + skipped;
        skipped = 0;
        yield part;
      }
    },
    close() {
      sink.closed = true;
      return Promise.resolve();
    },
  };
  return sink;
}

/** Records events; `fates` sums samples by what became of them. */
export function recorder(): {
  observe: (event: FeedEvent) => void;
  events: FeedEvent[];
  fates(): Record<string, number>;
} {
  const events: FeedEvent[] = [];
  return {
    events,
    observe: (event) => void events.push(event),
    fates() {
      const sums: Record<string, number> = {};
      for (const event of events)
        if (event.kind === 'samples') sums[event.fate] = (sums[event.fate] ?? 0) + event.count;
      return sums;
    },
  };
}
