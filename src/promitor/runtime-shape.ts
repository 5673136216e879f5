import type { RuntimeConfig, TelemetryConfig } from '../core/runtime-config.ts';
import { sinksShape } from './sinks-shape.ts';

const hourMs = 60 * 60_000;
const hidden = '***';

/**
 * The runtime configuration in force as Promitor's `/api/v1/configuration/runtime` shows it: the sections of
 * `runtime.yaml` in camelCase, enums by name, absent members left out. Secrets are not read: where one is set it
 * says `***`. Members are named one by one, so that what is added to the configuration is not shown by accident.
 */
export function runtimeShape(config: RuntimeConfig): Readonly<Record<string, unknown>> {
  const { server, authentication, concurrency, azureMonitor, resourceDiscovery, seriesLimit } = config;
  const { clientSecret, certificatePassword } = authentication;
  const { maxDegreeOfParallelism, webConfigFile } = server;
  return withoutAbsent({
    server: {
      httpPort: server.httpPort,
      maxDegreeOfParallelism,
      webConfigFile,
      enableLifecycle: server.enableLifecycle,
      shutdownGraceSeconds: server.shutdownGraceMs / 1_000,
    },
    authentication: {
      mode: authentication.mode,
      identityId: authentication.identityId,
      secret: clientSecret === undefined ? undefined : hidden,
      certificateFilePath: authentication.certificateFilePath,
      certificatePassword: certificatePassword === undefined ? undefined : hidden,
      federatedTokenFile: authentication.federatedTokenFile,
    },
    telemetry: telemetryShape(config.telemetry),
    azureMonitor: azureMonitorShape(azureMonitor),
    metricsConfiguration: { absolutePath: config.metricsDeclarationPath },
    metricSinks: sinksShape(config),
    resourceDiscovery: {
      host: resourceDiscovery.agent?.host,
      port: resourceDiscovery.agent?.port,
      shrinkThreshold: resourceDiscovery.shrinkThreshold,
      refreshIntervalSeconds: resourceDiscovery.refreshIntervalMs / 1_000,
    },
    concurrency: {
      mutexTimeoutSeconds: concurrency.mutexTimeoutMs === undefined ? undefined : concurrency.mutexTimeoutMs / 1_000,
    },
    healthCheck: { enableScraperFreshnessHealthCheck: config.healthCheck.scraperFreshness },
    strict: config.strict,
    seriesLimit: { perMetric: seriesLimit.perMetric, total: seriesLimit.total },
    callBudget: config.callBudget && { callsPerHour: config.callBudget.callsPerHour },
  });
}

function telemetryShape({ level, containerLogs, applicationInsights }: TelemetryConfig) {
  return {
    defaultVerbosity: level,
    containerLogs: { isEnabled: containerLogs.isEnabled, verbosity: containerLogs.level },
    applicationInsights:
      applicationInsights === undefined
        ? { isEnabled: false }
        : { isEnabled: true, instrumentationKey: hidden, verbosity: applicationInsights.level },
  };
}

function azureMonitorShape({ logging, historyMs, batching, ...own }: RuntimeConfig['azureMonitor']) {
  const { rateLimit, pricing } = own;
  return {
    logging: { isEnabled: logging.isEnabled, informationLevel: logging.informationLevel },
    integration: {
      queryMode: own.queryMode,
      history: { startingFromInHours: historyMs / hourMs },
      metricsBatching: {
        enabled: batching.enabled,
        maxBatchSize: batching.maxBatchSize,
        azureRegion: batching.azureRegion,
      },
      rateLimit: { readsPerSecond: rateLimit.readsPerSecond, burst: rateLimit.burst },
    },
    pricing: {
      perThousandCalls: pricing.perThousandCalls,
      freeCalls: pricing.freeCalls,
      currency: pricing.currency,
    },
  };
}

/** Absent members go; numbers that JSON does not know are texts, as .NET writes them. */
function withoutAbsent(value: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]: [string, unknown]) => [name, cleaned(member)]),
  );
}

function cleaned(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (Array.isArray(value)) return value.map(cleaned);
  return typeof value === 'object' && value !== null ? withoutAbsent(value) : value;
}
