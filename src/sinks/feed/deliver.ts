import { type Clock, sleep } from '../../core/clock.ts';
import type { CodedError, Outcome } from '../../core/outcome.ts';
import type { Accounts } from './accounts.ts';
import { attempt } from './attempt.ts';
import { backoff } from './backoff.ts';
import type { Batch, Part, Sink, SinkName, Taken } from './ports.ts';
import type { Entry } from './queue.ts';

export interface DeliveryOptions {
  readonly name: SinkName;
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Longest that one attempt may take, milliseconds. */
  readonly deadlineMs: number;
  /** Longest that one part is tried again and again, milliseconds; a newer run may push it out before. */
  readonly patienceMs: number;
  /** Shortest time between the starts of two attempts, milliseconds; absent: no pace. */
  readonly gapMs?: number;
}

export interface Delivery<B extends Batch> {
  /** Delivers an entry of the queue part by part; resolves when it is out of the queue. Never rejects. */
  deliver(entry: Entry<B>, open: () => Promise<Sink<B>>): Promise<void>;
}

/** `stopping`: from its abort on, one failure ends everything, because nobody waits for a receiver to recover. */
export function createDelivery<B extends Batch>(
  options: DeliveryOptions,
  accounts: Accounts<B>,
  stopping: AbortSignal,
): Delivery<B> {
  const { name, clock, gapMs = 0 } = options;
  let lastStartMs = Number.NEGATIVE_INFINITY;

  const paced = async (part: Part, signal: AbortSignal): Promise<Outcome<Taken> | undefined> => {
    const waitMs = lastStartMs + gapMs - clock.now();
    if (waitMs > 0) await sleep(clock, waitMs, signal);
    if (signal.aborted) return undefined;
    lastStartMs = clock.now();
    const outcome = await attempt(part, options, signal);
    return signal.aborted && outcome.kind !== 'ok' ? undefined : outcome;
  };

  /** Tries a part until something became of it, or its entry is out of the queue. */
  const deliverPart = async (entry: Entry<B>, part: Part): Promise<void> => {
    const firstMs = clock.now();
    for (let attempts = 1; ; attempts += 1) {
      const outcome = await paced(part, entry.gone);
      if (outcome === undefined) return;
      accounts.note(outcome, part);
      if (outcome.kind === 'ok') {
        const { refused, again = 0 } = outcome.value;
        accounts.settle(entry, 'sent', part.samples - refused - again);
        return accounts.settle(entry, 'refused', refused);
      }
      if (outcome.kind === 'failed') return accounts.settle(entry, 'refused', part.samples);
      if (stopping.aborted) return accounts.drop(accounts.queue.clear(), leftOver(name));
      const waitMs = backoff(attempts, options.random(), outcome.error.retryAfterMs);
      const tooLong = clock.now() + waitMs - firstMs > options.patienceMs;
      if (tooLong) return accounts.giveUp(entry, tried(name, outcome.error));
      await sleep(clock, waitMs, AbortSignal.any([entry.gone, stopping]));
      if (entry.gone.aborted) return;
    }
  };

  return {
    async deliver(entry, open) {
      try {
        const sink = await open();
        for (const part of sink.parts(entry.batch)) {
          accounts.settle(entry, 'skipped', part.skipped);
          if (part.samples > 0) await deliverPart(entry, part);
          accounts.tellQueue();
          if (entry.gone.aborted) return;
        }
        if (entry.left !== 0) throw new Error(`the parts of a batch do not add up: ${entry.left} samples are left`);
        accounts.queue.remove(entry);
      } catch (error) {
        accounts.tell({ kind: 'crashed', sink: name, error });
        const message = `A batch of sink ${name} could not be written.`;
        accounts.giveUp(entry, { code: 'AZ4008', message });
      }
    },
  };
}

function tried(name: SinkName, last: CodedError): CodedError {
  const message = `Samples of sink ${name} were given up after many attempts. The last: ${last.message}`;
  return { code: 'AZ4006', message };
}

/** Why samples are dropped at the end. */
export function leftOver(name: SinkName): CodedError {
  return { code: 'AZ4007', message: `Samples of sink ${name} were left over when the program stopped.` };
}
