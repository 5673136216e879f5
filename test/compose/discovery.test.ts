import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type ComposedDiscovery, composeDiscovery } from '../../src/compose/discovery.ts';
import type { DiscoveryCriteria, DiscoveryGroup, Landscape } from '../../src/core/discovery.ts';
import type { GraphRow } from '../../src/discovery/ports.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { createOwnRegistry } from '../../src/telemetry/registry.ts';
import { createFakeClock } from '../fakes/clock.ts';
import { aDeclaration, aMetric, everyMinute } from '../fakes/declaration.ts';
import { aRuntime } from '../fakes/runtime.ts';

const tenantId = '11111111-1111-1111-1111-111111111111';
const subscriptionId = '22222222-2222-2222-2222-222222222222';
const anySubscription: Landscape = { tenantId, subscriptions: [subscriptionId] };
const none: DiscoveryCriteria = { subscriptions: [], resourceGroups: [], regions: [], names: [], tags: [] };

function aGroup(changes: Partial<DiscoveryGroup> = {}): DiscoveryGroup {
  return { name: 'caches', resourceType: 'RedisCache', armTypes: [], include: none, exclude: none, ...changes };
}

function rowOf(name: string): GraphRow {
  const id = `/subscriptions/${subscriptionId}/resourceGroups/contoso/providers/Microsoft.Cache/redis/${name}`;
  const rest = { type: 'microsoft.cache/redis', kind: '', location: 'westeurope', tags: {} };
  return { id, name, resourceGroup: 'contoso', subscriptionId, ...rest };
}

/** An exporter that has found three caches, and goes on with other groups. */
async function bench() {
  const clock = createFakeClock();
  const registry = createOwnRegistry({ prefix: 'azimuth', elsewhere: new Set(), runtime: false });
  const state = {
    answer: ['a', 'b', 'c'].map(rowOf) as readonly GraphRow[] | 'fails',
    subscriptions: ['one', 'two'],
    asked: 0,
  };
  const due: string[] = [];
  const compose = (
    group: DiscoveryGroup,
    before?: ComposedDiscovery,
    landscape = anySubscription,
  ): ComposedDiscovery => {
    const metric = aMetric({ resourceType: 'RedisCache', resources: [], resourceDiscoveryGroups: [group.name] });
    const made = composeDiscovery({
      declaration: { ...aDeclaration(metric), discovery: { landscapes: [landscape], groups: [group] } },
      config: aRuntime().resourceDiscovery,
      graph: {
        query({ query }) {
          if (!query.toLowerCase().includes('microsoft.cache/redis')) {
            const names = query.includes('resourcegroups') ? [] : state.subscriptions;
            return Promise.resolve({ kind: 'ok', value: names.map((name) => ({ name, tenantId })) });
          }
          state.asked += 1;
          const error = { code: 'AZ3500', message: 'Azure failed.' } as const;
          const { answer } = state;
          return Promise.resolve(answer === 'fails' ? { kind: 'retry', error } : { kind: 'ok', value: answer });
        },
      },
      clock,
      logger: createLogger({
        level: 'None',
        container: { enabled: true },
        format: 'json',
        color: false,
        destination: new PassThrough(),
      }),
      registry,
      pause: () => Promise.resolve(),
      learnRegion: () => undefined,
      changed: () => undefined,
      before,
    });
    if (made === undefined) throw new Error('it has a group');
    return made;
  };
  const hear = (cron: string): void => void due.push(cron);
  const first = compose(aGroup());
  first.start(hear);
  await clock.advance(0);
  const reset = (): void => {
    state.asked = 0;
    due.length = 0;
  };
  reset();
  return {
    clock,
    state,
    due,
    reset,
    /** Exchanges the group that was there at the start. */
    go: async (group: DiscoveryGroup, landscape?: Landscape, before = first): Promise<ComposedDiscovery> => {
      const next = compose(group, before, landscape);
      before.leaveTo(next);
      next.start(hear);
      await clock.advance(0);
      return next;
    },
    subscriptions: async (): Promise<string[]> =>
      [...(await registry.text('text')).matchAll(/subscription_info\{.*subscription_name="(\w+)"/g)].map(
        ([, name = '']) => name,
      ),
    names: (discovery: ComposedDiscovery, group = 'caches') =>
      discovery.lists.resources(group)?.map(({ name }) => name),
    sizes: async (): Promise<string[]> => {
      return (await registry.text('text'))
        .split('\n')
        .filter((line) => line.startsWith('azimuth_discovery_group_resources'));
    },
  };
}

const narrower = aGroup({ include: { ...none, regions: ['westeurope'] } });

describe('another configuration', () => {
  it('keeps the list of a group that it defines in another way until Azure answers', async () => {
    const { go, state, names, due, reset, clock } = await bench();
    state.answer = 'fails';
    const next = await go(narrower);
    expect([names(next), next.holdsBack(everyMinute.cron), next.waitingFor(everyMinute.cron)]).toEqual([
      ['a', 'b', 'c'],
      false,
      [],
    ]);
    expect([state.asked, due]).toEqual([1, []]);
    const again = await go(aGroup({ exclude: { ...none, names: ['b'] } }), undefined, next);
    expect(names(again)).toEqual(['a', 'b', 'c']);
    reset();
    state.answer = [rowOf('c'), rowOf('d')];
    await clock.advance(60_000);
    expect([names(again), again.lists.groups()[0]?.problem]).toEqual([['c', 'd'], undefined]);
    expect([state.asked, due]).toEqual([1, [everyMinute.cron]]);
  });

  it('believes all that the first answer under another definition lacks', async () => {
    const { go, state, names, sizes } = await bench();
    state.answer = [];
    const next = await go(narrower);
    expect([names(next), next.lists.groups()[0]?.problem]).toEqual([[], undefined]);
    expect(await sizes()).toEqual(['azimuth_discovery_group_resources{group="caches"} 0']);
  });

  it('looks at once in other subscriptions', async () => {
    const { go, state, names } = await bench();
    state.answer = ['a', 'b', 'c', 'd'].map(rowOf);
    const next = await go(aGroup(), { tenantId, subscriptions: [subscriptionId, tenantId] });
    expect([state.asked, names(next)]).toEqual([1, ['a', 'b', 'c', 'd']]);
  });

  it('knows a group under another name, and asks for nothing', async () => {
    const { go, state, names, due, sizes } = await bench();
    const next = await go(aGroup({ name: 'redis' }));
    expect([names(next, 'redis'), state.asked, due]).toEqual([['a', 'b', 'c'], 0, []]);
    expect(await sizes()).toEqual(['azimuth_discovery_group_resources{group="redis"} 3']);
  });

  it('goes on with what is shown of the landscape, and forgets it where nothing watches it any more', async () => {
    const { go, state, subscriptions } = await bench();
    expect(await subscriptions()).toEqual(['one', 'two']);
    state.subscriptions = ['two'];
    const next = await go(narrower);
    expect(await subscriptions()).toEqual(['two']);
    next.leaveTo(undefined);
    expect(await subscriptions()).toEqual([]);
  });

  it('has no list of a group whose name meant another type', async () => {
    const { go, state, names } = await bench();
    state.answer = 'fails';
    const next = await go(aGroup({ resourceType: 'Generic', armTypes: ['Microsoft.Cache/redis'] }));
    expect([names(next), next.holdsBack(everyMinute.cron)]).toEqual([undefined, false]);
  });
});
