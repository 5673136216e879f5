import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  differenceSections,
  differencesAsJson,
  differencesAsText,
  findDifferences,
} from '../../src/config/differences/find.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { memoryFiles } from './support/memory-files.ts';

const src = join(import.meta.dirname, '../../src');
const rows = differenceSections.flatMap((section) => section.rows);
const identity = 'authentication: { mode: SdkDefault }\n';
const head = `version: v1
azureMetadata: { tenantId: 0d3a7c1e, subscriptionId: 6f9c2b74, resourceGroupName: northwind }
`;
const hourly = "metricDefaults: { aggregation: { interval: '00:05:00' }, scraping: { schedule: '*/5 * * * *' } }\n";

/** A metric in one line, the fourth of the declaration. */
function declared(type: string, resources: string, more = ''): string {
  return `${head}${hourly}metrics: [{ name: m, description: d, resourceType: ${type}, azureMetricConfiguration: { metricName: A, aggregation: { type: Total }${more} }, resources: [${resources}] }]\n`;
}

interface Texts {
  readonly runtime?: string;
  readonly declaration?: string;
  readonly discovery?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const redis = declared('RedisCache', '{ cacheName: a }');

function differencesIn({ runtime = identity, declaration = redis, discovery, env = {} }: Texts) {
  const fileSystem = memoryFiles({
    'conf/runtime.yaml': runtime,
    'conf/metrics-declaration.yaml': declaration,
    ...(discovery === undefined ? {} : { 'conf/resource-discovery-declaration.yaml': discovery }),
  });
  return findDifferences(loadConfiguration({ folderFlag: 'conf', env, fileSystem }), fileSystem, env);
}

/** Where a difference concerns the texts, as `file:line path` without the folder. */
function placesOf(id: string, texts: Texts): readonly string[] {
  return differencesIn(texts)
    .filter((one) => one.id === id)
    .map(({ file, line, path }) => `${file.replace('conf/', '')}:${line} ${path}`.trim());
}

const inRuntime = (text: string): Texts => ({ runtime: `${identity}${text}\n` });
const pushed = (sink: string): Texts => inRuntime(`metricSinks: { ${sink}: { } }`);
const batching = inRuntime('azureMonitor: { integration: { metricsBatching: { enabled: true, maxBatchSize: 0 } } }');
const split = { declaration: declared('RedisCache', '{ cacheName: a }', ', dimensions: [{ name: ShardId }]') };
const metrics = 'metrics-declaration.yaml:4 metrics';
const dimensions = `${metrics}[0].azureMetricConfiguration.dimensions`;
const groups = (criteria: string): Texts => ({
  discovery: `version: v1
azureLandscape: { tenantId: 0d3a7c1e, subscriptions: [6f9c2b74], cloud: Global, endpoints: { a: b } }
resourceDiscoveryGroups:
  - { name: one, type: RedisCache }
  - { name: two, ${criteria} }
`,
});
const secondGroup = 'resource-discovery-declaration.yaml:5 resourceDiscoveryGroups[1]';
const firstGroups = 'resource-discovery-declaration.yaml:3 resourceDiscoveryGroups';
const schedule = 'metrics-declaration.yaml:3 metricDefaults.scraping.schedule';

const cases: readonly (readonly [id: string, texts: Texts, ...places: string[]])[] = [
  ['port', {}, 'runtime.yaml:1'],
  ['log-level', {}, 'runtime.yaml:1'],
  ['timestamps', {}, 'runtime.yaml:1'],
  ['own-metric-names', {}, 'runtime.yaml:1'],
  ['runtime-metrics', {}, 'runtime.yaml:1'],
  ['log-output', {}, 'runtime.yaml:1'],
  ['batch-size', batching, 'runtime.yaml:2 azureMonitor.integration.metricsBatching.maxBatchSize'],
  [
    'batch-size',
    inRuntime('azureMonitor: { integration: { metricsBatching: { enabled: true } } }'),
    'runtime.yaml:2 azureMonitor.integration.metricsBatching',
  ],
  ['batch-size', inRuntime('azureMonitor: { integration: { metricsBatching: { maxBatchSize: 20 } } }')],
  ['port', inRuntime('server: { httpPort: 8888 }')],
  [
    'legacy-client',
    inRuntime('azureMonitor: { integration: { useAzureMonitorSdk: False } }'),
    'runtime.yaml:2 azureMonitor.integration.useAzureMonitorSdk',
  ],
  ['azure-logging', inRuntime('AzureMonitor: { Logging: { isEnabled: true } }'), 'runtime.yaml:2 AzureMonitor.Logging'],
  ['discovery-enabled', inRuntime('resourceDiscovery: { enabled: true }'), 'runtime.yaml:2 resourceDiscovery.enabled'],
  ['discovery-cache', inRuntime('cache: { enabled: false }'), 'runtime.yaml:2 cache.enabled'],
  ['old-prometheus-section', inRuntime('prometheus: { scrapeEndpoint: {} }'), 'runtime.yaml:2 prometheus'],
  ['landscape-endpoints', groups('type: WebApp'), 'resource-discovery-declaration.yaml:2 azureLandscape.endpoints'],
  ['one-error', {}, 'runtime.yaml:1'],
  [
    'endpoints-order',
    { declaration: redis.replace('northwind }', 'northwind, endpoints: {}, cloud: Custom }') },
    'metrics-declaration.yaml:2 azureMetadata.endpoints',
  ],
  ['missing-sections', {}, 'runtime.yaml:1'],
  [
    'secret-newline',
    { runtime: 'authentication: { mode: ServicePrincipal, secretFilePath: a, secretFileName: b }' },
    'runtime.yaml:1 authentication.secretFileName',
  ],
  [
    'bare-days',
    { declaration: redis.replace('00:05:00', '5') },
    'metrics-declaration.yaml:3 metricDefaults.aggregation.interval',
  ],
  ['unknown-keys', inRuntime('sever: {}'), 'runtime.yaml:2 sever'],
  ['newest-bucket', {}, metrics],
  ['window', {}, metrics],
  [
    'window',
    inRuntime('azureMonitor: { integration: { history: { startingFromInHours: 2 } } }'),
    'runtime.yaml:2 azureMonitor.integration.history',
  ],
  ['late-metrics', {}, metrics],
  ['last-value', {}, metrics],
  ['deleted-resources', {}, metrics],
  [
    'declared-entity',
    { declaration: declared('ServiceBusNamespace', '{ namespace: n, queueName: q }') },
    `${metrics}[0].resources[0].queueName`,
  ],
  ['empty-dimension', split, dimensions],
  ['no-series', split, dimensions],
  ['case-of-values', split, dimensions],
  [
    'generic-filter',
    {
      declaration: declared(
        'Generic',
        "{ resourceUri: a/b/c, filter: x eq 'y' }, { resourceUri: a/b/d, filter: x ne 'z' }",
      ),
    },
    `${metrics}[0].resources[0].filter`,
    `${metrics}[0].resources[1].filter`,
  ],
  ['shared-calls', {}, metrics],
  ['batch-regions', batching, 'runtime.yaml:2 azureMonitor.integration.metricsBatching.enabled'],
  ['batch-entities', batching, 'runtime.yaml:2 azureMonitor.integration.metricsBatching.enabled'],
  ['wrong-name', batching, 'runtime.yaml:2 azureMonitor.integration.metricsBatching.enabled'],
  ['dimension-collision', split, dimensions],
  ['label-characters', split, dimensions],
  [
    'workspace-uri',
    { declaration: declared('LogAnalytics', '{ workspaceId: i, workspaceName: n }') },
    `${metrics}[0].resources[0].workspaceId`,
  ],
  [
    'declared-twice',
    { declaration: declared('RedisCache', '{ cacheName: a }, { cacheName: A }') },
    `${metrics}[0].resources`,
  ],
  ['overlap', {}, schedule],
  ['summer-time', { declaration: redis.replace('*/5 * * * *', '30 2 * * *') }, schedule],
  ['dates-that-never-come', { declaration: redis.replace('*/5 * * * *', '0 0 30 2 *') }, schedule],
  [
    'time-budget',
    inRuntime('concurrency: { mutexTimeoutSeconds: 90 }'),
    'runtime.yaml:2 concurrency.mutexTimeoutSeconds',
  ],
  [
    'sas-tokens',
    { declaration: declared('StorageQueue', '{ accountName: a, queueName: q, sasToken: { rawValue: s } }') },
    `${metrics}[0].resources[0].sasToken`,
  ],
  ['agent-health', inRuntime('resourceDiscovery: { host: agent }'), 'runtime.yaml:2 resourceDiscovery.host'],
  ['no-value-sent', pushed('statsd'), 'runtime.yaml:2 metricSinks.statsd'],
  ['sink-that-hangs', pushed('atlassianStatuspage'), 'runtime.yaml:2 metricSinks.atlassianStatuspage'],
  ['negative-gauges', pushed('statsd'), 'runtime.yaml:2 metricSinks.statsd'],
  ['negative-gauges', pushed('openTelemetryCollector')],
  ['datagrams', pushed('statsd'), 'runtime.yaml:2 metricSinks.statsd'],
  ['repeated-values', pushed('openTelemetryCollector'), 'runtime.yaml:2 metricSinks.openTelemetryCollector'],
  ['service-name', pushed('openTelemetryCollector'), 'runtime.yaml:2 metricSinks.openTelemetryCollector'],
  ['statuspage-limit', pushed('atlassianStatuspage'), 'runtime.yaml:2 metricSinks.atlassianStatuspage'],
  [
    'several-tags',
    groups('type: RedisCache, criteria: { include: { tags: { a: x, b: y } } }'),
    `${secondGroup}.criteria.include.tags`,
  ],
  [
    'tag-alternatives',
    groups("type: RedisCache, criteria: { include: { tags: { a: 'x|y', b: y } } }"),
    `${secondGroup}.criteria.include.tags.a`,
  ],
  ['quoted-names', groups('type: RedisCache'), firstGroups],
  ['odd-app', groups('type: WebApp'), `${secondGroup}.type`],
  ['more-types', groups('type: SqlServer'), `${secondGroup}.type`],
  ['group-names', sameName(), `${secondGroup}.name`],
  ['agent-list', groups('type: RedisCache'), firstGroups],
  ['agent-url', inRuntime('resourceDiscovery: { host: agent }'), 'runtime.yaml:2 resourceDiscovery.host'],
  ['agent-pages', inRuntime('resourceDiscovery: { host: agent }'), 'runtime.yaml:2 resourceDiscovery.host'],
];

function sameName(): Texts {
  return { discovery: groups('type: RedisCache').discovery?.replace('name: two', 'name: ONE') ?? '' };
}

describe('a difference from Promitor', () => {
  it.each(cases.map(([id, texts, ...places]) => ({ id, texts, places })))(
    '$id is reported where it is',
    ({ id, texts, places }) => {
      expect(placesOf(id, texts)).toEqual(places);
    },
  );

  it('has a case above, or nothing that a configuration could show', () => {
    const tried = new Set(cases.map(([id]) => id));
    expect(rows.filter(({ id, when }) => when.length > 0 !== tried.has(id))).toEqual([]);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  });

  it('is sentences: no dot at the end of what the programs do, one at the end of the remedy', () => {
    for (const { id, promitor, azimuth, remedy } of rows) {
      expect(`${promitor}|${azimuth}`, id).not.toMatch(/\.(\||$)/);
      expect(remedy, id).toMatch(/^[A-Z].*\.$/);
    }
  });

  it('is true of azureMonitor.logging: nothing reads it', () => {
    // To hand it on under its own name (`isEnabled: logging.isEnabled`) shows it, and changes nothing.
    const readers = globSync('**/*.ts', { cwd: src }).filter((file) =>
      /(?<!\b(isEnabled|informationLevel): )\blogging\.(isEnabled|informationLevel)/.test(
        readFileSync(join(src, file), 'utf8'),
      ),
    );
    expect(readers).toEqual([]);
  });
});

describe('a configuration that settles what can be settled', () => {
  const settled = `${identity}strict: true
server: { httpPort: 80 }
metricsConfiguration: { absolutePath: metrics-declaration.yaml }
telemetry: { defaultVerbosity: Error }
metricSinks: { prometheusScrapingEndpoint: { enableMetricTimestamps: true, systemMetricsPrefix: promitor } }
`;

  it('differs in what Promitor does wrong, and in its runtime, alone', () => {
    expect(differencesIn({ runtime: settled }).map(({ id }) => id)).toEqual([
      'runtime-metrics',
      'log-output',
      'newest-bucket',
      'window',
      'late-metrics',
      'last-value',
      'deleted-resources',
      'shared-calls',
      'overlap',
      'time-budget',
    ]);
  });

  it('may be settled by the environment, whose variable is then the place', () => {
    const env = { PROMITOR_YAML_OVERRIDE_server__httpPort: '80', PROMITOR_YAML_OVERRIDE_cache__enabled: 'false' };
    expect(placesOf('port', { env })).toEqual([]);
    expect(differencesIn({ env }).find(({ id }) => id === 'discovery-cache')?.file).toBe(
      'environment PROMITOR_YAML_OVERRIDE_cache__enabled',
    );
  });
});

describe('the report', () => {
  const [port] = differencesIn({});

  it('has the promised members in JSON', () => {
    expect(JSON.parse(differencesAsJson(port === undefined ? [] : [port]))).toEqual({
      differences: [
        {
          id: 'port',
          file: 'conf/runtime.yaml',
          line: 1,
          path: '',
          promitor: 'listens on port 80 unless told otherwise',
          azimuth: 'listens on port 8888',
          remedy: 'Write `server.httpPort: 80`; below 1024 the process needs the right to listen there.',
        },
      ],
    });
  });

  it('is text with a total', () => {
    expect(differencesAsText(port === undefined ? [] : [port])).toBe(`conf/runtime.yaml:1: port
  Promitor listens on port 80 unless told otherwise.
  Azimuth listens on port 8888.
  Remedy: Write \`server.httpPort: 80\`; below 1024 the process needs the right to listen there.

1 difference from Promitor in 1 place
`);
  });
});
