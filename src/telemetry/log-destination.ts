import { Writable } from 'node:stream';

/** A destination of the log that may fail without harm to the program, and tells of it. */
export interface WatchedDestination {
  readonly stream: Writable;
  /** Why the last line could not be written, in words; undefined while all is well. */
  failure(): string | undefined;
}

/**
 * A full disk makes the destination fail, and an error that nobody hears of ends the process. Lines are lost
 * instead; the next one that can be written ends the failure.
 */
export function watchDestination(destination: NodeJS.WritableStream): WatchedDestination {
  let lost = 0;
  let reason = '';
  const pass = (text: string | Uint8Array): void => {
    destination.write(text, (error) => {
      if (error) {
        lost += 1;
        reason = error.message;
        return;
      }
      lost = 0;
    });
  };
  // Errors are told by the callback of each write; without a listener they would be thrown as well.
  destination.on('error', () => undefined);
  return {
    stream: new Writable({
      decodeStrings: false,
      write(chunk: string | Uint8Array, _encoding, done) {
        pass(chunk);
        done();
      },
    }),
    failure: () => (lost === 0 ? undefined : `${lost} log lines are lost: ${reason}`),
  };
}
