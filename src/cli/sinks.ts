import type { PushSinksConfig, RuntimeConfig } from '../core/runtime-config.ts';

/** A sink that is on. */
export interface SinkSummary {
  /** Name in `metricSinks`. */
  readonly sink: string;
  /** Where values go and in which form, in words. */
  readonly target: string;
}

/** The sinks of a configuration that are on. */
export function sinksOf({ prometheus, sinks }: Pick<RuntimeConfig, 'prometheus' | 'sinks'>): SinkSummary[] {
  const { openTelemetryCollector: otlp, atlassianStatuspage: page, prometheusRemoteWrite: remote } = sinks;
  return [
    ...(prometheus === undefined ? [] : [{ sink: 'prometheusScrapingEndpoint', target: prometheus.baseUriPath }]),
    ...(sinks.statsd === undefined ? [] : [{ sink: 'statsd', target: statsdTarget(sinks.statsd) }]),
    ...(otlp === undefined
      ? []
      : [{ sink: 'openTelemetryCollector', target: `${otlp.collectorUri}, ${otlp.protocol}` }]),
    ...(page === undefined
      ? []
      : [{ sink: 'atlassianStatuspage', target: `page ${page.pageId}, ${page.mapping.length} mapped` }]),
    ...(remote === undefined
      ? []
      : [{ sink: 'prometheusRemoteWrite', target: `${remote.url.replace(/\?.*$/, '')}, ${remote.protocol}` }]),
  ];
}

function statsdTarget({ target, format }: NonNullable<PushSinksConfig['statsd']>): string {
  const where = target.kind === 'udp' ? `${target.host}:${target.port}` : target.path;
  const tags = format.kind === 'Default' && format.tags === 'dogstatsd' ? ' with tags' : '';
  return `${where}, ${format.kind}${tags}`;
}

/** A section of the plan's text. */
export function printSinks(sinks: readonly SinkSummary[]): string {
  const width = Math.max(...sinks.map(({ sink }) => sink.length));
  return `\nSinks\n${sinks.map(({ sink, target }) => `  ${sink.padEnd(width)}  ${target}\n`).join('')}`;
}
