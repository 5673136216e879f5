import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { Agent } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { compress } from 'snappyjs';
import { parseLabelText } from '../src/core/label-text.ts';
import type { ScrapeItem } from '../src/scrape/ports.ts';
import { createCollector } from '../src/sinks/feed/collector.ts';
import { createFeed } from '../src/sinks/feed/feed.ts';
import type { Batch, RunSamples, Sink } from '../src/sinks/feed/ports.ts';
import { rowsOf } from '../src/sinks/feed/samples.ts';
import { post } from '../src/sinks/http/post.ts';
import { createEncoder } from '../src/sinks/otlp/encode.ts';
import { createGrpcTransport } from '../src/sinks/otlp/grpc.ts';
import { openOtlpSink } from '../src/sinks/otlp/otlp.ts';
import { createAuthorization } from '../src/sinks/remote-write/authorization.ts';
import { createBook } from '../src/sinks/remote-write/book.ts';
import { createEncoder as createRemoteWriteEncoder } from '../src/sinks/remote-write/encode.ts';
import type { SeriesPoints } from '../src/sinks/remote-write/ports.ts';
import { toRanges } from '../src/sinks/remote-write/ranges.ts';
import { createRemoteWriteSink } from '../src/sinks/remote-write/remote-write.ts';
import { encode as encodeStatsd } from '../src/sinks/statsd/encode.ts';
import { createStatsdSink } from '../src/sinks/statsd/statsd.ts';
import { mapToIds } from '../src/sinks/statuspage/mapping.ts';
import { createSeriesStore } from '../src/store/series-store.ts';
import { realClock } from '../src/telemetry/clock.ts';
import { remoteWriteConfig } from '../test/fakes/point-batch.ts';
import { decodeForBench, encodeForBench } from '../test/receivers/remote-write-schema.ts';
import { anItem, hour, minute, shown } from '../test/sinks/remote-write/support.ts';
import type { Ports } from './sinks-receiver.ts';

/**
 * A run of 100,000 samples through each sink, next to the floor: the same bytes written by bare code (text in a loop,
 * OpenTelemetry's generated code from ready objects) and sent without a feed. Receivers are another process. CPU time of
 * this process decides; a run comes once a minute. Run: node --expose-gc bench/sinks.ts [samples]. Bounded by 3 minutes.
 */
const samples = Number(process.argv[2] ?? 100_000);
const rounds = 3;

/** A run of ten metrics of many resources, the values of minute `round`. */
function makeRuns(): (round: number) => RunSamples {
  const collector = createCollector();
  const store = collector.watch(createSeriesStore({ perMetricLimit: samples, totalLimit: samples }));
  const subscription = '22222222-2222-2222-2222-222222222222';
  const slots = Array.from({ length: samples }, (_, at) => {
    const name = `redis-${Math.floor(at / 10)}`;
    const uri = `subscriptions/${subscription}/resourceGroups/contoso/providers/Microsoft.Cache/Redis/${name}`;
    const labels = Object.entries({
      resource_group: 'contoso',
      subscription_id: subscription,
      resource_uri: uri,
      instance_name: name,
      tenant_id: subscription,
    });
    return { owner: `${at}`, family: { name: `azure_redis_metric_${at % 10}`, help: 'A metric' }, labels };
  });
  return (round) => {
    const runMs = 1_767_268_800_000 + round * 60_000;
    for (const [at, slot] of slots.entries()) {
      const series = [{ dimensionValues: [], value: (at + round) / 4, bucketEndMs: runMs - 60_000 }];
      store.replace({ ...slot, dimensionLabels: [], series, runMs, staleAtMs: runMs + 900_000 });
    }
    return collector.take(runMs);
  };
}

async function cpuOf(work: () => Promise<void> | void): Promise<number> {
  globalThis.gc?.();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Sends a run through a feed; fails when a sample is lost. */
function through(sink: Sink, batch: RunSamples, gapMs: number): Promise<void> {
  return throughFeed(sink, batch, gapMs);
}

async function throughFeed<B extends Batch>(sink: Sink<B>, batch: B, gapMs = 0): Promise<void> {
  let sent = 0;
  const all = Promise.withResolvers<void>();
  const feed = createFeed<B>({
    name: 'statsd',
    open: () => Promise.resolve({ ...sink, close: () => Promise.resolve() }),
    clock: realClock,
    random: () => 0,
    observe: (event) => {
      if (event.kind === 'failed') all.reject(new Error(event.error.message));
      if (event.kind === 'crashed') all.reject(event.error);
      if (event.kind === 'samples' && event.fate === 'sent') sent += event.count;
      if (sent === batch.samples) all.resolve();
    },
    limits: { samples: 500_000, bytes: 64 * 1024 * 1024 },
    deadlineMs: 10_000,
    patienceMs: 60_000,
    gapMs,
  });
  feed.offer(batch);
  // The clock's timers keep no process alive.
  const alive = setInterval(() => undefined, 1_000);
  await all.promise.finally(() => clearInterval(alive));
  await feed.stop(1_000);
}

interface Contender {
  readonly name: string;
  readonly sink: Sink;
  readonly gapMs: number;
  /** Prepares what the floor needs of a run and gives the floor itself. */
  readonly floor: (batch: RunSamples) => () => Promise<void>;
}

interface Codec {
  decode(bytes: Uint8Array): unknown;
  encode(message: unknown): { finish(): Uint8Array };
}
const generated = createRequire(import.meta.url)('otlp-decode/build/src/generated/root') as {
  opentelemetry: { proto: { collector: { metrics: { v1: { ExportMetricsServiceRequest: Codec } } } } };
};
const { ExportMetricsServiceRequest } = generated.opentelemetry.proto.collector.metrics.v1;

async function bench(ports: Ports): Promise<void> {
  const nextRun = makeRuns();
  await benchRemoteWrite(ports);
  await benchBook();
  const contenders = [statsd(ports), await otlp('http/protobuf', ports), await otlp('grpc', ports)];
  for (const { name, sink, gapMs, floor } of contenders) {
    const own: number[] = [];
    const bare: number[] = [];
    const ready = floor(nextRun(0));
    for (let round = 0; round <= rounds; round += 1) {
      const batch = nextRun(round);
      const [sinkMs, floorMs] = [await cpuOf(() => through(sink, batch, gapMs)), await cpuOf(ready)];
      if (round === 0) continue;
      own.push(sinkMs);
      bare.push(floorMs);
    }
    await sink.close();
    report(name, median(own), median(bare));
  }
  const mapping = [{ id: 'a', metricName: 'azure_redis_metric_1' }];
  const batch = nextRun(0);
  const pickMs = await cpuOf(() => void mapToIds(mapping, batch));
  process.stdout.write(
    `atlassianStatuspage  ${pickMs.toFixed(1)} ms to pick the mapped ones of ${samples} samples; it sends one a second\n`,
  );
  const drainMs = await cpuOf(() => void nextRun(1));
  process.stdout.write(`store and gathering  ${drainMs.toFixed(0)} ms CPU a run, for all sinks together\n`);
}

function report(name: string, sinkMs: number, floorMs: number): void {
  const core = ((sinkMs / 60_000) * 100).toFixed(2);
  process.stdout.write(
    `${name.padEnd(20)} ${sinkMs.toFixed(0)} ms CPU for ${samples} samples, ${core}% of a core at one run a minute; floor ${floorMs.toFixed(0)} ms, ratio ${(sinkMs / floorMs).toFixed(2)}\n`,
  );
}

/** As many series of one new sample through remote write; the floor encodes ready objects with protobufjs. */
async function benchRemoteWrite(ports: Ports): Promise<void> {
  const url = `http://127.0.0.1:${ports.http}/api/v1/write`;
  const config = remoteWriteConfig({ url });
  const authorization = createAuthorization({ kind: 'none' });
  const sink = createRemoteWriteSink(config, { now: () => Date.now(), userAgent: 'bench', authorization });
  const nextRun = makeRuns();
  const encode = createRemoteWriteEncoder('1.0', []);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' };
  const { signal } = new AbortController();
  // Label lists are shared by the series of an item, as in the plan.
  const lists = new Map<string, SeriesPoints['series']['labels']>();
  const own: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const points = [...rowsOf(nextRun(round))].map(({ family, labels, value = 0, timeMs }): SeriesPoints => {
      const list = lists.get(labels.text) ?? parseLabelText(labels.text);
      lists.set(labels.text, list);
      const series = { name: family.name, help: family.help, labels: list, dimensions: [] };
      return { series, times: [timeMs], values: [value] };
    });
    const ready = toRanges(points, config.samplesPerRequest).map((range) => decodeForBench(encode(range)));
    const batch = { runMs: 0, samples, bytes: 0, points, delivered: () => undefined };
    const sinkMs = await cpuOf(() => throughFeed(sink, batch));
    const floorMs = await cpuOf(async () => {
      for (const message of ready) {
        const body = compress(encodeForBench(message));
        await post({ url, headers, body, agent }, signal);
      }
    });
    if (round === 0) continue;
    own.push(sinkMs);
    bare.push(floorMs);
  }
  agent.destroy();
  await sink.close();
  report('remote write 1.0', median(own), median(bare));
}

/** What remote write does before its queue: to find what is new of the answers, here of a hundred series each. */
async function benchBook(): Promise<void> {
  const perItem = 100;
  const zones = Array.from({ length: perItem }, (_, at) => `zone-${at}`);
  const items = Array.from({ length: samples / perItem }, (_, at): ScrapeItem => ({ ...anItem(), id: `item ${at}` }));
  let lost = 0;
  const book = createBook({
    resumeFromMs: 2 * minute,
    historyMs: 12 * hour,
    room: () => Number.POSITIVE_INFINITY,
    missed: (_reason, buckets) => {
      lost += buckets;
    },
    began: () => undefined,
  });
  const took: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const completeMs = 1_767_268_800_000 + round * minute;
    const ends = Array.from({ length: 5 }, (_, at) => [completeMs - at * minute, at / 4]);
    const answers = items.map((item) => ({
      item,
      nowMs: completeMs + minute,
      intervalMs: minute,
      startMs: completeMs - 5 * minute,
      completeMs,
      lagMs: 0,
      series: zones.map((zone) => shown(item, zone, Object.fromEntries(ends))),
    }));
    let fresh = 0;
    const tookMs = await cpuOf(() => {
      for (const answer of answers) {
        book.reach(answer.item, answer);
        fresh += book.offer(answer);
      }
      for (const { delivered } of book.take()) delivered();
    });
    if (round === 0) continue;
    if (fresh !== samples || lost > 0) throw new Error(`${fresh} samples are new, and ${lost} were lost`);
    took.push(tookMs);
  }
  process.stdout.write(
    `                     ${median(took).toFixed(0)} ms CPU more to find these among ${5 * samples} buckets\n`,
  );
}

function statsd(ports: Ports): Contender {
  const config = {
    target: { kind: 'udp', host: '127.0.0.1', port: ports.udp },
    format: { kind: 'Default', tags: 'none' },
    maxDatagramBytes: 1432,
  } as const;
  return {
    name: 'statsd',
    sink: createStatsdSink(config),
    gapMs: 2,
    floor(batch) {
      const sizes = [...encodeStatsd(config, batch)].flatMap(({ datagrams }) => datagrams.map(({ length }) => length));
      const values = batch.families.flatMap(({ name, pieces }) =>
        pieces.map((piece) => [name, piece.values[0]] as const),
      );
      return async () => {
        const socket = createSocket('udp4');
        await new Promise<void>((resolve) => socket.connect(ports.udp, '127.0.0.1', () => resolve()));
        const bytes = Buffer.from(values.map(([name, value]) => `${name}:${value}|g`).join('\n'));
        let at = 0;
        for (const size of sizes) {
          const datagram = bytes.subarray(at, at + size);
          await new Promise<void>((resolve) => socket.send(datagram, () => resolve()));
          at += size + 1;
        }
        socket.close();
      };
    },
  };
}

async function otlp(protocol: 'grpc' | 'http/protobuf', ports: Ports): Promise<Contender> {
  const collectorUri = `http://127.0.0.1:${protocol === 'grpc' ? ports.grpc : ports.http}`;
  const config = {
    collectorUri,
    protocol,
    compression: 'none',
    timeoutMs: 10_000,
    headers: [],
    tls: {},
    resourceAttributes: {},
  } as const;
  const encode = createEncoder({ resourceAttributes: {}, version: '0' });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const grpc = createGrpcTransport({ ...config, collectorUri: `http://127.0.0.1:${ports.grpc}` });
  const { signal } = new AbortController();
  const headers = { 'content-type': 'application/x-protobuf' };
  return {
    name: `otlp ${protocol}`,
    sink: await openOtlpSink(config, { version: '0', now: () => 0 }),
    gapMs: 0,
    floor(batch) {
      const ready = [...encode(batch)].map(({ bytes }) => ExportMetricsServiceRequest.decode(bytes));
      return async () => {
        for (const message of ready) {
          const body = ExportMetricsServiceRequest.encode(message).finish();
          if (protocol === 'grpc') await grpc.send(body, signal);
          else await post({ url: `${collectorUri}/v1/metrics`, headers, body, agent }, signal);
        }
      };
    },
  };
}

const receiver = spawn(process.execPath, [join(import.meta.dirname, 'sinks-receiver.ts')], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const tooLong = setTimeout(() => {
  process.stderr.write('the bench took longer than three minutes\n');
  receiver.kill();
  process.exit(1);
}, 180_000);
try {
  const lines = createInterface({ input: receiver.stdout });
  const [line] = await new Promise<string[]>((resolve) => lines.once('line', (text) => resolve([text])));
  await bench(JSON.parse(line ?? '') as Ports);
} finally {
  receiver.kill();
  clearTimeout(tooLong);
}
