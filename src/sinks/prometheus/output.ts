import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ExpositionResponse } from '../../http/ports.ts';

/** Where an answer goes. Every method returns false once the client has left or the work was aborted. */
export interface Output {
  open(): boolean;
  /**
   * Writes, waits until the client can take more, and lets other work of the event loop go first.
   * `written` is called when nothing reads the chunk any more.
   */
  write(chunk: Buffer, written?: () => void): Promise<boolean>;
}

export function createOutput(response: ExpositionResponse, signal: AbortSignal | undefined): Output {
  const open = (): boolean => !response.destroyed && signal?.aborted !== true;
  return {
    open,
    async write(chunk, written) {
      if (!open()) return false;
      if (!response.write(chunk, written)) await drained(response, signal);
      await nextTurn();
      return open();
    },
  };
}

/** Resolves when the response takes more, is closed, or the signal aborts; leaves no listener behind. */
function drained(response: ExpositionResponse, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
    signal?.addEventListener('abort', done);
    if (response.destroyed || !response.writableNeedDrain || signal?.aborted) done();
  });
}
