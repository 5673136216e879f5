import { describe, expect, it } from 'vitest';
import type { DiscoveredResource } from '../../src/core/discovery.ts';
import { planScrape, singleCalls } from '../../src/plan/plan.ts';
import { createPlanner, type Planner } from '../../src/plan/planner.ts';
import type { Capabilities, Found, ScrapeItem } from '../../src/plan/types.ts';
import { aDeclaration, aMetric, aResource, everyMinute } from '../fakes/declaration.ts';
import { aCache, caches } from '../fakes/resources.ts';

const hourly = { text: '0 * * * *', cron: '0 0 * * * *', periodMs: 3_600_000 };
const cacheMetric = (changes: Parameters<typeof aMetric>[0] = {}) =>
  aMetric({ resourceType: 'RedisCache', resources: [], resourceDiscoveryGroups: ['caches'], ...changes });

function idsOf(items: readonly ScrapeItem[]): string[] {
  return items.map(({ resource }) => resource.instanceName).sort();
}

describe('a plan of discovered resources', () => {
  const found: Found = (name) => (name === 'caches' ? caches(2) : [aCache('redis-1'), aCache('other')]);

  it('has those of every group that the metric names, beside the declared ones, each once', () => {
    const metric = cacheMetric({
      resources: [aResource({ cacheName: 'REDIS-0' })],
      resourceDiscoveryGroups: ['caches', 'more'],
    });
    const plan = planScrape(aDeclaration(metric), singleCalls, found);
    // What is declared keeps the spelling of the declaration.
    expect(idsOf(plan.groups.flatMap(({ items }) => items))).toEqual(['REDIS-0', 'other', 'redis-1']);
    expect(plan.warnings).toEqual([]);
  });

  it('takes query, labels and tenant from the resource, not from the metric', () => {
    const machine: DiscoveredResource = aCache('vm', {
      resourceType: 'VirtualMachine',
      tenantId: 'other-tenant',
      fields: { virtualMachineName: 'vm' },
      id: 'subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm',
    });
    const [group] = planScrape(aDeclaration(cacheMetric()), singleCalls, () => [machine]).groups;
    const [item] = group?.items ?? [];
    expect(group?.tenantId).toBe('other-tenant');
    expect(item?.resource).toMatchObject({
      resourceType: 'VirtualMachine',
      armType: 'microsoft.compute/virtualmachines',
      tenantId: 'other-tenant',
    });
    expect(Object.fromEntries(item?.labels ?? [])).toMatchObject({ instance_name: 'vm', tenant_id: 'other-tenant' });
  });

  it('has the schedule of every metric, also of those that have nothing to ask', () => {
    const plan = planScrape(aDeclaration(cacheMetric({ schedule: hourly }), aMetric({ name: 'declared' })));
    expect(plan.schedules).toEqual([hourly, everyMinute].sort((a, b) => (a.cron < b.cron ? -1 : 1)));
    expect(plan.groups.map(({ schedule }) => schedule.text)).toEqual([everyMinute.text]);
  });
});

interface Fixture {
  readonly planner: Planner;
  readonly gone: string[];
  list: DiscoveredResource[];
  labels: [string, string][];
  pauses: number;
  /** Something is known that was not. */
  learn(): void;
}

function fixture(list = caches(3)): Fixture {
  let version = 0;
  let nowMs = 0;
  const gone: string[] = [];
  const learn = (): void => {
    version += 1;
  };
  const made: Omit<Fixture, 'planner'> = { gone, list, labels: [], pauses: 0, learn };
  const capabilities: Capabilities = { ...singleCalls, labelsOf: () => made.labels };
  const planner = createPlanner({
    declaration: aDeclaration(cacheMetric()),
    capabilities,
    version: () => version,
    found: () => made.list,
    slices: {
      now: () => {
        nowMs += 10;
        return nowMs;
      },
      pause: async () => {
        made.pauses += 1;
        await Promise.resolve();
      },
    },
    replaced: (items) => gone.push(...idsOf(items)),
  });
  return Object.assign(made, { planner });
}

describe('a planner', () => {
  it('says what a new plan no longer has', async () => {
    const one = fixture();
    one.planner.current();
    one.list = caches(2);
    await one.planner.prepare();
    expect(idsOf(one.planner.inForce().groups.flatMap(({ items }) => items))).toHaveLength(3);
    one.learn();
    await one.planner.prepare();
    expect(one.gone).toEqual(['redis-2']);
    expect(one.planner.groups(everyMinute.cron)).toHaveLength(2);
    expect(one.planner.item([...one.planner.inForce().groups][0]?.items[0]?.id ?? '')).toBeDefined();
  });

  it('keeps the plan in force while it makes another, and lets others have their turn', async () => {
    const one = fixture(caches(1_000));
    one.planner.current();
    one.list = caches(500);
    one.learn();
    const prepared = one.planner.prepare();
    expect(one.planner.groups(everyMinute.cron)).toHaveLength(1_000);
    await prepared;
    expect(one.planner.groups(everyMinute.cron)).toHaveLength(500);
    expect(one.pauses).toBeGreaterThan(10);
  });

  it('makes one plan for all who ask at once, and another when more was learned meanwhile', async () => {
    const one = fixture(caches(300));
    one.planner.current();
    one.learn();
    const first = Promise.all([one.planner.prepare(), one.planner.prepare()]);
    one.list = caches(200);
    one.learn();
    await first;
    await one.planner.prepare();
    expect(one.gone).toHaveLength(100);
    const { pauses } = one;
    await one.planner.prepare();
    expect(one.pauses).toBe(pauses);
  });

  it('does not fall back behind a plan that was asked for at once', async () => {
    const one = fixture(caches(300));
    one.planner.current();
    one.learn();
    const first = one.planner.prepare();
    for (let turn = 0; turn < 10 && one.pauses === 0; turn += 1) await Promise.resolve();
    expect(one.pauses).toBeGreaterThan(0);
    one.list = caches(200);
    one.learn();
    expect(one.planner.current().groups).toHaveLength(200);
    await first;
    expect(one.planner.inForce().groups).toHaveLength(200);
  });

  it('keeps the very items of resources that did not change', async () => {
    const one = fixture();
    const before = one.planner.current().groups.flatMap(({ items }) => items);
    one.learn();
    await one.planner.prepare();
    const after = one.planner.inForce().groups.flatMap(({ items }) => items);
    expect(after.every((item, index) => item === before[index])).toBe(true);
    one.labels = [['team', 'blue']];
    one.learn();
    await one.planner.prepare();
    const labelled = one.planner.inForce().groups.flatMap(({ items }) => items);
    expect(labelled.map(({ labels }) => Object.fromEntries(labels)['team'])).toEqual(['blue', 'blue', 'blue']);
  });
});
