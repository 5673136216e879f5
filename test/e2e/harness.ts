import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { parseWorld } from '../../src/emulator/world/parse.ts';
import { realClock } from '../../src/telemetry/clock.ts';

/** Folder of the checkout. */
export const root = join(import.meta.dirname, '../..');
const pollMs = 150;

/** Starts an emulator from the text of a world file; a test that gets the world wrong is told so. */
export async function emulate(worldText: string): Promise<Emulator> {
  const parsed = parseWorld(worldText);
  if (!('world' in parsed)) throw new Error(parsed.problems.join('\n'));
  return startEmulator({ world: parsed.world, clock: realClock });
}

/** `azureMetadata` of a declaration that points at the emulator. */
export function metadataFor(
  emulator: Emulator,
  tenantId: string,
  subscriptionId: string,
  resourceGroup: string,
): string {
  const { urls } = emulator;
  return [
    'azureMetadata:',
    `  tenantId: ${tenantId}`,
    `  subscriptionId: ${subscriptionId}`,
    `  resourceGroupName: ${resourceGroup}`,
    '  cloud: Custom',
    '  endpoints:',
    `    authenticationEndpoint: ${urls.authority}`,
    `    resourceManagerEndpoint: ${urls.arm}`,
    `    graphEndpoint: ${urls.arm}`,
    `    managementEndpoint: ${urls.arm}`,
    '    storageEndpointSuffix: core.windows.net',
    '    keyVaultSuffix: vault.azure.net',
    `    metricsQueryAudience: ${urls.arm}`,
    '    metricsClientAudience: https://metrics.monitor.azure.com',
    `    logAnalyticsEndpoint: ${urls.logs}`,
    `    metricsDataPlaneEndpoint: '${urls.dataPlane}'`,
    `    storageQueueEndpoint: '${urls.queue}'`,
    '',
  ].join('\n');
}

export interface Program {
  readonly child: ChildProcess;
  /** Lines of standard error: the log as JSON. */
  readonly log: Record<string, unknown>[];
  /** Everything that it wrote, for searches. */
  output(): string;
  /** Waits for a log line; fails with the log so far when it does not come in time. */
  logged(match: (line: Record<string, unknown>) => boolean, timeoutMs?: number): Promise<Record<string, unknown>>;
  /** Resolves with exit code and signal. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

export interface Started extends Program {
  readonly port: number;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  /** Lines of `/metrics` that begin with the text. */
  series(prefix: string): Promise<string[]>;
  /** Asks until the answer satisfies; fails with the last answer when it does not in time. */
  until<T>(ask: () => Promise<T>, fits: (answer: T) => boolean, timeoutMs?: number): Promise<T>;
  stop(): Promise<void>;
}

export interface Files {
  readonly runtime: string;
  readonly declaration: string;
  /** Further files of the folder by name. */
  readonly others?: Readonly<Record<string, string>>;
}

/** A temporary configuration folder; `remove` deletes it. */
export function configFolder(files: Files): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'azimuth-e2e-'));
  writeFileSync(join(path, 'runtime.yaml'), files.runtime);
  writeFileSync(join(path, 'metrics-declaration.yaml'), files.declaration);
  for (const [name, text] of Object.entries(files.others ?? {})) writeFileSync(join(path, name), text);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

const collector = `import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
process.on('SIGUSR2', () => collect());`;

/** Environment in which a program collects garbage at SIGUSR2, so that what is left on its heap is held. */
export const collectsOnSignal: Readonly<Record<string, string>> = {
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(collector)}`,
};

/** Starts the built command. Its environment holds what is given and PATH alone; it runs in `cwd`, else where the tests do. */
export function startProgram(args: readonly string[], env: Record<string, string> = {}, cwd?: string): Program {
  const child = spawn(process.execPath, [join(root, 'bin/azimuth.js'), ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return watchProgram(child);
}

/** Collects what a started process writes. */
export function watchProgram(child: ChildProcessByStdio<null, Readable, Readable>): Program {
  const log: Record<string, unknown>[] = [];
  const text: string[] = [];
  const listeners = new Set<() => void>();
  const { stdout, stderr } = child;
  createInterface({ input: stderr }).on('line', (line) => {
    text.push(line);
    log.push(parseLine(line));
    for (const listener of listeners) listener();
  });
  stdout.on('data', (chunk: Buffer) => text.push(chunk.toString()));
  const exited = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  return {
    child,
    log,
    output: () => text.join('\n'),
    exited,
    logged: (match, timeoutMs = 20_000) =>
      new Promise((resolve, reject) => {
        const finish = (): void => {
          clearTimeout(timer);
          listeners.delete(look);
        };
        const look = (): void => {
          const line = log.find(match);
          if (line === undefined) return;
          finish();
          resolve(line);
        };
        const fail = (why: string): void => {
          finish();
          reject(new Error(`${why}; the log so far:\n${text.join('\n')}`));
        };
        const timer = setTimeout(() => fail('the line did not come in time'), timeoutMs);
        listeners.add(look);
        look();
        void exited.then(() => fail('the program ended before the line came'));
      }),
  };
}

function parseLine(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return { msg: line };
  }
}

/** Environment that trusts the emulator and finds its managed identity. */
export function emulatorEnv(emulator: Emulator, folder: string): Record<string, string> {
  const ca = join(folder, 'ca.pem');
  writeFileSync(ca, emulator.caPem);
  return { NODE_EXTRA_CA_CERTS: ca, AZURE_POD_IDENTITY_AUTHORITY_HOST: emulator.urls.identity };
}

/** Starts `azimuth run` on a free port and waits until it listens. */
export async function startExporter(
  emulator: Emulator,
  files: Files,
  options: { readonly args?: readonly string[]; readonly env?: Record<string, string> } = {},
): Promise<Started> {
  const folder = configFolder(files);
  const args = ['run', '--config-folder', folder.path, '--port', '0', '--log-format', 'json', ...(options.args ?? [])];
  const program = startProgram(args, { ...emulatorEnv(emulator, folder.path), ...options.env });
  void program.exited.then(() => folder.remove());
  return listening(program);
}

/** Starts `azimuth demo` on a free port and waits until it listens. */
export function startDemo(): Promise<Started> {
  return listening(startProgram(['demo', '--port', '0', '--log-format', 'json']));
}

/** Waits until the exporter says which port it listens on. */
export async function listening(program: Program, timeoutMs = 20_000): Promise<Started> {
  const line = await program.logged(({ msg }) => /listens on port (\d+)/.test(String(msg)), timeoutMs);
  const port = Number(/listens on port (\d+)/.exec(String(line['msg']))?.[1]);
  const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`http://127.0.0.1:${port}${path}`, { headers });
  return {
    ...program,
    port,
    get,
    async series(prefix) {
      const text = await (await get('/metrics')).text();
      return text.split('\n').filter((sample) => sample.startsWith(prefix));
    },
    until,
    async stop() {
      program.child.kill('SIGTERM');
      await program.exited;
    },
  };
}

/** Asks until the answer satisfies; fails with the last answer when it does not in time. */
export async function until<T>(ask: () => Promise<T>, fits: (answer: T) => boolean, timeoutMs = 20_000): Promise<T> {
  const endMs = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (fits(answer)) return answer;
    if (Date.now() > endMs)
      throw new Error(`it did not happen in time; the last answer was ${JSON.stringify(answer)?.slice(0, 2_000)}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/** A port of loopback that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}
