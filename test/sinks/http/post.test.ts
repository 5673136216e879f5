import { Agent, createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { failure, type PostAnswer, post } from '../../../src/sinks/http/post.ts';

async function serve(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(async () => {
    agent.destroy();
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const { signal } = new AbortController();
  return () => post({ url, headers: {}, body: Buffer.from('x'), agent }, signal);
}

describe('a post', () => {
  it('goes once more when a kept connection was closed meanwhile', async () => {
    const sockets = new Set<unknown>();
    const send = await serve((request, response) => {
      const reused = sockets.has(request.socket);
      sockets.add(request.socket);
      if (reused) request.socket.destroy();
      else request.resume().on('end', () => response.end('ok'));
    });
    expect((await send()).status).toBe(200);
    expect((await send()).status).toBe(200);
    expect(sockets.size).toBe(2);
  });

  it('does not when a new connection is closed', async () => {
    let requests = 0;
    const send = await serve((request) => {
      requests += 1;
      request.socket.destroy();
    });
    await expect(send()).rejects.toThrow('socket hang up');
    expect(requests).toBe(1);
  });

  it('keeps the first part of a long answer', async () => {
    const send = await serve((request, response) => {
      request.resume().on('end', () => response.end('y'.repeat(1_000_000)));
    });
    expect((await send()).body).toHaveLength(64 * 1024);
  });
});

describe('an answer that is no success', () => {
  const answer = (status: number, retryAfter?: string): PostAnswer => ({
    status,
    header: (name) => (name === 'retry-after' ? retryAfter : undefined),
    body: Buffer.from(`no,\n  hunter2 ${'z'.repeat(500)}`),
  });
  const around = { receiver: 'It', retried: (status: number) => status === 429, nowMs: 0, secrets: ['', 'hunter2'] };

  it('is quoted in one line, short and without secrets', () => {
    const { message } = failure(answer(403), around).error;
    expect(message).toBe(`It refused samples with HTTP 403: no, *** ${'z'.repeat(192)}`);
  });

  it.each([
    [undefined, undefined],
    ['7', 7_000],
    ['Thu, 01 Jan 1970 00:00:09 GMT', 9_000],
    ['soon', undefined],
  ])('that asks to wait %s', (text, ms) => {
    expect(failure(answer(429, text), around)).toMatchObject({ kind: 'retry', error: { code: 'AZ4003', status: 429 } });
    expect(failure(answer(429, text), around).error.retryAfterMs).toBe(ms);
  });
});
