import { afterEach, describe, expect, it } from 'vitest';
import type { World } from '../../src/emulator/world/model.ts';
import { entryOfFleet, expectedOf, fleet, minute, runtimeFor, shownOf, worldOfFleet } from './engine-fleet.ts';
import { group, type Proof, prove, resourceUri, subscription } from './in-process.ts';

let proof: Proof;
afterEach(() => proof.close());

const hour = 60 * minute;
const small = fleet(6, 2);
const world = worldOfFleet(small);
const pairs = 12;

/** The world with the exporter's role on the resource group alone: enough for single calls, not for batch calls. */
function groupRoleOnly(of: World): World {
  const scope = `/subscriptions/${subscription}/resourcegroups/${group}`;
  const identities = of.identities.map((one) => ({ ...one, roles: one.roles.map((role) => ({ ...role, scope })) }));
  return { ...of, identities };
}

async function wellKnown(entries: readonly object[] = [entryOfFleet(small)], of = world): Promise<Proof> {
  const made = await prove({
    world: of,
    declaration: { metrics: entries },
    runtime: runtimeFor('batch'),
    scrapedOnly: true,
  });
  await made.run();
  return made;
}

/** Reasons of the plan's groups, each once. */
const reasons = (): string[] => [...new Set(proof.plan().groups.map(({ why }) => why))];
const expected = (): Record<string, number> => expectedOf(small, world, proof.now());

describe('a role on the resource group only', () => {
  it('falls back to single calls in the same run, says why, and tries again after an hour', async () => {
    proof = await wellKnown();
    const { control } = proof.emulator;
    control.setWorld(groupRoleOnly(world));
    expect(await proof.run(minute)).toEqual({ succeeded: pairs, failed: 0 });
    expect(new Set(proof.calls('batch').map(({ status }) => status))).toEqual(new Set([401]));
    expect(proof.calls('metrics')).toHaveLength(6);
    expect(await shownOf(small, proof)).toEqual(expected());
    expect(reasons()).toEqual([
      expect.stringMatching(/refused for subscription .* Monitoring Reader on the subscription/),
    ]);

    for (const afterMs of [minute, hour - 2 * minute]) {
      expect(await proof.run(afterMs)).toEqual({ succeeded: pairs, failed: 0 });
      expect(control.calls().counts).toEqual({ metrics: 6 });
    }
    expect(await proof.run(2 * minute)).toEqual({ succeeded: pairs, failed: 0 });
    expect(proof.calls('batch').length).toBeGreaterThan(0);
    expect(reasons()).toEqual([expect.stringMatching(/refused for subscription/)]);

    control.setWorld(world);
    await proof.run(hour);
    expect(control.calls().counts).toEqual({ batch: 1 });
    expect(await shownOf(small, proof)).toEqual(expected());
    expect(reasons()).toEqual([expect.stringMatching(/batch calls are configured, in westeurope/)]);
  });

  it('that single calls lack as well is not put down to batch calls', async () => {
    proof = await wellKnown();
    const { control } = proof.emulator;
    control.setWorld({ ...world, identities: world.identities.map((one) => ({ ...one, roles: [] })) });
    expect(await proof.run(minute)).toEqual({ succeeded: 0, failed: pairs });
    expect(proof.calls('metrics')).toHaveLength(1);
    expect(reasons()).toEqual([expect.stringMatching(/batch calls are configured/)]);
    control.setWorld(world);
    expect(await proof.run(minute)).toEqual({ succeeded: pairs, failed: 0 });
    expect(control.calls().counts).toEqual({ batch: 1 });
  });
});

describe('a type that batch calls do not serve', () => {
  const caches = 4;
  const redis = {
    name: 'clients',
    description: 'Connected clients',
    resourceType: 'RedisCache',
    azureMetricConfiguration: { metricName: 'connectedclients', aggregation: { type: 'Maximum' } },
    resources: Array.from({ length: caches }, (_, index) => ({ cacheName: `redis-${index}` })),
  };
  const both: World = {
    ...world,
    resources: [...world.resources, ...worldOfCaches()],
  };

  function worldOfCaches(): World['resources'] {
    const [machine] = world.resources;
    if (machine === undefined) return [];
    return Array.from({ length: caches }, (_, index) => {
      const key = resourceUri(`Microsoft.Cache/Redis/redis-${index}`);
      const { metrics: _metrics, ...rest } = machine;
      return {
        ...rest,
        id: `/${key}`,
        key: key.toLowerCase(),
        type: 'Microsoft.Cache/Redis',
        name: `redis-${index}`,
        metrics: [],
      };
    });
  }

  it('is asked resource by resource from the same run on, while other types keep batching', async () => {
    proof = await wellKnown([entryOfFleet(small), redis], both);
    const { control } = proof.emulator;
    const body = { error: { code: 'BadRequest', message: 'Batch queries do not support this resource type.' } };
    control.addFault({ api: 'batch', resource: 'Microsoft.Cache/Redis', effect: { status: 400, body } });
    expect(await proof.run(minute)).toEqual({ succeeded: pairs + caches, failed: 0 });
    expect(Object.keys(await proof.values('clients'))).toHaveLength(caches);
    const why = proof
      .plan()
      .groups.filter(({ mode }) => mode === 'single')
      .map((one) => one.why);
    expect(why).toHaveLength(caches);
    expect(why[0]).toMatch(/do not serve microsoft\.cache\/redis/);

    expect(await proof.run(minute)).toEqual({ succeeded: pairs + caches, failed: 0 });
    expect(control.calls().counts).toEqual({ batch: 1, metrics: caches });
    expect(await shownOf(small, proof)).toEqual(expected());

    control.removeFault();
    expect(await proof.run(24 * hour)).toEqual({ succeeded: pairs + caches, failed: 0 });
    expect(control.calls().counts).toEqual({ batch: 2 });
  });
});
