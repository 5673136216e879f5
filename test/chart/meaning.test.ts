import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { MetricDefinition } from '../../src/core/declaration.ts';
import type { RuntimeConfig } from '../../src/core/runtime-config.ts';
import { cases } from './support/helm.ts';
import { configFiles, loadFromPod } from './support/pod.ts';

/** What the chart's values mean when nothing is set but the identity; written by hand, not derived from the chart. */
const usual: Omit<RuntimeConfig, 'authentication'> = {
  strict: false,
  server: { httpPort: 8888, enableLifecycle: false, shutdownGraceMs: 3000 },
  concurrency: { mutexTimeoutMs: 90_000 },
  metricsDeclarationPath: '/config/metrics-declaration.yaml',
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
  seriesLimit: { perMetric: 100_000, total: 1_000_000 },
  resourceDiscovery: { shrinkThreshold: 0.5, refreshIntervalMs: 300_000 },
  healthCheck: { scraperFreshness: true },
};

const subscriptionId = '0f9d7fea-99e8-4768-8672-06a28514f77e';
const tenantId = 'c8819874-9e56-4e3f-b1a8-1c0325138f27';
const clientId = '5e8a2f90-13c7-4db4-a6f2-91b7c0d4e835';

const redisHits: MetricDefinition = {
  name: 'redis_hits',
  description: 'Hits of the cache',
  resourceType: 'RedisCache',
  labels: {},
  defaultLabels: {},
  schedule: { text: '*/5 * * * *', cron: '0 */5 * * * *', periodMs: 300_000 },
  query: {
    kind: 'azureMonitor',
    metricNames: ['cachehits'],
    aggregations: ['Total'],
    intervalMs: 300_000,
    dimensions: [],
    limit: 10_000,
    alignment: 'minute',
    nameByMetric: false,
    nameByAggregation: false,
  },
  freshness: { delayMs: 60_000, staleAfterMs: 900_000, noData: 'unavailableValue' },
  resources: [{ subscriptionId, resourceGroupName: 'promitor', fields: { cacheName: 'shop' } }],
  resourceDiscoveryGroups: [],
};

/** Every part of `meant` as it was loaded; parts that later versions add are theirs to test. */
function expectRuntime(name: string, meant: Partial<RuntimeConfig>): void {
  const { runtime } = loadFromPod(name);
  const parts = Object.keys(meant) as (keyof RuntimeConfig)[];
  expect(Object.fromEntries(parts.map((part) => [part, runtime?.[part]]))).toEqual(meant);
}

describe('what the container loads is what the values mean', () => {
  it('minimal', () => {
    expectRuntime('minimal', usual);
    const { declaration } = loadFromPod('minimal');
    expect(declaration?.tenantId).toBe(tenantId);
    expect(declaration?.cloud.name).toBe('Global');
    expect(declaration?.metrics).toEqual([redisHits]);
  });

  it("Promitor's own values", () => {
    expectRuntime('promitor', {
      ...usual,
      server: { httpPort: 5000, enableLifecycle: false, shutdownGraceMs: 3000 },
      concurrency: { mutexTimeoutMs: 120_000 },
      prometheus: {
        baseUriPath: '/metrics',
        metricUnavailableValue: -1,
        enableMetricTimestamps: true,
        metricTimestampSource: 'run',
        labelTransformation: 'Lowercase',
        systemMetricsPrefix: 'azimuth',
      },
      telemetry: { level: 'Warning', containerLogs: { isEnabled: true } },
      azureMonitor: {
        ...usual.azureMonitor,
        historyMs: 21_600_000,
        logging: { isEnabled: true, informationLevel: 'Basic' },
      },
    });
    const { declaration } = loadFromPod('promitor');
    expect(declaration?.metrics).toEqual([
      {
        ...redisHits,
        name: 'demo_queue_size',
        description: "Active messages of the queue 'orders'",
        resourceType: 'ServiceBusNamespace',
        query: { ...redisHits.query, metricNames: ['ActiveMessages'], intervalMs: 900_000 },
        resources: [
          {
            subscriptionId,
            resourceGroupName: 'promitor',
            fields: { namespace: 'promitor-messaging', queueName: 'orders' },
          },
        ],
      },
    ]);
  });

  it('a custom cloud, defaults and a templated metric', () => {
    expectRuntime('custom-cloud', { ...usual, authentication: { mode: 'SystemAssignedManagedIdentity' } });
    const { declaration } = loadFromPod('custom-cloud');
    expect(declaration?.cloud).toEqual({
      name: 'Custom',
      authority: 'https://login.stack.example',
      resourceManager: 'https://management.stack.example',
      resourceManagerAudience: 'https://management.stack.example',
      metricsDataPlane: 'https://{region}.metrics.stack.example',
      metricsDataPlaneAudience: 'https://metrics.stack.example',
      logAnalytics: 'https://logs.stack.example',
      logAnalyticsAudience: 'https://logs.stack.example',
      storageQueue: 'https://{account}.queue.stack.example',
    });
    expect(declaration?.metrics).toEqual([
      {
        ...redisHits,
        name: 'queue_length',
        description: 'Messages of azimuth',
        resourceType: 'ServiceBusNamespace',
        labels: { app: 'shop' },
        defaultLabels: { team: 'platform', on_call: 'true' },
        schedule: { text: '0 */2 * * * *', cron: '0 */2 * * * *', periodMs: 120_000 },
        query: {
          ...redisHits.query,
          metricNames: ['ActiveMessages'],
          aggregations: ['Average'],
          intervalMs: 900_000,
          dimensions: ['EntityName'],
          limit: 50,
        },
        freshness: { delayMs: 120_000, staleAfterMs: 900_000, noData: 'absent' },
        resources: [{ subscriptionId, resourceGroupName: 'messaging', fields: { namespace: 'sb-shop' } }],
      },
    ]);
  });

  it('raw configuration over the other values', () => {
    expectRuntime('raw-config', {
      ...usual,
      strict: true,
      authentication: { mode: 'UserAssignedManagedIdentity' },
      prometheus: {
        baseUriPath: '/scrape',
        metricUnavailableValue: 0,
        enableMetricTimestamps: false,
        metricTimestampSource: 'run',
        labelTransformation: 'None',
        systemMetricsPrefix: 'azimuth',
      },
      telemetry: { level: 'Information', containerLogs: { isEnabled: false } },
      azureMonitor: { ...usual.azureMonitor, queryMode: 'auto', rateLimit: { readsPerSecond: 25, burst: 10 } },
      seriesLimit: { perMetric: 100_000, total: 2_000_000 },
    });
    const { declaration } = loadFromPod('raw-config');
    expect(declaration?.tenantId).toBe(tenantId);
    expect(declaration?.metrics).toEqual([{ ...redisHits, description: 'Braces stay: {{ .Release.Name }}' }]);
  });

  it('every setting of the runtime file', () => {
    expect(parse(configFiles('everything')['runtime.yaml'] ?? '')).toEqual({
      strict: true,
      server: {
        httpPort: 8888,
        maxDegreeOfParallelism: 16,
        webConfigFile: '/web/config.yaml',
        enableLifecycle: true,
        shutdownGraceSeconds: 5,
      },
      concurrency: { mutexTimeoutSeconds: 60 },
      authentication: {
        mode: 'UserAssignedManagedIdentity',
        identityId: clientId,
        secretFilePath: '/vault',
        secretFileName: 'client-secret',
        certificateFilePath: '/vault/principal.pem',
        federatedTokenFile: '/var/run/secrets/azure/tokens/azure-identity-token',
      },
      metricSinks: {
        prometheusScrapingEndpoint: {
          baseUriPath: '/metrics',
          metricUnavailableValue: 0,
          enableMetricTimestamps: true,
          metricTimestampSource: 'bucket',
          systemMetricsPrefix: 'azimuth',
          labels: { transformation: 'Lowercase' },
        },
        statsd: {
          host: 'statsd.monitoring',
          port: 9125,
          metricPrefix: 'shop',
          metricFormat: 'Geneva',
          maxDatagramBytes: 1200,
          geneva: { account: 'shop', namespace: 'azure' },
        },
        openTelemetryCollector: {
          collectorUri: 'http://collector.monitoring:4317',
          protocol: 'http/protobuf',
          compression: 'gzip',
          timeout: '5s',
        },
        atlassianStatuspage: {
          pageId: 'y79z9b78ybgs',
          systemMetricMapping: [{ id: 'nfkgnrwpn545', promitorMetricName: 'redis_hits' }],
        },
        prometheusRemoteWrite: {
          url: 'https://remote.example:8443/api/v1/write?api-version=2023-04-24',
          protocol: '2.0',
          externalLabels: { cluster: 'shop' },
          headers: { 'X-Scope-OrgID': 'shop' },
          authentication: {
            entra: {
              scope: 'https://monitor.azure.us//.default',
              identity: {
                mode: 'ServicePrincipal',
                identityId: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
                secretFilePath: '/vault',
                secretFileName: 'client-secret',
                certificateFilePath: '/vault/principal.pem',
                federatedTokenFile: '/vault/token',
              },
            },
          },
          lateness: '10m',
          resumeFrom: '2h',
          stateFolder: '/tmp/state',
          timeout: '10s',
          queue: { maxSamples: 100_000, samplesPerRequest: 5000, shards: 4 },
        },
      },
      resourceDiscovery: { host: 'discovery', port: 8889, shrinkThreshold: 0.25, refreshInterval: '00:02:00' },
      cache: { enabled: true, durationInMinutes: 5 },
      telemetry: {
        defaultVerbosity: 'Debug',
        containerLogs: { isEnabled: true, verbosity: 'Information' },
        applicationInsights: {
          isEnabled: true,
          instrumentationKey: '3f1c2d4e-5b6a-4c7d-8e9f-0a1b2c3d4e5f',
          verbosity: 'Error',
        },
      },
      azureMonitor: {
        logging: { isEnabled: true, informationLevel: 'Headers' },
        integration: {
          useAzureMonitorSdk: true,
          queryMode: 'batch',
          history: { startingFromInHours: 6, startingFromOffset: '02:00:00' },
          metricsBatching: { enabled: true, maxBatchSize: 20, azureRegion: 'westeurope' },
          rateLimit: { readsPerSecond: 12.5, burst: 100 },
        },
        pricing: { perThousandCalls: 0.02, freeCalls: 500_000, currency: 'EUR' },
      },
      seriesLimit: { perMetric: 5000, total: 1_000_000 },
      callBudget: { callsPerHour: 6000 },
      healthCheck: { enableScraperFreshnessHealthCheck: false },
    });
  });

  it('settings of sinks that exclude those above', () => {
    const { metricSinks } = parse(configFiles('sinks')['runtime.yaml'] ?? '') as { metricSinks: unknown };
    expect(metricSinks).toEqual({
      statsd: {
        port: 8125,
        socketPath: '/sockets/dsd.socket',
        socketFraming: 'length',
        tags: 'dogstatsd',
        maxDatagramBytes: 1432,
      },
      openTelemetryCollector: {
        collectorUri: 'https://collector.monitoring:4317',
        headers: { 'x-shop': '1' },
        certificateFilePath: '/certificates/ca.pem',
        clientCertificateFilePath: '/certificates/client.pem',
        clientKeyFilePath: '/certificates/client-key.pem',
      },
      atlassianStatuspage: {
        pageId: 'y79z9b78ybgs',
        systemMetricMapping: [{ id: 'nfkgnrwpn545', promitorMetricName: 'redis_hits' }],
        apiUri: 'https://statuspage.example/v1',
      },
      prometheusRemoteWrite: {
        url: 'https://remote.example/api/v1/write',
        authentication: { bearer: { tokenFilePath: '/certificates/token' } },
        certificateFilePath: '/certificates/ca.pem',
        clientCertificateFilePath: '/certificates/client.pem',
        clientKeyFilePath: '/certificates/client-key.pem',
      },
    });
    const { runtime } = loadFromPod('sinks');
    expect(runtime?.prometheus).toBeUndefined();
    expect(Object.keys(runtime?.sinks ?? {})).toEqual([
      'statsd',
      'openTelemetryCollector',
      'atlassianStatuspage',
      'prometheusRemoteWrite',
    ]);
  });

  it('credentials of remote write out of a Secret, made here or by somebody else', () => {
    const own = loadFromPod('remote-write').runtime?.sinks.prometheusRemoteWrite;
    expect(own?.stateFolder).toBe('/state');
    if (own?.authentication.kind !== 'basic') throw new Error('no user name');
    expect(own.authentication.password.reveal()).toBe('remote-password');
    expect(configFiles('remote-write')['runtime.yaml']).not.toContain('remote-password');
    const others = loadFromPod('existing-secret').runtime?.sinks.prometheusRemoteWrite;
    if (others?.authentication.kind !== 'bearer') throw new Error('no token');
    expect(others.authentication.token.reveal()).toBe('from-the-vault-too');
  });

  it("the values of Promitor's discovery chart", () => {
    expect(parse(configFiles('promitor-discovery')['resource-discovery-declaration.yaml'] ?? '')).toEqual({
      version: 'v1',
      azureLandscape: {
        cloud: 'Global',
        tenantId,
        subscriptions: [subscriptionId, '11111111-2222-4333-8444-555555555555'],
      },
      resourceDiscoveryGroups: [
        { name: 'container-registry-landscape', type: 'ContainerRegistry' },
        {
          name: 'app-plans',
          type: 'AppPlan',
          criteria: {
            include: { subscriptions: [subscriptionId], resourceGroups: ['shop'], tags: { app: 'shop-.*' } },
          },
        },
      ],
    });
    expect(parse(configFiles('promitor-discovery')['runtime.yaml'] ?? '')).toMatchObject({
      cache: { enabled: true, durationInMinutes: 15 },
    });
  });

  it('no discovery declaration without groups', () => {
    const having = cases.filter((name) => Object.hasOwn(configFiles(name), 'resource-discovery-declaration.yaml'));
    expect(having).toEqual(['everything', 'promitor-discovery']);
  });
});
