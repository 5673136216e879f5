import type { AzureMonitorConfig, ResourceDiscoveryConfig, RuntimeConfig } from '../../core/runtime-config.ts';
import { inFolder } from '../file-system.ts';
import type { Place, YamlNode } from '../node.ts';
import { type Problem, problem } from '../problem.ts';
import { type Reader, reject, type Slot } from '../spec.ts';
import { readAuthentication, type Surroundings } from './authentication.ts';
import { type RuntimeValues, runtimeSpec } from './fields.ts';
import { applyOverrides } from './overrides.ts';
import { readPushSinks } from './push-sinks.ts';
import { checkSinks, mappedMetrics, readPrometheus } from './sinks.ts';
import { readTelemetry } from './telemetry.ts';

export interface ReadRuntime {
  /** Undefined after an error. */
  readonly runtime: RuntimeConfig | undefined;
  /** Path of the metrics declaration, known in spite of errors elsewhere. */
  readonly declarationPath: string;
  readonly strict: boolean;
  /** A discovery agent is named, which may know groups that no file defines. */
  readonly hasAgent: boolean;
  /** Metrics that a sink names and that the declaration must have. */
  readonly mappedMetrics: readonly { readonly name: string; readonly place: Place }[];
  readonly problems: readonly Problem[];
}

/** From YAML and environment to the runtime configuration, every default applied and all problems at once. */
export function readRuntime(root: YamlNode, around: Surroundings): ReadRuntime {
  const overridden = applyOverrides(root, around.env);
  const problems: Problem[] = [...overridden.problems];
  const reader: Reader = { exactCase: false, report: (item) => problems.push(item) };
  const slot = runtimeSpec.read(overridden.root, '', reader);
  const values = slot.value ?? runtimeSpec.empty(slot.place);
  const declarationPath = inFolder(around.folder, values.metricsConfiguration.value.absolutePath.value);
  const { host } = values.resourceDiscovery.value;
  const known = { declarationPath, strict: values.strict.value, hasAgent: host.written };
  if (slot.value === undefined && slot.broken) return { ...known, runtime: undefined, mappedMetrics: [], problems };
  checkSinks(values.metricSinks.value, reader);
  warnAboutIdle(values, reader);
  const runtime = build(values, declarationPath, around, reader);
  return {
    ...known,
    runtime: problems.some((item) => item.severity === 'error') ? undefined : runtime,
    mappedMetrics: mappedMetrics(values.metricSinks.value),
    problems,
  };
}

function build(values: RuntimeValues, declarationPath: string, around: Surroundings, reader: Reader): RuntimeConfig {
  const server = values.server.value;
  const { webConfigFile, maxDegreeOfParallelism } = server;
  const mutex = values.concurrency.value.mutexTimeoutSeconds.value;
  const prometheus = readPrometheus(values.metricSinks.value, reader);
  const { perMetric, total } = values.seriesLimit.value;
  const callsPerHour = values.callBudget.value.callsPerHour.value;
  return {
    strict: values.strict.value,
    server: {
      httpPort: server.httpPort.value,
      ...(webConfigFile.value === undefined ? {} : { webConfigFile: inFolder(around.folder, webConfigFile.value) }),
      enableLifecycle: server.enableLifecycle.value,
      shutdownGraceMs: server.shutdownGraceSeconds.value * 1000,
      ...(maxDegreeOfParallelism.value === undefined ? {} : { maxDegreeOfParallelism: maxDegreeOfParallelism.value }),
    },
    concurrency: mutex === undefined ? {} : { mutexTimeoutMs: mutex * 1000 },
    authentication: readAuthentication(values.authentication, around, reader),
    metricsDeclarationPath: declarationPath,
    ...(prometheus === undefined ? {} : { prometheus }),
    sinks: readPushSinks(values.metricSinks.value, around, reader),
    telemetry: readTelemetry(values.telemetry, around.env, reader),
    azureMonitor: readAzureMonitor(values.azureMonitor.value),
    seriesLimit: { perMetric: perMetric.value, total: total.value },
    ...(callsPerHour === undefined ? {} : { callBudget: { callsPerHour } }),
    resourceDiscovery: readResourceDiscovery(values, reader),
    healthCheck: { scraperFreshness: values.healthCheck.value.enableScraperFreshnessHealthCheck.value },
  };
}

const minuteMs = 60_000;

function readResourceDiscovery({ resourceDiscovery, cache }: RuntimeValues, reader: Reader): ResourceDiscoveryConfig {
  const { host, port, shrinkThreshold, refreshInterval } = resourceDiscovery.value;
  if (host.value !== undefined && !/^(?:[\w.-]+|\[[\da-f:.]+\])$/i.test(host.value.trim())) {
    const message = '`host` must be a host name or address alone; its port goes into `port`.';
    reject(reader, 'AZ1017', host.place, message);
  }
  return {
    ...(host.value === undefined ? {} : { agent: { host: host.value.trim(), port: port.value } }),
    shrinkThreshold: shrinkThreshold.value,
    refreshIntervalMs: refreshInterval.value ?? cache.value.durationInMinutes.value * minuteMs,
  };
}

const hourMs = 60 * minuteMs;
/** Azure's limit of resources in one batch call. */
const largestBatch = 50;

function readAzureMonitor(values: RuntimeValues['azureMonitor']['value']): AzureMonitorConfig {
  const { history, metricsBatching, rateLimit, queryMode } = values.integration.value;
  const { enabled, maxBatchSize, azureRegion } = metricsBatching.value;
  const { perThousandCalls, freeCalls, currency } = values.pricing.value;
  const { isEnabled, informationLevel } = values.logging.value;
  // Promitor divides by a batch size of zero; what its user meant is "the largest".
  const size = maxBatchSize.value === 0 ? largestBatch : Math.min(maxBatchSize.value, largestBatch);
  return {
    queryMode: queryMode.value ?? (enabled.value ? 'batch' : 'single'),
    historyMs: history.value.startingFromOffset.value ?? history.value.startingFromInHours.value * hourMs,
    batching: {
      enabled: enabled.value,
      maxBatchSize: size,
      ...(azureRegion.value === undefined ? {} : { azureRegion: azureRegion.value }),
    },
    pricing: { perThousandCalls: perThousandCalls.value, freeCalls: freeCalls.value, currency: currency.value },
    rateLimit: { readsPerSecond: rateLimit.value.readsPerSecond.value, burst: rateLimit.value.burst.value },
    logging: { isEnabled: isEnabled.value, informationLevel: informationLevel.value },
  };
}

/** Settings that are understood and change nothing. */
function warnAboutIdle(values: RuntimeValues, reader: Reader): void {
  const integration = values.azureMonitor.value.integration.value;
  const discovery = values.resourceDiscovery.value.enabled;
  const idle: readonly (readonly [boolean, Slot<unknown>])[] = [
    [!integration.useAzureMonitorSdk.value, integration.useAzureMonitorSdk],
    [discovery.value !== undefined, discovery],
    [!values.cache.value.enabled.value, values.cache.value.enabled],
    [values.prometheus.written, values.prometheus],
  ];
  for (const [isOn, slot] of idle) {
    if (isOn) reader.report(problem('warning', 'AZ1091', slot.place, `\`${slot.place.path}\` has no effect.`));
  }
}
