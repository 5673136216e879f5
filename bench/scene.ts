import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { pino } from 'pino';
import { composeCore, type ExporterCore } from '../src/compose/core.ts';
import { loadConfiguration } from '../src/config/load.ts';
import { realClock } from '../src/telemetry/clock.ts';

export const tenant = '11111111-1111-1111-1111-111111111111';
export const subscription = '22222222-2222-2222-2222-222222222222';
export const client = '8b1f7d24-60a9-4c35-9e82-d3f05c7a164b';

export interface Urls {
  readonly arm: string;
  readonly authority: string;
  readonly control: string;
  /** With `{region}`. */
  readonly dataPlane: string;
}

/** What a scene is made of. */
export interface Script {
  /** World file of the emulator. */
  readonly world: string;
  readonly runtime: string;
  /** From `metricDefaults` on; {@link metadata} goes before it. */
  readonly metrics: string;
}

/** An emulator in another process and a configuration that points at it. */
export interface Scene {
  readonly urls: Urls;
  readonly caPem: string;
  compose(): ExporterCore;
  /** Calls for values since the last asking, by what the emulator counted. */
  countCalls(): Promise<number>;
  /** CPU time of the emulator so far, milliseconds; undefined where the system does not tell. */
  emulatorCpuMs(): number | undefined;
  close(): void;
}

/** Needs a build, for the emulator; from here on this process trusts its certificate. */
export async function openScene(script: Script): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), 'azimuth-bench-'));
  writeFileSync(join(folder, 'world.yaml'), script.world);
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
    return {
      urls,
      caPem,
      compose: () => compose(urls, script),
      countCalls: () => countCalls(urls),
      emulatorCpuMs: () => cpuOf(emulator),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

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

function metadata({ arm, authority, dataPlane }: Urls): string {
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
`;
}

function compose(urls: Urls, script: Script): ExporterCore {
  const files = new Map([
    ['bench/runtime.yaml', script.runtime],
    ['bench/metrics-declaration.yaml', `${metadata(urls)}${script.metrics}`],
  ]);
  const loaded = loadConfiguration({
    folderFlag: 'bench',
    env: { AZIMUTH_AUTH_APPKEY: 'bench' },
    fileSystem: {
      readFile: (path) => files.get(path),
      exists: (path) => files.has(path),
      isDirectory: (path) => !path.endsWith('.yaml'),
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
