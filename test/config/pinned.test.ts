import { describe, expect, it } from 'vitest';
import { pin } from '../../src/config/pinned.ts';
import type { RuntimeConfig } from '../../src/core/runtime-config.ts';
import { aDeclaration, aMetric } from '../fakes/declaration.ts';
import { remoteWriteConfig } from '../fakes/point-batch.ts';
import { aRuntime } from '../fakes/runtime.ts';

const base = aRuntime();
const declaration = aDeclaration();

describe('what a running program keeps', () => {
  it.each([
    ['server.httpPort', 'server: { httpPort: 9000 }'],
    ['server.webConfigFile', 'server: { webConfigFile: web.yaml }'],
    ['telemetry', 'telemetry: { defaultVerbosity: Debug }'],
    ['azureMonitor.integration.rateLimit', 'azureMonitor: { integration: { rateLimit: { readsPerSecond: 5 } } }'],
    ['metricSinks.statsd', 'metricSinks: { prometheusScrapingEndpoint: {}, statsd: { host: graphite } }'],
    [
      'metricSinks.prometheusScrapingEndpoint.systemMetricsPrefix',
      'metricSinks: { prometheusScrapingEndpoint: { systemMetricsPrefix: promitor } }',
    ],
  ])('is %s, which it names', (name, text) => {
    const next = aRuntime(text);
    expect(next).not.toEqual(base);
    expect(pin({ runtime: base, declaration }, { runtime: next, declaration })).toEqual({
      runtime: base,
      declaration,
      waiting: [name],
    });
  });

  it('is its identity and its Azure', () => {
    const next: RuntimeConfig = { ...base, authentication: { mode: 'SdkDefault' } };
    const elsewhere = { ...declaration, tenantId: 'other', cloud: { ...declaration.cloud, name: 'China' as const } };
    const pinned = pin({ runtime: base, declaration }, { runtime: next, declaration: elsewhere });
    expect(pinned.waiting).toEqual(['authentication', 'azureMetadata.tenantId', 'azureMetadata.cloud']);
    expect([pinned.runtime, pinned.declaration]).toEqual([base, declaration]);
  });

  it('is the grid of the clock, as long as remote write runs', () => {
    const prometheusRemoteWrite = remoteWriteConfig({ url: 'https://northwind.example/write' });
    const runtime: RuntimeConfig = { ...base, sinks: { prometheusRemoteWrite } };
    const metrics = aDeclaration(aMetric({ query: { alignment: 'minute' } }));
    const pinned = pin({ runtime, declaration: metrics }, { runtime: base, declaration: metrics });
    expect(pinned.waiting).toEqual(['metricSinks.prometheusRemoteWrite']);
    expect(pinned.declaration.metrics).toEqual(aDeclaration(aMetric({ query: { alignment: 'grain' } })).metrics);
    expect(pin({ runtime: base, declaration }, { runtime: base, declaration: metrics }).declaration).toEqual(metrics);
  });

  it('is nothing else', () => {
    const next = aRuntime(
      `server: { enableLifecycle: true }
callBudget: { callsPerHour: 100 }
seriesLimit: { total: 5 }
metricSinks: { prometheusScrapingEndpoint: { baseUriPath: /here } }
`,
    );
    const pinned = pin({ runtime: base, declaration }, { runtime: next, declaration });
    expect([pinned.waiting, pinned.runtime]).toEqual([[], next]);
  });
});
