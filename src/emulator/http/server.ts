import { createServer as createPlainServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { parseTarget, type Request } from './request.ts';

/** Answers a request by writing to the response. Must not throw. */
export type Listener = (request: Request, response: ServerResponse) => void;

/**
 * The TCP sockets under the responses in progress, by the client's port: a TLS socket cannot send a reset itself.
 */
const rawSockets = new Map<number, Socket>();

/** Ends the connection of a response with a TCP reset. */
export function resetConnection(response: ServerResponse): void {
  rawSockets.get(response.socket?.remotePort ?? -1)?.resetAndDestroy();
  response.destroy();
}

export interface Running {
  readonly port: number;
  close(): Promise<void>;
}

const maxBody = 4 * 1024 * 1024;

/** Listens on 127.0.0.1 alone; with key and certificate it speaks TLS. Port 0 takes a free one. */
export async function listen(
  port: number,
  listener: Listener,
  tls?: { readonly key: string; readonly cert: string },
): Promise<Running> {
  const handle = (message: IncomingMessage, response: ServerResponse): void => receive(message, response, listener);
  const server: Server = tls === undefined ? createPlainServer(handle) : createTlsServer({ ...tls }, handle);
  server.on('connection', (socket) => {
    const { remotePort } = socket;
    if (remotePort === undefined) return;
    rawSockets.set(remotePort, socket);
    socket.once('close', () => rawSockets.delete(remotePort));
  });
  // Clients that keep many idle connections must not be cut off between two scrapes.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
  return { port: portOf(server.address()), close: () => close(server) };
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function receive(message: IncomingMessage, response: ServerResponse, listener: Listener): void {
  const chunks: Buffer[] = [];
  let size = 0;
  message.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= maxBody) chunks.push(chunk);
  });
  message.on('error', () => response.destroy());
  message.on('end', () => {
    if (size > maxBody) {
      response.writeHead(413).end();
      return;
    }
    const headers = Object.fromEntries(
      Object.entries(message.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
    );
    const bytes = Buffer.concat(chunks);
    const target = parseTarget(message.url ?? '/');
    listener({ method: message.method ?? 'GET', ...target, headers, body: bytes.toString('utf8'), bytes }, response);
  });
}
