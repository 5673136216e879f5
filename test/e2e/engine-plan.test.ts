import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { configFolder, emulate, emulatorEnv, metadataFor, startProgram } from './harness.ts';

const tenant = '11111111-1111-1111-1111-111111111111';
const subscription = '22222222-2222-2222-2222-222222222222';
const world = `
seed: 7
tenants: [{ id: ${tenant} }]
regions: [westeurope, northeurope]
identities:
  - { name: node, kind: systemAssigned, clientId: 2f6d0c51-94be-4a3e-8d17-c05b6a91e742, roles: [{ role: Monitoring Reader, scope: / }] }
subscriptions: [{ id: ${subscription}, name: Contoso }]
resourceGroups: [{ name: contoso, region: westeurope }]
resources:
  - { type: Microsoft.Cache/redis, name: 'west-{n}', count: 3 }
  - { type: Microsoft.Cache/redis, name: 'north-{n}', count: 2, region: northeurope }
`;
const names = ['west-0', 'west-1', 'west-2', 'north-0', 'north-1'];

let emulator: Emulator;
beforeAll(async () => {
  emulator = await emulate(world);
});
afterAll(() => emulator.close());

async function plan(...flags: string[]): Promise<{ groups: { mode: string; region: string | null }[] }> {
  const declaration = `
version: v1
${metadataFor(emulator, tenant, subscription, 'contoso')}
metricDefaults:
  scraping: { schedule: '*/5 * * * *' }
metrics:
  - name: redis_clients
    description: Connected clients
    resourceType: RedisCache
    azureMetricConfiguration:
      metricName: connectedclients
      aggregation: { type: Maximum, interval: '00:05:00' }
    resources: [${names.map((name) => `{ cacheName: ${name} }`).join(', ')}]
`;
  const runtime = `
authentication: { mode: SystemAssignedManagedIdentity }
azureMonitor: { integration: { metricsBatching: { enabled: true, maxBatchSize: 50 } } }
`;
  const folder = configFolder({ runtime, declaration });
  try {
    const args = ['plan', '--config-folder', folder.path, '--format', 'json', ...flags];
    const program = startProgram(args, emulatorEnv(emulator, folder.path));
    expect(await program.exited).toEqual({ code: 0, signal: null });
    const output = program.output();
    return JSON.parse(output.slice(output.indexOf('{\n'))) as Awaited<ReturnType<typeof plan>>;
  } finally {
    folder.remove();
  }
}

it('knows no regions from the configuration alone, and learns them from one run with --live', async () => {
  const calls = (): Record<string, number> => ({ ...emulator.control.calls().counts });
  expect((await plan()).groups.map(({ mode }) => mode)).toEqual(['single', 'single', 'single', 'single', 'single']);
  expect(calls()).toEqual({});
  const { groups } = await plan('--live');
  expect(groups.map(({ mode, region }) => [mode, region])).toEqual([
    ['batch', 'northeurope'],
    ['batch', 'westeurope'],
  ]);
  expect(calls()).toMatchObject({ metrics: 5 });
});
