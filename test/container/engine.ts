import { execFile, spawn } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { configFolder, type Files, freePort, listening, root, type Started, watchProgram } from '../e2e/harness.ts';
import { containerEnv } from './store.ts';

const run = promisify(execFile);
const commandTimeoutMs = 400_000;

/** Longest wait for what a container does, milliseconds: a release may be built on the machine at the same time. */
export const patienceMs = 90_000;

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program with the image store of the tests and reports how it ended. */
export async function attempt(command: string, args: readonly string[], env: object = {}): Promise<CommandResult> {
  const options = {
    cwd: root,
    env: { ...process.env, ...containerEnv(), ...env },
    timeout: commandTimeoutMs,
    maxBuffer: 50_000_000,
  };
  try {
    return { code: 0, ...(await run(command, [...args], options)) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string };
    if (typeof code !== 'number') throw error;
    return { code, stdout: stdout ?? '', stderr: stderr ?? '' };
  }
}

/** Runs a program that must succeed; gives its standard output. */
export async function succeed(command: string, args: readonly string[], env: object = {}): Promise<string> {
  const { code, stdout, stderr } = await attempt(command, args, env);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
  return stdout.trim();
}

/** What a pod under restricted pod security gets, in podman's words. */
const restricted: readonly string[] = [
  '--network=host',
  '--read-only',
  '--read-only-tmpfs=false',
  '--cap-drop=all',
  '--security-opt=no-new-privileges',
  '--memory=256m',
];

export interface Container extends Started {
  readonly name: string;
  /** Runs Node in the container; standard output. */
  node(script: string): Promise<string>;
  /** Runs `azimuth` in the container. */
  azimuth(...args: readonly string[]): Promise<CommandResult>;
  /** `podman stop`, which sends SIGTERM and after ten seconds SIGKILL; gives the exit code of the container. */
  halt(): Promise<number | null>;
}

export interface ContainerOptions {
  readonly image: string;
  readonly name: string;
  readonly emulator: Emulator;
  /** A `runtime` that is an object gets a free port; a text is taken as it is. */
  readonly files: Omit<Files, 'runtime'> & { readonly runtime: object | string };
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the image as it stands, with a configuration folder at `/config` that nobody can write. */
export async function startContainer(options: ContainerOptions): Promise<Container> {
  const { runtime } = options.files;
  const server = { httpPort: await freePort() };
  const runtimeText = typeof runtime === 'string' ? runtime : JSON.stringify({ server, ...runtime });
  const folder = configFolder({ ...options.files, runtime: runtimeText });
  writeFileSync(join(folder.path, 'ca.pem'), options.emulator.caPem);
  // As a mounted ConfigMap is: readable for the container's user.
  chmodSync(folder.path, 0o755);
  const env = {
    NODE_EXTRA_CA_CERTS: '/config/ca.pem',
    AZURE_POD_IDENTITY_AUTHORITY_HOST: options.emulator.urls.identity,
    ...options.env,
  };
  const variables = Object.entries(env).map(([name, value]) => `--env=${name}=${value}`);
  const args = ['run', '--rm', `--name=${options.name}`, ...restricted, `--volume=${folder.path}:/config:ro`];
  const child = spawn('podman', [...args, ...variables, options.image, 'run', '--log-format', 'json'], {
    env: { ...process.env, ...containerEnv() },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const program = watchProgram(child);
  void program.exited.then(() => folder.remove());
  return handle(options.name, await listening(program, patienceMs));
}

/** The handle of a container whose main process is an exporter. */
function handle(name: string, started: Started): Container {
  const halt = async (): Promise<number | null> => {
    await attempt('podman', ['stop', '--time=10', name]);
    return (await started.exited).code;
  };
  return {
    ...started,
    name,
    node: (script) => succeed('podman', ['exec', name, '/nodejs/bin/node', '-e', script]),
    azimuth: (...args) => attempt('podman', ['exec', name, '/nodejs/bin/node', '/app/bin/azimuth.js', ...args]),
    halt,
    async stop() {
      await halt();
    },
  };
}
