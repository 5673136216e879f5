import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { RemoteWriteSinkConfig } from '../../../src/core/runtime-config.ts';
import type { FeedEvent } from '../../../src/sinks/feed/ports.ts';
import { createRemoteWriteOutlet } from '../../../src/sinks/remote-write/outlet.ts';
import type { ProgressFile } from '../../../src/sinks/remote-write/ports.ts';
import { openProgressFile } from '../../../src/sinks/remote-write/progress-file.ts';
import { createFakeClock } from '../../fakes/clock.ts';
import { remoteWriteConfig } from '../../fakes/point-batch.ts';
import { anItem, fakeReceiver, hour, memoryFile, minute, shown } from './support.ts';

const startMs = Date.UTC(2026, 0, 1, 12, 0, 20);

function story(
  changes: Partial<RemoteWriteSinkConfig> = {},
  file?: ProgressFile,
  receiver = fakeReceiver(),
  historyMs = 12 * hour,
) {
  const clock = createFakeClock(startMs);
  const events: FeedEvent[] = [];
  const item = anItem([]);
  const outlet = createRemoteWriteOutlet({
    config: remoteWriteConfig({ url: 'http://127.0.0.1', resumeFromMs: 5 * minute, ...changes }),
    historyMs,
    clock,
    random: () => 0,
    observe: (event) => events.push(event),
    open: () => Promise.resolve(receiver.sink()),
    ...(file === undefined ? {} : { file }),
  });
  const reach = (): number => outlet.book.reach(item, { nowMs: clock.now(), completeMs: clock.now() - minute });
  return {
    clock,
    events,
    item,
    outlet,
    receiver,
    reach,
    /** A run whose answer has data for the minutes of `has`; the value is the minute of the day. */
    async run(has: (endMs: number) => boolean = () => true, lagMs = 0, answered = item): Promise<void> {
      const nowMs = clock.now();
      const completeMs = nowMs - minute;
      const endMs = Math.floor(completeMs / minute) * minute;
      const windowMs = endMs - Math.max(5, Math.ceil(reach() / minute)) * minute;
      const buckets: Record<number, number> = {};
      for (let end = windowMs + minute; end <= endMs; end += minute) if (has(end)) buckets[end] = minuteOf(end);
      const series = [shown(answered, undefined, buckets)];
      outlet.book.offer({ item: answered, nowMs, intervalMs: minute, startMs: windowMs, completeMs, lagMs, series });
      outlet.flush(nowMs);
      await clock.advance(minute);
    },
    held: () => (receiver.held.get('azure_load') ?? []).map(([, value]) => value),
    missed: () => events.flatMap((event) => (event.kind === 'missed' ? [[event.reason, event.buckets]] : [])),
    troubles: () => events.flatMap((event) => (event.kind === 'trouble' ? [event.error.message] : [])),
  };
}

function minuteOf(ms: number): number {
  return (ms / minute) % (24 * 60);
}

const noon = 12 * 60;
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, at) => from + at);

describe('which buckets are sent', () => {
  it('begins at resumeFrom and goes on bucket by bucket', async () => {
    const s = story();
    await s.run();
    expect(s.held()).toEqual(range(noon - 4, noon - 1));
    await s.run();
    await s.run();
    expect(s.held()).toEqual(range(noon - 4, noon + 1));
  });

  it('a bucket without data holds later ones back for three grains and what is learned of the lag', async () => {
    const s = story();
    await s.run();
    const gap = Date.UTC(2026, 0, 1, 12, 0);
    const has = (endMs: number): boolean => endMs !== gap;
    for (let run = 0; run < 4; run += 1) await s.run(has, 2 * minute);
    expect(s.held().at(-1)).toBe(noon - 1);
    await s.run(has, 2 * minute);
    expect(s.held()).toEqual([...range(noon - 4, noon - 1), ...range(noon + 1, noon + 4)]);
    expect(s.missed()).toEqual([['late', 1]]);
  });

  it('reaches back over an outage of Azure', async () => {
    const s = story();
    await s.run();
    await s.clock.advance(30 * minute);
    expect(s.reach()).toBe(34 * minute + 20_000);
    await s.run();
    expect(s.held()).toEqual(range(noon - 4, noon + 30));
    expect(s.missed()).toEqual([]);
  });

  it('what is older than the longest look-back is counted as lost', async () => {
    const s = story({}, undefined, fakeReceiver(), hour);
    await s.run();
    await s.clock.advance(2 * hour);
    await s.run();
    expect(s.held()).toEqual([...range(noon - 4, noon - 1), ...range(noon + 61, noon + 120)]);
    expect(s.missed()).toEqual([['lost', 61]]);
  });

  it('go on under new labels when those of the item change, each bucket once', async () => {
    const s = story();
    await s.run();
    await s.run();
    const labels = [...s.item.labels, ['env', 'prod'] as const];
    await s.run(undefined, 0, { ...s.item, labels });
    expect(s.held()).toEqual(range(noon - 4, noon + 1));
    expect(s.receiver.labels).toEqual([s.item.labels, s.item.labels, labels]);
  });

  it('a value that is of no bucket is sent with the time of its run', async () => {
    const s = story();
    const nowMs = s.clock.now();
    const series = [shown(s.item, undefined, { [nowMs]: 7 })];
    s.outlet.book.offer({ item: s.item, nowMs, intervalMs: 0, startMs: nowMs, completeMs: nowMs, lagMs: 0, series });
    s.outlet.flush(nowMs);
    await s.clock.advance(0);
    expect(s.receiver.held.get('azure_load')).toEqual([[nowMs, 7]]);
  });
});

describe('a receiver that is away for long', () => {
  it('the queue stays within its bound, nothing is asked for in vain, and afterwards nothing is missing', async () => {
    const s = story({ queueSamples: 30 });
    s.receiver.down = true;
    let most = 0;
    for (let run = 0; run < 200; run += 1) {
      await s.run();
      most = Math.max(most, s.outlet.state().queueSamples);
    }
    expect(most).toBe(30);
    expect(s.reach()).toBe(0);
    s.receiver.down = false;
    for (let run = 0; run < 10; run += 1) await s.run();
    expect(s.held()).toEqual(range(noon - 4, noon + 208));
    expect(s.missed()).toEqual([]);
    expect(s.outlet.state().queueSamples).toBe(0);
  });
});

describe('the file of progress', () => {
  it('lets the next process go on where the receiver is', async () => {
    const file = memoryFile();
    const first = story({}, file);
    await first.run();
    first.receiver.down = true;
    await first.run();
    const second = story({}, file);
    await second.clock.advance(20 * minute);
    await second.run();
    expect(second.held()).toEqual(range(noon, noon + 19));
  });

  it('holds where an item begins, so that a restart before the first delivery does not begin later', async () => {
    const file = memoryFile();
    const receiver = fakeReceiver();
    receiver.down = true;
    const first = story({}, file, receiver);
    await first.run();
    receiver.kill();
    receiver.down = false;
    const second = story({}, file, receiver);
    await second.clock.advance(20 * minute);
    await second.run();
    expect(second.held()).toEqual(range(noon - 4, noon + 19));
  });

  it.each([
    '',
    '{',
    '[]',
    '{"version":2,"items":{}}',
    '{"version":1,"items":{"a":[1]}}',
    '{"version":1,"items":{"a":["x",{}]}}',
  ])('that is damaged (%s) is told of and replaced', async (text) => {
    const file = memoryFile();
    file.text = text;
    const s = story({}, file);
    expect(s.troubles()).toEqual([
      'The file with the progress of remote write cannot be read; it begins at resumeFrom again.',
    ]);
    await s.run();
    expect(s.held()).toEqual(range(noon - 4, noon - 1));
    expect(file.text).toContain('"version":1');
  });

  it('of a clock that ran ahead does not hold up anything', async () => {
    const file = memoryFile();
    const ahead = story({}, file);
    await ahead.clock.advance(5 * hour);
    await ahead.run();
    const s = story({}, file);
    await s.run();
    await s.run();
    expect(s.held()).toEqual(range(noon - 4, noon));
  });

  it('is replaced as a whole, for its owner alone, and leaves nothing behind', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'azimuth-state-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = openProgressFile(join(folder, 'new', 'state'));
    expect(file.read()).toBeUndefined();
    expect(await file.write('one')).toBeUndefined();
    expect(await file.write('two')).toBeUndefined();
    expect(file.read()).toBe('two');
    expect(readdirSync(join(folder, 'new', 'state'))).toEqual(['remote-write-progress.json']);
  });

  it('on a disk that is full keeps what it was, is told of, and holds up no delivery', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'azimuth-state-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const blocked = join(folder, 'file');
    writeFileSync(blocked, '');
    const path = join(blocked, 'remote-write-progress.json');
    const error = await openProgressFile(blocked).write('x');
    expect(error).toEqual({
      code: 'AZ4010',
      message: `The progress of remote write cannot be written to ${path}: ${error?.message.split(': ').slice(1).join(': ')}`,
    });
    expect(readFileSync(blocked, 'utf8')).toBe('');
    const full: ProgressFile = {
      read: () => undefined,
      write: () => Promise.resolve({ code: 'AZ4010', message: 'ENOSPC' }),
    };
    const s = story({}, full);
    await s.run();
    await s.run();
    expect(s.held()).toEqual(range(noon - 4, noon));
    expect(s.troubles()).toContain('ENOSPC');
  });
});
