import { fork } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import type { Order, Reply } from './exposition-server.ts';

/** One scrape, or one order, as the server process saw it. */
export interface Measured {
  readonly cpuMs: number;
  readonly firstByteMs: number;
  readonly blockMs: number;
  readonly bytes: number;
}

export interface Server {
  order(order: Order): Promise<Reply>;
  /** An order with the cost of obeying it. */
  timed(order: Order): Promise<Measured>;
  scrape(request: { readonly path: string; readonly headers: Record<string, string> }): Promise<Measured>;
  stop(): Promise<void>;
}

/** Starts the measured process; it ends with `stop`, or when this process goes. */
export async function startServer(): Promise<Server> {
  const child = fork(new URL('./exposition-server.ts', import.meta.url), { execArgv: ['--expose-gc'] });
  const ended = new AbortController();
  child.on('exit', (code) => ended.abort(new Error(`The measured process ended with code ${code}.`)));
  const order = async (message: Order): Promise<Reply> => {
    const answered = once(child, 'message', { signal: ended.signal });
    child.send(message);
    const [reply] = await answered;
    return reply as Reply;
  };
  const { port } = await order({ do: 'port' });
  const measure = async (work: () => Promise<{ firstByteMs: number; bytes: number }>): Promise<Measured> => {
    await order({ do: 'mark' });
    const seen = await work();
    const { cpuMs, blockMs } = await order({ do: 'measure' });
    return { ...seen, cpuMs, blockMs };
  };
  return {
    order,
    timed: (message) =>
      measure(async () => {
        await order(message);
        return { firstByteMs: 0, bytes: 0 };
      }),
    scrape: ({ path, headers }) => measure(() => fetchAndCount(port, path, headers)),
    async stop() {
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}

function fetchAndCount(
  port: number,
  path: string,
  headers: Record<string, string>,
): Promise<{ firstByteMs: number; bytes: number }> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const request = get({ host: '127.0.0.1', port, path, headers, agent: false }, (response) => {
      let firstByteMs = 0;
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        if (bytes === 0) firstByteMs = performance.now() - start;
        bytes += chunk.length;
      });
      response.on('end', () => resolve({ firstByteMs, bytes }));
      response.on('error', reject);
    });
    request.on('error', reject);
  });
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
