import type { RuntimeConfig } from '../core/runtime-config.ts';

const hidden = '***';

/** `metricSinks` as Promitor shows them. Headers are shown by name: their values are often tokens. */
export function sinksShape({ prometheus, sinks }: RuntimeConfig) {
  const { statsd, openTelemetryCollector: otlp, atlassianStatuspage: statuspage } = sinks;
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
