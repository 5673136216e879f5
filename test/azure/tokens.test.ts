import type { AccessToken, TokenCredential } from '@azure/identity';
import { describe, expect, it } from 'vitest';
import type { AzureDetailEvent, AzureRequestEvent } from '../../src/azure/ports.ts';
import { TokenError } from '../../src/azure/token-error.ts';
import { createTokenSource } from '../../src/azure/tokens.ts';
import { handClock } from './fake-azure.ts';

const scope = 'https://management.example/.default';
const hourMs = 3_600_000;

/** A credential that answers as told and counts. */
function setup(answer: (call: number) => Partial<AccessToken> | Error | 'hang') {
  const clock = handClock(0, 0);
  const events: AzureRequestEvent[] = [];
  const details: AzureDetailEvent[] = [];
  const asked: { scope: string; claims?: string; built: number }[] = [];
  let built = 0;
  const source = createTokenSource({
    build: (): Promise<TokenCredential> => {
      built += 1;
      const number = built;
      return Promise.resolve({
        getToken: (wanted, options) => {
          asked.push({ scope: String(wanted), built: number, ...(options?.claims ? { claims: options.claims } : {}) });
          const said = answer(asked.length);
          if (said === 'hang') return new Promise(() => undefined);
          if (said instanceof Error) return Promise.reject(said);
          return Promise.resolve({ token: `t${asked.length}`, expiresOnTimestamp: clock.now() + hourMs, ...said });
        },
      });
    },
    authority: 'https://login.example',
    authentication: { mode: 'ServicePrincipal' },
    clock,
    observer: { request: (event) => events.push(event), log: (event) => details.push(event) },
  });
  return { source, clock, events, details, asked };
}

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

async function failure(work: Promise<string>): Promise<TokenError> {
  const error: unknown = await work.catch((cause: unknown) => cause);
  if (!(error instanceof TokenError)) throw new Error('expected a TokenError');
  return error;
}

describe('token source', () => {
  it('asks once for all who wait, and keeps the token', async () => {
    const { source, asked, events } = setup(() => ({}));
    expect(await Promise.all([source.get(scope), source.get(scope), source.get(scope)])).toEqual(['t1', 't1', 't1']);
    expect(await source.get(scope)).toBe('t1');
    expect(asked).toHaveLength(1);
    expect(events).toMatchObject([{ api: 'token', code: '200', attempt: 1 }]);
  });

  it('keeps the audiences apart', async () => {
    const { source } = setup(() => ({}));
    expect([await source.get(scope), await source.get('https://other/.default')]).toEqual(['t1', 't2']);
  });

  it('renews at half-life without letting anybody wait', async () => {
    const { source, clock, asked } = setup((call) => (call === 2 ? 'hang' : {}));
    await source.get(scope);
    clock.advance(hourMs / 2 - 1);
    await source.get(scope);
    expect(asked).toHaveLength(1);
    clock.advance(1);
    expect(await source.get(scope)).toBe('t1');
    expect(await source.get(scope)).toBe('t1');
    expect(asked).toHaveLength(2);
  });

  it('hides an outage of the token endpoint for as long as the token lasts', async () => {
    const { source, clock, asked } = setup((call) => (call === 1 ? {} : new Error('down')));
    await source.get(scope);
    clock.advance(hourMs / 2);
    expect(await source.get(scope)).toBe('t1');
    await settled();
    expect(await source.get(scope)).toBe('t1');
    expect(asked).toHaveLength(2);
    expect(source.state()).toMatchObject({ kind: 'ready' });
    clock.advance(hourMs / 2 - 59_000);
    expect((await failure(source.get(scope))).coded.code).toBe('AZ3005');
  });

  it('lets all who wait share a failure, then pauses longer and longer', async () => {
    const { source, clock, asked } = setup(() => new Error('no luck'));
    const [first, second] = await Promise.all([failure(source.get(scope)), failure(source.get(scope))]);
    expect(first?.coded).toEqual(second?.coded);
    expect(first?.coded).toEqual({
      code: 'AZ3005',
      message: 'No access token for https://management.example could be obtained: no luck.',
      retryAfterMs: 1_000,
    });
    clock.advance(400);
    expect((await failure(source.get(scope))).coded.retryAfterMs).toBe(600);
    expect(asked).toHaveLength(1);
    const pauses: (number | undefined)[] = [];
    for (let round = 0; round < 7; round += 1) {
      clock.advance(60_000);
      pauses.push((await failure(source.get(scope))).coded.retryAfterMs);
    }
    expect(pauses).toEqual([2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('builds the credential anew for every acquisition', async () => {
    const { source, clock, asked } = setup((call) => (call < 3 ? new Error('x') : {}));
    for (let round = 0; round < 3; round += 1) {
      await source.get(scope).catch(() => undefined);
      clock.advance(60_000);
    }
    expect(asked.map(({ built }) => built)).toEqual([1, 2, 3]);
  });

  it('gives up an acquisition that hangs, and then leaves the endpoint alone for half a minute', async () => {
    const { source, clock, events } = setup((call) => (call === 1 ? 'hang' : {}));
    const pending = failure(source.get(scope));
    await settled();
    clock.advance(20_000);
    const { coded } = await pending;
    expect(coded.message).toContain('the credential did not answer within 20 s');
    expect(coded.retryAfterMs).toBe(30_000);
    expect(events).toMatchObject([{ code: 'timeout', durationMs: 20_000 }]);
    clock.advance(30_000);
    expect(await source.get(scope)).toBe('t2');
  });

  it('tells since when and why no token can be had, and recovers by itself', async () => {
    const { source, clock } = setup((call) => (call < 3 ? new Error(`reason ${call}`) : {}));
    expect(source.state()).toEqual({ kind: 'unknown' });
    clock.advance(5_000);
    await failure(source.get(scope));
    clock.advance(10_000);
    await failure(source.get(scope));
    const reason = 'waiting for an access token for https://management.example: reason 2';
    expect(source.state()).toEqual({ kind: 'waiting', sinceMs: 5_000, reason });
    clock.advance(10_000);
    await source.get(scope);
    expect(source.state()).toEqual({ kind: 'ready', sinceMs: 25_000, expiresMs: 25_000 + hourMs });
  });

  it('counts a later outage anew', async () => {
    const { source, clock } = setup((call) => (call === 2 ? {} : new Error('down')));
    await failure(source.get(scope));
    clock.advance(10_000);
    await source.get(scope);
    clock.advance(2 * hourMs);
    await failure(source.get(scope));
    expect(source.state()).toMatchObject({ kind: 'waiting', sinceMs: 10_000 + 2 * hourMs });
  });

  it('stays unready while one audience has no token', async () => {
    const { source } = setup((call) => (call === 2 ? new Error('not here') : {}));
    await source.get(scope);
    await failure(source.get('https://logs.example/.default'));
    expect(source.state()).toMatchObject({
      kind: 'waiting',
      reason: expect.stringContaining('https://logs.example: not here'),
    });
  });

  it('replaces a refused token once a minute at most', async () => {
    const { source, clock, asked } = setup(() => ({}));
    await source.get(scope);
    expect(source.renew('Bearer t1')).toBe(true);
    expect(source.renew('Bearer t1')).toBe(true);
    expect(await source.get(scope)).toBe('t2');
    expect(source.renew('Bearer t2')).toBe(false);
    expect(await source.get(scope)).toBe('t2');
    clock.advance(60_000);
    expect(source.renew('Bearer t2')).toBe(true);
    expect(await source.get(scope)).toBe('t3');
    expect(asked).toHaveLength(3);
  });

  it('hands claims on and drops the token that they void', async () => {
    const { source, asked } = setup(() => ({}));
    await source.get(scope);
    expect(await source.get(scope, '{"c":1}')).toBe('t2');
    expect(asked[1]?.claims).toBe('{"c":1}');
    expect(await source.get(scope)).toBe('t2');
  });

  it('uses short-lived tokens for most of their life', async () => {
    const { source, clock, asked } = setup((call) => ({ expiresOnTimestamp: call === 1 ? 10_000 : hourMs }));
    await source.get(scope);
    clock.advance(4_000);
    expect(await source.get(scope)).toBe('t1');
    expect(asked).toHaveLength(1);
    clock.advance(4_000);
    expect(await source.get(scope)).toBe('t2');
  });

  it('gives up what is under way when closed', async () => {
    const { source } = setup(() => 'hang');
    const pending = failure(source.get(scope));
    await settled();
    source.close();
    expect((await pending).coded.code).toBe('AZ3005');
  });
});
