import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../src/config/problem.ts';
import { type ReadRuntime, readRuntime } from '../../src/config/runtime/runtime.ts';
import { readYaml } from '../../src/config/yaml.ts';
import type { PushSinksConfig } from '../../src/core/runtime-config.ts';
import { memoryFiles } from './support/memory-files.ts';

const files = { '/conf/ca.pem': 'ca', '/conf/client.pem': 'cert', '/conf/client.key': 'key' };

type Env = Record<string, string | undefined>;

function read(sinks: unknown, env: Env = {}): ReadRuntime {
  const text = JSON.stringify({ authentication: { mode: 'SdkDefault' }, metricSinks: sinks });
  const { root } = readYaml(text, 'runtime.yaml');
  if (root === undefined) throw new Error('the text must be valid');
  return readRuntime(root, { folder: '/conf', env, fileSystem: memoryFiles(files) });
}

function sinksOf(sinks: unknown, env: Env = {}): PushSinksConfig {
  const { runtime, problems } = read(sinks, env);
  if (runtime === undefined) throw new Error(problems.map(formatProblem).join('\n'));
  return runtime.sinks;
}

const messages = (sinks: unknown, env: Env): string[] => read(sinks, env).problems.map(formatProblem);

describe('StatsD', () => {
  it("has Promitor's defaults", () => {
    expect(sinksOf({ statsd: { host: 'statsd' } }).statsd).toEqual({
      target: { kind: 'udp', host: 'statsd', port: 8125 },
      format: { kind: 'Default', tags: 'none' },
      maxDatagramBytes: 1432,
    });
  });

  it('takes every field', () => {
    const statsd = {
      host: 'statsd',
      port: 9,
      metricPrefix: 'azure',
      metricFormat: 'geneva',
      geneva: { account: 'a', namespace: 'n' },
      maxDatagramBytes: 512,
    };
    expect(sinksOf({ statsd }).statsd).toEqual({
      target: { kind: 'udp', host: 'statsd', port: 9 },
      metricPrefix: 'azure',
      format: { kind: 'Geneva', account: 'a', namespace: 'n' },
      maxDatagramBytes: 512,
    });
    const socket = { socketPath: 'run/statsd.sock', socketFraming: 'length', tags: 'dogstatsd' };
    expect(sinksOf({ statsd: socket }).statsd).toMatchObject({
      target: { kind: 'socket', path: '/conf/run/statsd.sock', framing: 'length' },
      format: { kind: 'Default', tags: 'dogstatsd' },
    });
  });
});

describe('OpenTelemetry', () => {
  const collectorUri = 'https://collector:4317';
  const otlp = (fields: object = {}, env: Env = {}) =>
    sinksOf({ openTelemetryCollector: { collectorUri, ...fields } }, env).openTelemetryCollector;

  it("has Promitor's defaults, which are those of the specification", () => {
    expect(otlp()).toEqual({
      collectorUri,
      protocol: 'grpc',
      compression: 'none',
      timeoutMs: 10_000,
      headers: [],
      tls: {},
      resourceAttributes: { 'service.name': 'azimuth' },
    });
  });

  it('takes the file before the variable for metrics, and that before the general one', () => {
    const general = {
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_EXPORTER_OTLP_TIMEOUT: '1000',
    };
    const own = { OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/protobuf', OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: '2000' };
    expect(otlp({}, general)).toMatchObject({ protocol: 'grpc', compression: 'gzip', timeoutMs: 1_000 });
    expect(otlp({}, { ...general, ...own })).toMatchObject({
      protocol: 'http/protobuf',
      compression: 'gzip',
      timeoutMs: 2_000,
    });
    const fields = { protocol: 'grpc', compression: 'none', timeout: '3s' };
    expect(otlp(fields, { ...general, ...own })).toMatchObject({
      protocol: 'grpc',
      compression: 'none',
      timeoutMs: 3_000,
    });
  });

  it('merges headers, whose values are secrets', () => {
    const env = {
      OTEL_EXPORTER_OTLP_HEADERS: 'X-Team=a%20b, api-key=general',
      OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'api-key=metrics',
    };
    const config = otlp({ headers: { 'Api-Key': 'hunter2', other: 'c' } }, env);
    expect(config?.headers.map(({ name, value }) => [name, value.reveal()])).toEqual([
      ['x-team', 'a b'],
      ['api-key', 'hunter2'],
      ['other', 'c'],
    ]);
    expect(inspect(config, { depth: 9 }) + JSON.stringify(config)).not.toContain('hunter2');
    expect(otlp({}, env)?.headers.map(({ value }) => value.reveal())).toEqual(['a b', 'metrics']);
  });

  it('reads certificates from files, whose paths are of the folder', () => {
    const tls = otlp(
      { certificateFilePath: 'ca.pem' },
      {
        OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: 'client.pem',
        OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY: '/conf/client.key',
      },
    )?.tls;
    expect([tls?.ca, tls?.certificate, tls?.key].map((one) => one?.reveal())).toEqual(['ca', 'cert', 'key']);
  });

  it('takes the name of the service and other attributes from the standard variables', () => {
    const env = { OTEL_RESOURCE_ATTRIBUTES: 'service.name=x,deployment.environment=prod', OTEL_SERVICE_NAME: 'y' };
    expect(otlp({}, env)?.resourceAttributes).toEqual({ 'service.name': 'y', 'deployment.environment': 'prod' });
  });

  it('refuses variables that cannot be used, and does not repeat lists, which may hold secrets', () => {
    const env = {
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: '10s',
      OTEL_EXPORTER_OTLP_HEADERS: 'hunter2',
      OTEL_EXPORTER_OTLP_CERTIFICATE: 'none.pem',
    };
    expect(messages({ openTelemetryCollector: { collectorUri } }, env)).toEqual([
      'environment OTEL_EXPORTER_OTLP_CERTIFICATE:1:1: error AZ1203: The file does not exist: /conf/none.pem',
      'environment OTEL_EXPORTER_OTLP_PROTOCOL:1:1: error AZ1222: `http/json` is not a valid OTEL_EXPORTER_OTLP_PROTOCOL: allowed are grpc, http/protobuf.',
      'environment OTEL_EXPORTER_OTLP_METRICS_TIMEOUT:1:1: error AZ1222: OTEL_EXPORTER_OTLP_METRICS_TIMEOUT must be a number of milliseconds, not `10s`.',
      'environment OTEL_EXPORTER_OTLP_HEADERS:1:1: error AZ1222: OTEL_EXPORTER_OTLP_HEADERS must be a list such as `key=value,other=value` with percent-encoded values.',
    ]);
  });
});

describe('Atlassian Statuspage', () => {
  const atlassianStatuspage = { pageId: 'p', systemMetricMapping: [{ id: 'a', promitorMetricName: 'requests' }] };

  it.each(['AZIMUTH', 'PROMITOR'])('takes the key from %s_ATLASSIAN_STATUSPAGE_APIKEY', (prefix) => {
    const env = { [`${prefix}_ATLASSIAN_STATUSPAGE_APIKEY`]: 'hunter2' };
    const config = sinksOf({ atlassianStatuspage }, env).atlassianStatuspage;
    expect(config?.apiKey.reveal()).toBe('hunter2');
    expect(config).toMatchObject({
      pageId: 'p',
      apiUri: 'https://api.statuspage.io/v1',
      mapping: [{ id: 'a', metricName: 'requests' }],
    });
    expect(inspect(config, { depth: 9 })).not.toContain('hunter2');
  });
});
