import type { RuntimeConfig } from '../core/runtime-config.ts';

const hidden = '***';

/** `metricSinks` as Promitor shows them. Headers are shown by name: their values are often tokens. */
export function sinksShape({ prometheus, sinks }: RuntimeConfig) {
  const { statsd, openTelemetryCollector: otlp, atlassianStatuspage: statuspage, prometheusRemoteWrite } = sinks;
  return {
    prometheusScrapingEndpoint: prometheus && {
      baseUriPath: prometheus.baseUriPath,
      metricUnavailableValue: prometheus.metricUnavailableValue,
      enableMetricTimestamps: prometheus.enableMetricTimestamps,
      metricTimestampSource: prometheus.metricTimestampSource,
      systemMetricsPrefix: prometheus.systemMetricsPrefix,
      labels: { transformation: prometheus.labelTransformation },
    },
    statsd: statsd && {
      ...targetShape(statsd.target),
      metricPrefix: statsd.metricPrefix,
      ...formatShape(statsd.format),
    },
    openTelemetryCollector: otlp && {
      collectorUri: otlp.collectorUri,
      protocol: otlp.protocol,
      compression: otlp.compression,
      headers: Object.fromEntries(otlp.headers.map(({ name }) => [name, hidden])),
    },
    atlassianStatuspage: statuspage && {
      pageId: statuspage.pageId,
      systemMetricMapping: statuspage.mapping.map(({ id, metricName }) => ({ id, promitorMetricName: metricName })),
    },
    prometheusRemoteWrite: prometheusRemoteWrite && remoteWriteShape(prometheusRemoteWrite),
  };
}

type RemoteWrite = NonNullable<RuntimeConfig['sinks']['prometheusRemoteWrite']>;

function remoteWriteShape(remote: RemoteWrite) {
  const { url, protocol, externalLabels, headers, authentication, stateFolder, latenessMs } = remote;
  return {
    url,
    protocol,
    externalLabels: Object.fromEntries(externalLabels),
    headers: Object.fromEntries(headers.map(({ name }) => [name, hidden])),
    authentication: authentication.kind,
    latenessSeconds: latenessMs === undefined ? undefined : latenessMs / 1_000,
    resumeFromSeconds: remote.resumeFromMs / 1_000,
    stateFolder,
    queue: {
      maxSamples: remote.queueSamples,
      samplesPerRequest: remote.samplesPerRequest,
      shards: remote.shards,
    },
  };
}

type Statsd = NonNullable<RuntimeConfig['sinks']['statsd']>;

function targetShape(target: Statsd['target']) {
  return target.kind === 'udp' ? { host: target.host, port: target.port } : { socketPath: target.path };
}

function formatShape(format: Statsd['format']) {
  if (format.kind === 'Default') return { metricFormat: format.kind };
  const { account, namespace } = format;
  return { metricFormat: format.kind, geneva: { account, namespace } };
}
