import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { pino } from 'pino';
import { composeCore, type ExporterCore } from '../src/compose.ts';
import { loadConfiguration } from '../src/config/load.ts';
import { realClock } from '../src/telemetry/clock.ts';

export const tenant = '11111111-1111-1111-1111-111111111111';
export const subscription = '22222222-2222-2222-2222-222222222222';
export const client = '8b1f7d24-60a9-4c35-9e82-d3f05c7a164b';
export const region = 'westeurope';
export const namespace = 'microsoft.cache/redis';
export const metricNames = Array.from({ length: 10 }, (_, index) => `metric${index}`);

export interface Urls {
  readonly arm: string;
  readonly authority: string;
  readonly control: string;
  /** With `{region}`. */
  readonly dataPlane: string;
}

/** An emulator in another process and a configuration that points at it. */
export interface Scene {
  readonly urls: Urls;
  readonly caPem: string;
  /** Resource ids without a leading slash. */
  readonly ids: readonly string[];
  compose(): ExporterCore;
  /** Calls for values since the last asking, by what the emulator counted. */
  countCalls(): Promise<number>;
  /** CPU time of the emulator so far, milliseconds; undefined where the system does not tell. */
  emulatorCpuMs(): number | undefined;
  close(): void;
}

export async function openScene(resources: number): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), 'azimuth-bench-'));
  writeFileSync(join(folder, 'world.yaml'), worldText(resources));
  const program = resolve(import.meta.dirname, '../bin/azimuth.js');
  const args = ['emulate', '--world', join(folder, 'world.yaml'), '--ca-out', join(folder, 'ca.pem')];
  const emulator = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const close = (): void => {
    emulator.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const urls = await firstLine(emulator);
    const caPem = readFileSync(join(folder, 'ca.pem'), 'utf8');
    setDefaultCACertificates([...getCACertificates('default'), caPem]);
    const ids = Array.from({ length: resources }, (_, index) => `${idPrefix}redis-${index}`);
    return {
      urls,
      caPem,
      ids,
      compose: () => compose(urls, resources),
      countCalls: () => countCalls(urls),
      emulatorCpuMs: () => cpuOf(emulator),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

const idPrefix = `subscriptions/${subscription}/resourceGroups/bench/providers/Microsoft.Cache/redis/`;

async function firstLine({ stdout }: ChildProcess): Promise<Urls> {
  if (stdout === null) throw new Error('the emulator has no output');
  for await (const line of createInterface({ input: stdout })) return JSON.parse(line) as Urls;
  throw new Error('the emulator did not start');
}

async function countCalls({ control }: Urls): Promise<number> {
  const answer = await fetch(`${control}/control/calls`);
  const { counts } = (await answer.json()) as { counts: Record<string, number> };
  await fetch(`${control}/control/calls`, { method: 'DELETE' });
  return (counts['batch'] ?? 0) + (counts['metrics'] ?? 0) + (counts['subscription'] ?? 0);
}

/** Clock ticks of Linux are a hundredth of a second. */
function cpuOf({ pid }: ChildProcess): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return undefined;
  }
}

function worldText(resources: number): string {
  const metrics = metricNames.map(
    (name) => `    - { name: ${name}, generator: { kind: walk, base: 40, amplitude: 30, step: 5 } }`,
  );
  return `
seed: 1
tenants: [{ id: ${tenant} }]
regions: [${region}]
identities:
  - { name: bench, kind: servicePrincipal, clientId: ${client}, secret: bench, roles: [{ role: Monitoring Reader }] }
subscriptions: [{ id: ${subscription}, name: Bench }]
limits: { arm: none, batch: none }
resourceGroups: [{ name: bench }]
resources: [{ type: Microsoft.Cache/redis, name: 'redis-{n}', count: ${resources} }]
metrics:
  ${namespace}:
${metrics.join('\n')}
`;
}

/** With a region in the configuration, the first run batches at once and no single call is made. */
const runtimeText = `
server: { maxDegreeOfParallelism: 16 }
authentication: { mode: ServicePrincipal, identityId: ${client} }
azureMonitor: { integration: { metricsBatching: { enabled: true, maxBatchSize: 50, azureRegion: ${region} } } }
`;

function declarationText({ arm, authority, dataPlane }: Urls, resources: number): string {
  return `
version: v1
azureMetadata:
  tenantId: ${tenant}
  subscriptionId: ${subscription}
  resourceGroupName: bench
  cloud: Custom
  endpoints:
    authenticationEndpoint: ${authority}
    resourceManagerEndpoint: ${arm}
    graphEndpoint: ${arm}
    managementEndpoint: ${arm}
    storageEndpointSuffix: core.windows.net
    keyVaultSuffix: vault.azure.net
    metricsQueryAudience: ${arm}
    metricsClientAudience: https://metrics.monitor.azure.com
    metricsDataPlaneEndpoint: '${dataPlane}'
metricDefaults:
  scraping: { schedule: '* * * * *' }
metrics:
  - name: bench
    description: Metrics of a cache
    resourceType: RedisCache
    azureMetricConfiguration:
      metricNames: [${metricNames.join(', ')}]
      aggregation: { type: Maximum, interval: '00:05:00' }
    resources:
${Array.from({ length: resources }, (_, index) => `      - { cacheName: redis-${index} }`).join('\n')}
`;
}

function compose(urls: Urls, resources: number): ExporterCore {
  const files = new Map([
    ['bench/runtime.yaml', runtimeText],
    ['bench/metrics-declaration.yaml', declarationText(urls, resources)],
  ]);
  const loaded = loadConfiguration({
    folderFlag: 'bench',
    env: { AZIMUTH_AUTH_APPKEY: 'bench' },
    fileSystem: {
      readFile: (path) => files.get(path),
      exists: (path) => files.has(path),
      isDirectory: (path) => path === 'bench',
      list: () => [],
    },
  });
  const { runtime, declaration } = loaded;
  if (runtime === undefined || declaration === undefined) throw new Error(JSON.stringify(loaded.problems, null, 2));
  return composeCore({
    runtime,
    declaration,
    invalidMetrics: [],
    logger: pino({ level: 'error' }, process.stderr),
    clock: realClock,
    random: Math.random,
    version: 'bench',
    cpus: 2,
  });
}
