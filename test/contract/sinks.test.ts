import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { OtlpSinkConfig, StatsdSinkConfig } from '../../src/core/runtime-config.ts';
import { secret } from '../../src/core/secret.ts';
import { createFeed } from '../../src/sinks/feed/feed.ts';
import type { Feed, RunSamples, Sink } from '../../src/sinks/feed/ports.ts';
import { openOtlpSink } from '../../src/sinks/otlp/otlp.ts';
import { createAuthorization } from '../../src/sinks/remote-write/authorization.ts';
import { createRemoteWriteSink } from '../../src/sinks/remote-write/remote-write.ts';
import { createStatsdSink } from '../../src/sinks/statsd/statsd.ts';
import { mapToIds } from '../../src/sinks/statuspage/mapping.ts';
import { createStatuspageSink } from '../../src/sinks/statuspage/statuspage.ts';
import { realClock } from '../../src/telemetry/clock.ts';
import { until } from '../e2e/harness.ts';
import { fromRuns, remoteWriteConfig } from '../fakes/point-batch.ts';
import { runSamples } from '../fakes/run-samples.ts';
import { recorder } from '../fakes/sink.ts';
import { receiveOtlpGrpc, receiveOtlpHttp } from '../receivers/otlp.ts';
import type { Receiver } from '../receivers/receiver.ts';
import { receiveRemoteWrite } from '../receivers/remote-write.ts';
import { receiveStatsdSocket, receiveStatsdUdp } from '../receivers/statsd.ts';
import { standInForStatuspage } from '../receivers/statuspage.ts';

/** A sink and its receiver on loopback. */
interface Pair {
  readonly receiver: Receiver;
  open(): Promise<Sink>;
  /** What of a batch the sink is given. */
  readonly select?: (batch: RunSamples) => RunSamples;
  /** True when the receiver answers. */
  readonly answers: boolean;
  /** True when values carry their time. */
  readonly timed: boolean;
}

const key = 'hunter2';

function otlp(collectorUri: string, protocol: OtlpSinkConfig['protocol']): () => Promise<Sink> {
  const config: OtlpSinkConfig = {
    collectorUri,
    protocol,
    compression: 'gzip',
    timeoutMs: 10_000,
    headers: [{ name: 'api-key', value: secret(() => key) }],
    tls: {},
    resourceAttributes: { 'service.name': 'azimuth' },
  };
  return () => openOtlpSink(config, { version: '1.2.3', now: () => Date.now() });
}

function statsd(target: StatsdSinkConfig['target']): () => Promise<Sink> {
  const format = { kind: 'Default', tags: 'none' } as const;
  return () => Promise.resolve(createStatsdSink({ target, format, maxDatagramBytes: 1432 }));
}

const pairs: Record<string, () => Promise<Pair>> = {
  'StatsD over UDP': async () => {
    const receiver = await receiveStatsdUdp();
    const open = statsd({ kind: 'udp', host: '127.0.0.1', port: receiver.port });
    return { receiver, open, answers: false, timed: false };
  },
  'StatsD over a Unix socket': async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'azimuth-')), 's');
    const receiver = await receiveStatsdSocket(path, 'newline');
    return { receiver, open: statsd({ kind: 'socket', path, framing: 'newline' }), answers: false, timed: false };
  },
  'OpenTelemetry over HTTP': async () => {
    const receiver = await receiveOtlpHttp();
    return { receiver, open: otlp(receiver.uri, 'http/protobuf'), answers: true, timed: true };
  },
  'OpenTelemetry over gRPC': async () => {
    const receiver = await receiveOtlpGrpc();
    return { receiver, open: otlp(receiver.uri, 'grpc'), answers: true, timed: true };
  },
  'Atlassian Statuspage': async () => {
    const mapping = ['requests', 'depth'].map((name) => ({ id: name, metricName: name }));
    const metricIds = mapping.map(({ id }) => id);
    const receiver = await standInForStatuspage({ key, pageId: 'p', metricIds, perMinute: 10_000 });
    const config = { pageId: 'p', apiKey: secret(() => key), apiUri: receiver.uri, mapping };
    const open = (): Promise<Sink> => Promise.resolve(createStatuspageSink(config, () => Date.now()));
    return { receiver, open, select: (batch) => mapToIds(mapping, batch), answers: true, timed: true };
  },
};

for (const protocol of ['1.0', '2.0'] as const) {
  pairs[`Remote write ${protocol}`] = async () => {
    const receiver = await receiveRemoteWrite({ protocol });
    const authentication = { kind: 'bearer', token: secret(() => key) } as const;
    const config = remoteWriteConfig({ url: receiver.uri, protocol, authentication });
    const authorization = createAuthorization(authentication);
    const options = { now: () => Date.now(), userAgent: 'Azimuth/0', authorization };
    const open = (): Promise<Sink> => Promise.resolve(fromRuns(createRemoteWriteSink(config, options)));
    return { receiver, open, answers: true, timed: true };
  };
}

const minute = Date.UTC(2026, 0, 1, 12, 5);
const slots = [
  { family: 'requests', series: { a: [12, minute], b: [null], c: [-0.25, minute - 60_000], d: [1e-7, minute] } },
  { family: 'depth', series: { '': [1e15, minute] } },
] as const;
const values = [
  ['requests', 12, minute],
  ['requests', -0.25, minute - 60_000],
  ['requests', 1e-7, minute],
  ['depth', 1e15, minute],
];

let closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  closing = [];
});

async function start(name: string, changes: { deadlineMs?: number; samples?: number } = {}) {
  const make = pairs[name];
  if (make === undefined) throw new Error(`no such sink: ${name}`);
  const pair = await make();
  const record = recorder();
  const feed: Feed<RunSamples> = createFeed<RunSamples>({
    name: 'statsd',
    open: () => pair.open(),
    clock: realClock,
    random: () => 0,
    observe: record.observe,
    limits: { samples: changes.samples ?? 1_000, bytes: 1_000_000 },
    deadlineMs: changes.deadlineMs ?? 5_000,
    patienceMs: 60_000,
  });
  closing.push(
    () => pair.receiver.close(),
    () => feed.stop(0),
  );
  const select = pair.select ?? ((batch: RunSamples) => batch);
  return { ...pair, feed, record, offer: (batch: RunSamples = runSamples(slots)) => feed.offer(select(batch)) };
}

const names = Object.keys(pairs);
const answering = names.filter((name) => !name.startsWith('StatsD'));

describe.each(names)('%s', (name) => {
  it('delivers every value once, with its time where the protocol has one, and leaves out what is none', async () => {
    const { receiver, record, offer, timed } = await start(name);
    offer();
    await until(
      async () => receiver.samples.length,
      (count) => count >= values.length,
    );
    await until(
      async () => record.fates()['sent'],
      (sent) => sent === 4,
    );
    expect(receiver.samples.map((one) => [one.name, one.value, one.timeMs])).toEqual(
      values.map(([family, value, timeMs]) => [family, value, timed ? timeMs : undefined]),
    );
    expect(record.fates()).toEqual({ sent: 4, skipped: 1 });
  });

  it('cuts a batch into parts that add up, whatever it holds', async () => {
    const pair = await start(name);
    const sink = await pair.open();
    const select = pair.select ?? ((batch: RunSamples) => batch);
    for (const count of [0, 1, 2, 7, 4_321]) {
      const series = Object.fromEntries(
        Array.from({ length: count }, (_, index) => [`z${index}`, [index % 3 === 0 ? null : index, minute] as const]),
      );
      const batch = select(runSamples(count === 0 ? [] : [{ family: 'requests', series }]));
      let sum = 0;
      for (const part of sink.parts(batch)) sum += part.samples + part.skipped;
      expect(sum).toBe(batch.samples);
    }
    await sink.close();
  });

  it('delivers what it has at the end, and lets go of its sockets', async () => {
    const { receiver, record, offer, feed } = await start(name);
    offer();
    await feed.stop(2_000);
    expect(record.fates()).toEqual({ sent: 4, skipped: 1 });
    await until(
      async () => receiver.samples.length,
      (count) => count === 4,
    );
  });
});

describe.each(answering)('%s', (name) => {
  it('sends again what the receiver cannot take for now', async () => {
    const { receiver, record, offer, feed } = await start(name);
    receiver.manner = 'busy';
    offer();
    await until(
      async () => feed.state().failing?.code,
      (code) => code !== undefined,
    );
    receiver.manner = 'well';
    await until(
      async () => record.fates()['sent'],
      (sent) => sent === 4,
    );
    expect(receiver.samples.map(({ value }) => value)).toEqual(values.map(([, value]) => value));
  });

  it('does not repeat what is refused for good, and never tells its credential', async () => {
    const { receiver, record, offer, feed } = await start(name);
    receiver.manner = 'refuses';
    offer();
    await until(
      async () => record.fates()['refused'],
      (refused) => refused === 4,
    );
    const { requests } = receiver;
    // Remote write looks for the sample that is to blame: all four, two halves, and each of them.
    expect(requests).toBe(name === 'Atlassian Statuspage' ? 4 : name.startsWith('Remote write') ? 7 : 1);
    expect(feed.state().failing?.message).toContain('refused samples with');
    expect(feed.state().failing?.message).toContain('***');
    expect(JSON.stringify(record.events)).not.toContain(key);
  });

  it('is cut off when the receiver hangs, and holds up no other sink', async () => {
    const slow = await start(name, { deadlineMs: 200 });
    const quick = await start('StatsD over UDP');
    slow.receiver.manner = 'hangs';
    slow.offer();
    await until(
      async () => slow.receiver.requests,
      (requests) => requests > 0,
    );
    quick.offer();
    await until(
      async () => quick.record.fates()['sent'],
      (sent) => sent === 4,
      1_000,
    );
    await until(
      async () => slow.feed.state().failing?.code,
      (code) => code === 'AZ4002',
      3_000,
    );
    slow.receiver.manner = 'well';
    await until(
      async () => slow.record.fates()['sent'],
      (sent) => sent === 4,
    );
  });

  it('holds no more than its queue while the receiver is away, counts the rest, and comes back with the newest', async () => {
    const { receiver, record, offer, feed } = await start(name, { samples: 50 });
    receiver.manner = 'busy';
    for (let run = 1; run <= 1_000; run += 1) {
      offer(runSamples([{ family: 'requests', series: { '': [run, minute + run * 60_000] } }]));
      expect(feed.state().queueSamples).toBeLessThanOrEqual(50);
    }
    await until(
      async () => receiver.requests,
      (requests) => requests > 0,
    );
    receiver.manner = 'well';
    await until(
      async () => record.fates()['sent'],
      (sent) => sent === 50,
    );
    expect(record.fates()).toEqual({ sent: 50, dropped: 950 });
    expect(receiver.samples.map(({ value }) => value)).toEqual(Array.from({ length: 50 }, (_, at) => 951 + at));
  });
});

describe('a receiver that is not there', () => {
  it.each(names)('%s', async (name) => {
    const { receiver, offer, feed } = await start(name, { deadlineMs: 1_000 });
    closing = closing.filter((close) => close !== closing[0]);
    await receiver.close();
    offer();
    offer();
    // Nobody hears of the first datagram to a port that is closed; the next one is refused.
    if (name !== 'StatsD over UDP')
      await until(
        async () => feed.state().failing?.code,
        (code) => code === 'AZ4001',
      );
    const startMs = Date.now();
    await feed.stop(1_000);
    expect(Date.now() - startMs).toBeLessThan(2_000);
  });
});
