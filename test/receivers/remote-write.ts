import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { uncompress } from 'snappyjs';
import type { Receiver } from './receiver.ts';
import { type DecodedSeries, decodeRequest } from './remote-write-schema.ts';

export interface RemoteWriteReceiver extends Receiver {
  readonly uri: string;
  /** Series of the requests that were taken, in their order. */
  readonly series: DecodedSeries[];
  /** Headers and address of the last request. */
  last: { readonly headers: IncomingMessage['headers']; readonly url: string } | undefined;
}

export interface RemoteWriteReceiverOptions {
  readonly protocol?: '1.0' | '2.0';
  readonly path?: string;
  readonly tls?: ServerOptions;
  /** An answer other than to take it: status and text. */
  readonly judge?: (
    request: IncomingMessage,
    series: readonly DecodedSeries[],
  ) => readonly [status: number, text: string] | undefined;
}

const contentTypes = {
  '1.0': ['application/x-protobuf', '0.1.0'],
  '2.0': ['application/x-protobuf;proto=io.prometheus.write.v2.Request', '2.0.0'],
} as const;

function headersFit(headers: IncomingMessage['headers'], protocol: '1.0' | '2.0'): boolean {
  const [contentType, version] = contentTypes[protocol];
  const named = headers['content-type'] === contentType && headers['x-prometheus-remote-write-version'] === version;
  return named && headers['content-encoding'] === 'snappy' && (headers['user-agent'] ?? '') !== '';
}

/** A receiver of remote write that checks what the specification demands of a sender. */
export async function receiveRemoteWrite(options: RemoteWriteReceiverOptions = {}): Promise<RemoteWriteReceiver> {
  const { protocol = '1.0', path = '/api/v1/write' } = options;
  const say = (response: ServerResponse, status: number, text = ''): void => {
    response.writeHead(status, status === 429 ? { 'retry-after': '0' } : {}).end(text);
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    receiver.requests += 1;
    const { headers, url = '' } = request;
    receiver.last = { headers, url };
    if (receiver.manner === 'hangs') return;
    if (receiver.manner === 'busy') return say(response, 429, 'busy');
    if (receiver.manner === 'refuses') return say(response, 400, `no: ${headers.authorization ?? ''}`);
    if (request.method !== 'POST' || url.split('?')[0] !== path) return say(response, 404);
    if (!headersFit(headers, protocol)) return say(response, 415, 'wrong headers');
    const series = decodeRequest(protocol, uncompress(new Uint8Array(Buffer.concat(chunks))));
    const judged = options.judge?.(request, series);
    if (judged !== undefined) return say(response, ...judged);
    receiver.series.push(...series);
    for (const { labels, samples } of series) {
      const name = labels['__name__'] ?? '';
      for (const [timeMs, value] of samples) receiver.samples.push({ name, value, timeMs, labels });
    }
    say(response, 204);
  };
  const listener: RequestListener = (request, response) => void answer(request, response);
  const server = options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const receiver: RemoteWriteReceiver = {
    uri: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}${path}`,
    samples: [],
    series: [],
    manner: 'well',
    requests: 0,
    last: undefined,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return receiver;
}
