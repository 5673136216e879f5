import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeFileSystem } from '../../src/config/file-system.ts';
import { type LoadInput, loadConfiguration } from '../../src/config/load.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { declarationText } from './support/declare.ts';
import { memoryFiles } from './support/memory-files.ts';

const runtime = 'authentication: {mode: SdkDefault}\n';
const good = { '/conf/runtime.yaml': runtime, '/conf/metrics-declaration.yaml': declarationText() };

function load(files: Record<string, string>, input: Partial<LoadInput> = {}) {
  return loadConfiguration({ folderFlag: '/conf', env: {}, fileSystem: memoryFiles(files), ...input });
}

describe('the configuration folder', () => {
  const files = {
    '/flag/runtime.yaml': runtime,
    '/a/runtime.yaml': runtime,
    '/p/runtime.yaml': runtime,
    '/config/runtime.yaml': runtime,
    'config/runtime.yaml': runtime,
  };
  const both = { AZIMUTH_CONFIG_FOLDER: '/a', PROMITOR_CONFIG_FOLDER: '/p' };
  const without = Object.fromEntries(Object.entries(files).filter(([path]) => !path.startsWith('/config')));

  it.each([
    ['/flag', files, both, '/flag'],
    ['', files, both, '/a'],
    ['', files, { ...both, AZIMUTH_CONFIG_FOLDER: ' ' }, '/p'],
    ['', files, { promitor_config_folder: '/p' }, '/p'],
    ['', files, {}, '/config'],
    ['', without, {}, 'config'],
  ])('flag %j', (folderFlag, present, env, folder) => {
    expect(load(present, { folderFlag, env }).folder).toBe(folder);
  });

  it('is a problem when it is missing', () => {
    const { problems } = load(good, { folderFlag: '/nope' });
    expect(problems.map(formatProblem)).toEqual([
      '/nope:1:1: error AZ1008: The configuration folder `/nope` (from --config-folder) does not exist; name one with --config-folder or AZIMUTH_CONFIG_FOLDER.',
    ]);
  });

  it('keeps the names of own metrics free', () => {
    const { problems, invalidMetrics } = load(good, { reservedNames: new Set(['redis_hits']) });
    expect(problems.map(({ code, message }) => [code, message])).toEqual([
      ['AZ1112', "`redis_hits` is the name of one of Azimuth's own metrics; rename the metric."],
    ]);
    expect(invalidMetrics.map(({ name }) => name)).toEqual(['redis_hits']);
  });

  it('takes the keys of every object for unknown fields like any other', () => {
    const files = {
      ...good,
      '/conf/metrics-declaration.yaml': `${declarationText()}\nconstructor: x\n__proto__: {a: b}\n`,
    };
    expect(load(files).problems.map(({ message }) => message)).toEqual([
      'Unknown field `constructor` is ignored.',
      'Unknown field `__proto__` is ignored.',
    ]);
  });

  it('stops the program with 3 when it is missing', () => {
    expect(load(good, { folderFlag: '/other' }).refusal).toEqual({
      exitCode: 3,
      message:
        'The configuration folder `/other` (from --config-folder) does not exist; name one with --config-folder or AZIMUTH_CONFIG_FOLDER.',
    });
    expect(load({}, { folderFlag: '', env: both }).refusal?.message).toContain('`/a` (from AZIMUTH_CONFIG_FOLDER)');
  });
});

describe('required files', () => {
  it('stop the program with 4 when one is missing', () => {
    const read = load({ '/conf/other.yaml': '' });
    expect(read.refusal).toEqual({
      exitCode: 4,
      message: 'The runtime file does not exist: /conf/runtime.yaml',
    });
    expect(read.problems.map((item) => item.code)).toEqual(['AZ1007']);
  });

  it('are found where the runtime file says', () => {
    const text = `${runtime}metricsConfiguration: {absolutePath: sub/metrics.yaml}\n`;
    const missing = load({ ...good, '/conf/runtime.yaml': text });
    expect(missing.refusal).toEqual({
      exitCode: 4,
      message: 'The metrics declaration does not exist: /conf/sub/metrics.yaml',
    });
    expect(missing.files).toEqual(['/conf/runtime.yaml', '/conf/sub/metrics.yaml']);
    const found = load({ ...good, '/conf/runtime.yaml': text, '/conf/sub/metrics.yaml': declarationText() });
    expect(found.refusal).toBeUndefined();
  });
});

describe('a good configuration', () => {
  it('is returned without a refusal', () => {
    const read = load(good);
    expect(read.problems).toEqual([]);
    expect(read.refusal).toBeUndefined();
    expect(read.files).toEqual(['/conf/runtime.yaml', '/conf/metrics-declaration.yaml']);
    expect(read.declaration?.metrics.map((metric) => metric.name)).toEqual(['redis_hits']);
    expect(read.runtime?.server.httpPort).toBe(8888);
    expect(read.invalidMetrics).toEqual([]);
  });

  it('takes the port of the flag before everything else', () => {
    const env = { AZIMUTH_YAML_OVERRIDE_server__httpPort: '9001' };
    expect(load(good, { port: 9002, env }).runtime?.server.httpPort).toBe(9002);
  });

  it('may have an empty runtime file', () => {
    const env = { AZIMUTH_AUTH_APPID: 'id', AZIMUTH_AUTH_APPKEY: 'key' };
    const read = load({ ...good, '/conf/runtime.yaml': '# defaults\n' }, { env });
    expect(read.problems).toEqual([]);
    expect(read.runtime?.authentication.identityId).toBe('id');
  });

  it('may have no metrics, which is remarked', () => {
    const text = `${declarationText().split('metrics:')[0]}metrics: []\n`;
    const read = load({ ...good, '/conf/metrics-declaration.yaml': text });
    expect(read.problems.map((item) => item.code)).toEqual(['AZ1113']);
    expect(read.refusal).toBeUndefined();
  });

  it('is read from the disk by the real file system', () => {
    const folder = mkdtempSync(join(tmpdir(), 'azimuth-'));
    writeFileSync(join(folder, 'runtime.yaml'), runtime);
    writeFileSync(join(folder, 'metrics-declaration.yaml'), declarationText());
    const read = loadConfiguration({ folderFlag: folder, env: {}, fileSystem: nodeFileSystem });
    rmSync(folder, { recursive: true });
    expect(read.problems).toEqual([]);
    expect(read.declaration?.metrics).toHaveLength(1);
    expect(nodeFileSystem.isDirectory(folder)).toBe(false);
    expect(nodeFileSystem.readFile(folder)).toBeUndefined();
  });
});

describe('what stops the program', () => {
  const second = `
  - name: redis_misses
    description: Misses
    resourceType: Redis
    azureMetricConfiguration: {metricName: x, aggregation: {type: Total}}
    resources: [{cacheName: one}]`;
  const withBad = { ...good, '/conf/metrics-declaration.yaml': declarationText() + second };

  it('is not one bad metric among good ones', () => {
    const read = load(withBad);
    expect(read.refusal).toBeUndefined();
    expect(read.invalidMetrics.map((item) => item.name)).toEqual(['redis_misses']);
    expect(read.declaration?.metrics).toHaveLength(1);
  });

  it('is one bad metric with strict, by flag or file', () => {
    const message = 'The configuration has errors, and strict mode starts with none only.';
    expect(load(withBad, { strict: true }).refusal).toEqual({ exitCode: 2, message });
    expect(load({ ...withBad, '/conf/runtime.yaml': `${runtime}strict: true\n` }).refusal).toEqual({
      exitCode: 2,
      message,
    });
  });

  it('is not a warning, even with strict', () => {
    const text = declarationText({ metric: '    label: x' });
    const read = load({ ...good, '/conf/metrics-declaration.yaml': text }, { strict: true });
    expect(read.problems.map((item) => item.code)).toEqual(['AZ1010']);
    expect(read.refusal).toBeUndefined();
  });

  it.each([
    [
      'no valid metric',
      declarationText().replace('RedisCache', 'Redis'),
      'No metric of the declaration is valid; mend at least one and start again.',
    ],
    [
      'a syntax error',
      `${declarationText()}\n\tx`,
      'The metrics declaration cannot be used; mend its errors and start again.',
    ],
    [
      'a duplicate key',
      `${declarationText()}\nversion: v1`,
      'The metrics declaration cannot be used; mend its errors and start again.',
    ],
    [
      'a wrong version',
      declarationText().replace('v1', 'v2'),
      'The metrics declaration cannot be used; mend its errors and start again.',
    ],
  ])('is %s', (_, text, message) => {
    const read = load({ ...good, '/conf/metrics-declaration.yaml': text });
    expect(read.problems.some((item) => item.severity === 'error')).toBe(true);
    expect(read.refusal).toEqual({ exitCode: 2, message });
  });

  it('is an error in the runtime file; the declaration is checked all the same', () => {
    const read = load({ ...withBad, '/conf/runtime.yaml': `${runtime}server: {httpPort: x}\n` });
    expect(read.problems.map((item) => `${item.file} ${item.code}`)).toEqual([
      '/conf/runtime.yaml AZ1013',
      '/conf/metrics-declaration.yaml AZ1012',
    ]);
    expect(read.runtime).toBeUndefined();
    expect(read.refusal).toEqual({
      exitCode: 2,
      message: 'The runtime configuration has errors; mend them and start again.',
    });
  });

  it('is a syntax error in the runtime file, of which no consequences are reported', () => {
    const read = load({ ...good, '/conf/runtime.yaml': 'server: [\n' });
    expect(read.problems.map((item) => item.code)).toEqual(['AZ1001']);
    expect(read.refusal?.exitCode).toBe(2);
  });

  it('is a Statuspage mapping that does not fit the declaration', () => {
    const mapping = (name: string): string =>
      `${runtime}metricSinks:\n  prometheusScrapingEndpoint:\n  atlassianStatuspage:\n    pageId: p\n    systemMetricMapping:\n      - {id: a, promitorMetricName: ${name}}\n`;
    const problems = (name: string, metrics: string) =>
      load({ '/conf/runtime.yaml': mapping(name), '/conf/metrics-declaration.yaml': metrics })
        .problems.filter((item) => item.code === 'AZ1209')
        .map(formatProblem);
    expect(problems('redis_hits', declarationText())).toEqual([]);
    expect(problems('redis_hit', declarationText())).toEqual([
      '/conf/runtime.yaml:7:37: error AZ1209: The metrics declaration has no metric `redis_hit`.',
    ]);
    expect(problems('redis_hits', `${declarationText()}\n      - cacheName: two`)).toEqual([
      '/conf/runtime.yaml:7:37: error AZ1209: The metric `redis_hits` has 2 resources; a mapped metric must have one.',
    ]);
    expect(problems('redis_misses', declarationText() + second)).toEqual([]);
    const grouped = declarationText({ metric: '    resourceDiscoveryGroups: [{name: g}]' });
    const groups = 'resourceDiscoveryGroups: [{name: g, type: RedisCache}]';
    expect(problems('redis_hits', `${grouped}\n${groups}\n`)).toEqual([
      '/conf/runtime.yaml:7:37: error AZ1209: The metric `redis_hits` names resource discovery groups; a mapped metric must have one resource.',
    ]);
  });
});

describe('a folder as the declaration', () => {
  const inFolder = `${runtime}metricsConfiguration: {absolutePath: metrics}\n`;
  const [head = '', metrics = ''] = declarationText().split(/(?=^metrics:)/m);
  const other = metrics.replaceAll('redis_hits', 'redis_misses');
  const files = {
    '/conf/runtime.yaml': inFolder,
    '/conf/metrics/00-defaults.yaml': head,
    '/conf/metrics/redis.yaml': metrics,
    '/conf/metrics/other.yml': other,
    '/conf/metrics/..2026/redis.yaml': 'hidden: [',
    '/conf/metrics/README.md': 'no YAML: [',
  };

  it('is all of its YAML files, in the order of their names', () => {
    const read = load(files);
    expect(read.problems).toEqual([]);
    expect(read.files).toEqual([
      '/conf/runtime.yaml',
      '/conf/metrics/00-defaults.yaml',
      '/conf/metrics/other.yml',
      '/conf/metrics/redis.yaml',
    ]);
    expect(read.declaration?.metrics.map(({ name }) => name)).toEqual(['redis_misses', 'redis_hits']);
  });

  it('leaves folders in it out, whatever their names', () => {
    const read = load({ ...files, '/conf/metrics/old.yaml/redis.yaml': 'version: v1\n' });
    expect([read.problems, read.files.length]).toEqual([[], 4]);
  });

  it('reports a name that two files have, and a contradiction, at the line of the later file', () => {
    const read = load({ ...files, '/conf/metrics/other.yml': `version: v2\n${metrics}` });
    expect(read.problems.map(formatProblem)).toEqual([
      expect.stringMatching(
        /^\/conf\/metrics\/other\.yml:1:1: error AZ1159: `version` says something else than in \/conf\/metrics\/00-defaults\.yaml:\d+; that one is used\. Keep it in one file\.$/,
      ),
      expect.stringMatching(
        /^\/conf\/metrics\/redis\.yaml:\d+:\d+: error AZ1111: A metric with the name `redis_hits` stands in \/conf\/metrics\/other\.yml:\d+; that one is used\.$/,
      ),
    ]);
    expect(read.refusal?.exitCode).toBe(2);
  });

  it('without a YAML file is a missing declaration', () => {
    const read = load({ '/conf/runtime.yaml': inFolder, '/conf/metrics/README.md': '' });
    expect(read.refusal).toEqual({
      exitCode: 4,
      message: 'The metrics declaration is a folder without YAML files: /conf/metrics',
    });
  });

  it('may be the configuration folder itself', () => {
    const read = load({ ...good, '/conf/runtime.yaml': `${runtime}metricsConfiguration: {absolutePath: .}\n` });
    expect(read.problems).toEqual([]);
    expect(read.declaration?.metrics).toHaveLength(1);
  });
});
