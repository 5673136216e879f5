import type { Declaration } from '../core/declaration.ts';
import type { RuntimeConfig } from '../core/runtime-config.ts';
import { onGrid } from './grid.ts';

type Server = RuntimeConfig['server'];

interface Loaded {
  readonly runtime: RuntimeConfig;
  readonly declaration: Declaration;
}

/** A configuration that can be used while the program runs. */
export interface Pinned extends Loaded {
  /** Keys whose change counts from the next start. */
  readonly waiting: readonly string[];
}

/**
 * What a running program keeps whatever its files say: its port, its identity and the Azure that it speaks to, its log,
 * the names of its own metrics, and the sinks that are pushed to. Everything else is as loaded.
 */
export function pin(before: Loaded, next: Loaded): Pinned {
  const { runtime, declaration } = next;
  const pinned: Pick<Pinned, 'runtime' | 'declaration'> = {
    runtime: {
      ...runtime,
      server: serverOf(before.runtime.server, runtime.server),
      authentication: before.runtime.authentication,
      telemetry: before.runtime.telemetry,
      sinks: before.runtime.sinks,
      azureMonitor: { ...runtime.azureMonitor, rateLimit: before.runtime.azureMonitor.rateLimit },
      ...prometheusOf(before.runtime, runtime),
    },
    // The sinks that run may need the grid although the new file has them no more.
    declaration: onGrid(
      { ...declaration, tenantId: before.declaration.tenantId, cloud: before.declaration.cloud },
      before.runtime.sinks,
    ),
  };
  const keys = [...changedKeys(runtime, pinned.runtime), ...changedKeys(declaration, pinned.declaration)];
  return { ...pinned, waiting: keys };
}

function serverOf({ httpPort, webConfigFile }: Server, { webConfigFile: _later, ...next }: Server): Server {
  return { ...next, httpPort, ...(webConfigFile === undefined ? {} : { webConfigFile }) };
}

/** Its own metrics are registered once; whether they are shown may change. */
function prometheusOf(before: RuntimeConfig, next: RuntimeConfig): Pick<RuntimeConfig, 'prometheus'> {
  if (next.prometheus === undefined) return {};
  const systemMetricsPrefix = before.prometheus?.systemMetricsPrefix ?? 'azimuth';
  return { prometheus: { ...next.prometheus, systemMetricsPrefix } };
}

/** Names of the settings as they are written in the files. */
const names: Readonly<Record<string, string>> = {
  'server.httpPort': 'server.httpPort',
  'server.webConfigFile': 'server.webConfigFile',
  authentication: 'authentication',
  telemetry: 'telemetry',
  'azureMonitor.rateLimit': 'azureMonitor.integration.rateLimit',
  'prometheus.systemMetricsPrefix': 'metricSinks.prometheusScrapingEndpoint.systemMetricsPrefix',
  'sinks.statsd': 'metricSinks.statsd',
  'sinks.openTelemetryCollector': 'metricSinks.openTelemetryCollector',
  'sinks.atlassianStatuspage': 'metricSinks.atlassianStatuspage',
  'sinks.prometheusRemoteWrite': 'metricSinks.prometheusRemoteWrite',
  tenantId: 'azureMetadata.tenantId',
  cloud: 'azureMetadata.cloud',
};

function changedKeys(wanted: object, pinned: object): string[] {
  return Object.entries(names).flatMap(([path, name]) =>
    JSON.stringify(at(wanted, path)) === JSON.stringify(at(pinned, path)) ? [] : [name],
  );
}

function at(value: object, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((inner, key) => (inner as Readonly<Record<string, unknown>> | undefined)?.[key], value);
}
