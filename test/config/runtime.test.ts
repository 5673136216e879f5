import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../src/config/problem.ts';
import { type ReadRuntime, readRuntime } from '../../src/config/runtime/runtime.ts';
import { readYaml } from '../../src/config/yaml.ts';
import { memoryFiles } from './support/memory-files.ts';

const files = { '/conf/secrets/key': 'hunter2\n', '/conf/client.pem': 'x' };

function read(text: string, env: Record<string, string | undefined> = {}): ReadRuntime {
  const { root } = readYaml(text, 'runtime.yaml');
  if (root === undefined) throw new Error('the text must be valid');
  return readRuntime(root, { folder: '/conf', env, fileSystem: memoryFiles(files) });
}

function runtimeOf(text: string, env: Record<string, string | undefined> = {}) {
  const { runtime, problems } = read(text, env);
  if (runtime === undefined) throw new Error(problems.map(formatProblem).join('\n'));
  return runtime;
}

const identity = 'authentication: {mode: SdkDefault}\n';

describe('a runtime file that says nothing', () => {
  it('gets every default', () => {
    expect(runtimeOf(identity)).toEqual({
      strict: false,
      server: { httpPort: 8888, enableLifecycle: false, shutdownGraceMs: 3000 },
      concurrency: {},
      authentication: { mode: 'SdkDefault' },
      metricsDeclarationPath: '/conf/metrics-declaration.yaml',
      prometheus: {
        baseUriPath: '/metrics',
        metricUnavailableValue: NaN,
        enableMetricTimestamps: false,
        metricTimestampSource: 'run',
        labelTransformation: 'None',
        systemMetricsPrefix: 'azimuth',
      },
      sinks: {},
      telemetry: { level: 'Information', containerLogs: { isEnabled: true } },
      azureMonitor: {
        queryMode: 'single',
        historyMs: 43_200_000,
        batching: { enabled: false, maxBatchSize: 50 },
        pricing: { perThousandCalls: 0.01, freeCalls: 1_000_000, currency: 'USD' },
        rateLimit: { readsPerSecond: 25, burst: 250 },
        logging: { isEnabled: false, informationLevel: 'Basic' },
      },
      resourceDiscovery: { shrinkThreshold: 0.5, refreshIntervalMs: 300_000 },
      seriesLimit: { perMetric: 100_000, total: 1_000_000 },
      healthCheck: { scraperFreshness: true },
    });
  });
});

describe('a runtime file that says everything', () => {
  const text = `${identity}
strict: True
SERVER:
  HttpPort: 9000
  maxdegreeofparallelism: -1
  shutdownGraceSeconds: 0.5
concurrency: { mutexTimeoutSeconds: 120 }
metricsConfiguration: { absolutePath: /etc/azimuth/metrics.yaml }
metricSinks:
  prometheusScrapingEndpoint:
    baseUriPath: scrape
    metricUnavailableValue: -1
    enableMetricTimestamps: "TRUE"
    metricTimestampSource: Bucket
    systemMetricsPrefix: PROMITOR
    labels: { transformation: lowercase }
telemetry:
  defaultVerbosity: trace
  containerLogs: { isEnabled: false, verbosity: warning }
azureMonitor:
  integration:
    history: { startingFromInHours: 2, startingFromOffset: 06:30:00 }
    metricsBatching: { maxBatchSize: 20, azureRegion: westeurope }
    rateLimit: { readsPerSecond: 12.5, burst: 10 }
  logging: { isEnabled: true, informationLevel: headers }
  pricing: { perThousandCalls: 0, freeCalls: 0, currency: EUR }
seriesLimit: { perMetric: 10, total: 20 }
callBudget: { callsPerHour: 5000 }
resourceDiscovery: { HOST: agent, port: 8889, shrinkthreshold: 0.25, refreshInterval: PT90S }
cache: { durationInMinutes: 10 }
healthCheck: { enableScraperFreshnessHealthCheck: false }
`;

  it('is taken at its word, without regard to case', () => {
    expect(read(text).problems).toEqual([]);
    expect(runtimeOf(text)).toEqual({
      strict: true,
      server: { httpPort: 9000, enableLifecycle: false, shutdownGraceMs: 500, maxDegreeOfParallelism: -1 },
      concurrency: { mutexTimeoutMs: 120_000 },
      authentication: { mode: 'SdkDefault' },
      metricsDeclarationPath: '/etc/azimuth/metrics.yaml',
      prometheus: {
        baseUriPath: '/scrape',
        metricUnavailableValue: -1,
        enableMetricTimestamps: true,
        metricTimestampSource: 'bucket',
        labelTransformation: 'Lowercase',
        systemMetricsPrefix: 'promitor',
      },
      sinks: {},
      telemetry: { level: 'Trace', containerLogs: { isEnabled: false, level: 'Warning' } },
      azureMonitor: {
        queryMode: 'single',
        historyMs: 23_400_000,
        batching: { enabled: false, maxBatchSize: 20, azureRegion: 'westeurope' },
        pricing: { perThousandCalls: 0, freeCalls: 0, currency: 'EUR' },
        rateLimit: { readsPerSecond: 12.5, burst: 10 },
        logging: { isEnabled: true, informationLevel: 'Headers' },
      },
      resourceDiscovery: { agent: { host: 'agent', port: 8889 }, shrinkThreshold: 0.25, refreshIntervalMs: 90_000 },
      seriesLimit: { perMetric: 10, total: 20 },
      callBudget: { callsPerHour: 5000 },
      healthCheck: { scraperFreshness: false },
    });
  });

  it('may be overridden by the environment', () => {
    const env = { PROMITOR_YAML_OVERRIDE_server__httpPort: '9001', AZIMUTH_YAML_OVERRIDE_SERVER__HTTPPORT: '9002' };
    expect(runtimeOf(text, env).server.httpPort).toBe(9002);
  });

  it('is blamed on the variable when an override is wrong', () => {
    const env = { PROMITOR_YAML_OVERRIDE_server__httpPort: 'many' };
    expect(read(text, env).problems.map(formatProblem)).toEqual([
      'environment PROMITOR_YAML_OVERRIDE_server__httpPort:1:1: error AZ1013: `httpPort` must be an integer from 0 to 65535, not `many`.',
    ]);
  });
});

describe('defaults that depend on each other', () => {
  it.each([
    ['telemetry: {}', 'Error'],
    ['telemetry:', 'Error'],
    ['strict: false', 'Information'],
  ])('%s logs from %s', (text, level) => {
    expect(runtimeOf(`${identity}${text}\n`).telemetry.level).toBe(level);
  });

  it.each([
    ['enabled: true', 'batch', 50],
    ['{ enabled: true, maxBatchSize: 0 }', 'batch', 50],
    ['{ enabled: true, maxBatchSize: 80 }', 'batch', 50],
    ['{ enabled: false, maxBatchSize: 8 }', 'single', 8],
  ])('metricsBatching %s', (batching, queryMode, maxBatchSize) => {
    const block = batching.startsWith('{') ? ` ${batching}` : `\n      ${batching}`;
    const { azureMonitor } = runtimeOf(`${identity}azureMonitor:\n  integration:\n    metricsBatching:${block}\n`);
    expect(azureMonitor.queryMode).toBe(queryMode);
    expect(azureMonitor.batching.maxBatchSize).toBe(maxBatchSize);
  });

  it('a Prometheus endpoint is there unless other sinks are declared alone', () => {
    const statsd = 'metricSinks:\n  statsd: { host: localhost }\n';
    expect(runtimeOf(`${identity}metricSinks:\n  prometheusScrapingEndpoint:\n`).prometheus?.baseUriPath).toBe(
      '/metrics',
    );
    expect(runtimeOf(`${identity}metricSinks: {}\n`).prometheus?.baseUriPath).toBe('/metrics');
    expect(runtimeOf(`${identity}${statsd}`).prometheus).toBeUndefined();
    expect(runtimeOf(`${identity}${statsd}  prometheusScrapingEndpoint:\n`).prometheus?.baseUriPath).toBe('/metrics');
  });
});

describe('authentication', () => {
  const principal = 'authentication:\n  mode: ServicePrincipal\n';

  it('takes id and secret from the environment, Azimuth before Promitor', () => {
    const env = {
      PROMITOR_AUTH_APPID: 'p-id',
      PROMITOR_AUTH_APPKEY: 'hunter1',
      AZIMUTH_AUTH_APPID: 'a-id',
      AZIMUTH_AUTH_APPKEY: 'hunter2',
    };
    const { authentication } = runtimeOf('server: {}\n', env);
    expect(authentication.identityId).toBe('a-id');
    expect(authentication.clientSecret?.reveal()).toBe('hunter2');
    env.AZIMUTH_AUTH_APPKEY = '';
    expect(authentication.clientSecret?.reveal()).toBe('hunter1');
    expect(inspect(authentication, { depth: 9 })).not.toContain('hunter');
  });

  it('takes the identity of the file before that of the environment', () => {
    const env = { PROMITOR_AUTH_APPID: 'env', PROMITOR_AUTH_APPKEY: 'x' };
    expect(runtimeOf(`${principal}  identityId: file\n`, env).authentication.identityId).toBe('file');
  });

  it('reads the secret file at each use and trims one newline', () => {
    const text = `${principal}  identityId: id\n  secretFilePath: secrets\n  secretFileName: key\n`;
    const fileSystem = memoryFiles({ ...files, '/conf/secrets/key': 'hunter2\n\n' });
    const { root } = readYaml(text, 'runtime.yaml');
    const runtime = root && readRuntime(root, { folder: '/conf', env: {}, fileSystem }).runtime;
    expect(fileSystem.reads).toEqual([]);
    expect(runtime?.authentication.clientSecret?.reveal()).toBe('hunter2\n');
    runtime?.authentication.clientSecret?.reveal();
    expect(fileSystem.reads).toEqual(['/conf/secrets/key', '/conf/secrets/key']);
  });

  it('takes a certificate instead of a secret', () => {
    const text = `${principal}  identityId: id\n  certificateFilePath: client.pem\n`;
    const { authentication } = runtimeOf(text, { AZIMUTH_AUTH_CERTIFICATE_PASSWORD: 'hunter2' });
    expect(authentication.certificateFilePath).toBe('/conf/client.pem');
    expect(authentication.certificatePassword?.reveal()).toBe('hunter2');
    expect(authentication.clientSecret).toBeUndefined();
  });

  it('takes what a workload identity needs from the variables of the platform', () => {
    const env = { AZURE_CLIENT_ID: 'id', AZURE_TENANT_ID: 'tenant', AZURE_FEDERATED_TOKEN_FILE: '/var/token' };
    expect(runtimeOf('authentication: {mode: workloadidentity}\n', env).authentication).toEqual({
      mode: 'WorkloadIdentity',
      identityId: 'id',
      fallbackTenantId: 'tenant',
      federatedTokenFile: '/var/token',
    });
  });

  it('does not take the id of a service principal for a managed identity', () => {
    const env = { PROMITOR_AUTH_APPID: 'x' };
    const { authentication } = runtimeOf('authentication: {mode: UserAssignedManagedIdentity}\n', env);
    expect(authentication).toEqual({ mode: 'UserAssignedManagedIdentity' });
  });

  it('does not complain of what a section lacks that could not be read', () => {
    expect(read('authentication: hunter2\n').problems.map(formatProblem)).toEqual([
      'runtime.yaml:1:17: error AZ1019: `authentication` must be a mapping, not a text.',
    ]);
  });
});

describe('resource discovery', () => {
  it('is refreshed as often as the cache of Promitor would be, and its agent listens on port 80', () => {
    const text = `${identity}resourceDiscovery: {host: agent}\ncache: {durationInMinutes: 15}\n`;
    expect(runtimeOf(text).resourceDiscovery).toEqual({
      agent: { host: 'agent', port: 80 },
      shrinkThreshold: 0.5,
      refreshIntervalMs: 900_000,
    });
  });
});
