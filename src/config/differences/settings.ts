import { type DifferenceSection, mended } from './types.ts';

const withoutEffect = 'None: Azimuth has nothing that the setting could change; it may stay in the file.';
const service = 'Azimuth gives the section its defaults; none is needed.';

/** What defaults and settings of `runtime.yaml` and of the declaration mean in each program. */
export const settings: readonly DifferenceSection[] = [
  {
    title: 'Defaults',
    rows: [
      {
        id: 'port',
        promitor: 'listens on port 80 unless told otherwise',
        azimuth: 'listens on port 8888',
        remedy: 'Write `server.httpPort: 80`; below 1024 the process needs the right to listen there.',
        when: [{ in: 'runtime', absent: 'server.httpPort' }],
      },
      {
        id: 'log-level',
        promitor: 'logs from `Error` when there is no `telemetry` section',
        azimuth: 'logs from `Information`; within the section the default is `Error`, as in Promitor',
        remedy: 'Write `telemetry.defaultVerbosity: Error`.',
        when: [{ in: 'runtime', absent: 'telemetry' }],
      },
      {
        id: 'timestamps',
        promitor: 'has timestamps switched on by its chart, and off in its code',
        azimuth: 'has them off everywhere, so that Prometheus marks series that leave as gone',
        remedy: 'Write `metricSinks.prometheusScrapingEndpoint.enableMetricTimestamps: true`: the time of the run.',
        when: [{ in: 'runtime', absent: 'metricSinks.prometheusScrapingEndpoint.enableMetricTimestamps' }],
      },
      {
        id: 'own-metric-names',
        promitor: 'calls its own metrics `promitor_…`',
        azimuth: 'calls them `azimuth_…`',
        remedy:
          'Write `metricSinks.prometheusScrapingEndpoint.systemMetricsPrefix: promitor`: those that Promitor has keep its names.',
        when: [
          { in: 'runtime', absent: 'metricSinks.prometheusScrapingEndpoint.systemMetricsPrefix' },
          {
            in: 'runtime',
            written: 'metricSinks.prometheusScrapingEndpoint.systemMetricsPrefix',
            is: /^azimuth$/i,
          },
        ],
      },
      {
        id: 'runtime-metrics',
        promitor: 'has metrics of its own process and requests, `promitor_runtime_…`',
        azimuth: 'has those of its runtime, `process_…` and `nodejs_…`',
        remedy: 'None: they describe another runtime. Change dashboards of the process.',
        when: [{ in: 'runtime', written: '' }],
      },
      {
        id: 'log-output',
        promitor: 'writes its log to standard output',
        azimuth: 'writes its log to standard error, as text or JSON (`--log-format`)',
        remedy: 'None is needed in a container, which gathers both; otherwise redirect `2>&1`.',
        when: [{ in: 'runtime', written: '' }],
      },
      {
        id: 'batch-size',
        promitor: 'divides by zero when `maxBatchSize` is left out or 0',
        azimuth: 'takes 50, the most that Azure takes in one call',
        remedy: 'Write `azureMonitor.integration.metricsBatching.maxBatchSize` for smaller batches.',
        when: [
          { in: 'runtime', written: 'azureMonitor.integration.metricsBatching.maxBatchSize', is: /^0$/ },
          { in: 'runtime', written: 'azureMonitor.integration.metricsBatching', lacks: 'maxBatchSize' },
        ],
      },
    ],
  },
  {
    title: 'Settings without effect',
    rows: [
      {
        id: 'legacy-client',
        promitor: 'asks through an older library with `useAzureMonitorSdk: false`',
        azimuth: 'has one client; the setting has no effect',
        remedy: withoutEffect,
        when: [{ in: 'runtime', written: 'azureMonitor.integration.useAzureMonitorSdk', is: /^false$/i }],
      },
      {
        id: 'azure-logging',
        promitor: 'logs calls of the older client when `azureMonitor.logging` is on',
        azimuth: 'counts calls in `azimuth_azure_requests_total`; the setting has no effect',
        remedy: withoutEffect,
        when: [{ in: 'runtime', written: 'azureMonitor.logging' }],
      },
      {
        id: 'discovery-enabled',
        promitor: 'documents `resourceDiscovery.enabled` and does not read it',
        azimuth: 'does not read it either, and says so',
        remedy: withoutEffect,
        when: [{ in: 'runtime', written: 'resourceDiscovery.enabled' }],
      },
      {
        id: 'discovery-cache',
        promitor: 'has a discovery agent that asks Azure at each request with `cache.enabled: false`',
        azimuth: 'always keeps the list in force',
        remedy: 'None: write a short `resourceDiscovery.refreshInterval` instead.',
        when: [{ in: 'runtime', written: 'cache.enabled', is: /^false$/i }],
      },
      {
        id: 'old-prometheus-section',
        promitor: 'reads the section `prometheus` of its versions 1.x and does not use it',
        azimuth: 'does not use it either, and says so',
        remedy: 'Move it to `metricSinks.prometheusScrapingEndpoint`.',
        when: [{ in: 'runtime', written: 'prometheus' }],
      },
      {
        id: 'landscape-endpoints',
        promitor: 'takes the endpoints of `azureLandscape` for discovery',
        azimuth: 'takes those of `azureMetadata` for everything',
        remedy: 'Write the same cloud and endpoints into `azureMetadata`.',
        when: [
          { in: 'discovery', written: 'azureLandscape.endpoints' },
          { in: 'declaration', written: 'azureLandscape.endpoints' },
        ],
      },
    ],
  },
  {
    title: 'Configuration',
    rows: [
      {
        id: 'one-error',
        promitor: 'stops at one error in the declaration',
        azimuth: 'leaves that metric out, unless `--strict`',
        remedy: 'Write `strict: true` into runtime.yaml, or start with `--strict`.',
        when: [
          { in: 'runtime', absent: 'strict' },
          { in: 'runtime', written: 'strict', is: /^false$/i },
        ],
      },
      mended('endpoints-order', 'ignores `endpoints` before `cloud`', 'does not mind the order', [
        { in: 'declaration', written: 'azureMetadata.endpoints' },
      ]),
      mended(
        'missing-sections',
        'needs the sections `server` and `metricsConfiguration`',
        'has defaults for both',
        [
          { in: 'runtime', absent: 'server' },
          { in: 'runtime', absent: 'metricsConfiguration' },
        ],
        service,
      ),
      mended('secret-newline', 'takes the secret file with its line end', 'trims one newline', [
        { in: 'runtime', written: 'authentication.secretFileName' },
      ]),
      mended(
        'bare-days',
        'reads `5` as five days and `24:00:00` as 24 days',
        'refuses both and says what to write',
        [
          { in: 'declaration', problem: 'AZ1015' },
          { in: 'runtime', problem: 'AZ1015' },
        ],
        'Write the days that were meant, such as `5.00:00:00`.',
      ),
      mended(
        'unknown-keys',
        'ignores unknown keys of the runtime file',
        'warns, with the nearest key',
        [{ in: 'runtime', problem: 'AZ1010' }],
        'Remove the key, or leave it: it is a warning.',
      ),
    ],
  },
];
