import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import type { Overview } from '../../src/status/ports.ts';
import { type OtlpReceiver, receiveOtlpGrpc, receiveOtlpHttp } from '../receivers/otlp.ts';
import type { ReceivedSample } from '../receivers/receiver.ts';
import { receiveRemoteWrite } from '../receivers/remote-write.ts';
import { standInForStatuspage } from '../receivers/statuspage.ts';
import { type Line, parseLines } from './exposition-text.ts';
import { emulate, metadataFor, root, type Started, startExporter, until } from './harness.ts';

const tenant = '11111111-1111-1111-1111-111111111111';
const subscription = '22222222-2222-2222-2222-222222222222';
const key = 'a key of the test';

const world = JSON.stringify({
  seed: 7,
  tenants: [{ id: tenant }],
  identities: [
    {
      name: 'node',
      kind: 'systemAssigned',
      clientId: '2f6d0c51-94be-4a3e-8d17-c05b6a91e742',
      roles: [{ role: 'Monitoring Reader', scope: '/' }],
    },
  ],
  statuspages: [{ id: 'page', apiKey: key, metrics: ['hits'] }],
  subscriptions: [{ id: subscription }],
  resourceGroups: [{ name: 'contoso' }],
  resources: [
    {
      type: 'Microsoft.Cache/Redis',
      name: 'cache',
      metrics: [
        {
          name: 'load',
          generator: { kind: 'constant', value: 12.5 },
          dimensions: [{ name: 'ShardId', values: ['0', '1'] }],
        },
        { name: 'drift', generator: { kind: 'constant', value: -3 } },
        { name: 'hits', generator: { kind: 'sine', base: 100, amplitude: 60, period: 45 } },
      ],
    },
  ],
});

const metric = (name: string, dimensions: readonly string[] = []): unknown => ({
  name: `cache_${name}`,
  description: `About ${name}`,
  resourceType: 'RedisCache',
  labels: { 'Cost-Center': 'a' },
  azureMetricConfiguration: {
    metricName: name,
    aggregation: { type: 'Average', interval: '00:01:00' },
    dimensions: dimensions.map((dimension) => ({ name: dimension })),
  },
  resources: [{ cacheName: 'cache' }],
});

let emulator: Emulator;
beforeAll(async () => {
  emulator = await emulate(world);
});
afterAll(() => emulator.close());

function declaration(schedule: string): string {
  return [
    'version: v1',
    metadataFor(emulator, tenant, subscription, 'contoso'),
    `metricDefaults: { scraping: { schedule: '${schedule}' } }`,
    `metrics: ${JSON.stringify([metric('load', ['ShardId']), metric('drift'), metric('hits')])}`,
    '',
  ].join('\n');
}

async function exporterWith(
  sinks: Readonly<Record<string, unknown>>,
  schedule = '0 0 * * *',
  env: Record<string, string> = {},
): Promise<Started> {
  const runtime = JSON.stringify({
    authentication: { mode: 'SystemAssignedManagedIdentity' },
    metricSinks: {
      prometheusScrapingEndpoint: { enableMetricTimestamps: true, metricTimestampSource: 'bucket' },
      ...sinks,
    },
  });
  const started = await startExporter(emulator, { runtime, declaration: declaration(schedule) }, { env });
  onTestFinished(() => void started.child.kill('SIGKILL'));
  return started;
}

async function scraped(exporter: Started): Promise<readonly Line[]> {
  return parseLines(await (await exporter.get('/metrics')).text()).filter(({ name }) => name.startsWith('cache_'));
}

/** A TCP and UDP port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

/** StatsD writes its log with a function that Node 23 took away. */
const oldLog = 'data:text/javascript,import util from "node:util"; util.log = console.log;';

/** StatsD itself, from npm; what it flushed last stands in its output. */
async function realStatsd(socket?: string): Promise<{ port: number; output: () => string }> {
  const folder = mkdtempSync(join(tmpdir(), 'azimuth-statsd-'));
  const [port, management] = [await freePort(), await freePort()];
  const server = socket === undefined ? { port, address: '127.0.0.1' } : { server: './servers/tcp', socket };
  const file = join(folder, 'config.js');
  const common = {
    mgmt_port: management,
    mgmt_address: '127.0.0.1',
    flushInterval: 300,
    backends: ['./backends/console'],
  };
  writeFileSync(file, JSON.stringify({ ...server, ...common }));
  const child = spawn(process.execPath, ['--import', oldLog, join(root, 'node_modules/statsd/stats.js'), file], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  onTestFinished(() => {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  });
  await until(
    async () => text,
    (now) => now.includes('Flushing stats'),
  );
  return { port, output: () => text.slice(text.lastIndexOf('Flushing stats')) };
}

const gauges = [/'?azure\.cache_load'?: 12\.5\b/, /'?azure\.cache_drift'?: -3\b/, /'?azure\.cache_hits'?: \d/];

describe('StatsD itself', () => {
  it('has the values, negative ones too, and takes every line', async () => {
    const statsd = await realStatsd();
    const exporter = await exporterWith({ statsd: { host: '127.0.0.1', port: statsd.port, metricPrefix: 'azure' } });
    for (const gauge of gauges)
      await until(
        async () => statsd.output(),
        (text) => gauge.test(text),
      );
    expect(statsd.output()).toMatch(/'?statsd\.bad_lines_seen'?: 0\b/);
    const hits = (await scraped(exporter)).find(({ name }) => name === 'cache_hits')?.value;
    expect(statsd.output()).toContain(`cache_hits': ${hits}`);
    await exporter.stop();
  });

  it('has them over a Unix socket', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'azimuth-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const socketPath = join(folder, 's');
    const statsd = await realStatsd(socketPath);
    const exporter = await exporterWith({ statsd: { socketPath, metricPrefix: 'azure' } });
    for (const gauge of gauges)
      await until(
        async () => statsd.output(),
        (text) => gauge.test(text),
      );
    await exporter.stop();
  });
});

const declaredNames: Readonly<Record<string, string>> = { cost_center: 'Cost-Center', shardid: 'ShardId' };

/** A sample as text that does not depend on the order of its labels. */
function inOrder({ name, value, timeMs, labels = {} }: ReceivedSample): string {
  const pairs = Object.keys(labels)
    .toSorted()
    .map((label) => [label, labels[label]]);
  return JSON.stringify({ name, value, timeMs, labels: pairs });
}

const receivers = [
  ['grpc', receiveOtlpGrpc],
  ['http/protobuf', receiveOtlpHttp],
] as const;

describe.each(receivers)('OpenTelemetry over %s', (protocol, receive) => {
  it('has every value, label and time that /metrics has, labels under their declared names', async () => {
    const receiver: OtlpReceiver = await receive();
    onTestFinished(() => receiver.close());
    const exporter = await exporterWith({
      openTelemetryCollector: { collectorUri: receiver.uri, protocol, compression: 'gzip' },
    });
    const own = (): OtlpReceiver['samples'] => receiver.samples.filter(({ name }) => name.startsWith('cache_'));
    await until(
      async () => own().length,
      (count) => count === 4,
    );
    const shown = (await scraped(exporter)).map(({ labels, timestampMs, ...line }) => {
      const declared = Object.entries(labels).map(([label, text]) => [declaredNames[label] ?? label, text] as const);
      return inOrder({
        ...line,
        labels: Object.fromEntries(declared),
        ...(timestampMs === undefined ? {} : { timeMs: timestampMs }),
      });
    });
    expect(own().map(inOrder).sort()).toEqual(shown.sort());
    expect(receiver.samples.filter(({ name }) => name === 'azimuth_scrape_success').map(({ value }) => value)).toEqual([
      1, 1, 1,
    ]);
    expect(receiver.samples.some(({ name }) => name === 'azimuth_ratelimit_arm')).toBe(true);
    expect(receiver.resource).toMatchObject({ 'service.name': 'azimuth' });
    await exporter.stop();
  });
});

describe('Statuspage', () => {
  it('has the mapped value with the time of its bucket, and its key is nowhere else', async () => {
    const received = (): ReturnType<typeof emulator.control.received> =>
      emulator.control.received().filter(({ receiver }) => receiver === 'page');
    const systemMetricMapping = [{ id: 'hits', promitorMetricName: 'cache_hits' }];
    const atlassianStatuspage = { pageId: 'page', apiUri: `${emulator.urls.arm}/v1`, systemMetricMapping };
    const env = { PROMITOR_ATLASSIAN_STATUSPAGE_APIKEY: key };
    const exporter = await exporterWith({ atlassianStatuspage }, '0 0 * * *', env);
    await until(
      async () => received().length,
      (count) => count === 1,
    );
    const [hits] = (await scraped(exporter)).filter(({ name }) => name === 'cache_hits');
    expect(received()).toEqual([
      { receiver: 'page', name: 'hits', labels: {}, value: hits?.value, timeMs: hits?.timestampMs },
    ]);
    await exporter.stop();
    expect(exporter.output()).not.toContain(key);
  });
});

describe('receivers that hang', () => {
  it('delay neither another sink nor the scrape, are seen in the metrics, and do not hold up the end', async () => {
    const collector = await receiveOtlpHttp();
    const prometheus = await receiveRemoteWrite();
    const page = await standInForStatuspage({ key, pageId: 'p', metricIds: ['hits'] });
    for (const hanging of [collector, prometheus, page]) {
      hanging.manner = 'hangs';
      onTestFinished(() => hanging.close());
    }
    const systemMetricMapping = [{ id: 'hits', promitorMetricName: 'cache_hits' }];
    const statsd = await realStatsd();
    const exporter = await exporterWith(
      {
        openTelemetryCollector: { collectorUri: collector.uri, protocol: 'http/protobuf', timeout: '1s' },
        prometheusRemoteWrite: { url: prometheus.uri, timeout: '1s' },
        atlassianStatuspage: { pageId: 'p', apiUri: page.uri, systemMetricMapping },
        statsd: { host: '127.0.0.1', port: statsd.port, metricPrefix: 'azure' },
      },
      '* * * * * *',
      { PROMITOR_ATLASSIAN_STATUSPAGE_APIKEY: key },
    );
    for (const gauge of gauges)
      await until(
        async () => statsd.output(),
        (text) => gauge.test(text),
      );
    const sent = 'azimuth_sink_samples_total{sink="statsd",outcome="sent"}';
    await until(
      async () => exporter.series(sent),
      ([line = '']) => Number(line.split(' ')[1]) >= 3 * 4,
    );
    for (const sink of ['openTelemetryCollector', 'prometheusRemoteWrite']) {
      const failing = await exporter.logged((line) => line['code'] === 'AZ4002' && line['sink'] === sink);
      expect(failing['msg']).toBe(`The receiver of sink ${sink} did not answer within 1 s.`);
    }
    expect(page.requests).toBe(1);
    const startMs = Date.now();
    expect(await scraped(exporter)).toHaveLength(4);
    expect(Date.now() - startMs).toBeLessThan(500);
    for (const sink of ['openTelemetryCollector', 'prometheusRemoteWrite', 'atlassianStatuspage']) {
      const [line = ''] = await exporter.series(`azimuth_sink_queue_samples{sink="${sink}"}`);
      expect(Number(line.split(' ')[1]), sink).toBeGreaterThan(0);
    }
    const { sinks = [], problems } = (await (await exporter.get('/api/v1/status')).json()) as Overview;
    const shown = new Map(sinks.map((row) => [row.name, row]));
    expect(shown.get('statsd')).toMatchObject({ healthy: true, dropped: 0 });
    expect(shown.get('openTelemetryCollector')).toMatchObject({ healthy: false, problem: { code: 'AZ4002' } });
    expect(shown.get('prometheusRemoteWrite')?.queued).toBeGreaterThan(0);
    expect(problems.rows.map(({ message }) => message)).toContain(
      'The receiver of sink openTelemetryCollector did not answer within 1 s.',
    );
    const endMs = Date.now();
    exporter.child.kill('SIGTERM');
    expect(await exporter.exited).toEqual({ code: 0, signal: null });
    expect(Date.now() - endMs).toBeLessThan(3_000);
  });
});

describe('at the end', () => {
  it('what waits is delivered', async () => {
    const receiver = await receiveOtlpHttp();
    receiver.manner = 'busy';
    onTestFinished(() => receiver.close());
    const exporter = await exporterWith({
      openTelemetryCollector: { collectorUri: receiver.uri, protocol: 'http/protobuf' },
    });
    await exporter.logged(({ code }) => code === 'AZ4003');
    receiver.manner = 'well';
    await exporter.stop();
    expect(receiver.samples.filter(({ name }) => name.startsWith('cache_'))).toHaveLength(4);
  });
});

describe('without the Prometheus endpoint', () => {
  it('other sinks work, and there is no /metrics', async () => {
    const receiver = await receiveOtlpGrpc();
    onTestFinished(() => receiver.close());
    const runtime = JSON.stringify({
      authentication: { mode: 'SystemAssignedManagedIdentity' },
      metricSinks: { openTelemetryCollector: { collectorUri: receiver.uri } },
    });
    const exporter = await startExporter(emulator, { runtime, declaration: declaration('0 0 * * *') });
    await until(
      async () => receiver.samples.length,
      (count) => count > 0,
    );
    expect((await exporter.get('/metrics')).status).toBe(404);
    await exporter.stop();
  });
});
