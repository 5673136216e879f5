import { createSocket } from 'node:dgram';
import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import type { Receiver } from './receiver.ts';

export interface StatsdReceiver extends Receiver {
  readonly port: number;
  readonly datagrams: string[];
}

/** Lines as gauges; a value of 0 right before a negative one of the same name only prepares it. */
function read(receiver: StatsdReceiver, datagram: string): void {
  receiver.requests += 1;
  receiver.datagrams.push(datagram);
  for (const line of datagram.split('\n')) {
    const [, name = '', value = ''] = /^(.+):(-?[\d.]+)\|g(?:\|#.*)?$/.exec(line) ?? [];
    const last = receiver.samples.at(-1);
    if (Number(value) < 0 && last?.name === name && last.value === 0) receiver.samples.pop();
    receiver.samples.push({ name, value: Number(value) });
  }
}

export async function receiveStatsdUdp(): Promise<StatsdReceiver> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const receiver: StatsdReceiver = {
    port: socket.address().port,
    samples: [],
    datagrams: [],
    manner: 'well',
    requests: 0,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
  socket.on('message', (message) => read(receiver, message.toString()));
  return receiver;
}

/** The whole messages of a stream, and the bytes after them. */
function cut(bytes: Buffer, framing: 'newline' | 'length'): { messages: string[]; rest: Buffer } {
  const messages: string[] = [];
  let rest = bytes;
  for (;;) {
    const start = framing === 'newline' ? 0 : 4;
    const length = rest.length < start ? -1 : framing === 'newline' ? rest.indexOf('\n') : rest.readUInt32LE(0);
    const end = start + length;
    const after = framing === 'newline' ? end + 1 : end;
    if (length < 0 || rest.length < after) return { messages, rest };
    messages.push(rest.subarray(start, end).toString());
    rest = rest.subarray(after);
  }
}

/** A Unix stream socket; messages end in a line end or have their length before them. */
export async function receiveStatsdSocket(path: string, framing: 'newline' | 'length'): Promise<StatsdReceiver> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    let waiting = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      const { messages, rest } = cut(Buffer.concat([waiting, chunk]), framing);
      waiting = Buffer.from(rest);
      for (const message of messages) read(receiver, message);
    });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const receiver: StatsdReceiver = {
    port: 0,
    samples: [],
    datagrams: [],
    manner: 'well',
    requests: 0,
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      rmSync(path, { force: true });
    },
  };
  return receiver;
}
