import { generate } from 'selfsigned';
import { afterEach, describe, expect, it } from 'vitest';
import type { RemoteWriteSinkConfig } from '../../../src/core/runtime-config.ts';
import { secret } from '../../../src/core/secret.ts';
import { certificates } from '../../../src/emulator/certificates.ts';
import { createFeed } from '../../../src/sinks/feed/feed.ts';
import { createAuthorization } from '../../../src/sinks/remote-write/authorization.ts';
import { batchOf } from '../../../src/sinks/remote-write/book.ts';
import type { Authorization, PointBatch, SeriesPoints } from '../../../src/sinks/remote-write/ports.ts';
import { createRemoteWriteSink } from '../../../src/sinks/remote-write/remote-write.ts';
import { realClock } from '../../../src/telemetry/clock.ts';
import { until } from '../../e2e/harness.ts';
import { remoteWriteConfig } from '../../fakes/point-batch.ts';
import { recorder } from '../../fakes/sink.ts';
import { type RemoteWriteReceiverOptions, receiveRemoteWrite } from '../../receivers/remote-write.ts';
import { anItem, minute } from './support.ts';

let closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  closing = [];
});

const t0 = Date.UTC(2026, 0, 1, 12);

function series(name: string, count: number): SeriesPoints {
  const identity = { name, help: '', labels: [['zone', '1']] as const, dimensions: [] };
  const steps = Array.from({ length: count }, (_, at) => at);
  return { series: identity, times: steps.map((at) => t0 + at * minute), values: steps };
}

async function start(
  judge: RemoteWriteReceiverOptions['judge'],
  changes: Partial<RemoteWriteSinkConfig> = {},
  authorization: Authorization = createAuthorization(changes.authentication ?? { kind: 'none' }),
  tls?: RemoteWriteReceiverOptions['tls'],
) {
  const receiver = await receiveRemoteWrite({
    ...(judge === undefined ? {} : { judge }),
    ...(tls === undefined ? {} : { tls }),
  });
  const record = recorder();
  const config = remoteWriteConfig({ url: receiver.uri, ...changes });
  const feed = createFeed<PointBatch>({
    name: 'prometheusRemoteWrite',
    open: () =>
      Promise.resolve(createRemoteWriteSink(config, { now: () => Date.now(), userAgent: 'Azimuth/1', authorization })),
    clock: realClock,
    random: () => 0,
    observe: record.observe,
    limits: { samples: 1e9, bytes: 1e9 },
    deadlineMs: 5_000,
    patienceMs: Number.POSITIVE_INFINITY,
  });
  closing.push(
    () => receiver.close(),
    () => feed.stop(0),
  );
  let delivered = 0;
  const count = (): void => {
    delivered += 1;
  };
  const offer = (...points: SeriesPoints[]): void =>
    feed.offer(batchOf([{ item: anItem(), points, delivered: count }], t0));
  const settled = (fates: Record<string, number>) =>
    until(
      async () => record.fates(),
      (now) => Object.entries(fates).every(([fate, count]) => now[fate] === count),
    );
  return { receiver, record, feed, offer, settled, delivered: () => delivered };
}

describe('a request that is refused because of some samples', () => {
  it.each([
    [400, 'out of order sample'],
    [500, 'too old sample'],
  ])('HTTP %i is halved until they are alone; all others arrive in order', async (status, text) => {
    const bad = new Set([t0 + 3 * minute, t0 + 4 * minute]);
    const s = await start((_request, all) =>
      all.some(({ labels, samples }) => labels['__name__'] === 'b' && samples.some(([time]) => bad.has(time)))
        ? [status, text]
        : undefined,
    );
    s.offer(series('a', 8), series('b', 8), series('c', 8));
    await s.settled({ sent: 22, refused: 2 });
    expect(s.delivered()).toBe(1);
    const times = (name: string) => s.receiver.samples.filter((one) => one.name === name).map(({ value }) => value);
    expect(times('a')).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(times('b')).toEqual([0, 1, 2, 5, 6, 7]);
    expect(times('c')).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    const failed = s.record.events.flatMap((event) => (event.kind === 'failed' ? [event.error.message] : []));
    expect(failed).toEqual([1, 2].map(() => `${s.receiver.uri} refused samples with HTTP ${status}: ${text}`));
    expect(s.feed.state().queueSamples).toBe(0);
  });

  it('a 500 that is not for age is an outage', async () => {
    let down = true;
    const s = await start(() => (down ? [500, 'disk trouble'] : undefined));
    s.offer(series('a', 2));
    await until(
      async () => s.feed.state().failing?.message,
      (message) => message === `${s.receiver.uri} does not take samples for now, HTTP 500: disk trouble`,
    );
    down = false;
    await s.settled({ sent: 2 });
    expect(s.record.fates()).toEqual({ sent: 2 });
  });
});

describe('what it says of itself', () => {
  it('headers of the file, and a user name with its password', async () => {
    const authentication = { kind: 'basic', username: 'ü', password: secret(() => 'hunter2') } as const;
    const headers = [{ name: 'x-scope-orgid', value: secret(() => 'contoso') }];
    const s = await start(undefined, {
      authentication,
      headers,
      externalLabels: [
        ['zone', 'x'],
        ['cluster', 'c'],
      ],
    });
    s.offer(series('a', 1));
    await s.settled({ sent: 1 });
    expect(s.receiver.last?.headers).toMatchObject({
      authorization: `Basic ${Buffer.from('ü:hunter2').toString('base64')}`,
      'x-scope-orgid': 'contoso',
      'user-agent': 'Azimuth/1',
      'content-encoding': 'snappy',
    });
    expect(s.receiver.series[0]?.labels).toEqual({ __name__: 'a', cluster: 'c', zone: '1' });
  });

  it('asks for a new token after a 401, and loses nothing', async () => {
    const refused: string[] = [];
    let token = 'old';
    const authorization: Authorization = {
      header: () => Promise.resolve({ kind: 'ok', value: `Bearer ${token}` }),
      refused(header) {
        refused.push(header);
        token = 'new';
      },
    };
    const s = await start(
      ({ headers }) => (headers.authorization === 'Bearer new' ? undefined : [401, 'expired: Bearer old']),
      {},
      authorization,
    );
    s.offer(series('a', 3));
    await s.settled({ sent: 3 });
    expect(refused).toEqual(['Bearer old']);
    expect(JSON.stringify(s.record.events)).not.toContain('Bearer old');
  });

  it('a client certificate, also once it is renewed in its file', async () => {
    const server = await certificates();
    const client = await generate([{ name: 'commonName', value: 'azimuth' }], { keyType: 'ec', curve: 'P-256' });
    let certificate = 'half of a certificate';
    const tls = {
      ca: secret(() => server.caPem),
      certificate: secret(() => certificate),
      key: secret(() => client.private),
    };
    const asks = { key: server.key, cert: server.cert, ca: client.cert, requestCert: true, rejectUnauthorized: true };
    const s = await start(undefined, { tls }, undefined, asks);
    s.offer(series('a', 1));
    await until(
      async () => s.feed.state().failing?.code,
      (code) => code === 'AZ4001',
    );
    expect(s.receiver.requests).toBe(0);
    certificate = client.cert;
    await s.settled({ sent: 1 });
  });

  it('waits while there is no token', async () => {
    let there = false;
    const authorization: Authorization = {
      header: () =>
        Promise.resolve(
          there ? { kind: 'ok', value: 'Bearer t' } : { kind: 'retry', error: { code: 'AZ3005', message: 'no token' } },
        ),
      refused: () => undefined,
    };
    const s = await start(undefined, {}, authorization);
    s.offer(series('a', 1));
    await until(
      async () => s.feed.state().failing?.code,
      (code) => code === 'AZ3005',
    );
    expect(s.receiver.requests).toBe(0);
    there = true;
    await s.settled({ sent: 1 });
  });
});
