import type { Clock } from '../../core/clock.ts';
import { hashFraction } from '../../core/hash.ts';
import type { RemoteWriteSinkConfig } from '../../core/runtime-config.ts';
import type { BucketBook, ScrapeItem } from '../../scrape/ports.ts';
import { createFeed } from '../feed/feed.ts';
import type { Feed, FeedObserver, Sink, SinkState } from '../feed/ports.ts';
import { batchOf, createBook } from './book.ts';
import type { PointBatch, ProgressFile } from './ports.ts';
import { readProgress, writeProgress } from './progress.ts';

export interface OutletOptions {
  readonly config: RemoteWriteSinkConfig;
  /** Longest lookback of a query, milliseconds. */
  readonly historyMs: number;
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly observe: FeedObserver;
  /** Makes the sink of a shard. */
  readonly open: () => Promise<Sink<PointBatch>>;
  /** Absent: progress is kept in memory alone. */
  readonly file?: ProgressFile;
}

/** Remote write as a whole: which buckets are new, queues in shards, and how far each series has come. */
export interface RemoteWriteOutlet {
  readonly book: BucketBook;
  /** Gives what was taken up since the last call to the shards. */
  flush(runMs: number): void;
  state(): SinkState;
  /** Delivers what waits for at most `graceMs`, and writes how far it came. */
  stop(graceMs: number): Promise<void>;
}

const name = 'prometheusRemoteWrite';

interface Shard {
  readonly feed: Feed<PointBatch>;
  /** Samples that were taken up and not yet flushed. */
  pending: number;
}

export function createRemoteWriteOutlet(options: OutletOptions): RemoteWriteOutlet {
  const { config, clock, file } = options;
  const observe = summed(options.observe, config.shards);
  const shards = Array.from({ length: config.shards }, (_, at): Shard => {
    const { open, random } = options;
    const limits = { samples: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY };
    const forever = Number.POSITIVE_INFINITY;
    // The book asks for no more than there is room for, and what it asked for is never given up: that is what would
    // make a gap.
    const around = { name, open, clock, random, limits, deadlineMs: config.timeoutMs, patienceMs: forever } as const;
    return { feed: createFeed<PointBatch>({ ...around, observe: (event) => observe(at, event) }), pending: 0 };
  });
  const shardOf = (item: ScrapeItem): number => Math.floor(hashFraction(item.id) * shards.length);
  const room = config.queueSamples / shards.length;
  const saved = file === undefined ? undefined : restore(file, options.observe);
  let began = false;
  const book = createBook({
    ...(config.latenessMs === undefined ? {} : { latenessMs: config.latenessMs }),
    resumeFromMs: config.resumeFromMs,
    historyMs: options.historyMs,
    room(item) {
      const shard = shards[shardOf(item)];
      return shard === undefined ? 0 : room - shard.feed.state().queueSamples - shard.pending;
    },
    ...(saved === undefined ? {} : { saved }),
    missed: (reason, buckets) => options.observe({ kind: 'missed', sink: name, reason, buckets }),
    began: () => {
      began = true;
    },
  });
  const save = file === undefined ? undefined : saver(file, () => writeProgress(book.progress), options.observe);

  return {
    book: {
      reach: (item, at) => book.reach(item, at),
      offer(answer) {
        const samples = book.offer(answer);
        const shard = shards[shardOf(answer.item)];
        if (shard !== undefined) shard.pending += samples;
      },
    },
    flush(runMs) {
      const taken = Map.groupBy(book.take(), ({ item }) => shardOf(item));
      for (const [at, shard] of shards.entries()) {
        shard.pending = 0;
        const batch = batchOf(taken.get(at) ?? [], runMs);
        const delivered = (): void => {
          batch.delivered();
          save?.soon();
        };
        // Without samples there is nothing to wait for, unless something older is still under way.
        if (batch.samples > 0) shard.feed.offer({ ...batch, delivered });
        else if (shard.feed.state().queueSamples === 0) delivered();
      }
      // Where an item begins is kept before anything of it is delivered: a restart meanwhile must not begin later.
      if (began) save?.soon();
      began = false;
      book.prune(clock.now());
    },
    state: () => sum(shards.map(({ feed }) => feed.state())),
    async stop(graceMs) {
      await Promise.all(shards.map(({ feed }) => feed.stop(graceMs)));
      await save?.now();
    },
  };
}

function restore(file: ProgressFile, observe: FeedObserver): ReturnType<typeof readProgress> {
  const text = file.read();
  if (text === undefined) return undefined;
  const saved = readProgress(text);
  if (saved === undefined) {
    const message = 'The file with the progress of remote write cannot be read; it begins at resumeFrom again.';
    observe({ kind: 'trouble', sink: name, error: { code: 'AZ4009', message } });
  }
  return saved;
}

/** Writes the file whenever asked, one writing at a time; what is asked meanwhile is one more. */
function saver(file: ProgressFile, text: () => string, observe: FeedObserver): { soon(): void; now(): Promise<void> } {
  let writing: Promise<void> | undefined;
  let wanted = false;
  const write = async (): Promise<void> => {
    while (wanted) {
      wanted = false;
      const error = await file.write(text());
      if (error !== undefined) observe({ kind: 'trouble', sink: name, error });
    }
    writing = undefined;
  };
  const start = (): Promise<void> => {
    wanted = true;
    writing ??= write();
    return writing;
  };
  return {
    soon: () => void start(),
    now: () => start(),
  };
}

/** The queues of all shards as one. */
function summed(observe: FeedObserver, shards: number): (shard: number, event: Parameters<FeedObserver>[0]) => void {
  const samples = Array.from({ length: shards }, () => 0);
  const bytes = Array.from({ length: shards }, () => 0);
  const total = (all: readonly number[]): number => all.reduce((a, b) => a + b, 0);
  return (shard, event) => {
    if (event.kind !== 'queue') return observe(event);
    samples[shard] = event.samples;
    bytes[shard] = event.bytes;
    observe({ ...event, samples: total(samples), bytes: total(bytes) });
  };
}

function sum(states: readonly SinkState[]): SinkState {
  const failing = states.find((state) => state.failing !== undefined)?.failing;
  const last = states.flatMap(({ lastSuccessMs }) => lastSuccessMs ?? []);
  return {
    name,
    queueSamples: states.reduce((all, { queueSamples }) => all + queueSamples, 0),
    queueBytes: states.reduce((all, { queueBytes }) => all + queueBytes, 0),
    lostSamples: states.reduce((all, { lostSamples }) => all + lostSamples, 0),
    ...(last.length === 0 ? {} : { lastSuccessMs: Math.max(...last) }),
    ...(failing === undefined ? {} : { failing }),
  };
}
