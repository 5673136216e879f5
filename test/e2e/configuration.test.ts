import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { configFolder, emulate, emulatorEnv, type Files, startExporter, startProgram, until } from './harness.ts';
import { busMetric, declarationOf, samplesOf, worldOf } from './landscape.ts';

const runtime = 'authentication: { mode: SystemAssignedManagedIdentity }\n';
const schedule = '*/2 * * * * *';
const messages = { name: 'messages', namespaces: ['contoso-orders'], schedule };
const misspelt = { ...(busMetric({ ...messages, name: 'misspelt' }) as object), resourceType: 'ServiceBusNamespaces' };

let emulator: Emulator;
beforeAll(async () => {
  emulator = await emulate(worldOf({ namespaces: ['contoso-orders', 'contoso-audit'] }));
});
afterAll(async () => {
  await emulator.close();
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly log: readonly Record<string, unknown>[];
}

/** Runs a command on configuration files to its end. */
async function finish(command: string, files: Files, ...flags: readonly string[]): Promise<Ended> {
  const folder = configFolder(files);
  onTestFinished(() => folder.remove());
  return finishIn(folder.path, command, ...flags);
}

async function finishIn(folder: string, command: string, ...flags: readonly string[]): Promise<Ended> {
  const args = [command, '--config-folder', folder, '--log-format', 'json', ...flags];
  const program = startProgram(args, folder.endsWith('missing') ? {} : emulatorEnv(emulator, folder));
  const out: string[] = [];
  program.child.stdout?.on('data', (chunk: Buffer) => out.push(chunk.toString()));
  const { code } = await program.exited;
  return { code, out: out.join(''), log: program.log };
}

const sound = (): Files => ({ runtime, declaration: declarationOf(emulator, [busMetric(messages)]) });
const flawed = (): Files => ({ runtime, declaration: declarationOf(emulator, [misspelt, busMetric(messages)]) });

describe('run', () => {
  it('scrapes the valid metrics beside an invalid one, which is visible', async () => {
    const exporter = await startExporter(emulator, flawed());
    onTestFinished(() => exporter.stop());
    await until(
      () => exporter.series('messages{'),
      (lines) => lines.length === 1,
    );
    expect(await exporter.series('azimuth_declaration_invalid_metrics')).toEqual([
      'azimuth_declaration_invalid_metrics{metric_name="misspelt"} 1',
    ]);
    expect(await exporter.series('misspelt')).toEqual([]);
    const errors = exporter.log.filter(({ level }) => level === 'error');
    expect(errors).toEqual([expect.objectContaining({ code: 'AZ1012', metric: 'misspelt', line: expect.any(Number) })]);
    expect(errors[0]?.['msg']).toMatch(/metrics-declaration\.yaml:\d+:\d+: error AZ1012: .*ServiceBusNamespace\b/);
    expect((await exporter.get('/-/ready')).status).toBe(200);
  });

  it.each([
    { why: 'an error with --strict', files: flawed, flags: ['--strict'], code: 2 },
    { why: 'no valid metric', files: () => ({ runtime, declaration: declarationOf(emulator, [misspelt]) }), code: 2 },
    { why: 'YAML that is none', files: () => ({ ...sound(), declaration: 'metrics: [' }), code: 2 },
    {
      why: 'an error in the runtime file',
      files: () => ({ ...sound(), runtime: 'server: { httpPort: eight }' }),
      code: 2,
    },
    { why: 'an unknown flag', files: sound, flags: ['--port', 'eight'], code: 2 },
  ])('ends with $code for $why', async ({ files, flags = [], code }) => {
    const ended = await finish('run', files(), ...flags);
    expect(ended.code).toBe(code);
    expect(ended.out).toBe('');
    expect(ended.log.length).toBeGreaterThan(0);
    expect(ended.log.filter(({ msg }) => /^\s+at /.test(String(msg)))).toEqual([]);
  });

  it('ends with 3 without its folder, with 4 without its declaration', async () => {
    const folder = configFolder(sound());
    onTestFinished(() => folder.remove());
    const nowhere = await finishIn(join(folder.path, 'missing'), 'run');
    expect(nowhere.code).toBe(3);
    expect(nowhere.log.at(-1)).toMatchObject({ level: 'fatal', msg: expect.stringContaining('missing') });
    rmSync(join(folder.path, 'metrics-declaration.yaml'));
    const incomplete = await finishIn(folder.path, 'run');
    expect(incomplete.code).toBe(4);
    expect(incomplete.log.at(-1)).toMatchObject({
      level: 'fatal',
      msg: expect.stringContaining('metrics-declaration.yaml'),
    });
  });
});

describe('validate', () => {
  it('tells every problem as JSON and as text, and ends with 2', async () => {
    const asJson = await finish('validate', flawed(), '--format', 'json');
    expect(asJson.code).toBe(2);
    const report = JSON.parse(asJson.out) as { valid: boolean; problems: Record<string, unknown>[]; files: string[] };
    expect(report.valid).toBe(false);
    expect(report.files).toHaveLength(2);
    expect(report.problems).toEqual([
      {
        code: 'AZ1012',
        severity: 'error',
        file: report.files[1],
        line: expect.any(Number),
        column: expect.any(Number),
        path: 'metrics[0].resourceType',
        message: expect.any(String),
        found: 'ServiceBusNamespaces',
        suggestions: expect.arrayContaining(['ServiceBusNamespace']),
        metric: 'misspelt',
      },
    ]);
    const asText = await finish('validate', flawed());
    expect(asText.code).toBe(2);
    expect(asText.out).toMatch(
      /metrics-declaration\.yaml:\d+:\d+: error AZ1012: .*\ninvalid: 1 error, 0 warnings in 2 files\n$/,
    );
  });

  it('ends with 0 for files without errors, with 2 for a warning under --strict, with 3 and 4 for what is missing', async () => {
    const good = await finish('validate', sound());
    expect([good.code, good.out]).toEqual([0, 'valid: 0 errors, 0 warnings in 2 files\n']);
    const odd = { ...sound(), runtime: `${runtime}surplus: 1\n` };
    expect((await finish('validate', odd)).code).toBe(0);
    expect((await finish('validate', odd, '--strict')).code).toBe(2);
    const folder = configFolder(sound());
    onTestFinished(() => folder.remove());
    expect((await finishIn(join(folder.path, 'missing'), 'validate')).code).toBe(3);
    rmSync(join(folder.path, 'runtime.yaml'));
    expect((await finishIn(folder.path, 'validate')).code).toBe(4);
  });
});

describe('schema', () => {
  it.each(['declaration', 'runtime', 'world'])('%s is a JSON Schema', async (kind) => {
    const program = startProgram(['schema', kind]);
    expect((await program.exited).code).toBe(0);
    expect(JSON.parse(program.output())).toMatchObject({ $schema: expect.stringContaining('json-schema.org') });
  });

  it('of nothing ends with 2 and the choice', async () => {
    const program = startProgram(['schema', 'nothing']);
    expect((await program.exited).code).toBe(2);
    expect(program.output()).toContain('declaration, runtime');
  });
});

describe('scrape', () => {
  it('prints the series of one run and ends with 0', async () => {
    const { code, out, log } = await finish('scrape', sound());
    expect(code).toBe(0);
    expect(log).toEqual([]);
    const [sample, ...more] = samplesOf(out, 'messages', 'contoso-orders');
    expect(more).toEqual([]);
    expect(sample?.value).toBeGreaterThanOrEqual(0);
    const shapes = /^(# (HELP|TYPE) messages .+|messages\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\} \S+|)$/;
    expect(out.split('\n').filter((line) => !shapes.test(line))).toEqual([]);
  });

  it('ends with 5 when something fails, and prints the rest', async () => {
    const metric = busMetric({ ...messages, namespaces: ['contoso-orders', 'contoso-nowhere'] });
    const { code, out, log } = await finish('scrape', { runtime, declaration: declarationOf(emulator, [metric]) });
    expect(code).toBe(5);
    expect(samplesOf(out, 'messages')).toEqual([
      expect.objectContaining({ line: expect.stringContaining('contoso-orders') }),
    ]);
    expect(log).toEqual([expect.objectContaining({ level: 'error', code: 'AZ3404', resources: ['contoso-nowhere'] })]);
  });

  it('takes one metric, and ends with 2 for one that does not exist', async () => {
    const other = busMetric({ ...messages, name: 'audits', namespaces: ['contoso-audit'] });
    const files = { runtime, declaration: declarationOf(emulator, [busMetric(messages), other]) };
    const one = await finish('scrape', files, '--metric', 'audits');
    expect(one.code).toBe(0);
    expect([samplesOf(one.out, 'audits').length, samplesOf(one.out, 'messages').length]).toEqual([1, 0]);
    expect((await finish('scrape', files, '--metric', 'none')).code).toBe(2);
  });
});

describe('health', () => {
  it('ends with 0 while the exporter lives, with 1 when nobody answers', async () => {
    const exporter = await startExporter(emulator, sound());
    const url = `http://127.0.0.1:${exporter.port}`;
    const alive = startProgram(['health', '--url', url]);
    expect([(await alive.exited).code, alive.output()]).toEqual([0, 'Azimuth is healthy.\n']);
    await exporter.stop();
    const dead = startProgram(['health', '--url', url]);
    expect((await dead.exited).code).toBe(1);
    expect(dead.output()).toContain('does not answer');
  });
});
