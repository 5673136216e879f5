import { sleep } from '../../core/clock.ts';
import { createAccounts } from './accounts.ts';
import { createDelivery, type DeliveryOptions, leftOver } from './deliver.ts';
import type { Batch, Feed, FeedObserver, Sink } from './ports.ts';
import type { QueueLimits } from './queue.ts';

export interface FeedOptions<B extends Batch> extends DeliveryOptions {
  /** Loads and makes the sink; called once, at the first batch. */
  readonly open: () => Promise<Sink<B>>;
  readonly observe: FeedObserver;
  readonly limits: QueueLimits;
  /** For a receiver that wants the newest values alone: what is left of a waiting batch and a newer one. */
  readonly merge?: (waiting: B, newer: B) => B;
}

/** Longest that letting go of sockets may take. */
const closeMs = 250;

/** The one way to a receiver: a bounded queue, and a worker that delivers from it part by part, in order. */
export function createFeed<B extends Batch>(options: FeedOptions<B>): Feed<B> {
  const { name, clock, merge } = options;
  const stopping = new AbortController();
  const accounts = createAccounts<B>(options);
  const delivery = createDelivery(options, accounts, stopping.signal);
  const { queue } = accounts;
  let sink: Promise<Sink<B>> | undefined;
  let working: Promise<void> | undefined;

  const open = (): Promise<Sink<B>> => {
    sink ??= options.open();
    return sink;
  };
  const work = async (): Promise<void> => {
    for (let entry = queue.first(); entry !== undefined; entry = queue.first()) await delivery.deliver(entry, open);
    working = undefined;
    accounts.tellQueue();
  };
  const add = (batch: B): void => {
    const waiting = queue.lastWaiting();
    if (waiting !== undefined && merge !== undefined) {
      const merged = merge(waiting.batch, batch);
      accounts.count('replaced', waiting.batch.samples + batch.samples - merged.samples);
      queue.exchange(waiting, merged);
    } else {
      const message = `The queue of sink ${name} is full; the oldest runs are dropped.`;
      accounts.drop(queue.add(batch), { code: 'AZ4005', message });
    }
  };

  return {
    name,
    offer(batch) {
      if (batch.samples === 0) return;
      if (stopping.signal.aborted) return accounts.drop([{ left: batch.samples }], leftOver(name));
      add(batch);
      accounts.tellQueue();
      working ??= work();
    },
    state: () => accounts.state(),
    async stop(graceMs) {
      stopping.abort();
      const cancel = clock.after(graceMs, () => accounts.drop(queue.clear(), leftOver(name)));
      await working;
      cancel();
      const opened = await sink?.catch(() => undefined);
      if (opened !== undefined) await Promise.race([opened.close(), sleep(clock, closeMs)]);
    },
  };
}
