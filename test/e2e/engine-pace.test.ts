import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { emulate, metadataFor, type Started, startExporter } from './harness.ts';

const tenant = '11111111-1111-1111-1111-111111111111';
const subscription = '22222222-2222-2222-2222-222222222222';
const count = 1_200;
/** Azure's own numbers: 250 reads at once, 25 more a second. */
const world = `
seed: 7
tenants: [{ id: ${tenant} }]
regions: [westeurope]
identities:
  - { name: node, kind: systemAssigned, clientId: 2f6d0c51-94be-4a3e-8d17-c05b6a91e742, roles: [{ role: Monitoring Reader, scope: / }] }
subscriptions: [{ id: ${subscription}, name: Contoso }]
resourceGroups: [{ name: contoso, region: westeurope }]
limits: { arm: { burst: 250, perSecond: 25 } }
resources:
  - { type: Microsoft.Cache/redis, name: 'redis-{n}', count: ${count} }
`;

let emulator: Emulator;
let exporter: Started;
beforeAll(async () => {
  emulator = await emulate(world);
  const names = Array.from({ length: count }, (_, index) => `redis-${index}`);
  const declaration = `
version: v1
${metadataFor(emulator, tenant, subscription, 'contoso')}
metricDefaults:
  scraping: { schedule: '0 */5 * * * *' }
metrics:
  - name: redis_clients
    description: Connected clients
    resourceType: RedisCache
    azureMetricConfiguration:
      metricName: connectedclients
      aggregation: { type: Maximum, interval: '00:05:00' }
    resources: [${names.map((name) => `{ cacheName: ${name} }`).join(', ')}]
`;
  exporter = await startExporter(emulator, {
    runtime: 'authentication: { mode: SystemAssignedManagedIdentity }\ntelemetry: { defaultVerbosity: Information }\n',
    declaration,
  });
});
afterAll(async () => {
  await exporter.stop();
  await emulator.close();
});

describe('the pace against a bucket of 250 that refills by 25 a second', () => {
  it('brings every resource in about the time that the bucket takes, with hardly a call refused', async () => {
    const startMs = Date.now();
    await exporter.until(
      () => exporter.series('redis_clients{'),
      (series) => series.length === count,
      110_000,
    );
    const { calls } = emulator.control.calls();
    const asked = calls.filter(({ api }) => api === 'metrics');
    const refused = asked.filter(({ status }) => status === 429).length;
    expect(asked.length - refused).toBe(count);
    // One of a thousand, and the first that meets the end of the bucket.
    expect(refused).toBeLessThanOrEqual(2);
    const leastMs = ((count - 250) / 25) * 1000;
    expect(Date.now() - startMs).toBeLessThan(1.6 * leastMs + 10_000);
  });
});
