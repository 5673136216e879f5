import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js';
import type { ReceivedSample, Receiver } from './receiver.ts';

/** What the official generated code of OpenTelemetry makes of a request. */
interface DecodedRequest {
  readonly resourceMetrics: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scopeMetrics: readonly {
      readonly metrics: readonly {
        readonly name: string;
        readonly description: string;
        readonly gauge?: { readonly dataPoints: readonly DataPoint[] };
      }[];
    }[];
  }[];
}
interface KeyValue {
  readonly key: string;
  readonly value: { readonly stringValue: string };
}
interface DataPoint {
  readonly asDouble: number;
  readonly timeUnixNano: { toString(): string };
  readonly attributes: readonly KeyValue[];
}
interface Codec<T> {
  decode(bytes: Uint8Array): T;
  encode(message: unknown): { finish(): Uint8Array };
}

const root = createRequire(import.meta.url)('otlp-decode/build/src/generated/root') as {
  readonly opentelemetry: {
    readonly proto: {
      readonly collector: {
        readonly metrics: {
          readonly v1: {
            readonly ExportMetricsServiceRequest: Codec<DecodedRequest>;
            readonly ExportMetricsServiceResponse: Codec<unknown>;
          };
        };
      };
    };
  };
};
const messages = root.opentelemetry.proto.collector.metrics.v1;

export interface OtlpReceiver extends Receiver {
  readonly uri: string;
  /** Attributes of the OpenTelemetry resource of the last request. */
  resource: Readonly<Record<string, string>>;
  descriptions: Map<string, string>;
  /** Headers of the last request. */
  headers: Readonly<Record<string, unknown>>;
  /** Data points of each request that it claims not to take, with a reason. */
  rejects: number;
  /** Bytes received, as sent. */
  bytes: number;
}

/** TLS of a receiver: its certificate, and the authority of client certificates that it asks for. */
export interface ReceiverTls {
  readonly cert: string;
  readonly key: string;
  readonly clientCa: string;
}

function pairs(list: readonly KeyValue[]): Record<string, string> {
  return Object.fromEntries(list.map(({ key, value }) => [key, value.stringValue]));
}

function note(receiver: OtlpReceiver, body: Uint8Array): Uint8Array {
  for (const { resource, scopeMetrics } of messages.ExportMetricsServiceRequest.decode(body).resourceMetrics) {
    receiver.resource = pairs(resource.attributes);
    for (const { name, description, gauge } of scopeMetrics.flatMap(({ metrics }) => metrics)) {
      receiver.descriptions.set(name, description);
      for (const point of gauge?.dataPoints ?? []) {
        const sample: ReceivedSample = {
          name,
          value: point.asDouble,
          timeMs: Number(BigInt(point.timeUnixNano.toString()) / 1_000_000n),
          labels: pairs(point.attributes),
        };
        receiver.samples.push(sample);
      }
    }
  }
  const partialSuccess = { rejectedDataPoints: receiver.rejects, errorMessage: 'too old' };
  const answer = receiver.rejects === 0 ? {} : { partialSuccess };
  return messages.ExportMetricsServiceResponse.encode(answer).finish();
}

function blank(uri: string, close: () => Promise<void>): OtlpReceiver {
  return {
    uri,
    samples: [],
    manner: 'well',
    requests: 0,
    resource: {},
    descriptions: new Map(),
    headers: {},
    rejects: 0,
    bytes: 0,
    close,
  };
}

export async function receiveOtlpHttp(tls?: ReceiverTls): Promise<OtlpReceiver> {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const sent = Buffer.concat(chunks);
    receiver.requests += 1;
    receiver.bytes += sent.length;
    receiver.headers = request.headers;
    if (receiver.manner === 'hangs') return;
    if (receiver.manner === 'busy') return void response.writeHead(503, { 'retry-after': '0' }).end('busy');
    if (receiver.manner === 'refuses') {
      const echoed = Object.values(request.headers).join(' ');
      return void response.writeHead(401).end(`no: ${echoed}`);
    }
    if (request.url !== '/v1/metrics' || request.headers['content-type'] !== 'application/x-protobuf')
      return void response.writeHead(404).end();
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end(note(receiver, body));
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void => void answer(request, response);
  const server =
    tls === undefined
      ? createServer(listener)
      : createTlsServer({ cert: tls.cert, key: tls.key, ca: tls.clientCa, requestCert: true }, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver = blank(
    `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  );
  return receiver;
}

const method = {
  path: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  requestStream: false,
  responseStream: false,
  requestSerialize: (bytes: Buffer) => bytes,
  requestDeserialize: (bytes: Buffer) => bytes,
  responseSerialize: (bytes: Buffer) => bytes,
  responseDeserialize: (bytes: Buffer) => bytes,
};

export async function receiveOtlpGrpc(tls?: ReceiverTls): Promise<OtlpReceiver> {
  const server = new Server();
  const Export = (call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>): void => {
    receiver.requests += 1;
    receiver.bytes += call.request.length;
    receiver.headers = call.metadata.getMap();
    const echoed = Object.values(call.metadata.getMap()).join(' ');
    if (receiver.manner === 'well') answer(null, Buffer.from(note(receiver, call.request)));
    else if (receiver.manner === 'busy') answer({ code: status.UNAVAILABLE, details: 'busy' });
    else if (receiver.manner === 'refuses') answer({ code: status.UNAUTHENTICATED, details: `no: ${echoed}` });
  };
  server.addService({ Export: method }, { Export });
  const credentials =
    tls === undefined
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(
          Buffer.from(tls.clientCa),
          [{ cert_chain: Buffer.from(tls.cert), private_key: Buffer.from(tls.key) }],
          true,
        );
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', credentials, (error, chosen) => (error === null ? resolve(chosen) : reject(error)));
  });
  const receiver = blank(`${tls === undefined ? 'http' : 'https'}://127.0.0.1:${bound}`, () => {
    server.forceShutdown();
    return Promise.resolve();
  });
  return receiver;
}
