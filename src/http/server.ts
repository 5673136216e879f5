import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsListener } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { TlsServer } from '../core/web-config.ts';
import { refusedClient, secureContext, tlsOptions } from './tls.ts';

export interface HttpServer {
  readonly port: number;
  /** New connections use this certificate; who has to show one, and whether TLS is spoken at all, stays as it was. */
  renewTls(tls: TlsServer): void;
  /** Stops listening, lets answers that are being written finish for at most `graceMs`, then cuts them. */
  close(graceMs: number): Promise<void>;
}

/**
 * Bounds against slow and idle clients. Prometheus and probes keep a handful of connections; the number is far above
 * and keeps file descriptors for calls to Azure.
 */
const limits = { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 65_000, maxHeaderSize: 16_384 };
const maxConnections = 1_000;

/** Listens on all interfaces. Rejects with the system's error when the port cannot be had, or the key does not fit. */
export async function listen(handler: RequestListener, port: number, tls?: TlsServer): Promise<HttpServer> {
  const secure = tls === undefined ? undefined : createSecureServer(handler, tls);
  const server: Server = secure?.server ?? createServer(limits, handler);
  server.maxConnections = maxConnections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    renewTls: (renewed) => secure?.renew(renewed),
    close: (graceMs) => close(server, graceMs),
  };
}

function createSecureServer(
  handler: RequestListener,
  tls: TlsServer,
): { server: TlsListener; renew: (tls: TlsServer) => void } {
  let current = tls;
  const server = createTlsServer({ ...limits, ...tlsOptions(tls) }, handler);
  server.prependListener('secureConnection', (socket: TLSSocket) => {
    if (refusedClient(current, socket) !== undefined) socket.destroy();
  });
  const renew = (renewed: TlsServer): void => {
    server.setSecureContext(secureContext(renewed));
    current = { ...renewed, clientAuth: tls.clientAuth };
  };
  return { server, renew };
}

async function close(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(cut);
}
