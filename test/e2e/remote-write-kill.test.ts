import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { aggregate } from './arithmetic.ts';
import { emulate, metadataFor, type Started, startExporter, until } from './harness.ts';
import { resourceUri } from './in-process.ts';
import { requireProgram } from './programs.ts';
import { startReceiver, wireTo } from './remote-write-scene.ts';

const prometheus = requireProgram('prometheus');
const minute = 60_000;
const tenant = '11111111-1111-1111-1111-111111111111';
const subscription = '22222222-2222-2222-2222-222222222222';
const zones = Array.from({ length: 20 }, (_, at) => `zone-${at}`);
const generator = { kind: 'sine', base: 100, amplitude: 60, period: 45 } as const;

const world = JSON.stringify({
  seed: 7,
  tenants: [{ id: tenant }],
  identities: [
    {
      name: 'node',
      kind: 'systemAssigned',
      clientId: '2f6d0c51-94be-4a3e-8d17-c05b6a91e742',
      roles: [{ role: 'Monitoring Reader', scope: '/' }],
    },
  ],
  subscriptions: [{ id: subscription }],
  resourceGroups: [{ name: 'contoso' }],
  resources: [
    {
      type: 'Microsoft.Cache/Redis',
      name: 'cache',
      metrics: [{ name: 'load', generator, dimensions: [{ name: 'Zone', values: zones }] }],
    },
  ],
});

describe.skipIf(prometheus === undefined)('the process is killed (needs prometheus)', () => {
  it('between two requests of a batch: the next one leaves no gap, and no bucket is there twice', async () => {
    const emulator = await emulate(world);
    onTestFinished(() => emulator.close());
    const receiver = await startReceiver(prometheus ?? '', '2h');
    const wire = await wireTo(receiver.port);
    const stateFolder = mkdtempSync(join(tmpdir(), 'azimuth-state-'));
    onTestFinished(() => rmSync(stateFolder, { recursive: true, force: true }));
    const metric = {
      name: 'cache_load',
      description: 'Load',
      resourceType: 'RedisCache',
      azureMetricConfiguration: {
        metricName: 'load',
        aggregation: { type: 'Total', interval: '00:01:00' },
        dimensions: [{ name: 'Zone' }],
      },
      resources: [{ cacheName: 'cache' }],
    };
    const sink = { url: wire.url, stateFolder, resumeFrom: '30m', queue: { samplesPerRequest: 10 } };
    const files = {
      runtime: JSON.stringify({
        authentication: { mode: 'SystemAssignedManagedIdentity' },
        metricSinks: { prometheusScrapingEndpoint: {}, prometheusRemoteWrite: sink },
      }),
      declaration: [
        'version: v1',
        metadataFor(emulator, tenant, subscription, 'contoso'),
        "metricDefaults: { scraping: { schedule: '* * * * * *' } }",
        `metrics: ${JSON.stringify([metric])}`,
        '',
      ].join('\n'),
    };
    const start = async (): Promise<Started> => {
      const exporter = await startExporter(emulator, files);
      onTestFinished(() => void exporter.child.kill('SIGKILL'));
      return exporter;
    };
    const beginMs = emulator.now();
    const taken = async (): Promise<number> => wire.answers.get(204) ?? 0;
    // Thirty buckets of twenty series are sixty requests, of which seven arrive.
    wire.left = 7;
    const doomed = await start();
    await doomed.logged(({ code }) => code === 'AZ4003');
    doomed.child.kill('SIGKILL');
    expect(await doomed.exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect(await taken()).toBe(7);
    wire.left = Number.POSITIVE_INFINITY;
    const endMs = Math.floor((emulator.now() - minute) / minute) * minute;
    const next = await start();
    const held = (): ReturnType<typeof receiver.samples> => receiver.samples('cache_load', endMs);
    await until(
      held,
      (series) => series.size === zones.length && [...series.values()].every((one) => one.at(-1)?.[0] === endMs),
    );
    for (const [text, samples] of await held()) {
      const { zone = '' } = JSON.parse(text) as Record<string, string>;
      const [first = 0] = samples[0] ?? [];
      // It begins where the first process did, thirty minutes before its first run.
      expect(first).toBeGreaterThan(beginMs - 30 * minute);
      expect(first).toBeLessThanOrEqual(beginMs - 29 * minute + 10_000);
      const ends = Array.from({ length: (endMs - first) / minute + 1 }, (_, at) => first + at * minute);
      expect(samples).toEqual(ends.map((end) => [end, sineOf(zone, end)]));
    }
    expect(wire.answers.get(400)).toBeUndefined();
    const missed = await next.series('azimuth_remote_write_missed_buckets_total{');
    expect(missed).toEqual([]);
    await next.stop();
  }, 60_000);
});

function sineOf(zone: string, endMs: number): number | undefined {
  const series = {
    seed: 7,
    uri: resourceUri('Microsoft.Cache/Redis/cache', subscription, 'contoso'),
    metric: 'load',
    dimensions: [['Zone', zone] as const],
    rule: generator,
  };
  return aggregate([series], 'Total', endMs - minute, endMs);
}
