import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { validateCommand } from '../../src/cli/commands/validate.ts';
import { commonFlags, parseFlags } from '../../src/cli/options.ts';
import { createFakeIo } from '../fakes/io.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const declaration = `version: v1
azureMetadata: { tenantId: a, subscriptionId: b, resourceGroupName: c }
metricDefaults: { scraping: { schedule: '* * * * *' } }
metrics:
  - name: hits
    description: Hits
    resourceType: RedisCache
    azureMetricConfiguration: { metricName: cachehits, aggregation: { type: Total, interval: '00:05:00' } }
    resources: [{ cacheName: shop }]
`;

async function validate(files: Readonly<Record<string, string>>, ...flags: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'azimuth-validate-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const args = ['--config-folder', folder, ...flags];
  const { given, words } = parseFlags(args, { ...validateCommand.flags, ...commonFlags });
  const own = createFakeIo();
  const exitCode = await validateCommand.run({
    given,
    words,
    version: '0.0.0',
    io: own.io,
  });
  return { exitCode, out: own.out().replaceAll(`${folder}/`, ''), err: own.err() };
}

const runtime = 'authentication: { mode: SdkDefault }\nserver: { httpPort: 80 }\n';
const sound = { 'runtime.yaml': runtime, 'metrics-declaration.yaml': declaration };

describe('azimuth validate --report-differences', () => {
  it('lists places as text, and ends with 0', async () => {
    const { exitCode, out, err } = await validate(sound, '--report-differences');
    expect(exitCode).toBe(0);
    expect(err).toBe('');
    expect(out).toMatch(/^runtime\.yaml:1: log-level\n {2}Promitor logs from `Error`/);
    expect(out).toContain('\nmetrics-declaration.yaml:4: newest-bucket (metrics)\n');
    expect(out).toMatch(/\n15 differences from Promitor in 15 places\n$/);
    expect(out).not.toContain(': port\n');
  });

  it('lists the same as JSON', async () => {
    const { out } = await validate(sound, '--report-differences', '--format', 'json');
    const { differences } = JSON.parse(out) as { differences: readonly object[] };
    expect(differences).toHaveLength(15);
    expect(Object.keys(differences[0] ?? {})).toEqual(['id', 'file', 'line', 'path', 'promitor', 'azimuth', 'remedy']);
  });

  it('ends as without the flag when the configuration is wrong or incomplete', async () => {
    const wrong = { ...sound, 'metrics-declaration.yaml': declaration.replace('RedisCache', 'Redis') };
    const { exitCode, out, err } = await validate(wrong, '--report-differences');
    expect(exitCode).toBe(2);
    expect(out).toContain('newest-bucket');
    expect(err).toBe('The configuration has problems, too: run azimuth validate without --report-differences.\n');
    expect((await validate({ 'runtime.yaml': runtime }, '--report-differences')).exitCode).toBe(4);
  });
});

describe('azimuth validate', () => {
  it('says nothing of differences unless it is asked to', async () => {
    expect(await validate(sound)).toEqual({ exitCode: 0, out: 'valid: 0 errors, 0 warnings in 2 files\n', err: '' });
  });
});
