import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { configFolder, emulate, emulatorEnv, root, type Started, startExporter, until } from './harness.ts';
import { busMetric, declarationOf, worldOf } from './landscape.ts';

const runtime = 'authentication: { mode: SystemAssignedManagedIdentity }\n';
const namespaces = ['contoso-orders', 'contoso-audit'];

let emulator: Emulator;
let exporter: Started;
let folder: { readonly path: string; remove(): void };
beforeAll(async () => {
  emulator = await emulate(worldOf({ namespaces }));
  const metric = busMetric({ name: 'messages', namespaces, schedule: '* * * * *' });
  const files = { runtime, declaration: declarationOf(emulator, [metric]) };
  folder = configFolder(files);
  exporter = await startExporter(emulator, files);
  await until(
    () => exporter.get('/-/ready'),
    ({ status }) => status === 200,
  );
});
afterAll(async () => {
  await exporter.stop();
  await emulator.close();
  folder.remove();
});

async function explain(...args: string[]) {
  const child = spawn(process.execPath, [`${root}/bin/azimuth.js`, 'explain', ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...emulatorEnv(emulator, folder.path) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { out, err, code };
}

describe('azimuth explain', () => {
  it('takes a line of /metrics as it is, and tells the query, the window and the chosen bucket', async () => {
    const [line = ''] = await exporter.series('messages{');
    const [, value = ''] = /\} (\S+)/.exec(line) ?? [];
    const { out, code } = await explain(line, '--url', `http://127.0.0.1:${exporter.port}`, '--format', 'json');
    expect(code).toBe(0);
    const { explanations, found } = JSON.parse(out) as { explanations: Record<string, unknown>[]; found: number };
    expect(found).toBe(1);
    const [explanation = {}] = explanations;
    expect(explanation['value']).toBe(Number(value));
    const buckets = explanation['buckets'] as { verdict: string; value: number }[];
    expect(buckets.filter(({ verdict }) => verdict === 'chosen').map((bucket) => bucket.value)).toEqual([
      Number(value),
    ]);
    expect(explanation['query']).toMatchObject({ mode: 'single', requestId: expect.any(String) as string });
  });

  it('makes a run of its own without --url', async () => {
    const { out, code } = await explain('messages{instance_name="contoso-audit"}', '--config-folder', folder.path);
    expect(code).toBe(0);
    expect(out).toMatch(/^messages\{.*instance_name="contoso-audit".*\}$/m);
    expect(out).toMatch(/^ {2}why +The bucket \S+ to \S+ is the newest complete one with data\./m);
    expect(out).toMatch(/^ {2}> .* chosen$/m);
  });

  it('ends with 7 when no series fits, and with 2 when the selector is none', async () => {
    const none = await explain('messages{instance_name="other"}', '--config-folder', folder.path);
    expect([none.code, none.err]).toEqual([7, 'No series fits messages{instance_name="other"}.\n']);
    const bad = await explain('messages{instance_name=other}', '--config-folder', folder.path);
    expect([bad.code, bad.err]).toEqual([
      2,
      'azimuth: `instance_name=other` is no condition on a label; write label="value".\nSee azimuth explain --help.\n',
    ]);
  });
});
