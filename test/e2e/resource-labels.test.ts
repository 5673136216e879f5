import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Line } from './exposition-text.ts';
import { until } from './harness.ts';
import { group, type Proof, prove, resourceUri, subscription, tenant, worldOf } from './in-process.ts';

const minuteMs = 60_000;
const labels = {
  tags: { ENV: 'environment', team: 'owner', missing: 'missing', tenant: 'tenant_id' },
  properties: { location: 'region', 'properties.provisioningState': 'state', kind: 'kind' },
  subscriptionName: 'subscription',
};

/** Caches with tags, and a storage account whose blob service has none of its own. */
function world(env = 'prod') {
  const constant = (name: string) => ({ name, generator: { kind: 'constant', value: 5 } });
  return worldOf({
    resources: [
      {
        type: 'Microsoft.Cache/redis',
        name: 'one',
        tags: { env, Team: 'shop', tenant: 'never', secret: 'hunter2' },
        properties: { provisioningState: 'Succeeded' },
        metrics: [constant('cachehits')],
      },
      { type: 'Microsoft.Cache/redis', name: 'two', metrics: [constant('cachehits')] },
      { type: 'Microsoft.Storage/storageAccounts', name: 'store', kind: 'StorageV2', tags: { env: 'blobs' } },
      {
        type: 'Microsoft.Storage/storageAccounts/blobServices',
        name: 'store/default',
        tags: { env: 'blobs' },
        metrics: [constant('Transactions')],
      },
    ],
  });
}

const metrics = [
  {
    name: 'hits',
    description: 'Hits',
    resourceType: 'RedisCache',
    labels: { owner: 'declared' },
    azureMetricConfiguration: { metricName: 'cachehits', aggregation: { type: 'Average' } },
    resources: [{ cacheName: 'one' }, { cacheName: 'two' }],
  },
  {
    name: 'blobs',
    description: 'Requests',
    resourceType: 'BlobStorage',
    azureMetricConfiguration: { metricName: 'Transactions', aggregation: { type: 'Average' } },
    resources: [{ accountName: 'store' }],
  },
];

const common = (path: string, instance: string) => ({
  resource_group: group,
  subscription_id: subscription,
  resource_uri: resourceUri(path),
  instance_name: instance,
  tenant_id: tenant,
});
const cache = (name: string) => ({ ...common(`Microsoft.Cache/Redis/${name}`, name), owner: 'declared' });
const told = (environment: string) => ({
  environment,
  region: 'westeurope',
  state: 'Succeeded',
  subscription: 'Contoso',
});

function only(lines: readonly Line[], instance: string): Readonly<Record<string, string>> {
  const own = lines.filter((line) => line.labels['instance_name'] === instance);
  expect(own).toHaveLength(1);
  return own[0]?.labels ?? {};
}

describe('tags and properties as labels', () => {
  let proof: Proof;
  beforeAll(async () => {
    proof = await prove({ world: world(), declaration: { metrics, resourceLabels: { ...labels, as: 'labels' } } });
  });
  afterAll(() => proof.close());

  it('stand on every series from the first run on; what is declared is never replaced', async () => {
    expect(await proof.run()).toEqual({ succeeded: 3, failed: 0 });
    const hits = await proof.lines('hits');
    expect(only(hits, 'one')).toEqual({ ...cache('one'), ...told('prod') });
    expect(only(hits, 'two')).toEqual({ ...cache('two'), region: 'westeurope', subscription: 'Contoso' });
    expect(only(await proof.lines('blobs'), 'store')).toMatchObject({ environment: 'blobs' });
    expect(await proof.text()).not.toContain('hunter2');
  });

  it('are looked up for all resources at once: one query for them, one for subscriptions', async () => {
    await proof.run(minuteMs);
    expect(proof.calls('resourceGraph')).toHaveLength(0);
    await proof.lookUpLabels();
    expect(proof.calls('resourceGraph').map(({ body }) => (body as { query: string }).query.split('\n')[0])).toEqual([
      'resources',
      'resourcecontainers',
    ]);
  });

  it.each([403, 500])('do not change when a look-up ends with %d', async (status) => {
    const fault = proof.emulator.control.addFault({ api: 'resourceGraph', effect: { status }, count: 50 });
    proof.emulator.control.setWorld(world('other'));
    await proof.lookUpLabels();
    proof.emulator.control.removeFault(fault);
    await proof.run(minuteMs);
    expect(only(await proof.lines('hits'), 'one')).toEqual({ ...cache('one'), ...told('prod') });
    expect(proof.log.filter(({ code }) => code === 'AZ2050')).not.toHaveLength(0);
  });

  it('do not change when a look-up is throttled and given up', async () => {
    const fault = proof.emulator.control.addFault({ api: 'resourceGraph', effect: { status: 429 }, count: 50 });
    proof.emulator.control.clearCalls();
    const enough = new AbortController();
    const lookUp = proof.lookUpLabels(enough.signal);
    await until(
      () => Promise.resolve(proof.calls('resourceGraph').length),
      (count) => count > 0,
    );
    enough.abort();
    await lookUp;
    proof.emulator.control.removeFault(fault);
    await proof.run(minuteMs);
    expect(only(await proof.lines('hits'), 'one')).toEqual({ ...cache('one'), ...told('prod') });
  });

  it('change with the tag at the next refresh; the old series leaves in the same run', async () => {
    proof.emulator.control.setWorld(world('test'));
    await proof.run(minuteMs);
    expect(only(await proof.lines('hits'), 'one')).toMatchObject({ environment: 'prod' });
    await proof.lookUpLabels();
    expect(await proof.lines('hits')).toHaveLength(2);
    expect(await proof.run(minuteMs)).toEqual({ succeeded: 3, failed: 0 });
    expect(only(await proof.lines('hits'), 'one')).toEqual({ ...cache('one'), ...told('test') });
  });
});

describe('tags and properties of discovered resources', () => {
  it('stand on their series from the first run on, also for one that appears', async () => {
    const resourceDiscoveryGroups = [{ name: 'caches', type: 'RedisCache', criteria: { include: { names: ['one'] } } }];
    const discovered = { ...metrics[0], resources: undefined, resourceDiscoveryGroups: [{ name: 'caches' }] };
    const proof = await prove({
      world: worldOf({ resources: [] }),
      declaration: { metrics: [discovered], resourceDiscoveryGroups, resourceLabels: labels },
    });
    await proof.discover();
    await proof.run();
    expect(await proof.lines('hits')).toEqual([]);
    proof.emulator.control.setWorld(world());
    await proof.discover();
    expect(await proof.run(minuteMs)).toEqual({ succeeded: 1, failed: 0 });
    expect(only(await proof.lines('hits'), 'one')).toEqual({ ...cache('one'), ...told('prod') });
    await proof.close();
  });
});

describe('tags and properties as a metric of their own', () => {
  it('leave the series alone, and can be joined with them by the id', async () => {
    const declaration = { metrics, resourceLabels: { ...labels, as: 'info' } };
    const proof = await prove({ world: world(), declaration });
    await proof.run();
    const hits = await proof.lines('hits');
    expect(only(hits, 'one')).toEqual(cache('one'));
    const infos = await proof.lines('azimuth_resource_info');
    const uris = new Set(infos.map((line) => line.labels['resource_uri']));
    expect(uris).toEqual(
      new Set([...hits, ...(await proof.lines('blobs'))].map((line) => line.labels['resource_uri'])),
    );
    expect(infos.find((line) => line.labels['resource_uri'] === cache('one').resource_uri)).toEqual({
      name: 'azimuth_resource_info',
      labels: { resource_uri: cache('one').resource_uri, ...told('prod'), owner: 'shop', tenant_id: 'never' },
      value: 1,
    });
    await proof.close();
  });
});
