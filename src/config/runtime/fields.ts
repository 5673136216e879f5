import type { AuthenticationMode, LogLevel } from '../../core/runtime-config.ts';
import { object, section, type ValuesOf } from '../object.ts';
import { anyText, choice, decimal, duration, flag, integer, text } from '../scalars.ts';
import { defaulted, deferred, optional } from '../spec.ts';
import { atlassianStatuspage, openTelemetryCollector, prometheusRemoteWriteWith, statsd } from './sink-fields.ts';

const levels = [
  'Trace',
  'Debug',
  'Information',
  'Warning',
  'Error',
  'Critical',
  'None',
] as const satisfies readonly LogLevel[];

const modes = [
  'ServicePrincipal',
  'UserAssignedManagedIdentity',
  'SystemAssignedManagedIdentity',
  'WorkloadIdentity',
  'SdkDefault',
] as const satisfies readonly AuthenticationMode[];

const port = integer({ min: 1, max: 65_535 });
const count = integer({ min: 1 });

const server = object({
  httpPort: defaulted(integer({ min: 0, max: 65_535 }), 'Port of the HTTP server; 0 takes a free one.', 8888),
  maxDegreeOfParallelism: optional(
    integer({}),
    'Most queries in flight at once; 0 or less: no limit. Eight per logical CPU.',
  ),
  webConfigFile: optional(text(), "Path of a file in the format of Prometheus's web.config.file: TLS and users."),
  enableLifecycle: defaulted(flag(), 'Offer POST /-/reload and /-/log-level.', false),
  shutdownGraceSeconds: defaulted(decimal({ above: 0, most: 3600 }), 'Seconds from SIGTERM to the end.', 3),
});

const authentication = object({
  mode: defaulted(choice(modes), 'How Azimuth authenticates to Azure.', 'ServicePrincipal'),
  identityId: optional(text(), 'Client id of the identity.'),
  secretFilePath: optional(text(), 'Folder of the file with the client secret.'),
  secretFileName: optional(text(), 'Name of the file with the client secret.'),
  certificateFilePath: optional(
    text(),
    'PEM with certificate and key, or PFX; password in AZIMUTH_AUTH_CERTIFICATE_PASSWORD.',
  ),
  federatedTokenFile: optional(text(), 'File with the token of a workload identity; AZURE_FEDERATED_TOKEN_FILE.'),
});

const prometheus = object({
  baseUriPath: defaulted(anyText(), 'Path of the metrics.', '/metrics'),
  metricUnavailableValue: defaulted(decimal({ anyValue: true }), 'Value of a series without data.', NaN, 'NaN'),
  enableMetricTimestamps: defaulted(flag(), 'Give every sample a timestamp.', false),
  metricTimestampSource: defaulted(choice(['run', 'bucket']), 'Time of the run, or end of the bucket.', 'run'),
  systemMetricsPrefix: defaulted(choice(['azimuth', 'promitor']), "Prefix of Azimuth's own metrics.", 'azimuth'),
  labels: section(
    object({
      transformation: defaulted(choice(['None', 'Lowercase']), 'What is done to label values.', 'None'),
    }),
    'Labels of scraped metrics.',
  ),
});

const metricSinks = object({
  prometheusScrapingEndpoint: optional(prometheus, 'Metrics for Prometheus to scrape.'),
  statsd: optional(statsd, 'StatsD server.'),
  openTelemetryCollector: optional(openTelemetryCollector, 'OpenTelemetry collector.'),
  atlassianStatuspage: optional(atlassianStatuspage, 'Atlassian Statuspage.'),
  prometheusRemoteWrite: optional(prometheusRemoteWriteWith(authentication), 'Prometheus remote write.'),
});

const verbosity = optional(choice(levels), 'Least level, when it is higher than the default.');

const telemetry = object({
  defaultVerbosity: defaulted(choice(levels), 'Least level of what is logged.', 'Error'),
  containerLogs: section(
    object({ isEnabled: defaulted(flag(), 'Write logs to standard error.', true), verbosity }),
    'Logs of the container.',
  ),
  applicationInsights: section(
    object({
      isEnabled: defaulted(flag(), 'Send logs to Application Insights.', false),
      instrumentationKey: optional(
        text(),
        'Instrumentation key, or connection string, of the Application Insights resource.',
      ),
      verbosity,
    }),
    'Application Insights.',
  ),
});

const integration = object({
  queryMode: optional(
    choice(['single', 'batch', 'subscription', 'auto']),
    'How resources share calls; single, or batch with metricsBatching.',
  ),
  useAzureMonitorSdk: defaulted(flag(), "Promitor's choice of client; no effect in Azimuth.", true),
  history: section(
    object({
      startingFromInHours: defaulted(integer({ min: 1, max: 2160 }), 'Longest look-back in hours.', 12),
      startingFromOffset: optional(duration(), 'Longest look-back, before startingFromInHours.'),
    }),
    'How far back values are looked for.',
  ),
  metricsBatching: section(
    object({
      enabled: defaulted(flag(), 'Query resources in batches.', false),
      maxBatchSize: defaulted(integer({ min: 0 }), 'Most resources of a batch; Azure takes 50.', 50),
      azureRegion: optional(text(), 'Region of the resources.'),
    }),
    'Batches.',
  ),
  rateLimit: section(
    object({
      readsPerSecond: defaulted(decimal({ above: 0 }), 'Reads per second, subscription and region.', 25),
      burst: defaulted(count, 'Reads that may come at once.', 250),
    }),
    'Pace of calls.',
  ),
});

const azureMonitor = object({
  logging: section(
    object({
      isEnabled: defaulted(flag(), 'Log calls to Azure.', false),
      informationLevel: defaulted(choice(['None', 'Basic', 'Headers', 'Body', 'BodyAndHeaders']), 'How much.', 'Basic'),
    }),
    'Logs of calls to Azure.',
  ),
  integration: section(integration, 'How Azure Monitor is queried.'),
  pricing: section(
    object({
      perThousandCalls: defaulted(decimal({ least: 0 }), 'Price of a thousand data-plane calls.', 0.01),
      freeCalls: defaulted(integer({ min: 0 }), 'Calls per month without charge.', 1_000_000),
      currency: defaulted(text(), 'Currency of the price.', 'USD'),
    }),
    'Prices for the estimate of `azimuth plan`.',
  ),
});

/** The whole of `runtime.yaml`: Promitor's sections and Azimuth's additions. */
export const runtimeSpec = object({
  strict: defaulted(flag(), 'Refuse to start with any error in the declaration.', false),
  server: section(server, 'HTTP server.'),
  concurrency: section(
    object({ mutexTimeoutSeconds: optional(count, 'Longest that a query may take once sent, in seconds.') }),
    'Limits of a run.',
  ),
  authentication: section(authentication, 'Identity towards Azure.'),
  metricsConfiguration: section(
    object({
      absolutePath: defaulted(
        text(),
        'Path of the metrics declaration, a file or a folder of them; relative to the configuration folder.',
        'metrics-declaration.yaml',
      ),
    }),
    'Where the metrics declaration is.',
  ),
  metricSinks: section(metricSinks, 'Where values go.'),
  resourceDiscovery: section(
    object({
      enabled: optional(flag(), 'Has no effect; an agent is configured by its host.'),
      host: optional(text(), 'Host of a discovery agent of Promitor, for groups that no file defines.'),
      port: defaulted(port, 'Port of the discovery agent.', 80),
      shrinkThreshold: defaulted(
        decimal({ least: 0, most: 1 }),
        'Share of a list of resources that may vanish unconfirmed.',
        0.5,
      ),
      refreshInterval: optional(
        duration(),
        'Time between two refreshes of a group; cache.durationInMinutes, else 00:05:00.',
      ),
    }),
    'Resource discovery.',
  ),
  cache: section(
    object({
      enabled: defaulted(flag(), "Setting of Promitor's discovery agent; lists are always kept.", true),
      durationInMinutes: defaulted(count, "Promitor's name of resourceDiscovery.refreshInterval, which wins.", 5),
    }),
    "Setting of Promitor's discovery agent.",
  ),
  telemetry: section(telemetry, 'Logs.'),
  azureMonitor: section(azureMonitor, 'Azure Monitor.'),
  seriesLimit: section(
    object({
      perMetric: defaulted(count, 'Most series of one metric.', 100_000),
      total: defaulted(count, 'Most series altogether.', 1_000_000),
    }),
    'Bounds of memory.',
  ),
  callBudget: section(
    object({
      callsPerHour: optional(count, 'Most planned calls per hour; above it the slowest schedules are stretched.'),
    }),
    'Bound of what is spent.',
  ),
  healthCheck: section(
    object({
      enableScraperFreshnessHealthCheck: defaulted(flag(), 'Health turns bad when no run succeeds.', true),
    }),
    'Health checks.',
  ),
  prometheus: optional(deferred({ type: 'object' }), 'Setting of Promitor 1.x; has no effect.'),
});

export type RuntimeValues = ValuesOf<typeof runtimeSpec.fields>;
export type SinkValues = RuntimeValues['metricSinks']['value'];
export type AuthenticationValues = RuntimeValues['authentication']['value'];
