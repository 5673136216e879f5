import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/core/outcome.ts';
import { createFeed, type FeedOptions } from '../../../src/sinks/feed/feed.ts';
import type { Batch, Taken } from '../../../src/sinks/feed/ports.ts';
import { createFakeClock, type FakeClock } from '../../fakes/clock.ts';
import { aBatch, busy, createFakeSink, type FakeSink, recorder, refusing, taking } from '../../fakes/sink.ts';

const hangs = (): Promise<Outcome<Taken>> => new Promise(() => undefined);

function feeding(sink: FakeSink = createFakeSink(), changes: Partial<FeedOptions<Batch>> = {}) {
  const clock: FakeClock = createFakeClock(0);
  const record = recorder();
  const feed = createFeed<Batch>({
    name: 'statsd',
    open: () => Promise.resolve(sink),
    clock,
    random: () => 1,
    observe: record.observe,
    limits: { samples: 100, bytes: 1_000 },
    deadlineMs: 10_000,
    patienceMs: 600_000,
    ...changes,
  });
  return { clock, record, feed, sink };
}

async function settle(clock: FakeClock): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await clock.advance(0);
}

describe('a feed', () => {
  it('delivers part by part, in order, and counts what was sent and what has no form', async () => {
    const { clock, record, feed, sink } = feeding();
    sink.skipped = 3;
    feed.offer(aBatch(25, 25, 1));
    feed.offer(aBatch(5, 5, 2));
    await settle(clock);
    expect(sink.attempts.map(({ runMs, samples }) => [runMs, samples])).toEqual([
      [1, 7],
      [1, 10],
      [1, 5],
      [2, 2],
    ]);
    expect(record.fates()).toEqual({ sent: 24, skipped: 6 });
    expect(feed.state()).toEqual({ name: 'statsd', queueSamples: 0, queueBytes: 0, lostSamples: 0, lastSuccessMs: 0 });
  });

  it('sends a part again, and no other, until it is taken; longer and longer apart', async () => {
    const sink = createFakeSink((attempt) => (attempt >= 2 && attempt <= 4 ? busy : taking));
    const { clock, record, feed } = feeding(sink);
    feed.offer(aBatch(20));
    await settle(clock);
    expect(sink.attempts).toHaveLength(2);
    expect(feed.state().failing?.message).toBe('busy');
    const times: number[] = [];
    while (sink.attempts.length < 5) {
      await clock.advance(500);
      if (sink.attempts.length > times.length + 2) times.push(clock.now());
    }
    expect(times).toEqual([1_000, 3_000, 7_000]);
    expect(record.fates()).toEqual({ sent: 20 });
    expect(record.events.filter(({ kind }) => kind === 'recovered')).toHaveLength(1);
    expect(feed.state().failing).toBeUndefined();
  });

  it('waits as long as the receiver asks', async () => {
    const asks: Outcome<Taken> = { kind: 'retry', error: { code: 'AZ4003', message: 'busy', retryAfterMs: 30_000 } };
    const sink = createFakeSink((attempt) => (attempt === 1 ? asks : taking));
    const { clock, feed } = feeding(sink);
    feed.offer(aBatch(1));
    await clock.advance(32_999);
    expect(sink.attempts).toHaveLength(1);
    await clock.advance(1);
    expect(sink.attempts).toHaveLength(2);
  });

  it('does not repeat what is refused for good, and goes on', async () => {
    const sink = createFakeSink((attempt) => (attempt === 1 ? refusing : taking));
    const { clock, record, feed } = feeding(sink);
    feed.offer(aBatch(25));
    await settle(clock);
    expect(sink.attempts).toHaveLength(3);
    expect(record.fates()).toEqual({ refused: 10, sent: 15 });
  });

  it('counts what the receiver did not take of a request', async () => {
    const sink = createFakeSink(() => ({ kind: 'ok', value: { refused: 4, reason: 'too old' } }));
    const { clock, record, feed } = feeding(sink);
    feed.offer(aBatch(10));
    await settle(clock);
    expect(record.fates()).toEqual({ sent: 6, refused: 4 });
    expect(record.events).toContainEqual({
      kind: 'failed',
      sink: 'statsd',
      error: { code: 'AZ4004', message: 'The receiver of sink statsd did not take 4 of 10 samples: too old' },
      samples: 4,
    });
  });

  it('cuts an attempt off at its deadline, and the signal tells the sink', async () => {
    const sink = createFakeSink((attempt) => (attempt === 1 ? hangs() : taking));
    const { clock, record, feed } = feeding(sink);
    feed.offer(aBatch(10));
    await clock.advance(9_999);
    expect(sink.attempts[0]?.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(sink.attempts[0]?.signal.aborted).toBe(true);
    expect(feed.state().failing).toEqual({
      code: 'AZ4002',
      message: 'The receiver of sink statsd did not answer within 10 s.',
    });
    await clock.advance(1_000);
    expect(record.fates()).toEqual({ sent: 10 });
  });

  it('pushes the oldest run out above its limits, even under way, and counts what was left of it', async () => {
    const sink = createFakeSink((attempt, runMs) => (runMs === 1 && attempt > 1 ? hangs() : taking));
    const { clock, record, feed } = feeding(sink);
    feed.offer(aBatch(60, 60, 1));
    await settle(clock);
    feed.offer(aBatch(50, 50, 2));
    await settle(clock);
    expect(record.fates()).toEqual({ sent: 10 });
    feed.offer(aBatch(30, 30, 3));
    await settle(clock);
    expect(record.fates()).toEqual({ sent: 90, dropped: 50 });
    expect(feed.state().lostSamples).toBe(50);
    expect(record.events.find(({ kind }) => kind === 'dropped')).toMatchObject({
      error: { code: 'AZ4005', message: 'The queue of sink statsd is full; the oldest runs are dropped.' },
    });
  });

  it('never holds more than its limits beside the newest run', async () => {
    const { clock, record, feed } = feeding(createFakeSink(hangs));
    for (let run = 1; run <= 500; run += 1) {
      feed.offer(aBatch(7, 200, run));
      expect(feed.state().queueSamples).toBeLessThanOrEqual(100);
      expect(feed.state().queueBytes).toBeLessThanOrEqual(1_000);
    }
    feed.offer(aBatch(5_000, 50_000));
    await settle(clock);
    expect(feed.state()).toMatchObject({ queueSamples: 5_000, queueBytes: 50_000 });
    expect(record.fates()).toEqual({ dropped: 3_500 });
  });

  it('gives a part up that was tried for too long', async () => {
    const sink = createFakeSink((_, runMs) => (runMs === 1 ? busy : taking));
    const { clock, record, feed } = feeding(sink, { patienceMs: 60_000 });
    feed.offer(aBatch(20, 20, 1));
    feed.offer(aBatch(5, 5, 2));
    await clock.advance(120_000);
    expect(record.fates()).toEqual({ dropped: 20, sent: 5 });
    expect(record.events.find(({ kind }) => kind === 'dropped')).toMatchObject({
      error: {
        code: 'AZ4006',
        message: 'Samples of sink statsd were given up after many attempts. The last: busy',
      },
    });
  });

  it('keeps the pace of the receiver', async () => {
    const { clock, feed, sink } = feeding(createFakeSink(), { gapMs: 1_000 });
    feed.offer(aBatch(40));
    await clock.advance(2_500);
    expect(sink.attempts).toHaveLength(3);
  });

  it('replaces what waits by what is newer, where the newest alone is wanted', async () => {
    const sink = createFakeSink((attempt) => (attempt === 1 ? hangs() : taking));
    const { clock, record, feed } = feeding(sink, { merge: (_, newer) => newer });
    for (let run = 1; run <= 4; run += 1) feed.offer(aBatch(10, 10, run));
    await clock.advance(20_000);
    expect(sink.attempts.map(({ runMs }) => runMs)).toEqual([1, 1, 4]);
    expect(record.fates()).toEqual({ sent: 20, replaced: 20 });
  });

  it('survives a sink that cannot write a batch', async () => {
    const sink = createFakeSink();
    const good = createFakeSink();
    sink.parts = (batch) => {
      if (batch.runMs === 1) throw new Error('no form');
      return good.parts(batch);
    };
    const { clock, record, feed } = feeding(sink);
    feed.offer(aBatch(10, 10, 1));
    feed.offer(aBatch(10, 10, 2));
    await settle(clock);
    expect(record.fates()).toEqual({ dropped: 10, sent: 10 });
    expect(record.events.filter(({ kind }) => kind === 'crashed')).toHaveLength(1);
  });

  it('notices parts that do not add up', async () => {
    const sink = createFakeSink();
    sink.parts = () => [];
    const { clock, record, feed } = feeding(sink);
    feed.offer(aBatch(10));
    await settle(clock);
    expect(record.fates()).toEqual({ dropped: 10 });
    expect(record.events.find(({ kind }) => kind === 'crashed')).toMatchObject({
      error: new Error('the parts of a batch do not add up: 10 samples are left'),
    });
  });
});

describe('at the end, a feed', () => {
  it('delivers what waits and closes the sink', async () => {
    const { record, feed, sink } = feeding();
    feed.offer(aBatch(30));
    feed.offer(aBatch(30));
    await feed.stop(3_000);
    expect(record.fates()).toEqual({ sent: 60 });
    expect(sink.closed).toBe(true);
    feed.offer(aBatch(5));
    expect(record.fates()).toEqual({ sent: 60, dropped: 5 });
  });

  it('does not wait for a receiver that fails', async () => {
    const { clock, record, feed } = feeding(createFakeSink(() => busy));
    feed.offer(aBatch(30));
    await clock.advance(60_000);
    await feed.stop(3_000);
    expect(record.fates()).toEqual({ dropped: 30 });
    expect(record.events.findLast(({ kind }) => kind === 'dropped')).toMatchObject({
      error: { code: 'AZ4007', message: 'Samples of sink statsd were left over when the program stopped.' },
    });
  });

  it('cuts off a receiver that hangs after the grace period, and drops the rest', async () => {
    const { clock, record, feed, sink } = feeding(createFakeSink(hangs));
    feed.offer(aBatch(30));
    await settle(clock);
    const stopped = feed.stop(3_000);
    await clock.advance(2_999);
    expect(record.fates()).toEqual({});
    await clock.advance(1);
    await stopped;
    expect(record.fates()).toEqual({ dropped: 30 });
    expect(sink.closed).toBe(true);
    expect(clock.now()).toBe(3_000);
  });
});

describe('a feed that hangs', () => {
  it('does not delay another', async () => {
    const slow = feeding(createFakeSink(hangs));
    const quick = feeding();
    for (const { feed } of [slow, quick]) feed.offer(aBatch(50));
    await settle(quick.clock);
    expect(quick.record.fates()).toEqual({ sent: 50 });
    expect(slow.record.fates()).toEqual({});
  });
});
