import { request } from 'node:http';
import type { Clock } from '../../core/clock.ts';
import type { AgentReply, AskAgent } from './ports.ts';

/** Longest that one page may take. */
const deadlineMs = 30_000;
/** A page of a thousand resources has about 400 kB. */
const maxBytes = 32 * 1024 * 1024;

/** Asks an agent over plain HTTP, as Promitor's agents serve it: inside a cluster, without authentication. */
export function createAskAgent(host: string, port: number, clock: Clock): AskAgent {
  return async (path, signal) => {
    const deadline = new AbortController();
    const cancel = clock.after(deadlineMs, () => deadline.abort());
    try {
      return await get({ host, port, path }, AbortSignal.any([signal, deadline.signal]));
    } catch (error) {
      if (deadline.signal.aborted) throw new Error(`no answer within ${deadlineMs / 1000} seconds`, { cause: error });
      throw error;
    } finally {
      cancel();
    }
  };
}

interface Address {
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

function get({ host, port, path }: Address, signal: AbortSignal): Promise<AgentReply> {
  return new Promise((resolve, reject) => {
    const sent = request({ host, port, path, signal, agent: false, headers: { accept: 'application/json' } });
    sent.once('error', reject);
    sent.once('response', (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.once('error', reject);
      response.once('aborted', () => reject(new Error('the connection was cut in the middle of the answer')));
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        chunks.push(chunk);
        if (bytes > maxBytes) sent.destroy(new Error(`the answer is larger than ${maxBytes / 1024 / 1024} MB`));
      });
      response.once('end', () => {
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') });
      });
    });
    sent.end();
  });
}
