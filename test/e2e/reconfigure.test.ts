import { describe, expect, it, onTestFinished } from 'vitest';
import { type Proof, type ProofInput, prove, subscription, tenant, worldOf } from './in-process.ts';

const caches = ['redis-a', 'redis-b', 'redis-c'];
const world = worldOf({ resources: caches.map((name) => ({ type: 'Microsoft.Cache/redis', name })) });

interface Changes {
  readonly azureMetricConfiguration?: object;
  readonly resourceDiscoveryGroups?: readonly { readonly name: string }[];
}

function metric(name: string, resources: readonly string[], changes: Changes = {}) {
  return {
    name,
    description: 'Clients',
    resourceType: 'RedisCache',
    azureMetricConfiguration: { metricName: 'connectedclients', aggregation: { type: 'Maximum' } },
    ...(resources.length === 0 ? {} : { resources: resources.map((cacheName) => ({ cacheName })) }),
    ...changes,
  };
}

async function proveThat(input: Omit<ProofInput, 'world'>): Promise<Proof> {
  const proof = await prove({ world, ...input });
  onTestFinished(() => proof.close());
  return proof;
}

const asked = (proof: Proof): string[] =>
  proof.calls('metrics').flatMap(({ resources }) => resources.map((id) => id.split('/').at(-1) ?? ''));

describe('another configuration', () => {
  it('takes over from a run that is under way: what it finds of changed items is not shown', async () => {
    const proof = await proveThat({
      declaration: {
        metrics: [metric('kept', ['redis-a']), metric('changed', ['redis-b']), metric('gone', ['redis-c'])],
      },
    });
    proof.emulator.control.addFault({ api: 'metrics', effect: { delayMs: 500 } });
    const running = proof.run();
    const azureMetricConfiguration = { metricName: 'usedmemory', aggregation: { type: 'Maximum' } };
    const metrics = [metric('kept', ['redis-a']), metric('changed', ['redis-b'], { azureMetricConfiguration })];
    const due = await proof.reconfigure({ declaration: { metrics } });
    expect(due).toEqual(['0 * * * * *']);
    expect(await proof.lines('kept')).toEqual([]);
    await running;
    expect(await proof.lines('kept')).toHaveLength(1);
    expect(await proof.lines('changed')).toEqual([]);
    expect(await proof.lines('gone')).toEqual([]);
    await proof.runChanged();
    expect(asked(proof)).toEqual(['redis-b']);
    expect(proof.calls('metrics').map(({ metricNames }) => metricNames)).toEqual([['usedmemory']]);
    expect(await proof.lines('changed')).toHaveLength(1);
  });

  it('leaves what was not asked again as failing as it was, in the log too', async () => {
    const failing = metric('failing', ['redis-nowhere']);
    const proof = await proveThat({ declaration: { metrics: [failing] } });
    await proof.run();
    const lines = proof.log.length;
    expect(proof.log.at(-1)).toMatchObject({ level: 'error', code: 'AZ3404' });
    await proof.reconfigure({ declaration: { metrics: [failing, metric('added', ['redis-a'])] } });
    await proof.runChanged();
    expect(asked(proof)).toEqual(['redis-a']);
    expect(proof.log.slice(lines)).toEqual([]);
    await proof.run();
    expect(proof.log.slice(lines)).toEqual([]);
  });

  it('keeps the lists of groups that it defines in the same way, and asks for those that it does not', async () => {
    const groups = (pattern: string) => ({
      azureLandscape: { tenantId: tenant, subscriptions: [subscription] },
      resourceDiscoveryGroups: [
        { name: 'all', type: 'RedisCache' },
        { name: 'some', type: 'RedisCache', criteria: { include: { names: [pattern] } } },
      ],
    });
    const metrics = [metric('every', [], { resourceDiscoveryGroups: [{ name: 'all' }] })];
    const proof = await proveThat({ declaration: { ...groups('redis-a*'), metrics } });
    await proof.discover();
    await proof.run();
    expect(await proof.lines('every')).toHaveLength(3);
    proof.emulator.control.clearCalls();
    await proof.reconfigure({ declaration: { ...groups('redis-b*'), metrics } });
    expect(await proof.lines('every')).toHaveLength(3);
    await proof.run();
    expect(await proof.lines('every')).toHaveLength(3);
    expect(proof.calls('resourceGraph')).toEqual([]);
  });

  it('changes the bounds of what may be shown', async () => {
    const declaration = { metrics: [metric('many', caches)] };
    const proof = await proveThat({ declaration });
    await proof.run();
    expect(await proof.lines('many')).toHaveLength(3);
    await proof.reconfigure({ declaration, runtime: { seriesLimit: { perMetric: 1 } } });
    expect(await proof.lines('many')).toHaveLength(3);
    await proof.reconfigure({ declaration: { metrics: [] } });
    expect(await proof.lines('many')).toEqual([]);
    await proof.reconfigure({ declaration, runtime: { seriesLimit: { perMetric: 1 } } });
    await proof.runChanged();
    expect(await proof.lines('many')).toHaveLength(1);
  });
});
