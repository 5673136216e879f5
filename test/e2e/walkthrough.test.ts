import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { emulate, metadataFor, type Started, startExporter } from './harness.ts';

const tenant = '11111111-1111-1111-1111-111111111111';
const subscription = '22222222-2222-2222-2222-222222222222';
const world = `
seed: 7
tenants: [{ id: ${tenant} }]
regions: [westeurope]
identities:
  - { name: node, kind: systemAssigned, clientId: 2f6d0c51-94be-4a3e-8d17-c05b6a91e742, roles: [{ role: Monitoring Reader, scope: / }] }
subscriptions: [{ id: ${subscription}, name: Contoso }]
resourceGroups: [{ name: contoso, region: westeurope }]
resources:
  - { type: Microsoft.ServiceBus/namespaces, name: contoso-messaging, dimensions: { EntityName: [orders, audit] } }
`;
const runtime = `
authentication: { mode: SystemAssignedManagedIdentity }
telemetry: { defaultVerbosity: Debug }
`;

let emulator: Emulator;
let exporter: Started;
beforeAll(async () => {
  emulator = await emulate(world);
  const declaration = `
version: v1
${metadataFor(emulator, tenant, subscription, 'contoso')}
metricDefaults:
  scraping: { schedule: '* * * * *' }
metrics:
  - name: demo_queue_size
    description: Messages that wait
    resourceType: ServiceBusNamespace
    azureMetricConfiguration:
      metricName: ActiveMessages
      aggregation: { type: Total, interval: '00:05:00' }
    resources:
      - { namespace: contoso-messaging, queueName: orders }
`;
  exporter = await startExporter(emulator, { runtime, declaration });
});
afterAll(async () => {
  await exporter.stop();
  await emulator.close();
});

describe("the walkthrough's declaration", () => {
  it('becomes one labelled series', async () => {
    const [series = ''] = await exporter.until(
      () => exporter.series('demo_queue_size{'),
      (lines) => lines.length > 0,
    );
    expect(
      [...series.matchAll(/(\w+)="/g)].map(([, name]) => name).toSorted((a = '', b = '') => a.localeCompare(b)),
    ).toEqual(['entity_name', 'instance_name', 'resource_group', 'resource_uri', 'subscription_id', 'tenant_id']);
    expect(series).toContain('entity_name="orders"');
    expect(series).toMatch(/} \d+$/);
  });

  it('makes one call and no definition reads', () => {
    const { counts } = emulator.control.calls();
    expect(counts).toMatchObject({ metrics: 1 });
    expect(counts['definitions'] ?? 0).toBe(0);
  });

  it('is ready and healthy', async () => {
    expect((await exporter.get('/-/ready')).status).toBe(200);
    expect((await exporter.get('/-/healthy')).status).toBe(200);
  });
});
