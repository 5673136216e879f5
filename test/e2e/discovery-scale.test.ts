import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resourceKey } from '../../src/core/resource-id.ts';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import type { Resource, World } from '../../src/emulator/world/model.ts';
import { parseWorld } from '../../src/emulator/world/parse.ts';
import { realClock } from '../../src/telemetry/clock.ts';
import { metadataFor, type Started, startExporter, until } from './harness.ts';
import { tenant } from './landscape.ts';

const total = 25_000;
const machines = 5_000;
const subscriptions = Array.from(
  { length: 30 },
  (_, index) => `44444444-0000-4000-8000-${String(index).padStart(12, '0')}`,
);
const regions = ['westeurope', 'northeurope'];

/** One resource of each type and subscription, of which the others are copies: a file of 25,000 is slow to read. */
function templates(): World {
  const metrics = ['usedmemory', 'connectedclients'].map((name) => ({
    name,
    generator: { kind: 'constant', value: 7 },
  }));
  const resources = subscriptions.flatMap((subscriptionId) => [
    { type: 'Microsoft.Cache/Redis', name: 'template-cache', subscription: subscriptionId, metrics },
    { type: 'Microsoft.Compute/virtualMachines', name: 'template-machine', subscription: subscriptionId, metrics },
  ]);
  const parsed = parseWorld(
    JSON.stringify({
      seed: 7,
      tenants: [{ id: tenant }],
      regions,
      limits: { arm: 'none' },
      identities: [
        { name: 'node', kind: 'systemAssigned', clientId: tenant, roles: [{ role: 'Monitoring Reader', scope: '/' }] },
      ],
      subscriptions: subscriptions.map((id) => ({ id })),
      resourceGroups: subscriptions.map((subscription) => ({ name: 'contoso', subscription })),
      resources,
    }),
  );
  if ('problems' in parsed) throw new Error(parsed.problems.slice(0, 5).join('\n'));
  return parsed.world;
}

const template = templates();

/** `caches` caches and the machines, dealt to subscriptions and regions in turn. */
function worldOf(caches: number): World {
  const copy = (kind: 'cache' | 'machine', index: number): Resource => {
    const original = template.resources.find(
      ({ subscriptionId, name }) =>
        name === `template-${kind}` && subscriptionId === subscriptions[index % subscriptions.length],
    );
    if (original === undefined) throw new Error('a template is missing');
    const name = `${kind}-${index}`;
    const region = regions[Math.floor(index / subscriptions.length) % regions.length] ?? '';
    const id = original.id.replace(`template-${kind}`, name);
    return { ...original, name, region, id, key: resourceKey(id) };
  };
  const many = (kind: 'cache' | 'machine', count: number): Resource[] =>
    Array.from({ length: count }, (_, index) => copy(kind, index));
  return { ...template, resources: [...many('cache', caches), ...many('machine', machines)] };
}

const runtime = `
authentication: { mode: SystemAssignedManagedIdentity }
resourceDiscovery: { refreshInterval: 15s }
azureMonitor: { integration: { queryMode: batch, rateLimit: { readsPerSecond: 1000, burst: 100000 } } }
`;
const discovery = `
version: v1
azureLandscape: { tenantId: ${tenant}, subscriptions: [${subscriptions.join(', ')}] }
resourceDiscoveryGroups:
  - { name: caches, type: RedisCache }
  - { name: machines, type: VirtualMachine }
`;

function declarationFor(emulator: Emulator): string {
  const metric = (name: string, metricName: string, resourceType: string, group: string, schedule = '0 0 1 1 *') => ({
    name,
    description: name,
    resourceType,
    scraping: { schedule },
    azureMetricConfiguration: { metricName, aggregation: { type: 'Average', interval: '00:05:00' } },
    resourceDiscoveryGroups: [{ name: group }],
  });
  const { resourceDiscoveryGroups: _groups, ...declared } = metric(
    'declared',
    'usedmemory',
    'RedisCache',
    '',
    '*/2 * * * * *',
  );
  const metrics = [
    metric('cache_memory', 'usedmemory', 'RedisCache', 'caches'),
    metric('cache_clients', 'connectedclients', 'RedisCache', 'caches'),
    metric('machine_memory', 'usedmemory', 'VirtualMachine', 'machines'),
    { ...declared, resources: [{ cacheName: 'cache-0' }] },
  ];
  return [
    'version: v1',
    metadataFor(emulator, tenant, subscriptions[0] ?? '', 'contoso'),
    `metricDefaults: { scraping: { schedule: '0 0 1 1 *' } }`,
    `metrics: ${JSON.stringify(metrics)}`,
    '',
  ].join('\n');
}

let emulator: Emulator;
let exporter: Started;
let startedMs: number;
beforeAll(async () => {
  emulator = await startEmulator({ world: worldOf(total - machines), clock: realClock });
  const others = { 'resource-discovery-declaration.yaml': discovery };
  startedMs = Date.now();
  exporter = await startExporter(emulator, { runtime, declaration: declarationFor(emulator), others });
});
afterAll(async () => {
  await exporter.stop();
  await emulator.close();
});

async function gauge(name: string, labels = ''): Promise<number> {
  const [line = ''] = await exporter.series(`${name}${labels}`);
  return Number(line.split(' ').at(-1));
}

const sizeOf = (group: string): Promise<number> => gauge('azimuth_discovery_group_resources', `{group="${group}"}`);
const seriesOf = (metric: string): Promise<number> => gauge('azimuth_series', `{metric_name="${metric}"}`);
const runs = (): Promise<number> =>
  gauge('azimuth_scrape_last_success_timestamp_seconds', '{schedule="*/2 * * * * *"}');
const report = (text: string): void => void process.stdout.write(`discovery of ${total} resources: ${text}\n`);

describe(`${total} resources over ${subscriptions.length} subscriptions`, () => {
  it('are found whole, page by page, within the quota of Resource Graph', async () => {
    await until(
      async () => [await sizeOf('caches'), await sizeOf('machines')],
      ([caches, found]) => caches === total - machines && found === machines,
      100_000,
    );
    report(`all lists after ${((Date.now() - startedMs) / 1000).toFixed(1)} s`);
    const { calls } = emulator.control.calls();
    const graph = calls.filter(({ api }) => api === 'resourceGraph');
    expect(graph.filter(({ status }) => status !== 200)).toEqual([]);
    expect(graph.length).toBeGreaterThanOrEqual(25);
  });

  it('are scraped in batches in the first run, because discovery knows the regions', async () => {
    await until(
      async () => [await seriesOf('cache_memory'), await seriesOf('cache_clients'), await seriesOf('machine_memory')],
      ([memory, clients, machine]) =>
        memory === total - machines && clients === total - machines && machine === machines,
      110_000,
    );
    const rss = await gauge('process_resident_memory_bytes');
    report(
      `all series after ${((Date.now() - startedMs) / 1000).toFixed(1)} s, resident memory ${Math.round(rss / 1e6)} MB`,
    );
    // Caches ask for two metrics in one call; at most 50 resources of one region and subscription share it.
    // A call that is tried again on a busy machine is the same call.
    const calls = emulator.control.calls().calls.filter(({ api }) => api === 'batch');
    const batches = new Set(
      calls.map((call) => JSON.stringify([call.subscription, call.region, call.metricNames, call.resources])),
    ).size;
    const perLane = (count: number): number => Math.ceil(count / subscriptions.length / regions.length / 50);
    const lanes = subscriptions.length * regions.length;
    const expected = lanes * (perLane(total - machines) + perLane(machines));
    expect(batches).toBeGreaterThanOrEqual(total / 50);
    // The preflight tries one more in each.
    expect(batches).toBeLessThanOrEqual(expected + lanes);
  });

  it('may change while schedules go on', async () => {
    const before = await runs();
    emulator.control.setWorld(worldOf(total - machines - 1_000));
    const changedMs = Date.now();
    await until(
      () => seriesOf('cache_memory'),
      (count) => count === total - machines - 1_000,
      100_000,
    );
    report(
      `1,000 that left were gone from the scrape endpoint after ${((Date.now() - changedMs) / 1000).toFixed(1)} s`,
    );
    report(`longest pause of the event loop ${await gauge('nodejs_eventloop_lag_max_seconds')} s`);
    await until(runs, (last) => last > before);
    // A schedule that was started anew would have run at once.
    expect(exporter.log.filter(({ msg }) => String(msg).includes('crashed'))).toEqual([]);
    expect(await seriesOf('machine_memory')).toBe(machines);
  });
});
