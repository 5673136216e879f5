import { describe, expect, it } from 'vitest';
import { printSinks, sinksOf } from '../../src/cli/sinks.ts';
import type { RuntimeConfig } from '../../src/core/runtime-config.ts';
import { secret } from '../../src/core/secret.ts';
import { remoteWriteConfig } from '../fakes/point-batch.ts';

describe('the sinks of a plan', () => {
  it('are a line each, without a secret', () => {
    const hidden = secret(() => 'hunter2');
    const runtime: Pick<RuntimeConfig, 'sinks'> = {
      sinks: {
        statsd: {
          target: { kind: 'udp', host: 'statsd', port: 8125 },
          format: { kind: 'Default', tags: 'dogstatsd' },
          maxDatagramBytes: 1432,
        },
        openTelemetryCollector: {
          collectorUri: 'http://collector:4317',
          protocol: 'grpc',
          compression: 'none',
          timeoutMs: 10_000,
          headers: [{ name: 'api-key', value: hidden }],
          tls: {},
          resourceAttributes: {},
        },
        atlassianStatuspage: {
          pageId: 'p',
          apiKey: hidden,
          apiUri: 'https://api.statuspage.io/v1',
          mapping: [{ id: 'a', metricName: 'requests' }],
        },
        prometheusRemoteWrite: remoteWriteConfig({ url: 'https://prometheus/write?key=hunter2' }),
      },
    };
    expect(printSinks(sinksOf(runtime))).toBe(
      [
        '',
        'Sinks',
        '  statsd                  statsd:8125, Default with tags',
        '  openTelemetryCollector  http://collector:4317, grpc',
        '  atlassianStatuspage     page p, 1 mapped',
        '  prometheusRemoteWrite   https://prometheus/write, 1.0',
        '',
      ].join('\n'),
    );
  });
});
