import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { describeQuery, describeResource } from '../../src/catalogue/describe.ts';
import { recommendedTypes } from '../../src/catalogue/recommended/lookup.ts';
import type { RecommendedType } from '../../src/catalogue/recommended/types.ts';
import { createDiscoveryApi } from '../../src/discovery/agent/serve.ts';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { createApp } from '../../src/http/app.ts';
import { listen } from '../../src/http/server.ts';
import { declared, rowOf } from '../catalogue/resources.ts';
import { discoveryOf, groupOf, resourceOf } from '../discovery/agent/support.ts';
import { appOptions } from '../fakes/app-options.ts';
import { configFolder, emulate, emulatorEnv, metadataFor, startExporter, startProgram } from './harness.ts';

const tenant = '11111111-1111-1111-1111-111111111111';
const subscription = '22222222-2222-2222-2222-222222222222';

/** A resource of the type as the world writes it: the type and the name apart. */
function worldResource({ type }: RecommendedType): Record<string, unknown> {
  const row = rowOf(type);
  const fields = Object.fromEntries(
    row.fields.map(({ name, values, default: fallback }) => [
      name,
      values?.[0] ?? fallback ?? `${name.toLowerCase()}1`,
    ]),
  );
  const id = describeResource(row, declared(fields)).id;
  const [provider = '', ...parts] = (id.split('/providers/')[1] ?? '').split('/');
  const pick = (rest: number): string => parts.filter((_, index) => index % 2 === rest).join('/');
  const kind = type === 'FunctionApp' ? { kind: 'functionapp,linux' } : {};
  return { type: `${provider}/${pick(0)}`, name: pick(1), ...kind };
}

/** The recommended metrics of the type, with the dimensions by which a query splits them. */
function worldMetrics({ type, metrics }: RecommendedType): Record<string, unknown>[] {
  const row = rowOf(type);
  return metrics.map(({ metric, unit }) => ({
    name: metric,
    unit,
    dimensions: describeQuery(row, declared({}), metric, []).dimensions.map(({ name }) => ({
      name,
      values: ['one', 'two'],
    })),
    generator: { kind: 'constant', value: 7 },
  }));
}

const cache = (name: string, tags: Record<string, string>, resourceGroup = 'contoso') => ({
  type: 'Microsoft.Cache/redis',
  name,
  resourceGroup,
  tags,
});

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
  resourceGroups: [{ name: 'contoso' }, { name: 'other' }],
  resources: [
    ...recommendedTypes
      .filter(({ type }) => type !== 'RedisCache')
      .map((type) => ({ ...worldResource(type), metrics: worldMetrics(type) })),
    cache('prod', { env: 'prod' }),
    cache('test', { env: 'test' }),
    cache('elsewhere', { env: 'prod' }, 'other'),
    { type: 'Microsoft.Foo/bars', name: 'bar' },
  ],
});

let emulator: Emulator;
beforeAll(async () => {
  emulator = await emulate(world);
});
afterAll(() => emulator.close());

const runtime = 'authentication: { mode: SystemAssignedManagedIdentity }\n';

function declaration(rest = ''): string {
  const defaults = 'metricDefaults: { aggregation: { interval: 00:05:00 }, scraping: { schedule: "* * * * *" } }';
  return `version: v1\n${metadataFor(emulator, tenant, subscription, 'contoso')}\n${defaults}\nmetrics: []\n${rest}`;
}

const groups = `resourceDiscoveryGroups:
  - name: caches
    type: RedisCache
    criteria:
      include: { resourceGroups: [Contoso], tags: { env: prod } }
  - name: sites
    type: WebApp
`;

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly log: string;
}

/** A configuration folder that lasts as long as its test. */
function folderOf(declarationText: string, runtimeText = runtime): string {
  const folder = configFolder({ runtime: runtimeText, declaration: declarationText });
  onTestFinished(() => folder.remove());
  return folder.path;
}

async function finish(folder: string, command: string, ...flags: readonly string[]): Promise<Ended> {
  const program = startProgram([command, '--config-folder', folder, ...flags], emulatorEnv(emulator, folder));
  const out: string[] = [];
  program.child.stdout?.on('data', (chunk: Buffer) => out.push(chunk.toString()));
  const { code } = await program.exited;
  return { code, out: out.join(''), log: program.log.map(({ msg }) => String(msg)).join('\n') };
}

const redis = (name: string, group = 'contoso'): string =>
  `subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Cache/redis/${name}`;

describe('azimuth discover', () => {
  it('shows what a group finds and what it leaves out, and why', async () => {
    const { code, out } = await finish(folderOf(declaration(groups)), 'discover', '--group', 'CACHES');
    expect(code).toBe(0);
    const lines = out.split('\n').map((line) => line.trim().split(/ {2,}/));
    const fits = 'its resource group contoso is one of Contoso; its tag env is prod, which matches prod';
    expect(lines[0]).toEqual(['Group caches (RedisCache): 1 found, 2 left out']);
    expect(lines.slice(1).filter(([state]) => state !== '')).toEqual([
      ['in', redis('prod'), fits],
      ['out', redis('test'), 'its tag env is test, which does not match prod'],
      ['out', redis('elsewhere', 'other'), 'its resource group other is not one of Contoso'],
    ]);
  });

  it('gives everything as JSON', async () => {
    const { code, out } = await finish(folderOf(declaration(groups)), 'discover', '--format', 'json');
    expect(code).toBe(0);
    const { groups: shown } = JSON.parse(out) as {
      groups: { name: string; type: string; resources: object[]; out: object[] }[];
    };
    expect(shown.map(({ name, type, resources, out: left }) => [name, type, resources.length, left.length])).toEqual([
      ['caches', 'RedisCache', 1, 2],
      ['sites', 'WebApp', 1, 0],
    ]);
    expect(shown[0]?.resources[0]).toEqual({
      id: redis('prod'),
      name: 'prod',
      type: 'RedisCache',
      tenantId: tenant,
      subscriptionId: subscription,
      resourceGroup: 'contoso',
      region: 'westeurope',
      fields: { cacheName: 'prod' },
      tags: { env: 'prod' },
      why: expect.stringContaining('its tag env is prod'),
    });
    expect(shown[0]?.out).toContainEqual({ id: redis('elsewhere', 'other'), why: expect.stringContaining('other') });
  });

  it('asks a discovery agent for groups that no file defines', async () => {
    const agentGroups = [groupOf('vaults', 'KeyVault')];
    const app = createApp(
      appOptions({ discovery: createDiscoveryApi(agentGroups, discoveryOf({ vaults: [resourceOf('KeyVault')] })) }),
    );
    const agent = await listen(app, 0);
    onTestFinished(() => agent.close(0));
    const metric = (group: string) => ({
      name: `of_${group}`,
      description: 'Requests',
      resourceType: 'KeyVault',
      azureMetricConfiguration: { metricName: 'ServiceApiHit', aggregation: { type: 'Count' } },
      resourceDiscoveryGroups: [{ name: group }],
    });
    const text = declaration().replace('metrics: []', `metrics: ${JSON.stringify([metric('vaults'), metric('gone')])}`);
    const folder = folderOf(text, `${runtime}resourceDiscovery: { host: 127.0.0.1, port: ${agent.port} }\n`);
    const { code, out, log } = await finish(folder, 'discover');
    expect(out).toMatch(
      /^Group vaults \(KeyVault\): 1 found, 0 left out\n {2}in {3}subscriptions\/\S+\/vaultname-0\n$/,
    );
    expect(log).toContain(
      `AZ2041: The discovery agent at http://127.0.0.1:${agent.port} does not know the group gone.`,
    );
    expect(code).toBe(5);
  });

  it('ends with 5 when Azure fails, with 2 for what cannot be', async () => {
    const folder = folderOf(declaration(groups));
    const id = emulator.control.addFault({ api: 'resourceGraph', effect: { status: 403 }, count: 100 });
    const failed = await finish(folder, 'discover', '--group', 'sites');
    emulator.control.removeFault(id);
    expect([failed.code, failed.out]).toEqual([5, '']);
    expect(failed.log).toContain('azimuth discover: group sites: AZ3403: ');
    const unknown = await finish(folder, 'discover', '--group', 'site');
    expect(unknown.code).toBe(2);
    expect(unknown.log).toContain('azimuth: there is no resource discovery group site; there are caches, sites');
    const none = await finish(folderOf(declaration()), 'discover');
    expect(none.code).toBe(2);
    expect(none.log).toContain(
      'azimuth: the configuration has no resource discovery group; --write FILE makes some of what exists',
    );
  });
});

describe('azimuth discover --write', () => {
  it('writes a declaration of all that exists, which is valid and can be scraped at once', async () => {
    const folder = folderOf(declaration());
    const file = join(folder, 'written.yaml');
    const written = await finish(folder, 'discover', '--write', file);
    expect([written.log, written.code]).toEqual([expect.not.stringContaining('rror'), 0]);
    const metrics = recommendedTypes.reduce((sum, type) => sum + type.metrics.length, 0);
    const resources = recommendedTypes.length + 2;
    expect(written.out).toBe(
      `${file}: ${metrics} metrics of ${recommendedTypes.length} resource types, of which ${resources} resources exist.\nNothing is recommended for microsoft.foo/bars (1).\n`,
    );

    const next = folderOf(readFileSync(file, 'utf8'));
    const valid = await finish(next, 'validate', '--strict');
    expect([valid.out, valid.code]).toEqual(['valid: 0 errors, 0 warnings in 2 files\n', 0]);
    const scraped = await finish(next, 'scrape');
    const remarks = scraped.log.split('\n').filter((line) => !/INFO: Resource discovery group \S+ has/.test(line));
    expect([remarks, scraped.code]).toEqual([[], 0]);
    const families = new Set(scraped.out.split('\n').flatMap((line) => /^(azure_\w+)\{/.exec(line)?.[1] ?? []));
    const wanted = recommendedTypes.flatMap((type) => type.metrics.map(({ name }) => `${type.prefix}_${name}`));
    expect([...families].sort()).toEqual(wanted.sort());
  });

  it('never replaces a file unless told to', async () => {
    const folder = folderOf(declaration());
    const file = join(folder, 'mine.yaml');
    writeFileSync(file, 'mine\n');
    const refused = await finish(folder, 'discover', '--write', file);
    expect(refused.code).toBe(2);
    expect(refused.log).toContain(`azimuth: ${file} exists; name another file, or say --force to replace it`);
    expect(readFileSync(file, 'utf8')).toBe('mine\n');
    expect((await finish(folder, 'discover', '--write', file, '--force')).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toMatch(/^# Written by `azimuth discover --write`/);
    const nowhere = join(folder, 'missing', 'file.yaml');
    expect([(await finish(folder, 'discover', '--write', nowhere)).code, existsSync(nowhere)]).toEqual([2, false]);
  });
});

describe('Azimuth in place of a discovery agent', () => {
  it('serves its groups, and another Azimuth scrapes what they hold', async () => {
    const agent = await startExporter(emulator, { runtime, declaration: declaration(groups) });
    onTestFinished(() => agent.stop());
    const page = await agent.until(
      () => agent.get('/api/v2/resources/groups/caches/discover'),
      ({ status }) => status === 200,
    );
    expect(page.headers.get('x-version')).toMatch(/^\d/);
    expect(await page.text()).toMatch(
      /^\{"\$type":"Promitor\.Core\.Contracts\.PagedPayload`1.*"Result":\[\{"\$type":"Promitor\.Core\.Contracts\.ResourceTypes\.RedisCacheResourceDefinition, Promitor\.Core\.Contracts","CacheName":"prod",.*"TotalRecords":1\},"HasMore":false\}$/,
    );
    const metric = {
      name: 'hits',
      description: 'Hits',
      resourceType: 'RedisCache',
      azureMetricConfiguration: { metricName: 'cachehits', aggregation: { type: 'Total' } },
      resourceDiscoveryGroups: [{ name: 'caches' }],
    };
    const text = declaration().replace('metrics: []', `metrics: ${JSON.stringify([metric])}`);
    const folder = folderOf(text, `${runtime}resourceDiscovery: { host: 127.0.0.1, port: ${agent.port} }\n`);
    const { code, out } = await finish(folder, 'scrape');
    expect(code).toBe(0);
    expect(out.match(/^hits\{.*\}/gm)).toEqual([
      expect.stringContaining(`resource_uri="${redis('prod').replace('redis/', 'Redis/')}"`),
    ]);
  });
});
