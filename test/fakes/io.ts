import { Writable } from 'node:stream';
import type { Io } from '../../src/cli/io.ts';

/** A process without a terminal, environment or signals; keeps what a command writes. */
export function createFakeIo(): { readonly io: Io; out(): string; err(): string; log(): string } {
  const written = { out: '', err: '', log: '' };
  const io: Io = {
    env: {},
    out: (text) => {
      written.out += text;
      return Promise.resolve();
    },
    err: (text) => {
      written.err += text;
    },
    logDestination: new Writable({
      write(chunk: Buffer, _encoding, done) {
        written.log += chunk.toString();
        done();
      },
    }),
    logFailure: () => undefined,
    isTerminal: false,
    onHangUp: () => () => undefined,
    stopSignal: () => Promise.reject(new Error('the command waits for no signal')),
    setEnv: () => undefined,
    unsetEnv: () => undefined,
  };
  return { io, out: () => written.out, err: () => written.err, log: () => written.log };
}
