import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRemoteWriteOutlet, type RemoteWriteOutlet } from '../../../src/sinks/remote-write/outlet.ts';
import { createFakeClock } from '../../fakes/clock.ts';
import { remoteWriteConfig } from '../../fakes/point-batch.ts';
import { anItem, fakeReceiver, hour, memoryFile, minute, shown } from './support.ts';

const delayMs = minute;
const steps = 90;
const zones: readonly string[] = ['1', '2', '3'];

/** What happens in the minutes of a story: everything by the minute of the run, lateness of buckets in minutes. */
interface Story {
  readonly grainMinutes: number;
  readonly latenessMinutes: number;
  /** Minutes from completeness until a bucket shows, for each zone in turn; undefined: it never has data. */
  readonly lateBy: readonly (number | undefined)[];
  readonly azureDown: ReadonlySet<number>;
  readonly receiverDown: ReadonlySet<number>;
  readonly restarts: ReadonlySet<number>;
  readonly state: boolean;
}

const minutes = fc.integer({ min: 1, max: steps });
const outage = fc
  .array(fc.tuple(minutes, fc.integer({ min: 1, max: 15 })), { maxLength: 3 })
  .map((spans) => new Set(spans.flatMap(([from, length]) => Array.from({ length }, (_, at) => from + at))));
const storyOf = (latest: number): fc.Arbitrary<Story> =>
  fc.record({
    grainMinutes: fc.constantFrom(1, 5),
    latenessMinutes: fc.constant(6),
    lateBy: fc.array(
      fc.oneof(
        { weight: 6, arbitrary: fc.constant(0) },
        { weight: 2, arbitrary: fc.integer({ min: 0, max: latest }) },
        { weight: 1, arbitrary: fc.constant(undefined) },
      ),
      { minLength: 7, maxLength: 40 },
    ),
    azureDown: outage,
    receiverDown: outage,
    restarts: fc.array(minutes, { maxLength: 3 }).map((all) => new Set(all)),
    state: fc.boolean(),
  });

interface Told {
  readonly held: ReadonlyMap<string, readonly (readonly [number, number])[]>;
  readonly missed: number;
  /** Samples that were sent once more. */
  readonly again: number;
  /** Buckets that have data by the end, with how late they are, by zone. */
  readonly data: ReadonlyMap<string, ReadonlyMap<number, number>>;
}

async function tell(story: Story): Promise<Told> {
  const clock = createFakeClock(Date.UTC(2026, 0, 1, 12, 0, 20));
  const startMs = clock.now();
  const grain = story.grainMinutes * minute;
  const item = anItem();
  const receiver = fakeReceiver();
  receiver.strict = !story.state;
  const file = memoryFile();
  let missed = 0;
  const open = (): RemoteWriteOutlet =>
    createRemoteWriteOutlet({
      config: remoteWriteConfig({
        url: 'http://127.0.0.1',
        latenessMs: story.latenessMinutes * minute,
        resumeFromMs: hour,
        shards: 2,
      }),
      historyMs: 12 * hour,
      clock,
      random: () => 0,
      observe: (event) => {
        if (event.kind === 'missed') missed += event.buckets;
      },
      open: () => Promise.resolve(receiver.sink()),
      ...(story.state ? { file } : {}),
    });
  const latenessOf = (endMs: number, zone: number): number | undefined =>
    story.lateBy[(endMs / grain + zone * 3) % story.lateBy.length];
  const firstMs = startMs - hour;

  let outlet = open();
  const run = async (up: boolean): Promise<void> => {
    const nowMs = clock.now();
    const completeMs = nowMs - delayMs;
    const reachMs = outlet.book.reach(item, { nowMs, completeMs });
    if (!up) {
      outlet.flush(nowMs);
      await clock.advance(0);
      return;
    }
    const endMs = Math.floor(completeMs / grain) * grain;
    const startOfWindow = endMs - Math.max(5, Math.ceil(reachMs / grain)) * grain;
    const series = zones.map((zone, at) => {
      const buckets: Record<number, number> = {};
      for (let end = startOfWindow + grain; end <= endMs; end += grain) {
        const late = latenessOf(end, at);
        if (late !== undefined && end + delayMs + late * minute <= nowMs) buckets[end] = end / grain + at;
      }
      return shown(item, zone, buckets);
    });
    outlet.book.offer({ item, nowMs, intervalMs: grain, startMs: startOfWindow, completeMs, lagMs: 0, series });
    outlet.flush(nowMs);
    await clock.advance(0);
  };
  for (let step = 1; step <= steps + 60; step += 1) {
    receiver.down = step <= steps && story.receiverDown.has(step);
    if (story.restarts.has(step)) {
      receiver.kill();
      outlet = open();
    }
    await run(step > steps || !story.azureDown.has(step));
    await clock.advance(minute);
  }
  const data = new Map(
    zones.map((zone, at) => {
      const own = new Map<number, number>();
      for (let end = Math.ceil(firstMs / grain) * grain; end < startMs + steps * minute; end += grain) {
        const late = latenessOf(end, at);
        if (late !== undefined) own.set(end, late);
      }
      return [zone, own] as const;
    }),
  );
  return { held: receiver.held, again: receiver.again, missed, data };
}

describe('every bucket once and in order, through late data, outages of both ends, and restarts', () => {
  const check = async (story: Story): Promise<void> => {
    const { held, again, missed, data } = await tell(story);
    // Only a process that ends between the receiver's answer and the file sends a request again.
    if (story.restarts.size === 0) expect(again).toBe(0);
    let gaps = 0;
    for (const [zone, due] of data) {
      const all = held.get(`azure_load ${zone}`) ?? [];
      const times = all.map(([time]) => time);
      expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
      const grain = story.grainMinutes * minute;
      const at = zones.indexOf(zone);
      for (const [time, value] of all) expect(value).toBe(time / grain + at);
      const had = new Set(times);
      // A process that ends without a file before it delivered anything takes its first minutes with it.
      const fromMs = story.state || story.restarts.size === 0 ? 0 : (times[0] ?? 0);
      const lacking = [...due].filter(([end]) => end >= fromMs && !had.has(end));
      for (const [, late] of lacking) expect(late).toBeGreaterThan(story.latenessMinutes);
      const [first = 0, last = 0] = [times[0], times.at(-1)];
      if (times.length > 0) gaps += (last - first) / grain + 1 - times.length;
    }
    // What a process did not write into the file, the next one may do and count again.
    if (again === 0 && (story.state || story.restarts.size === 0)) expect(missed).toBe(gaps);
    else expect(missed).toBeGreaterThanOrEqual(gaps);
  };

  it('nothing is missed that came within the lateness', async () => {
    await fc.assert(
      fc.asyncProperty(storyOf(6), async (story) => check(story)),
      { numRuns: 200 },
    );
  }, 60_000);

  it('what came later is all that is missed, and each of it is counted', async () => {
    await fc.assert(
      fc.asyncProperty(storyOf(25), async (story) => check(story)),
      { numRuns: 200 },
    );
  }, 60_000);
});
