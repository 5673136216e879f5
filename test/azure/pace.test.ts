import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BucketTurn, createBucket } from '../../src/azure/bucket.ts';
import { createPace, type Pace, type PacedCall } from '../../src/azure/pace.ts';
import { createFakeClock, type FakeClock } from '../fakes/clock.ts';

const never = new AbortController().signal;
const subscriptionId = '0C9F1D52-7a41-4f0e-9b36-5d2f8e61a7c4';
const metrics: PacedCall = { api: 'metrics', subscriptionId, subject: 'a' };
const small = { perSecond: 1, burst: 2 };

/** Makes `count` calls; the list fills with what got its turn. */
function stand(pace: Pace, call: PacedCall, count: number, signal = never): (BucketTurn | undefined)[] {
  const turns: (BucketTurn | undefined)[] = [];
  for (let index = 0; index < count; index += 1) {
    void pace.turn({ ...call, subject: `${call.subject} ${index}` }, signal).then((turn) => turns.push(turn));
  }
  return turns;
}

async function turnOf(pace: Pace, call = metrics): Promise<BucketTurn> {
  const turn = await pace.turn(call, never);
  if (turn === undefined) throw new Error('no turn');
  return turn;
}

function fixture(limit = small): { clock: FakeClock; pace: Pace } {
  const clock = createFakeClock();
  return { clock, pace: createPace(clock, limit) };
}

describe('turns', () => {
  it('go to those who came first, and say how long they waited', async () => {
    const { clock, pace } = fixture();
    const order: string[] = [];
    for (const subject of ['a', 'b', 'c', 'd']) {
      void pace.turn({ ...metrics, subject }, never).then((turn) => order.push(`${subject} ${turn?.waitedMs}`));
    }
    await clock.advance(999);
    expect(order).toEqual(['a 0', 'b 0']);
    await clock.advance(1_001);
    expect(order).toEqual(['a 0', 'b 0', 'c 1000', 'd 2000']);
    expect(clock.pending()).toBe(0);
  });

  it('are not given to those who left the line', async () => {
    const { clock, pace } = fixture();
    const run = new AbortController();
    stand(pace, metrics, 2);
    const left = stand(pace, metrics, 3, run.signal);
    const stayed = stand(pace, metrics, 1);
    await clock.advance(500);
    expect(pace.state()).toMatchObject([{ waiting: 4 }]);
    run.abort();
    await clock.advance(500);
    expect(left).toEqual([undefined, undefined, undefined]);
    expect(stayed).toMatchObject([{ waitedMs: 1_000 }]);
    expect(await pace.turn(metrics, run.signal)).toBeUndefined();
  });

  it('leave no timer behind when everybody leaves', async () => {
    const { clock, pace } = fixture();
    const run = new AbortController();
    stand(pace, metrics, 5, run.signal);
    await clock.advance(10);
    expect(clock.pending()).toBe(1);
    run.abort();
    expect(clock.pending()).toBe(0);
  });

  it('come back when they were not used', async () => {
    const { clock, pace } = fixture();
    const [first] = [await turnOf(pace), await turnOf(pace)];
    const waiting = stand(pace, metrics, 1);
    await clock.advance(0);
    expect(waiting).toEqual([]);
    first.giveBack();
    await clock.advance(0);
    expect(waiting).toHaveLength(1);
  });

  it('never exceed burst and rate in any stretch of time', async () => {
    const arrivals = fc.array(fc.nat({ max: 4_000 }), { minLength: 1, maxLength: 60 });
    const limits = fc.record({ perSecond: fc.integer({ min: 1, max: 50 }), burst: fc.integer({ min: 1, max: 20 }) });
    await fc.assert(
      fc.asyncProperty(arrivals, limits, async (gaps, limit) => {
        const clock = createFakeClock();
        const bucket = createBucket(limit, clock);
        const sent: number[] = [];
        for (const [index, gap] of gaps.entries()) {
          void bucket.take(`subject ${index}`, never).then(() => sent.push(clock.now()));
          await clock.advance(index % 3 === 0 ? gap : 0);
        }
        await clock.advance((1_000 * gaps.length) / limit.perSecond + 1_000);
        expect(sent).toHaveLength(gaps.length);
        for (const [from, fromMs] of sent.entries()) {
          for (let to = from; to < sent.length; to += 1) {
            const seconds = ((sent[to] ?? 0) - fromMs) / 1_000;
            expect(to - from + 1).toBeLessThanOrEqual(limit.burst + limit.perSecond * seconds + 1e-6);
          }
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('throttling', () => {
  const whole = { throttle: { whole: true, retryAfterMs: 7_000 } };

  it('stops the quota until Azure said, then goes on at half the rate, one by one', async () => {
    const { clock, pace } = fixture({ perSecond: 10, burst: 100 });
    (await turnOf(pace)).answered(whole);
    const turns = stand(pace, metrics, 10);
    await clock.advance(6_999);
    expect(turns).toEqual([]);
    expect(pace.state()).toMatchObject([{ blockedUntilMs: clock.now() + 1, waiting: 10, ratePerSecond: 5 }]);
    await clock.advance(1_001);
    expect(turns).toHaveLength(5);
    expect(pace.state()[0]).not.toHaveProperty('blockedUntilMs');
  });

  it('climbs back to the limit and not beyond', async () => {
    const { clock, pace } = fixture({ perSecond: 10, burst: 100 });
    (await turnOf(pace)).answered(whole);
    await clock.advance(7_000 + 30_000);
    expect(pace.state()[0]?.ratePerSecond).toBeCloseTo(7.5);
    await clock.advance(30_000);
    expect(pace.state()[0]?.ratePerSecond).toBeCloseTo(10);
    await clock.advance(600_000);
    expect(pace.state()).toMatchObject([{ ratePerSecond: 10, tokens: 100 }]);
  });

  it('cuts the rate once for all calls that were out together', async () => {
    const { pace } = fixture({ perSecond: 10, burst: 100 });
    const turns = [await turnOf(pace), await turnOf(pace), await turnOf(pace)];
    for (const turn of turns) turn.answered(whole);
    expect(pace.state()).toMatchObject([{ ratePerSecond: 5 }]);
  });

  it('waits one second, then two, four and so on when Azure names no time, and starts over after a success', async () => {
    const { clock, pace } = fixture({ perSecond: 10, burst: 100 });
    const pauses: number[] = [];
    for (let time = 0; time < 8; time += 1) {
      const turn = await next(clock, pace);
      turn.answered({ throttle: { whole: true } });
      pauses.push((pace.state()[0]?.blockedUntilMs ?? 0) - clock.now());
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60].map((seconds) => seconds * 1_000));
    (await next(clock, pace)).answered({});
    (await next(clock, pace)).answered({ throttle: { whole: true } });
    expect((pace.state()[0]?.blockedUntilMs ?? 0) - clock.now()).toBe(1_000);
  });

  /** The next turn, however long it takes. */
  async function next(clock: FakeClock, pace: Pace): Promise<BucketTurn> {
    const turns = stand(pace, metrics, 1);
    await clock.advance(70_000);
    const [turn] = turns;
    if (turn === undefined) throw new Error('no turn');
    return turn;
  }

  it('of one busy resource stops nothing; of several in a row, with nothing good between, it stops the quota', async () => {
    const { pace } = fixture({ perSecond: 10, burst: 100 });
    const busy = { throttle: { whole: false, retryAfterMs: 60_000 } };
    for (let call = 0; call < 10; call += 1) (await turnOf(pace)).answered(busy);
    expect(pace.state()[0]).not.toHaveProperty('blockedUntilMs');
    (await turnOf(pace)).answered({});
    for (const subject of ['a', 'b']) (await turnOf(pace, { ...metrics, subject })).answered(busy);
    (await turnOf(pace)).answered({});
    expect(pace.state()[0]).not.toHaveProperty('blockedUntilMs');
    for (const subject of ['a', 'b', 'a']) (await turnOf(pace, { ...metrics, subject })).answered(busy);
    expect(pace.state()[0]).toHaveProperty('blockedUntilMs');
  });

  it('tells what holds a call up', async () => {
    const { clock, pace } = fixture({ perSecond: 10, burst: 1 });
    expect(pace.hurdle(metrics)).toBeUndefined();
    const turn = await turnOf(pace);
    expect(pace.hurdle(metrics)).toMatchObject({ api: 'arm', ratePerSecond: 10 });
    turn.answered(whole);
    expect(pace.hurdle(metrics)).toMatchObject({ blockedUntilMs: clock.now() + 7_000 });
    expect(pace.hurdle({ api: 'logs', subject: 'w' })).toBeUndefined();
  });
});

describe('the header', () => {
  it('is believed when it tells of less, minus what is under way, and not when it tells of more', async () => {
    const { pace } = fixture({ perSecond: 10, burst: 100 });
    (await turnOf(pace)).answered({});
    const [first, second] = [await turnOf(pace), await turnOf(pace)];
    first.answered({ remaining: 20 });
    expect(pace.state()).toMatchObject([{ tokens: 19, remaining: 20 }]);
    second.answered({ remaining: 90 });
    expect(pace.state()).toMatchObject([{ tokens: 19, remaining: 90 }]);
  });

  it('opens the burst after the first good answer', async () => {
    const { pace } = fixture({ perSecond: 10, burst: 100 });
    const turn = await turnOf(pace);
    expect(pace.state()).toMatchObject([{ tokens: 19 }]);
    turn.answered({});
    expect(pace.state()).toMatchObject([{ tokens: 99 }]);
  });

  it('of the hourly scheme of older clouds changes nothing until little is left', async () => {
    const { clock, pace } = fixture({ perSecond: 10, burst: 100 });
    for (let call = 0; call < 30; call += 1) {
      (await turnOf(pace)).answered({ remaining: 11_999 - call });
      await clock.advance(1_000);
    }
    expect(pace.state()).toMatchObject([{ ratePerSecond: 10, tokens: 100 }]);
  });

  it('holds a call back for about two seconds at most, whatever it says', async () => {
    const { clock, pace } = fixture({ perSecond: 10, burst: 100 });
    (await turnOf(pace)).answered({});
    const turns = [await turnOf(pace)];
    while (turns.length < 60) turns.push(await turnOf(pace));
    for (const turn of turns) turn.answered({ remaining: 0 });
    const waiting = stand(pace, metrics, 1);
    await clock.advance(2_101);
    expect(waiting).toHaveLength(1);
  });
});

describe('quotas', () => {
  const stateOf = (pace: Pace, api: string) => pace.state().find((one) => one.api === api);

  it('are counted by subscription without case, and for batches by region', async () => {
    const { pace } = fixture();
    await turnOf(pace);
    await turnOf(pace, { ...metrics, api: 'subscription', subscriptionId: subscriptionId.toLowerCase() });
    await turnOf(pace, { ...metrics, subscriptionId: 'other' });
    for (const region of ['westeurope', 'northeurope']) await turnOf(pace, { ...metrics, api: 'batch', region });
    const subscription = subscriptionId.toLowerCase();
    expect(pace.state()).toEqual([
      { api: 'arm', subscription, tokens: 0, ratePerSecond: 1, waiting: 0 },
      { api: 'arm', subscription: 'other', tokens: 1, ratePerSecond: 1, waiting: 0 },
      { api: 'batch', subscription, region: 'westeurope', tokens: 19, ratePerSecond: 100, waiting: 0 },
      { api: 'batch', subscription, region: 'northeurope', tokens: 19, ratePerSecond: 100, waiting: 0 },
    ]);
  });

  it('of logs and queues are not paced', async () => {
    const { pace } = fixture();
    for (let call = 0; call < 10; call += 1)
      await turnOf(pace, { api: call % 2 === 0 ? 'logs' : 'queue', subject: 'x' });
    expect(pace.state()).toEqual([]);
  });

  it('definitions count as reads of the subscription, and stay within 400 in five minutes', async () => {
    const { clock, pace } = fixture({ perSecond: 25, burst: 250 });
    (await turnOf(pace, { ...metrics, api: 'definitions' })).answered({});
    const turns = stand(pace, { ...metrics, api: 'definitions' }, 999);
    await clock.advance(299_999);
    expect(turns.length).toBeGreaterThan(390);
    expect(turns.length).toBeLessThan(400);
    expect(stateOf(pace, 'definitions')?.waiting).toBe(999 - turns.length);
  });

  it('definitions that are throttled do not stop metrics, unless the whole subscription is', async () => {
    const { clock, pace } = fixture({ perSecond: 25, burst: 250 });
    const definitions: PacedCall = { ...metrics, api: 'definitions' };
    (await turnOf(pace)).answered({});
    (await turnOf(pace, definitions)).answered({ remaining: 30, throttle: { whole: false, retryAfterMs: 212_000 } });
    expect(stateOf(pace, 'definitions')?.blockedUntilMs).toBe(clock.now() + 212_000);
    expect(stateOf(pace, 'arm')).toMatchObject({ tokens: 30 });
    expect(stateOf(pace, 'arm')).not.toHaveProperty('blockedUntilMs');
    await clock.advance(300_000);
    (await turnOf(pace, definitions)).answered({ throttle: { whole: true, retryAfterMs: 5_000 } });
    expect(stateOf(pace, 'arm')?.blockedUntilMs).toBe(clock.now() + 5_000);
    expect(stateOf(pace, 'definitions')).not.toHaveProperty('blockedUntilMs');
  });

  it('a call that leaves one line gives its turn in the other back', async () => {
    const { clock, pace } = fixture({ perSecond: 1, burst: 1 });
    await turnOf(pace);
    const run = new AbortController();
    const left = stand(pace, { ...metrics, api: 'definitions' }, 1, run.signal);
    await clock.advance(10);
    expect(stateOf(pace, 'definitions')?.tokens).toBeCloseTo(19, 1);
    run.abort();
    await clock.advance(0);
    expect(left).toEqual([undefined]);
    expect(stateOf(pace, 'definitions')?.tokens).toBeCloseTo(20, 1);
  });
});
