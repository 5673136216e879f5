import { afterEach, describe, expect, it } from 'vitest';
import { aggregate, type SeriesOfWorld } from './arithmetic.ts';
import { calls, minute, runtimeFor } from './engine-fleet.ts';
import { type Proof, prove, resourceUri, startMs, subscription, worldOf } from './in-process.ts';

let proof: Proof;
afterEach(() => proof.close());

const walk = { kind: 'walk', base: 40, amplitude: 30, step: 5 } as const;
/** End of the newest complete bucket of the first run. */
const newestMs = startMs - 20_000 - minute;

function meanOf(series: Omit<SeriesOfWorld, 'seed' | 'rule'>, endMs: number): number | undefined {
  return aggregate([{ ...series, seed: 7, rule: walk }], 'Average', endMs - 5 * minute, endMs);
}

describe('queues of one namespace', () => {
  const queues = ['orders', 'audit', "o'brien", 'Returns'];
  const others = ['ignored'];
  const busUri = resourceUri('Microsoft.ServiceBus/namespaces/bus');
  const world = worldOf({
    limits: { arm: 'none' },
    resources: [
      {
        type: 'Microsoft.ServiceBus/namespaces',
        name: 'bus',
        metrics: [
          {
            name: 'ActiveMessages',
            generator: walk,
            dimensions: [{ name: 'EntityName', values: [...queues, ...others] }],
          },
        ],
      },
    ],
  });
  const entry = {
    name: 'queue_size',
    description: 'Active messages',
    resourceType: 'ServiceBusNamespace',
    azureMetricConfiguration: { metricName: 'ActiveMessages', aggregation: { type: 'Average' } },
    resources: queues.map((queueName) => ({ namespace: 'bus', queueName })),
  };
  const expected = (endMs: number) =>
    Object.fromEntries(
      queues.map((queue) => {
        const dimensions = [['EntityName', queue] as const];
        return [queue, meanOf({ uri: busUri, metric: 'ActiveMessages', dimensions }, endMs)];
      }),
    );

  it.each(['single', 'batch'] as const)('share one call in %s mode, and each shows its own value', async (mode) => {
    proof = await prove({ world, declaration: { metrics: [entry] }, runtime: runtimeFor(mode), scrapedOnly: true });
    for (const run of [0, 1]) {
      expect(await proof.run(run * minute)).toEqual({ succeeded: queues.length, failed: 0 });
      const api = mode === 'batch' && run === 1 ? 'batch' : 'metrics';
      expect(calls(proof)).toBe(1);
      const { $filter, filter = $filter, top } = proof.calls(api)[0]?.parameters ?? {};
      expect(filter?.split(' or ').sort()).toEqual(
        queues.map((queue) => `EntityName eq '${queue.replaceAll("'", "''")}'`).sort(),
      );
      expect(Number(top)).toBeGreaterThanOrEqual(queues.length);
      expect(await proof.values('queue_size', 'entity_name')).toEqual(expected(newestMs + run * minute));
    }
  });
});

describe('two subscriptions', () => {
  const other = '44444444-4444-4444-4444-444444444444';
  const type = 'Microsoft.Compute/virtualMachines';
  const names = ['one', 'two', 'three'];

  it('are asked in calls of their own', async () => {
    const metrics = [{ name: 'Load', generator: walk }];
    const world = worldOf({
      limits: { arm: 'none' },
      subscriptions: [{ id: subscription }, { id: other }],
      resourceGroups: [{ name: 'contoso' }, { name: 'far', subscription: other }],
      resources: names.flatMap((name) => [
        { type, name, resourceGroup: 'contoso', metrics },
        { type, name, resourceGroup: 'far', subscription: other, metrics },
      ]),
    });
    const entry = {
      name: 'load',
      description: 'Load',
      resourceType: 'VirtualMachine',
      azureMetricConfiguration: { metricName: 'Load', aggregation: { type: 'Average' } },
      resources: names.flatMap((virtualMachineName) => [
        { virtualMachineName },
        { virtualMachineName, subscriptionId: other, resourceGroupName: 'far' },
      ]),
    };
    proof = await prove({ world, declaration: { metrics: [entry] }, runtime: runtimeFor('batch'), scrapedOnly: true });
    await proof.run();
    expect(await proof.run(minute)).toEqual({ succeeded: 6, failed: 0 });
    const asked = proof.calls('batch').map((call) => [call.subscription ?? '', call.resources.length] as const);
    expect(asked).toHaveLength(2);
    expect(new Map(asked)).toEqual(new Map([subscription, other].map((id) => [id, names.length])));
    const uris = names.flatMap((name) => [
      resourceUri(`${type}/${name}`),
      resourceUri(`${type}/${name}`, other, 'far'),
    ]);
    expect(await proof.values('load', 'resource_uri')).toEqual(
      Object.fromEntries(uris.map((uri) => [uri, meanOf({ uri, metric: 'Load', dimensions: [] }, newestMs + minute)])),
    );
  });
});

describe('several names and aggregations', () => {
  const metricNames = ['Disk Read Bytes', 'PercentageCPU'];
  const snake = ['disk_read_bytes', 'percentage_cpu'];
  const kinds = ['Average', 'Minimum', 'Maximum', 'Total', 'Count'] as const;
  const names = ['one', 'two'];
  const type = 'Microsoft.Compute/virtualMachines';

  it('of several entries are one batch call for all machines', async () => {
    const world = worldOf({
      limits: { arm: 'none' },
      resources: names.map((name) => ({
        type,
        name,
        metrics: [...metricNames, 'Alone'].map((metric) => ({ name: metric, generator: walk })),
      })),
    });
    const common = { description: 'x', resourceType: 'VirtualMachine' };
    const resources = names.map((virtualMachineName) => ({ virtualMachineName }));
    const entries = [
      { ...common, name: 'vm', azureMetricConfiguration: { metricNames, aggregation: { types: kinds } }, resources },
      {
        ...common,
        name: 'alone',
        azureMetricConfiguration: { metricName: 'Alone', aggregation: { type: 'Average' } },
        resources,
      },
    ];
    proof = await prove({ world, declaration: { metrics: entries }, runtime: runtimeFor('batch'), scrapedOnly: true });
    await proof.run();
    await proof.run(minute);
    expect(calls(proof)).toBe(1);
    const [call] = proof.calls('batch');
    expect([...(call?.metricNames ?? [])].sort()).toEqual(['Alone', ...metricNames]);
    expect(call?.parameters['aggregation']?.split(',').sort()).toEqual([...kinds].sort());
    const endMs = newestMs + minute;
    const uriOf = (name: string): string => resourceUri(`${type}/${name}`);
    for (const [at, metric] of metricNames.entries()) {
      for (const kind of kinds) {
        const series = (name: string) => ({ seed: 7, uri: uriOf(name), metric, dimensions: [], rule: walk });
        expect(await proof.values(`vm_${snake[at]}_${kind.toLowerCase()}`)).toEqual(
          Object.fromEntries(names.map((name) => [name, aggregate([series(name)], kind, endMs - 5 * minute, endMs)])),
        );
      }
    }
    expect(await proof.values('alone')).toEqual(
      Object.fromEntries(
        names.map((name) => [name, meanOf({ uri: uriOf(name), metric: 'Alone', dimensions: [] }, endMs)]),
      ),
    );
  });
});
