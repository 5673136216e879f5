import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { planCommand } from '../../src/cli/commands/plan.ts';
import { commonFlags, parseFlags } from '../../src/cli/options.ts';
import type { PlanEstimate } from '../../src/plan/estimate.ts';
import { createFakeIo } from '../fakes/io.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** Sixty caches with two metrics each, every five minutes. */
const declaration = `version: v1
azureMetadata:
  tenantId: 0d3a7c1e-5a52-4f3c-9a34-7f1f2d6c9b10
  subscriptionId: 6f9c2b74-2f0e-4c0b-8a43-1a0d3b7f4e22
  resourceGroupName: northwind
metricDefaults:
  aggregation: { interval: 00:05:00 }
  scraping: { schedule: "*/5 * * * *" }
metrics:
${['cachehits', 'cachemisses']
  .map(
    (name) => `  - name: redis_${name}
    description: Hits or misses
    resourceType: RedisCache
    azureMetricConfiguration: { metricName: ${name}, aggregation: { type: Total } }
    resources:
${Array.from({ length: 60 }, (_, index) => `      - cacheName: cache-${index}`).join('\n')}
`,
  )
  .join('')}`;

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'azimuth-plan-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

function configured(runtime = ''): string {
  return folderOf({
    'runtime.yaml': `authentication: { mode: SdkDefault }\n${runtime}`,
    'metrics-declaration.yaml': declaration,
  });
}

async function plan(folder: string, ...args: string[]) {
  const own = createFakeIo();
  const { given, words } = parseFlags(['--config-folder', folder, ...args], { ...planCommand.flags, ...commonFlags });
  const exitCode = await planCommand.run({
    given,
    words,
    version: '0.0.0',
    io: own.io,
  });
  return { exitCode, out: own.out(), log: own.log() + own.err() };
}

async function planned(runtime: string): Promise<PlanEstimate> {
  const { out } = await plan(configured(runtime), '--format', 'json');
  return JSON.parse(out) as PlanEstimate;
}

describe('azimuth plan', () => {
  it('prints a table, and exits with 0', async () => {
    const { exitCode, out, log } = await plan(configured());
    expect(exitCode).toBe(0);
    expect(log).toBe('');
    expect(out).toMatch(/^Schedule \*\/5 \* \* \* \*: 60 calls a run\n/);
    expect(out).toContain('cache-0, cache-1 and 58 more');
    expect(out).toMatch(/calls per hour +720\n/);
  });

  it('prints JSON with exactly the promised members', async () => {
    const estimate = await planned('');
    expect(Object.keys(estimate)).toEqual(['groups', 'totals', 'quota', 'cost', 'batching', 'warnings', 'sinks']);
    expect(estimate.groups).toHaveLength(60);
    expect(Object.keys(estimate.groups[0] ?? {}).join()).toBe(
      'id,mode,schedule,subscription,region,namespace,metricNames,aggregations,interval,window,filter,limit,resources,callsPerRun,why',
    );
    expect(estimate.totals).toEqual({
      callsPerRun: 60,
      callsPerHour: 720,
      callsPerDay: 17_280,
      byApi: { metrics: 60 },
    });
    expect(estimate.quota).toEqual([
      {
        subscription: '6f9c2b74-2f0e-4c0b-8a43-1a0d3b7f4e22',
        region: null,
        api: 'metrics',
        callsPerHour: 720,
        limitPerHour: 90_000,
        share: 0.008,
      },
    ]);
  });

  it('tells what batch mode would save: two calls for sixty caches instead of sixty', async () => {
    expect((await planned('')).batching).toEqual({ callsPerHour: 24, perMonth: 0, saves: 696 });
  });

  it('takes limits and prices from the runtime file', async () => {
    const integration = 'integration: { rateLimit: { readsPerSecond: 0.1 } }';
    const pricing = 'pricing: { perThousandCalls: 1, freeCalls: 0, currency: EUR }';
    const { quota, cost, batching, warnings } = await planned(`azureMonitor: { ${integration}, ${pricing} }\n`);
    expect(quota[0]).toMatchObject({ limitPerHour: 360, share: 2 });
    expect(warnings.join()).toContain('about 2 times as slowly');
    expect(cost).toMatchObject({ perMonth: 0, currency: 'EUR' });
    expect(batching?.perMonth).toBe(17.52);
  });

  it('plans batches in the declared region', async () => {
    const batching = 'metricsBatching: { enabled: true, azureRegion: westeurope, maxBatchSize: 20 }';
    const { totals, quota, warnings, ...rest } = await planned(`azureMonitor: { integration: { ${batching} } }\n`);
    expect(totals.byApi).toEqual({ batch: 3 });
    expect(quota).toMatchObject([{ api: 'batch', region: 'westeurope', callsPerHour: 36 }]);
    expect(rest).not.toHaveProperty('batching');
    expect(warnings).toEqual([]);
  });

  it.each([
    ['1', 'metrics'],
    ['0.3', 'batch'],
  ])('chooses by itself what %s reads a second ask for: %s', async (readsPerSecond, api) => {
    const rateLimit = `rateLimit: { readsPerSecond: ${readsPerSecond} }, metricsBatching: { azureRegion: westeurope }`;
    const { totals } = await planned(`azureMonitor: { integration: { queryMode: auto, ${rateLimit} } }\n`);
    expect(Object.keys(totals.byApi)).toEqual([api]);
  });

  it('says that regions are not known without Azure', async () => {
    const { totals, warnings } = await planned('azureMonitor: { integration: { queryMode: batch } }\n');
    expect(totals.byApi).toEqual({ metrics: 60 });
    expect(warnings).toEqual([expect.stringContaining('metricsBatching.azureRegion')]);
  });

  it('shows the pace that the call budget leaves, and the budget', async () => {
    const { totals, budget, batching, quota } = await planned('callBudget: { callsPerHour: 300 }\n');
    expect(totals.callsPerHour).toBe(240);
    expect(quota[0]?.callsPerHour).toBe(240);
    expect(budget).toEqual({
      callsPerHour: 300,
      declaredCallsPerHour: 720,
      stretched: [{ schedule: '*/5 * * * *', everyNthRun: 3 }],
    });
    // Batches need no stretching.
    expect(batching).toEqual({ callsPerHour: 24, perMonth: 0, saves: 216 });
  });
});

describe('azimuth plan refuses', () => {
  it('with 3 without a folder, 4 without a file, 2 with an error in the runtime file', async () => {
    expect(await plan('/does/not/exist')).toMatchObject({ exitCode: 3, out: '' });
    expect(await plan(folderOf({ 'runtime.yaml': '' }))).toMatchObject({ exitCode: 4, out: '' });
    const { exitCode, out, log } = await plan(configured('server: { httpPort: many }\n'));
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(log).toContain('httpPort');
  });

  it('formats that do not exist', async () => {
    await expect(plan(configured(), '--format', 'xml')).rejects.toThrow('--format takes text, json, not xml');
  });

  it('says without Azure that it does not know how many resources a group has', async () => {
    const groups = `resourceDiscoveryGroups:
  - { name: caches, type: RedisCache }
  - { name: Others, type: RedisCache }
`;
    const grouped = declaration.replace(
      '    azureMetricConfiguration: { metricName: cachemisses',
      '    resourceDiscoveryGroups: [{ name: caches }, { name: others }]\n    azureMetricConfiguration: { metricName: cachemisses',
    );
    const folder = folderOf({
      'runtime.yaml': 'authentication: { mode: SdkDefault }',
      'metrics-declaration.yaml': `${grouped}${groups}`,
    });
    const { out } = await plan(folder, '--format', 'json');
    const { warnings, groups: calls } = JSON.parse(out) as PlanEstimate;
    expect(warnings).toEqual([
      'How many resources there are in resource discovery groups caches, others is not known without Azure; they are left out. See --live.',
    ]);
    expect(calls).toHaveLength(60);
  });
});
