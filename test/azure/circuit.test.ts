import { describe, expect, it } from 'vitest';
import { type Circuit, createCircuit, type Pass, type Verdict, verdictOf } from '../../src/azure/circuit.ts';
import type { ErrorCode } from '../../src/core/errors.ts';
import type { CodedError } from '../../src/core/outcome.ts';
import { createFakeClock, type FakeClock } from '../fakes/clock.ts';

const startMs = Date.parse('2026-03-10T08:00:00Z');
const refused: CodedError = { code: 'AZ3002', message: 'h could not be reached: it refused the connection.' };
const never = new AbortController().signal;

function fixture(): { clock: FakeClock; circuit: Circuit } {
  const clock = createFakeClock(startMs);
  return { clock, circuit: createCircuit('management.azure.com', clock) };
}

async function passOf(circuit: Circuit, subject = 'a'): Promise<Pass> {
  const entry = await circuit.enter(subject, never);
  if (entry === undefined || 'code' in entry) throw new Error(`not let through: ${entry?.message}`);
  return entry;
}

async function call(circuit: Circuit, verdict: Verdict, subject = 'a'): Promise<void> {
  (await passOf(circuit, subject)).settle(verdict);
}

/** Ten failures of two subjects over nine seconds. */
async function opened(): Promise<{ clock: FakeClock; circuit: Circuit }> {
  const both = fixture();
  for (let failure = 0; failure < 10; failure += 1) {
    if (failure > 0) await both.clock.advance(1_000);
    await call(both.circuit, refused, failure % 2 === 0 ? 'a' : 'b');
  }
  return both;
}

describe('circuit', () => {
  it('opens after ten failures and says since when, why and until when', async () => {
    const { circuit } = await opened();
    expect(await circuit.enter('c', never)).toEqual({
      code: 'AZ3007',
      message:
        'management.azure.com is not asked for the moment: 10 calls in a row failed since 2026-03-10T08:00:00Z, the last probe or call with AZ3002 (h could not be reached: it refused the connection); the next call after 2026-03-10T08:00:14Z probes it.',
    });
  });

  it('stays closed for nine failures, and when a success lies in between', async () => {
    const { clock, circuit } = fixture();
    for (let failure = 0; failure < 40; failure += 1) {
      await clock.advance(1_000);
      await call(circuit, failure % 10 === 9 ? 'alive' : refused, `subject ${failure}`);
    }
    for (let failure = 0; failure < 9; failure += 1) await call(circuit, refused, `subject ${failure}`);
    await passOf(circuit);
  });

  it('stays closed while only one resource fails, however often', async () => {
    const { clock, circuit } = fixture();
    for (let failure = 0; failure < 500; failure += 1) {
      await clock.advance(1_000);
      await call(circuit, refused, 'the bad one');
    }
    await passOf(circuit, 'a good one');
  });

  it('stays closed for a wave of failures at one moment', async () => {
    const { circuit } = fixture();
    for (let failure = 0; failure < 50; failure += 1) await call(circuit, refused, `subject ${failure}`);
    await passOf(circuit);
  });

  it('does not take calls that hung beside good ones for an outage', async () => {
    const { clock, circuit } = fixture();
    const hanging = await Promise.all([...Array(20).keys()].map((index) => passOf(circuit, `subject ${index}`)));
    await clock.advance(29_000);
    await call(circuit, 'alive', 'good');
    await clock.advance(1_000);
    for (const pass of hanging) pass.settle({ code: 'AZ3001', message: 'late.' });
    await passOf(circuit);
  });

  it('takes a wave of calls that hung with nothing good beside them for an outage', async () => {
    const { clock, circuit } = fixture();
    const hanging = await Promise.all([...Array(10).keys()].map((index) => passOf(circuit, `subject ${index}`)));
    await clock.advance(30_000);
    for (const pass of hanging) pass.settle({ code: 'AZ3001', message: 'late.' });
    expect(await circuit.enter('a', never)).toMatchObject({ code: 'AZ3007' });
  });

  it('probes with one call after 5, 10, 20, 40 and then every 60 seconds', async () => {
    const { clock, circuit } = await opened();
    for (const seconds of [5, 10, 20, 40, 60, 60]) {
      await clock.advance(seconds * 1_000 - 1);
      expect(await circuit.enter('a', never)).toMatchObject({ code: 'AZ3007' });
      await clock.advance(1);
      await call(circuit, refused);
    }
  });

  it('lets callers wait for the probe: all go on when it succeeds', async () => {
    const { clock, circuit } = await opened();
    await clock.advance(5_000);
    const probe = await passOf(circuit);
    const others = ['b', 'c'].map((subject) => passOf(circuit, subject));
    let through = 0;
    for (const other of others) void other.then(() => (through += 1));
    await clock.advance(1_000);
    expect(through).toBe(0);
    probe.settle('alive');
    await Promise.all(others);
    await call(circuit, refused);
    await passOf(circuit);
  });

  it('refuses those who waited when the probe fails, quoting the probe', async () => {
    const { clock, circuit } = await opened();
    await clock.advance(5_000);
    const probe = await passOf(circuit);
    const other = circuit.enter('b', never);
    probe.settle({ code: 'AZ3003', message: 'The certificate of h is not trusted.' });
    expect(await other).toMatchObject({ code: 'AZ3007', message: expect.stringContaining('AZ3003 (The certificate') });
  });

  it('counts a probe that was given up neither way: the next caller probes', async () => {
    const { clock, circuit } = await opened();
    await clock.advance(5_000);
    const probe = await passOf(circuit);
    const others = [circuit.enter('b', never), circuit.enter('c', never)];
    probe.settle('neither');
    const next = await others[0];
    if (next === undefined || 'code' in next) throw new Error('the next caller should probe');
    next.settle('alive');
    expect(await others[1]).toHaveProperty('settle');
  });

  it('ends the wait for a probe with the signal', async () => {
    const { clock, circuit } = await opened();
    await clock.advance(5_000);
    await passOf(circuit);
    const run = new AbortController();
    const other = circuit.enter('b', run.signal);
    run.abort();
    expect(await other).toBeUndefined();
    expect(await circuit.enter('b', run.signal)).toBeUndefined();
  });

  it('closes when a call that was out before it opened succeeds', async () => {
    const { clock, circuit } = fixture();
    const early = await passOf(circuit);
    for (let failure = 0; failure < 10; failure += 1) {
      await clock.advance(1_000);
      await call(circuit, refused, `subject ${failure}`);
    }
    expect(await circuit.enter('a', never)).toMatchObject({ code: 'AZ3007' });
    await clock.advance(5_000);
    const probe = await passOf(circuit, 'probe');
    early.settle('alive');
    // The circuit is closed; what the probe comes to is one failure among others.
    probe.settle(refused);
    for (let failure = 0; failure < 8; failure += 1) {
      await clock.advance(1_000);
      await call(circuit, refused);
    }
    await call(circuit, refused);
    expect(await circuit.enter('a', never)).toMatchObject({ code: 'AZ3007' });
  });
});

describe('verdicts', () => {
  const of = (code: ErrorCode): Verdict => verdictOf({ kind: 'retry', error: { code, message: 'x' } });
  it('success, refusals, throttling and unreadable answers are signs of life', () => {
    expect(verdictOf({ kind: 'ok', value: 1 })).toBe('alive');
    for (const code of ['AZ3004', 'AZ3400', 'AZ3401', 'AZ3403', 'AZ3404', 'AZ3429', 'AZ3012'] as const) {
      expect(of(code)).toBe('alive');
    }
  });

  it('time-outs, connections, certificates and failures of the service are failures of the host', () => {
    for (const code of ['AZ3001', 'AZ3002', 'AZ3003', 'AZ3500'] as const) expect(of(code)).toMatchObject({ code });
  });

  it('what never reached the host, or was given up, says nothing', () => {
    for (const code of ['AZ3005', 'AZ3006', 'AZ3007', 'AZ3015'] as const) expect(of(code)).toBe('neither');
  });
});
