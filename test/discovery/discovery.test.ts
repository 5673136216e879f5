import { describe, expect, it } from 'vitest';
import type { DiscoveredResource } from '../../src/core/discovery.ts';
import { hashFraction } from '../../src/core/hash.ts';
import type { CodedError } from '../../src/core/outcome.ts';
import { createDiscovery, type DiscoveryEvent, type DiscoveryLoop } from '../../src/discovery/discovery.ts';
import { createFakeClock, type FakeClock } from '../fakes/clock.ts';
import { aCache, caches, createFakeResources, type FakeResources } from '../fakes/resources.ts';

const interval = 300_000;
/** Time from one refresh of group a to the next. */
const round = interval * (1 - 0.1 * hashFraction('a'));
const throttled: CodedError = { code: 'AZ3429', message: 'Azure throttles for 4 s.' };
const broken: CodedError = { code: 'AZ3020', message: 'Not a whole list.' };
const shrunk = (missing: number, size: number): DiscoveryEvent => ({
  kind: 'problem',
  group: 'a',
  error: {
    code: 'AZ2034',
    message: `Resource discovery group a suddenly lacks ${missing} of ${size} resources; they stay until the next refresh confirms that they are gone (resourceDiscovery.shrinkThreshold).`,
  },
});

interface Fixture {
  readonly clock: FakeClock;
  readonly source: FakeResources;
  readonly loop: DiscoveryLoop;
  /** Events since the last look, refreshes left out. */
  readonly news: () => DiscoveryEvent[];
  readonly names: () => string[] | undefined;
}

function fixture(groups: readonly string[] = ['a'], shrinkThreshold = 0.5): Fixture {
  const clock = createFakeClock();
  const source = createFakeResources(() => clock.now());
  let events: DiscoveryEvent[] = [];
  const observe = (event: DiscoveryEvent): void => {
    if (event.kind !== 'refreshed') events.push(event);
  };
  const loop = createDiscovery({ groups, source, clock, intervalMs: interval, shrinkThreshold, observe });
  return {
    clock,
    source,
    loop,
    news: () => {
      const told = events;
      events = [];
      return told;
    },
    names: () => loop.resources('A')?.map(({ name }) => name),
  };
}

/** A loop whose first list is in force. */
async function started(first: readonly DiscoveredResource[], shrinkThreshold?: number): Promise<Fixture> {
  const made = fixture(['a'], shrinkThreshold);
  made.source.reply('a', first);
  made.loop.start();
  await made.clock.advance(0);
  made.news();
  return made;
}

describe('lists', () => {
  it('are not known before the first answer, and are found whatever the case of the name', async () => {
    const { loop, clock, source, names, news } = fixture();
    source.reply('a', caches(2));
    expect([names(), loop.version(), loop.groups()]).toEqual([undefined, 0, [{ name: 'a', resources: [] }]]);
    loop.start();
    await clock.advance(0);
    expect(names()).toEqual(['redis-0', 'redis-1']);
    expect(news()).toEqual([{ kind: 'changed', group: 'a', size: 2, added: 2, removed: 0 }]);
    expect(loop.groups()).toEqual([{ name: 'a', resources: caches(2), confirmedMs: clock.now() }]);
    expect(loop.resources('other')).toBeUndefined();
    loop.stop();
    expect(clock.pending()).toBe(0);
  });

  it('that are empty are known to be', async () => {
    const { names, loop } = await started([]);
    expect([names(), loop.version()]).toEqual([[], 1]);
  });

  it('are refreshed at their interval, each group a little sooner in its own way', async () => {
    const { loop, clock, source } = fixture(['a', 'b']);
    loop.start();
    await clock.advance(interval);
    const [first, second, ...later] = source.asked;
    expect([first, second, later.length]).toEqual(['a 0', 'b 0', 2]);
    const times = later.map((line) => Number(line.split(' ')[1]));
    expect(times[0]).not.toBe(times[1]);
    for (const time of times) expect(time).toBeGreaterThan(interval * 0.9);
  });

  it('change their version only when they change, and keep the objects that did not', async () => {
    const { loop, clock, source } = await started(caches(3));
    const before = loop.resources('a');
    await clock.advance(round);
    expect([loop.version(), loop.resources('a')]).toEqual([1, before]);
    source.reply('a', [...caches(2), aCache('redis-2', { tags: { team: 'blue' } }), aCache('redis-3')]);
    await clock.advance(round);
    const after = loop.resources('a');
    expect([loop.version(), after?.[0] === before?.[0], after?.[2]?.tags]).toEqual([2, true, { team: 'blue' }]);
  });

  it('lose at once what leaves, within the threshold', async () => {
    const { clock, source, names, news } = await started(caches(4));
    source.reply('a', caches(2));
    await clock.advance(round);
    expect(names()).toEqual(['redis-0', 'redis-1']);
    expect(news()).toEqual([{ kind: 'changed', group: 'a', size: 2, added: 0, removed: 2 }]);
  });
});

describe('failures', () => {
  it('keep the list, are told once per change, and are repeated sooner; recovery is told', async () => {
    const { clock, source, names, news, loop } = await started(caches(3));
    const confirmedMs = clock.now();
    const shifted = { ...throttled, message: 'Azure throttles for 9 s.' };
    source.reply('a', throttled, shifted, broken, throttled, caches(3));
    source.asked.length = 0;
    await clock.advance(round);
    const [first = ''] = source.asked;
    await clock.advance(35_000);
    const [start = 0, ...gaps] = source.asked
      .map((line) => Number(line.split(' ')[1]))
      .map((at, index, all) => (index === 0 ? at : at - (all[index - 1] ?? 0)));
    expect([first, gaps]).toEqual([`a ${start}`, [5_000, 10_000, 20_000]]);
    expect(names()).toHaveLength(3);
    expect(loop.groups()).toMatchObject([{ confirmedMs, problem: throttled }]);
    expect(news()).toEqual([
      { kind: 'problem', group: 'a', error: throttled },
      { kind: 'problem', group: 'a', error: broken },
      { kind: 'problem', group: 'a', error: throttled },
    ]);
    await clock.advance(40_000);
    expect(news()).toEqual([{ kind: 'healed', group: 'a', code: 'AZ3429' }]);
    expect(loop.groups()[0]?.problem).toBeUndefined();
    expect(loop.groups()[0]?.confirmedMs).toBeGreaterThan(confirmedMs);
    expect(loop.version()).toBe(1);
  });

  it('are not repeated more often than the interval in the end', async () => {
    const { clock, source } = await started(caches(3));
    source.reply('a', broken);
    await clock.advance(20 * round);
    source.asked.length = 0;
    await clock.advance(4 * round);
    expect(source.asked).toHaveLength(4);
  });

  it('of one group do not touch the others', async () => {
    const { clock, source, loop } = fixture(['a', 'b']);
    source.reply('a', broken);
    source.reply('b', caches(1));
    loop.start();
    await clock.advance(0);
    expect([loop.resources('a'), loop.resources('b')?.length]).toEqual([undefined, 1]);
  });

  it('include an answer that does not come', async () => {
    const { clock, source, names, news } = await started(caches(3));
    source.reply('a', 'hang', caches(2));
    await clock.advance(round + interval);
    expect(news()).toMatchObject([{ kind: 'problem', error: { code: 'AZ3006' } }]);
    expect(names()).toHaveLength(3);
    await clock.advance(5_000);
    expect(names()).toHaveLength(2);
  });

  it('end with the loop', async () => {
    const { clock, source, loop, news } = await started(caches(3));
    source.reply('a', 'hang');
    await clock.advance(round);
    loop.stop();
    await clock.advance(10 * round);
    expect([news(), clock.pending(), source.asked.length]).toEqual([[], 0, 2]);
  });
});

describe('a list that is suddenly 60% shorter', () => {
  it('loses nothing until the next refresh says so again', async () => {
    const { clock, source, names, news, loop } = await started(caches(10));
    source.reply('a', caches(4), caches(4));
    await clock.advance(round);
    expect(names()).toHaveLength(10);
    expect(news()).toEqual([shrunk(6, 10)]);
    expect(loop.groups()).toMatchObject([{ unconfirmedSize: 4, problem: { code: 'AZ2034' } }]);
    await clock.advance(round - 1);
    expect(names()).toHaveLength(10);
    await clock.advance(1);
    expect(names()).toHaveLength(4);
    expect(news()).toEqual([
      { kind: 'changed', group: 'a', size: 4, added: 0, removed: 6 },
      { kind: 'healed', group: 'a', code: 'AZ2034' },
    ]);
    expect(loop.groups()[0]).not.toHaveProperty('unconfirmedSize');
  });

  it('loses nothing when the next answer is whole again', async () => {
    const { clock, source, names, news, loop } = await started(caches(10));
    source.reply('a', caches(4), caches(10));
    await clock.advance(2 * round);
    expect([names()?.length, loop.version()]).toEqual([10, 1]);
    expect(news()).toEqual([shrunk(6, 10), { kind: 'healed', group: 'a', code: 'AZ2034' }]);
  });

  it('loses nothing when two answers do not agree on what is gone', async () => {
    const { clock, source, names } = await started(caches(10));
    source.reply('a', caches(4), caches(4, 6), caches(4), caches(4, 6), caches(10));
    for (let refresh = 1; refresh <= 5; refresh += 1) {
      await clock.advance(round);
      expect(names()).toHaveLength(10);
    }
  });

  it('loses nothing through failures in between, and then what two answers agree on', async () => {
    const { clock, source, names } = await started(caches(10));
    source.reply('a', caches(4), broken, caches(3));
    await clock.advance(2 * round);
    expect(names()).toHaveLength(10);
    await clock.advance(5_000);
    expect(names()).toHaveLength(3);
  });

  it('shows newcomers at once', async () => {
    const { clock, source, names, news } = await started(caches(10));
    source.reply('a', [...caches(3), aCache('new')]);
    await clock.advance(round);
    expect(names()?.sort()).toEqual(['new', ...caches(10).map(({ name }) => name)]);
    expect(news()).toEqual([{ kind: 'changed', group: 'a', size: 11, added: 1, removed: 0 }, shrunk(7, 10)]);
  });

  it.each([
    [0, 3, 4, 4],
    [0.25, 3, 4, 3],
    [1, 0, 4, 0],
  ])('is judged by the threshold %d: %d left of %d show %d', async (threshold, left, of, shown) => {
    const { clock, source, names } = await started(caches(of), threshold);
    source.reply('a', caches(left), caches(of));
    await clock.advance(round);
    expect(names()).toHaveLength(shown);
  });
});

describe('resources that an agent tells of', () => {
  it('are told apart by what they are', async () => {
    const bare = (name: string): DiscoveredResource => {
      const { id: _id, region: _region, ...rest } = aCache(name);
      return rest;
    };
    const { clock, source, news } = await started([bare('one'), bare('two')]);
    source.reply('a', [bare('ONE'), bare('three')]);
    await clock.advance(round);
    expect(news()).toEqual([{ kind: 'changed', group: 'a', size: 2, added: 1, removed: 1 }]);
  });
});
