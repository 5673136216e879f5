import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Problem } from '../../src/config/problem.ts';
import { cases, root } from './support/helm.ts';
import { configFiles, environmentOf } from './support/pod.ts';

/** Nothing is set in it, so that it cannot be valid; what is reported has its own test. */
const incomplete = 'default';

/** What volumes of the values files bring. */
const mountedFiles = [
  'principal.pfx',
  'principal.pem',
  'client-secret',
  'ca.pem',
  'client.pem',
  'client-key.pem',
  'token',
  'remote-write-password',
];

const folder = mkdtempSync(join(tmpdir(), 'azimuth-chart-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Report {
  readonly valid: boolean;
  readonly problems: readonly Problem[];
}

/** Runs the built command over the files of the ConfigMap, with the environment of the container. */
function validate(name: string): { readonly status: number | null; readonly report: Report } {
  const config = mkdtempSync(join(folder, `${name}-`));
  for (const [file, text] of Object.entries(configFiles(name))) writeFileSync(join(config, file), text);
  for (const file of mountedFiles) writeFileSync(join(config, file), 'mounted');
  writeFileSync(join(config, 'config.yaml'), 'http_server_config: { http2: false }\n');
  const { status, stdout } = spawnSync(
    process.execPath,
    [join(root, 'bin/azimuth.js'), 'validate', '--format', 'json', '--config-folder', config],
    { env: { ...environmentOf(name), ...mountedHere(name, config) }, encoding: 'utf8', timeout: 30_000 },
  );
  return { status, report: JSON.parse(stdout) as Report };
}

/** Paths of volumes, which are no paths of this machine: by overrides they lead to files beside the configuration. */
function mountedHere(name: string, config: string): Readonly<Record<string, string>> {
  const found = pathsOfFiles(parse(configFiles(name)['runtime.yaml'] ?? '') as object);
  return Object.fromEntries(
    found.map(([key, path]) => {
      const here = key.endsWith('secretFilePath') ? config : join(config, basename(path));
      return [`AZIMUTH_YAML_OVERRIDE_${key}`, here];
    }),
  );
}

function pathsOfFiles(section: object): readonly (readonly [key: string, path: string])[] {
  return Object.entries(section).flatMap(([key, value]: [string, unknown]) => {
    if (typeof value === 'string')
      return key.endsWith('FilePath') || key === 'webConfigFile' ? [[key, value] as const] : [];
    if (typeof value !== 'object' || value === null) return [];
    return pathsOfFiles(value).map(([below, path]) => [`${key}__${below}`, path] as const);
  });
}

describe('azimuth validate of the rendered ConfigMap', () => {
  it.each(cases.filter((name) => name !== incomplete))('finds no error in %s', (name) => {
    const { status, report } = validate(name);
    expect(report.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(status).toBe(0);
  });

  it('tells what is missing when no value is set', () => {
    const { status, report } = validate(incomplete);
    expect(
      report.problems.filter(({ severity }) => severity === 'error').map(({ code, path }) => `${code} ${path}`),
    ).toEqual([
      'AZ1201 authentication.identityId',
      'AZ1202 authentication.secretFileName',
      'AZ1011 azureMetadata.tenantId',
      'AZ1011 azureMetadata.subscriptionId',
    ]);
    expect(status).toBe(2);
  });
});
