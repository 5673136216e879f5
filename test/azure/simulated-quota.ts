import type { QuotaNews } from '../../src/azure/bucket.ts';
import type { PacedCall } from '../../src/azure/pace.ts';
import { createPace, type Pace } from '../../src/azure/pace.ts';
import { createFakeClock, type FakeClock } from '../fakes/clock.ts';

/** The resource manager's bucket of one subscription, as Azure documents it. */
interface Quota {
  /** Counts a call; what the answer says. */
  call(): QuotaNews;
}

export interface QuotaOptions {
  readonly burst?: number;
  readonly perSecond?: number;
  /** Without it answers say nothing of what remains. */
  readonly header?: boolean;
  /** Tokens at the start; a full bucket unless given. */
  readonly left?: number;
}

export function createQuota(clock: FakeClock, options: QuotaOptions = {}): Quota {
  const { burst = 250, perSecond = 25, header = true, left = burst } = options;
  let tokens = left;
  let atMs = clock.now();
  return {
    call: () => {
      tokens = Math.min(burst, tokens + ((clock.now() - atMs) * perSecond) / 1_000);
      atMs = clock.now();
      const allowed = tokens >= 1;
      if (allowed) tokens -= 1;
      const said = header ? { remaining: Math.floor(tokens) } : {};
      if (allowed) return said;
      return { ...said, throttle: { whole: true, retryAfterMs: Math.ceil((1 - tokens) / perSecond) * 1_000 } };
    },
  };
}

interface Tally {
  answered: number;
  throttled: number;
}

export interface Simulation {
  readonly clock: FakeClock;
  readonly pace: Pace;
  /** Makes a call now: waits for its turn, flies to Azure and back, and is counted. */
  send(quota: Quota, call?: Partial<PacedCall>): void;
  /** Counts of the answers since the last time. */
  tally(): Tally;
  /** Another client of the same quota: `perSecond` calls, evenly or in bursts of irregular size. */
  other(quota: Quota, perSecond: number, manner: 'even' | 'uneven', forMs?: number): void;
  /** Calls spread evenly over a time. */
  spread(quota: Quota, calls: number, overMs: number, call?: Partial<PacedCall>): void;
}

/** A pace, a clock and a network whose calls take 60 to 300 ms, always in the same way. */
export function simulate(): Simulation {
  const clock = createFakeClock();
  const pace = createPace(clock);
  const forever = new AbortController().signal;
  let counts: Tally = { answered: 0, throttled: 0 };
  let number = 0;
  const flightMs = (): number => 30 + ((number * 7_919) % 120);

  const send: Simulation['send'] = (quota, call = {}) => {
    number += 1;
    const subject = `resource ${number % 40}`;
    void pace.turn({ api: 'metrics', subscriptionId: 'first', subject, ...call }, forever).then((turn) => {
      if (turn === undefined) return;
      number += 1;
      const [thereMs, backMs] = [flightMs(), flightMs() / 2];
      clock.after(thereMs, () => {
        const news = quota.call();
        clock.after(backMs, () => {
          counts.answered += 1;
          if (news.throttle !== undefined) counts.throttled += 1;
          turn.answered(news);
        });
      });
    });
  };

  return {
    clock,
    pace,
    send,
    tally: () => {
      const now = counts;
      counts = { answered: 0, throttled: 0 };
      return now;
    },
    other: (quota, perSecond, manner, forMs = Number.POSITIVE_INFINITY) => {
      const endMs = clock.now() + forMs;
      let turn = 0;
      const again = (): void => {
        if (clock.now() > endMs) return;
        turn += 1;
        const calls = manner === 'even' ? 1 : 1 + ((turn * 31) % 25);
        for (let call = 0; call < calls; call += 1) quota.call();
        clock.after((calls * 1_000) / perSecond, again);
      };
      again();
    },
    spread: (quota, calls, overMs, call) => {
      let made = 0;
      const again = (): void => {
        send(quota, call);
        made += 1;
        if (made < calls) clock.after(overMs / calls, again);
      };
      again();
    },
  };
}
