import { expect, it } from 'vitest';
import type { RuntimeConfig } from '../../src/core/runtime-config.ts';
import { secret } from '../../src/core/secret.ts';
import { runtimeShape } from '../../src/promitor/runtime-shape.ts';

const marked = secret(() => 'marked');
const config: RuntimeConfig = {
  strict: false,
  server: { httpPort: 8888, enableLifecycle: true, shutdownGraceMs: 3_000 },
  concurrency: { mutexTimeoutMs: 90_000 },
  authentication: { mode: 'ServicePrincipal', identityId: 'app', clientSecret: marked, certificatePassword: marked },
  metricsDeclarationPath: '/config/metrics-declaration.yaml',
  prometheus: {
    baseUriPath: '/metrics',
    metricUnavailableValue: Number.NaN,
    enableMetricTimestamps: false,
    metricTimestampSource: 'run',
    labelTransformation: 'None',
    systemMetricsPrefix: 'promitor',
  },
  sinks: {
    statsd: {
      target: { kind: 'udp', host: 'graphite', port: 8125 },
      metricPrefix: 'azure',
      format: { kind: 'Geneva', account: 'account', namespace: 'space' },
      maxDatagramBytes: 1_432,
    },
    openTelemetryCollector: {
      collectorUri: 'http://collector:4317',
      protocol: 'grpc',
      compression: 'gzip',
      timeoutMs: 10_000,
      headers: [{ name: 'api-key', value: marked }],
      tls: { key: marked },
      resourceAttributes: {},
    },
    atlassianStatuspage: {
      pageId: 'page',
      apiKey: marked,
      apiUri: 'https://api.statuspage.io',
      mapping: [{ id: 'one', metricName: 'messages' }],
    },
    prometheusRemoteWrite: {
      url: 'https://prometheus/api/v1/write',
      protocol: '1.0',
      externalLabels: [['cluster', 'one']],
      headers: [{ name: 'x-scope', value: marked }],
      authentication: { kind: 'bearer', token: marked },
      tls: { key: marked },
      latenessMs: 60_000,
      resumeFromMs: 3_600_000,
      stateFolder: '/state',
      queueSamples: 500_000,
      shards: 1,
      samplesPerRequest: 2_000,
      timeoutMs: 30_000,
    },
  },
  telemetry: {
    level: 'Error',
    containerLogs: { isEnabled: true },
    applicationInsights: { instrumentationKey: marked, ingestionEndpoint: 'https://ingest.example', level: 'Warning' },
  },
  azureMonitor: {
    queryMode: 'single',
    historyMs: 12 * 3_600_000,
    batching: { enabled: false, maxBatchSize: 50 },
    pricing: { perThousandCalls: 0.01, freeCalls: 1_000_000, currency: 'USD' },
    rateLimit: { readsPerSecond: 25, burst: 250 },
    logging: { isEnabled: false, informationLevel: 'Basic' },
  },
  seriesLimit: { perMetric: 100_000, total: 1_000_000 },
  resourceDiscovery: { agent: { host: 'discovery', port: 8889 }, shrinkThreshold: 0.5, refreshIntervalMs: 300_000 },
  healthCheck: { scraperFreshness: true },
};

it('the runtime configuration is shown in camelCase, without nulls and secrets, NaN as text', () => {
  expect(JSON.parse(JSON.stringify(runtimeShape(config)))).toEqual({
    server: { httpPort: 8888, enableLifecycle: true, shutdownGraceSeconds: 3 },
    authentication: { mode: 'ServicePrincipal', identityId: 'app', secret: '***', certificatePassword: '***' },
    telemetry: {
      defaultVerbosity: 'Error',
      containerLogs: { isEnabled: true },
      applicationInsights: { isEnabled: true, instrumentationKey: '***', verbosity: 'Warning' },
    },
    azureMonitor: {
      logging: { isEnabled: false, informationLevel: 'Basic' },
      integration: {
        queryMode: 'single',
        history: { startingFromInHours: 12 },
        metricsBatching: { enabled: false, maxBatchSize: 50 },
        rateLimit: { readsPerSecond: 25, burst: 250 },
      },
      pricing: { perThousandCalls: 0.01, freeCalls: 1_000_000, currency: 'USD' },
    },
    metricsConfiguration: { absolutePath: '/config/metrics-declaration.yaml' },
    metricSinks: {
      prometheusScrapingEndpoint: {
        baseUriPath: '/metrics',
        metricUnavailableValue: 'NaN',
        enableMetricTimestamps: false,
        metricTimestampSource: 'run',
        systemMetricsPrefix: 'promitor',
        labels: { transformation: 'None' },
      },
      statsd: {
        host: 'graphite',
        port: 8125,
        metricPrefix: 'azure',
        metricFormat: 'Geneva',
        geneva: { account: 'account', namespace: 'space' },
      },
      openTelemetryCollector: {
        collectorUri: 'http://collector:4317',
        protocol: 'grpc',
        compression: 'gzip',
        headers: { 'api-key': '***' },
      },
      atlassianStatuspage: { pageId: 'page', systemMetricMapping: [{ id: 'one', promitorMetricName: 'messages' }] },
      prometheusRemoteWrite: {
        url: 'https://prometheus/api/v1/write',
        protocol: '1.0',
        externalLabels: { cluster: 'one' },
        headers: { 'x-scope': '***' },
        authentication: 'bearer',
        latenessSeconds: 60,
        resumeFromSeconds: 3_600,
        stateFolder: '/state',
        queue: { maxSamples: 500_000, samplesPerRequest: 2_000, shards: 1 },
      },
    },
    resourceDiscovery: { host: 'discovery', port: 8889, shrinkThreshold: 0.5, refreshIntervalSeconds: 300 },
    concurrency: { mutexTimeoutSeconds: 90 },
    healthCheck: { enableScraperFreshnessHealthCheck: true },
    strict: false,
    seriesLimit: { perMetric: 100_000, total: 1_000_000 },
  });
});
