import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createSecureContext, TLSSocket } from 'node:tls';
import { generate } from 'selfsigned';

/** A proxy for `HTTPS_PROXY` that passes connections on, or breaks them open with a certificate that nobody trusts. */
export interface InterceptingProxy {
  readonly url: string;
  /** Number of connections that were asked for. */
  connections(): number;
  /** Changes what happens to connections; those that exist are ended. */
  intercept(on: boolean): void;
  close(): Promise<void>;
}

export async function startInterceptingProxy(): Promise<InterceptingProxy> {
  const stranger = await generate([{ name: 'commonName', value: 'localhost' }], { keyType: 'ec', curve: 'P-256' });
  const secureContext = createSecureContext({ key: stranger.private, cert: stranger.cert });
  const streams = new Set<Duplex>();
  let asked = 0;
  let intercepting = false;
  const keep = <T extends Duplex>(stream: T): T => {
    streams.add(stream);
    stream.on('error', () => stream.destroy()).once('close', () => streams.delete(stream));
    return stream;
  };
  const endAll = (): void => {
    for (const stream of streams) stream.destroy();
  };
  const server = createServer();
  server.on('connection', keep).on('connect', (request: IncomingMessage, client: Duplex) => {
    asked += 1;
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    if (intercepting) {
      keep(new TLSSocket(client as Socket, { isServer: true, secureContext })).resume();
      return;
    }
    const { hostname, port } = new URL(`http://${request.url}`);
    client.pipe(keep(connect(Number(port), hostname))).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => asked,
    intercept(on) {
      intercepting = on;
      endAll();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        endAll();
      }),
  };
}
