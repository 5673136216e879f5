import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import type { PlanEstimate } from '../../src/plan/estimate.ts';
import {
  configFolder,
  emulate,
  emulatorEnv,
  type Files,
  metadataFor,
  startExporter,
  startProgram,
  until,
} from './harness.ts';
import { group, worldOf as proofWorld, prove, subscription, tenant } from './in-process.ts';
import { worldOf } from './landscape.ts';

const names = ['one', 'two', 'three'];
const discovered = {
  name: 'load',
  description: 'Load',
  resourceType: 'RedisCache',
  azureMetricConfiguration: { metricName: 'Probe', aggregation: { type: 'Average' } },
  resourceDiscoveryGroups: [{ name: 'caches' }],
};

function rowOf(name: string): Record<string, unknown> {
  const id = `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Cache/redis/${name}`;
  const rest = { type: 'microsoft.cache/redis', kind: '', location: 'westeurope', tags: {} };
  return { id, name, resourceGroup: group, subscriptionId: subscription, ...rest };
}

describe('a run that is under way', () => {
  it('does not bring back what discovery has lost meanwhile', async () => {
    const resources = names.map((name) => ({
      type: 'Microsoft.Cache/redis',
      name,
      metrics: [{ name: 'Probe', generator: { kind: 'constant', value: 5 } }],
    }));
    const proof = await prove({
      world: proofWorld({ resources }),
      declaration: { resourceDiscoveryGroups: [{ name: 'caches', type: 'RedisCache' }], metrics: [discovered] },
    });
    try {
      await proof.discover();
      await proof.run();
      expect(Object.keys(await proof.values('load')).sort()).toEqual([...names].sort());
      proof.emulator.control.addFault({ api: 'metrics', effect: { delayMs: 1_500 } });
      const data = names.slice(0, 2).map(rowOf);
      const body = { totalRecords: 2, count: 2, data, resultTruncated: 'false' };
      proof.emulator.control.addFault({ api: 'resourceGraph', effect: { status: 200, body } });
      const running = proof.run();
      await until(
        () => Promise.resolve(proof.calls('metrics').length),
        (calls) => calls === 3,
      );
      await proof.discover();
      await until(
        async () => Object.keys(await proof.values('load')),
        (shown) => shown.length === 2,
        1_000,
      );
      expect(await running).toEqual({ succeeded: 3, failed: 0 });
      expect(Object.keys(await proof.values('load')).sort()).toEqual(['one', 'two']);
      expect(Object.keys(await proof.values('azimuth_scrape_success', 'resource_name')).sort()).toEqual(['one', 'two']);
    } finally {
      await proof.close();
    }
  });
});

describe('commands', () => {
  let emulator: Emulator;
  let files: Files;
  let folder: ReturnType<typeof configFolder>;
  beforeAll(async () => {
    emulator = await emulate(worldOf({ namespaces: names }));
    const metric = {
      name: 'messages',
      description: 'Messages',
      resourceType: 'ServiceBusNamespace',
      azureMetricConfiguration: { metricName: 'ActiveMessages', aggregation: { type: 'Total', interval: '00:01:00' } },
      resourceDiscoveryGroups: [{ name: 'buses' }],
    };
    files = {
      runtime: 'authentication: { mode: SystemAssignedManagedIdentity }',
      declaration: [
        'version: v1',
        metadataFor(emulator, tenant, subscription, group),
        `metricDefaults: { scraping: { schedule: '*/5 * * * *' } }`,
        'resourceDiscoveryGroups: [{ name: buses, type: ServiceBusNamespace }]',
        `metrics: [${JSON.stringify(metric)}]`,
        '',
      ].join('\n'),
    };
    folder = configFolder(files);
  });
  afterAll(async () => {
    folder.remove();
    await emulator.close();
  });

  const run = async (...args: string[]): Promise<{ code: number | null; out: string }> => {
    const program = startProgram([...args, '--config-folder', folder.path, '--log-level', 'Error'], {
      ...emulatorEnv(emulator, folder.path),
      NODE_EXTRA_CA_CERTS: join(folder.path, 'ca.pem'),
    });
    const { code } = await program.exited;
    return { code, out: program.output() };
  };

  it('scrape discovers first', async () => {
    const { code, out } = await run('scrape');
    expect([
      code,
      [...out.matchAll(/^messages\{.*instance_name="([^"]+)"/gm)].map((match) => match[1] ?? '').sort(),
    ]).toEqual([0, [...names].sort()]);
  });

  it('plan --live knows how many resources there are', async () => {
    const { code, out } = await run('plan', '--live', '--format', 'json');
    const { totals, warnings } = JSON.parse(out) as PlanEstimate;
    expect([code, totals.callsPerRun, warnings]).toEqual([0, 3, []]);
  });

  it('scrape ends with 5 when a group has no list', async () => {
    const effect = { status: 403, body: { error: { code: 'AuthorizationFailed', message: 'No.' } } };
    const id = emulator.control.addFault({ api: 'resourceGraph', effect });
    const { code, out } = await run('scrape');
    emulator.control.removeFault(id);
    expect(code).toBe(5);
    expect(out).toContain('Resource discovery group buses could not be refreshed: Resource Graph at');
  });

  it('run warns of a budget that the plan exceeds once the lists are there', async () => {
    const runtime = `${files.runtime}\ncallBudget: { callsPerHour: 10 }`;
    const exporter = await startExporter(emulator, { ...files, runtime });
    try {
      const line = await exporter.logged(({ code }) => code === 'AZ2020');
      expect(line['msg']).toContain('The declared schedules make 36 calls an hour, more than the 10');
    } finally {
      await exporter.stop();
    }
  });
});
