import { generate } from 'selfsigned';
import { afterEach, describe, expect, it } from 'vitest';
import type { OtlpSinkConfig } from '../../../src/core/runtime-config.ts';
import { secret } from '../../../src/core/secret.ts';
import { certificates } from '../../../src/emulator/certificates.ts';
import type { RunSamples, Sink } from '../../../src/sinks/feed/ports.ts';
import { openOtlpSink } from '../../../src/sinks/otlp/otlp.ts';
import { runSamples } from '../../fakes/run-samples.ts';
import { type OtlpReceiver, type ReceiverTls, receiveOtlpGrpc, receiveOtlpHttp } from '../../receivers/otlp.ts';

let closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing) await close();
  closing = [];
});

async function open(receiver: OtlpReceiver, changes: Partial<OtlpSinkConfig>): Promise<Sink> {
  const sink = await openOtlpSink(
    {
      collectorUri: receiver.uri,
      protocol: 'grpc',
      compression: 'none',
      timeoutMs: 10_000,
      headers: [{ name: 'x-team', value: secret(() => 'monitoring') }],
      tls: {},
      resourceAttributes: { 'service.name': 'azimuth', 'deployment.environment': 'test' },
      ...changes,
    },
    { version: '1.2.3', now: () => 0 },
  );
  closing.push(() => sink.close());
  return sink;
}

async function send(receiver: OtlpReceiver, batch: RunSamples, changes: Partial<OtlpSinkConfig>) {
  return sendBy(await open(receiver, changes), batch);
}

async function sendBy(sink: Sink, batch: RunSamples) {
  const outcomes = [];
  for (const part of sink.parts(batch)) outcomes.push(await part.send(new AbortController().signal));
  return outcomes;
}

const receivers = [
  ['grpc', receiveOtlpGrpc],
  ['http/protobuf', receiveOtlpHttp],
] as const;

describe.each(receivers)('over %s', (protocol, start) => {
  const receive = async (tls?: ReceiverTls): Promise<OtlpReceiver> => {
    const receiver = await start(tls);
    closing.push(() => receiver.close());
    return receiver;
  };

  const endMs = Date.UTC(2026, 0, 1, 12, 5, 0, 250);
  const declaredNames = new Map([['zone', 'Zone']]);
  const batch = runSamples([{ family: 'requests', series: { Ost: [-1.5, endMs] }, declaredNames }]);

  it('a value has all labels under their declared names, its description and the end of its bucket', async () => {
    const receiver = await receive();
    expect(await send(receiver, batch, { protocol })).toEqual([{ kind: 'ok', value: { refused: 0 } }]);
    expect(receiver.samples).toEqual([
      {
        name: 'requests',
        value: -1.5,
        timeMs: endMs,
        labels: { instance_name: 'redis-1', cost_center: 'a,b', Zone: 'Ost' },
      },
    ]);
    expect(receiver.descriptions).toEqual(new Map([['requests', 'About requests']]));
    expect(receiver.resource).toEqual({
      'service.name': 'azimuth',
      'service.version': '1.2.3',
      'deployment.environment': 'test',
    });
    expect(receiver.headers).toMatchObject({ 'x-team': 'monitoring' });
  });

  it('a value without a bucket has the time of the run', async () => {
    const receiver = await receive();
    await send(receiver, runSamples([{ family: 'up', series: { '': [1] } }], endMs + 7), { protocol });
    expect(receiver.samples.map(({ timeMs }) => timeMs)).toEqual([endMs + 7]);
  });

  it('a large batch goes in requests of 2,000 values, gzipped when wanted', async () => {
    const series = Object.fromEntries(Array.from({ length: 4_500 }, (_, at) => [`zone-${at}`, [at, endMs] as const]));
    const receiver = await receive();
    await send(receiver, runSamples([{ family: 'requests', series }]), { protocol, compression: 'gzip' });
    expect(receiver.requests).toBe(3);
    expect(receiver.samples.map(({ value }) => value)).toEqual(Array.from({ length: 4_500 }, (_, at) => at));
    if (protocol === 'http/protobuf') {
      expect(receiver.headers).toMatchObject({ 'content-encoding': 'gzip' });
      expect(receiver.bytes).toBeLessThan(4_500 * 40);
    }
  });

  it('a request never exceeds what receivers of gRPC take', async () => {
    const series = Object.fromEntries(
      Array.from({ length: 1_500 }, (_, at) => [`${at}`.padEnd(5_000, 'x'), [at, endMs] as const]),
    );
    const receiver = await receive();
    const outcomes = await send(receiver, runSamples([{ family: 'requests', series }]), { protocol });
    expect(outcomes.length).toBeGreaterThan(1);
    expect(receiver.bytes / receiver.requests).toBeLessThan(4 * 1024 * 1024);
    expect(receiver.samples).toHaveLength(1_500);
  });

  it('a partial success tells what was not taken', async () => {
    const receiver = await receive();
    receiver.rejects = 1;
    expect(await send(receiver, batch, { protocol })).toEqual([
      { kind: 'ok', value: { refused: 1, reason: 'too old' } },
    ]);
  });

  it('TLS takes its authority and client certificate from the configuration', async () => {
    const server = await certificates();
    const client = await generate([{ name: 'commonName', value: 'azimuth' }], { keyType: 'ec', curve: 'P-256' });
    const receiver = await receive({ cert: server.cert, key: server.key, clientCa: client.cert });
    const own = { certificate: secret(() => client.cert), key: secret(() => client.private) };
    const tls = { ca: secret(() => server.caPem), ...own };
    expect(await send(receiver, batch, { protocol, tls })).toEqual([{ kind: 'ok', value: { refused: 0 } }]);
    expect(receiver.samples).toHaveLength(1);
    expect(await send(receiver, batch, { protocol, tls: own })).toMatchObject([
      { kind: 'retry', error: { code: 'AZ4001' } },
    ]);
    expect(receiver.samples).toHaveLength(1);
  });

  it('a certificate that is renewed in its file is used for the next request', async () => {
    const server = await certificates();
    const client = await generate([{ name: 'commonName', value: 'azimuth' }], { keyType: 'ec', curve: 'P-256' });
    const receiver = await receive({ cert: server.cert, key: server.key, clientCa: client.cert });
    const files = { certificate: 'half of a', key: client.private };
    const sink = await open(receiver, {
      protocol,
      tls: {
        ca: secret(() => server.caPem),
        certificate: secret(() => files.certificate),
        key: secret(() => files.key),
      },
    });
    expect(await sendBy(sink, batch)).toMatchObject([{ kind: 'retry', error: { code: 'AZ4001' } }]);
    files.certificate = client.cert;
    expect(await sendBy(sink, batch)).toEqual([{ kind: 'ok', value: { refused: 0 } }]);
    expect(await sendBy(sink, batch)).toEqual([{ kind: 'ok', value: { refused: 0 } }]);
    expect(receiver.samples).toHaveLength(2);
  });
});
