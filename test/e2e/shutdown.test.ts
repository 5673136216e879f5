import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import {
  configFolder,
  emulate,
  emulatorEnv,
  type Program,
  root,
  startExporter,
  startProgram,
  until,
} from './harness.ts';
import { busMetric, declarationOf, samplesOf, worldOf } from './landscape.ts';

const graceMs = 3_000;
const runtime = 'authentication: { mode: SystemAssignedManagedIdentity }\n';
const metric = busMetric({ name: 'messages', namespaces: ['contoso-orders', 'contoso-audit'], schedule: '* * * * *' });

let emulator: Emulator;
beforeAll(async () => {
  emulator = await emulate(worldOf({ namespaces: ['contoso-orders', 'contoso-audit'] }));
});
afterAll(async () => {
  await emulator.close();
});

/** Sends the signal; tells how the program ended and how long it took. */
async function end(program: Program, signal: NodeJS.Signals) {
  const startMs = Date.now();
  program.child.kill(signal);
  const { code, signal: killer } = await program.exited;
  return { code, killer, tookMs: Date.now() - startMs };
}

/** A free port that somebody listens on. */
async function occupy(port = 0): Promise<{ server: Server; port: number }> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, resolve));
  const address = server.address();
  return { server, port: typeof address === 'object' ? (address?.port ?? 0) : 0 };
}

function free(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

/** Code that sends SIGTERM to its process as soon as the program can hear it. */
const signalOnceHeard = `process.once('newListener', function hear(name) {
  if (name === 'SIGTERM') setImmediate(() => process.kill(process.pid, name));
  else process.once('newListener', hear);
});`;

/** Starts a command of the program on a port, any free one unless given; `preload` runs before it. */
function startRun(options: { readonly command?: string; readonly port?: number; readonly preload?: string }) {
  const { command = 'run', port = 0, preload = '' } = options;
  const folder = configFolder({ runtime, declaration: declarationOf(emulator, [metric]) });
  onTestFinished(() => folder.remove());
  const source = `data:text/javascript;base64,${Buffer.from(preload).toString('base64')}`;
  const env = { ...emulatorEnv(emulator, folder.path), NODE_OPTIONS: `--import=${source}` };
  const portFlag = command === 'scrape' ? [] : ['--port', String(port)];
  return { program: startProgram([command, '--config-folder', folder.path, '--log-format', 'json', ...portFlag], env) };
}

const loadingMs = 5_000;

describe('a signal', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('%s during a run drops it, and the end is clean and soon', async (signal) => {
    emulator.control.clearCalls();
    const fault = emulator.control.addFault({ resource: 'contoso-audit', effect: { hang: true } });
    onTestFinished(() => void emulator.control.removeFault(fault));
    const declaration = declarationOf(emulator, [metric]);
    const exporter = await startExporter(emulator, { runtime, declaration }, { args: ['--log-level', 'Trace'] });
    const hung = (): boolean => emulator.control.calls().calls.some((call) => call.fault === fault);
    await until(async () => hung(), Boolean);
    const served = await exporter.get('/metrics');
    const text = await served.text();
    expect(samplesOf(text, 'azimuth_scrape_last_success_timestamp_seconds')).toEqual([]);

    const ended = await end(exporter, signal);
    expect(ended).toMatchObject({ code: 0, killer: null });
    expect(ended.tookMs).toBeLessThan(graceMs);
    expect(exporter.log.at(-1)).toMatchObject({ level: 'info', msg: `Stopping on ${signal}.` });
    expect(exporter.log.filter(({ level }) => level !== 'info' && level !== 'debug')).toEqual([]);
    expect(exporter.output()).not.toMatch(/unhandled|Warning:|\n\s+at /i);
    expect(emulator.control.calls().calls.filter((call) => call.fault === fault)).toHaveLength(1);
  });

  it('a second one ends the program at once', async () => {
    const fault = emulator.control.addFault({ api: 'metrics', effect: { hang: true } });
    onTestFinished(() => void emulator.control.removeFault(fault));
    const exporter = await startExporter(emulator, { runtime, declaration: declarationOf(emulator, [metric]) });
    exporter.child.kill('SIGTERM');
    exporter.child.kill('SIGTERM');
    const { code, signal } = await exporter.exited;
    // The first may have been enough.
    expect([0, null]).toContain(code);
    expect(['SIGTERM', null]).toContain(signal);
  });

  it.each([30, 100, 200, 400])('SIGTERM %i ms after the start ends it soon and quietly', async (afterMs) => {
    const { program } = startRun({});
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    const ended = await end(program, 'SIGTERM');
    // The grace period counts from when the signal is heard; loading takes seconds on a loaded machine.
    expect(ended.tookMs).toBeLessThan(graceMs + loadingMs);
    // Before its first line runs, the signal ends the process itself.
    expect(['SIGTERM', 0]).toContain(ended.killer ?? ended.code);
    expect(program.log.filter(({ level }) => level !== 'info')).toEqual([]);
  });

  it.each(['run', 'demo'])('that comes while %s still loads is kept and ends it cleanly', async (command) => {
    const { program } = startRun({ command, preload: signalOnceHeard });
    const { code } = await program.exited;
    expect(code).toBe(0);
    expect(program.log.map(({ msg }) => msg)).toContain('Stopping on SIGTERM.');
    expect(program.log.filter(({ level }) => level !== 'info')).toEqual([]);
  });

  it('that comes while another command loads ends it as signals do', async () => {
    const fault = emulator.control.addFault({ api: 'metrics', effect: { hang: true } });
    onTestFinished(() => void emulator.control.removeFault(fault));
    const { program } = startRun({ command: 'scrape', preload: signalOnceHeard });
    expect(await program.exited).toEqual({ code: null, signal: 'SIGTERM' });
    expect(program.output()).toBe('');
  });

  it('npm passes SIGTERM on, and the port of the demo is free afterwards', async () => {
    const { server, port } = await occupy();
    await free(server);
    const npm = spawn('npm', ['run', 'demo', '--', '--port', String(port)], {
      cwd: root,
      env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const text: string[] = [];
    npm.stdout.on('data', (chunk: Buffer) => text.push(chunk.toString()));
    npm.stderr.on('data', (chunk: Buffer) => text.push(chunk.toString()));
    const closed = new Promise<number | null>((resolve) => npm.once('close', (code) => resolve(code)));
    await until(
      async () => text.join(''),
      (output) => output.includes(`listens on port ${port}`),
      30_000,
    );
    expect((await fetch(`http://127.0.0.1:${port}/-/healthy`)).status).toBe(200);
    const startMs = Date.now();
    npm.kill('SIGTERM');
    expect(await closed).toBe(0);
    expect(Date.now() - startMs).toBeLessThan(graceMs + 1_000);
    expect(text.join('')).toContain('Stopping on SIGTERM.');
    await free((await occupy(port)).server);
  });
});

describe('a port that is taken', () => {
  it('ends the program with 1 and one line that says which and what to do', async () => {
    const { server, port } = await occupy();
    onTestFinished(() => free(server));
    emulator.control.clearCalls();
    const { program } = startRun({ port });
    expect((await program.exited).code).toBe(1);
    expect(program.log).toEqual([
      expect.objectContaining({
        level: 'fatal',
        code: 'AZ2001',
        msg: expect.stringMatching(new RegExp(`^Port ${port} cannot be listened on: .*EADDRINUSE.* --port\\.$`)),
      }),
    ]);
    expect(emulator.control.calls().calls).toEqual([]);
  });
});
