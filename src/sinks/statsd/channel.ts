import { createSocket } from 'node:dgram';
import { createConnection } from 'node:net';
import type { StatsdSinkConfig } from '../../core/runtime-config.ts';

type Target = StatsdSinkConfig['target'];

/** A way to the server, open for one batch, so that a name that moved is found again. */
export interface Channel {
  /** Hands datagrams to the system; rejects when it does not take them or the channel is closed. */
  send(datagrams: readonly Buffer[]): Promise<void>;
  close(): void;
}

export type OpenChannel = (target: Target) => Promise<Channel>;

export const openChannel: OpenChannel = (target) =>
  target.kind === 'udp' ? openUdp(target.host, target.port) : openSocket(target);

/** A connected socket resolves the name once, and hears when nobody listens. */
async function openUdp(host: string, port: number): Promise<Channel> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  let broken: Error | undefined;
  const close = (): void => {
    broken ??= new Error('the socket is closed');
    socket.close();
  };
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.connect(port, host, () => resolve());
    });
  } catch (error) {
    close();
    throw error;
  }
  socket.on('error', (error) => {
    broken ??= error;
  });
  return {
    async send(datagrams) {
      for (const datagram of datagrams) {
        if (broken !== undefined) throw broken;
        await new Promise<void>((resolve, reject) => {
          socket.send(datagram, (error) => (error === null ? resolve() : reject(error)));
        });
      }
    },
    close,
  };
}

/** Node has no datagrams on Unix sockets; both StatsD and the Datadog agent listen on stream sockets too. */
async function openSocket({ path, framing }: Extract<Target, { kind: 'socket' }>): Promise<Channel> {
  const socket = createConnection({ path });
  const failed = new Promise<never>((_, reject) => {
    socket.on('error', reject);
    socket.once('close', () => reject(new Error('the server closed the connection')));
  });
  // Whoever sends hears of it; without a sender nobody has to.
  failed.catch(() => undefined);
  await Promise.race([failed, new Promise<void>((resolve) => socket.once('connect', () => resolve()))]);
  return {
    async send(datagrams) {
      const bytes = Buffer.concat(datagrams.flatMap((one) => framed(one, framing)));
      const written = new Promise<void>((resolve) => socket.write(bytes, () => resolve()));
      await Promise.race([failed, written]);
    },
    close: () => void (socket.writableLength === 0 ? socket.end() : socket.destroy()),
  };
}

function framed(datagram: Buffer, framing: 'newline' | 'length'): Buffer[] {
  if (framing === 'newline') return [datagram, Buffer.from('\n')];
  const length = Buffer.alloc(4);
  length.writeUInt32LE(datagram.length);
  return [length, datagram];
}
