import type { Batch } from './ports.ts';

export interface QueueLimits {
  /** Most samples that wait. */
  readonly samples: number;
  /** Most memory that they hold, estimated. */
  readonly bytes: number;
}

/** A batch in the queue and how much of it is still to be done. */
export interface Entry<B extends Batch> {
  readonly batch: B;
  /** Samples of which nothing became yet. */
  readonly left: number;
  /** Aborted when the entry is taken out before it is done. */
  readonly gone: AbortSignal;
}

/**
 * Batches in order. Above a limit the oldest leaves first, the one that is being delivered among them, because newer
 * values are worth more. The newest always stays, however large: its size is bounded by `seriesLimit`.
 */
export interface Queue<B extends Batch> {
  /** Adds a batch; returns what it pushed out. */
  add(batch: B): Entry<B>[];
  first(): Entry<B> | undefined;
  /** The newest batch that is not the first; undefined when there is none. */
  lastWaiting(): Entry<B> | undefined;
  /** Puts another batch in the place of a waiting one. */
  exchange(entry: Entry<B>, batch: B): void;
  /** Notes that something became of so many samples of the entry. */
  settle(entry: Entry<B>, samples: number): void;
  /** Takes an entry out that is done or given up. */
  remove(entry: Entry<B>): void;
  /** Takes everything out. */
  clear(): Entry<B>[];
  samples(): number;
  bytes(): number;
}

interface Held<B extends Batch> extends Entry<B> {
  batch: B;
  left: number;
  readonly controller: AbortController;
}

export function createQueue<B extends Batch>(limits: QueueLimits): Queue<B> {
  const entries: Held<B>[] = [];
  let samples = 0;
  let bytes = 0;
  const own = (entry: Entry<B>): Held<B> | undefined => entries.find((held) => held === entry);
  const grow = (held: Held<B>, by: 1 | -1): void => {
    samples += by * held.left;
    bytes += by * held.batch.bytes;
  };
  const out = (held: Held<B>): Held<B> => {
    grow(held, -1);
    held.controller.abort();
    return held;
  };
  return {
    add(batch) {
      const controller = new AbortController();
      const held = { batch, left: batch.samples, controller, gone: controller.signal };
      entries.push(held);
      grow(held, 1);
      const pushed: Entry<B>[] = [];
      while (entries.length > 1 && (samples > limits.samples || bytes > limits.bytes))
        pushed.push(...entries.splice(0, 1).map(out));
      return pushed;
    },
    first: () => entries[0],
    lastWaiting: () => (entries.length > 1 ? entries.at(-1) : undefined),
    exchange(entry, batch) {
      const held = own(entry);
      if (held === undefined) return;
      grow(held, -1);
      held.batch = batch;
      held.left = batch.samples;
      grow(held, 1);
    },
    settle(entry, count) {
      const held = own(entry);
      if (held === undefined) return;
      held.left -= count;
      samples -= count;
    },
    remove(entry) {
      const held = own(entry);
      if (held !== undefined) entries.splice(entries.indexOf(held), 1).map(out);
    },
    clear: () => entries.splice(0).map(out),
    samples: () => samples,
    bytes: () => bytes,
  };
}
