import { PassThrough } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ComposedSinks, composeSinks, type SinkSurroundings } from '../src/compose-sinks.ts';
import { readRuntime } from '../src/config/runtime/runtime.ts';
import { readYaml } from '../src/config/yaml.ts';
import { ok } from '../src/core/outcome.ts';
import type { RuntimeConfig } from '../src/core/runtime-config.ts';
import { realClock } from '../src/telemetry/clock.ts';
import { createLogger } from '../src/telemetry/logger.ts';
import { createOwnRegistry } from '../src/telemetry/registry.ts';
import { memoryFiles } from './config/support/memory-files.ts';
import { until } from './e2e/harness.ts';
import { aDeclaration } from './fakes/declaration.ts';
import { runSamples } from './fakes/run-samples.ts';
import { receiveOtlpHttp } from './receivers/otlp.ts';
import { receiveRemoteWrite } from './receivers/remote-write.ts';
import { anItem, shown } from './sinks/remote-write/support.ts';

/** A runtime file as it is read; the mode of authentication needs nothing else. */
function runtimeWith(metricSinks: object, more: object = {}): RuntimeConfig {
  const text = JSON.stringify({ authentication: { mode: 'SdkDefault' }, metricSinks, ...more });
  const { root } = readYaml(text, 'runtime.yaml');
  if (root === undefined) throw new Error('no YAML');
  const fileSystem = memoryFiles({ '/conf/password': 'hunter2' });
  const { runtime, problems } = readRuntime(root, { folder: '/conf', env: {}, fileSystem });
  if (runtime === undefined) throw new Error(JSON.stringify(problems));
  return runtime;
}

const declaration = aDeclaration();

function sinksOf(metricSinks: object): ComposedSinks {
  const logger = createLogger({
    level: 'None',
    container: { enabled: false },
    format: 'json',
    color: false,
    destination: new PassThrough(),
  });
  const runtime = runtimeWith(metricSinks);
  const sinks = composeSinks({ runtime, declaration, logger, clock: realClock, random: () => 0, version: '1' });
  if (sinks === undefined) throw new Error('no sinks');
  onTestFinished(() => sinks.stop(0));
  return sinks;
}

/** A core as sinks see it, whose tokens have its name. */
function aCore(name: string): SinkSurroundings & { sent: (sink: string) => Promise<string | undefined> } {
  const registry = createOwnRegistry({ prefix: 'azimuth', elsewhere: new Set(), runtime: false });
  return {
    registry,
    tokensFor: () => ({ get: () => Promise.resolve(ok(name)), renew: () => undefined }),
    async sent(sink) {
      const lines = (await registry.text('text')).split('\n');
      return lines.find((line) => line.startsWith(`azimuth_sink_samples_total{sink="${sink}",outcome="sent"}`));
    },
  };
}

describe('sinks that outlive a core', () => {
  it('keep what waits, and count where the new one looks', async () => {
    const receiver = await receiveOtlpHttp();
    onTestFinished(() => receiver.close());
    receiver.manner = 'busy';
    const sinks = sinksOf({ openTelemetryCollector: { collectorUri: receiver.uri, protocol: 'http/protobuf' } });
    const [first, second] = [aCore('first'), aCore('second')];
    sinks.attach(first);
    sinks.offer(runSamples([{ family: 'requests', series: { '': [7] } }]));
    await until(
      async () => receiver.requests,
      (requests) => requests > 0,
    );
    sinks.attach(second);
    receiver.manner = 'well';
    await until(
      async () => receiver.samples.length,
      (count) => count === 1,
    );
    await until(
      () => second.sent('openTelemetryCollector'),
      (line) => line === 'azimuth_sink_samples_total{sink="openTelemetryCollector",outcome="sent"} 1',
    );
    expect(await first.sent('openTelemetryCollector')).toBeUndefined();
    expect(sinks.states().map(({ name, queueSamples }) => [name, queueSamples])).toEqual([
      ['openTelemetryCollector', 0],
    ]);
  });

  it('sign in with the identity of the new one, and send no bucket again', async () => {
    const receiver = await receiveRemoteWrite();
    onTestFinished(() => receiver.close());
    const sinks = sinksOf({ prometheusRemoteWrite: { url: receiver.uri, authentication: { entra: {} } } });
    const item = anItem([]);
    const startMs = Date.now();
    for (const [run, name] of ['first', 'second'].entries()) {
      sinks.attach(aCore(name));
      const nowMs = startMs + run;
      // Values of the moment; the second answer shows that of the first run once more.
      const values = Object.fromEntries(Array.from({ length: run + 1 }, (_, at) => [startMs + at, at]));
      const series = [shown(item, undefined, values)];
      sinks.book?.offer({ item, nowMs, intervalMs: 0, startMs: nowMs, completeMs: nowMs, lagMs: 0, series });
      sinks.offer(runSamples([]));
      await until(
        async () => receiver.samples.length,
        (count) => count > run,
      );
      expect(receiver.last?.headers.authorization).toBe(`Bearer ${name}`);
    }
    expect(receiver.samples.map(({ timeMs }) => timeMs)).toEqual([startMs, startMs + 1]);
  });
});

describe('sinks fit', () => {
  const statsd = { host: 'statsd', port: 8125 };
  const remote = {
    url: 'https://northwind.example/write',
    authentication: { basic: { username: 'a', passwordFilePath: 'password' } },
  };
  const collector = { collectorUri: 'http://c:4317', headers: { 'api-key': 'old' } };
  const asBefore = { statsd, prometheusRemoteWrite: remote, openTelemetryCollector: collector };

  it('a configuration that asks for the very same', () => {
    expect(sinksOf(asBefore).fits({ runtime: runtimeWith(asBefore, { strict: true }), declaration })).toBe(true);
  });

  it.each([
    ['a sink less', { statsd, prometheusRemoteWrite: remote }, {}],
    ['another port', { ...asBefore, statsd: { ...statsd, port: 9125 } }, {}],
    [
      'another header, which is a secret',
      { ...asBefore, openTelemetryCollector: { ...collector, headers: { 'api-key': 'new' } } },
      {},
    ],
    ['another history', asBefore, { azureMonitor: { integration: { history: { startingFromInHours: 2 } } } }],
  ])('not %s', (_name, metricSinks, more) => {
    expect(sinksOf(asBefore).fits({ runtime: runtimeWith(metricSinks, more), declaration })).toBe(false);
  });
});
