import type { Clock } from '../core/clock.ts';
import { createBrake } from './brake.ts';
import { createDrain } from './drain.ts';
import { createLine } from './line.ts';
import type { PaceState } from './ports.ts';

/** A limit of Azure's: `burst` calls at once (at least 1), `perSecond` in the long run (above 0). */
export interface Limit {
  readonly perSecond: number;
  readonly burst: number;
}

/** What an answer told about the quota. */
export interface QuotaNews {
  /** Calls that remain, as the header says. */
  readonly remaining?: number;
  /** Milliseconds until a quota that is counted in windows is whole again. */
  readonly resetsAfterMs?: number;
  /** Set when the call was answered 429 or 529. */
  readonly throttle?: {
    /** True when Azure said that the whole quota is used up; false when it may be about one resource. */
    readonly whole: boolean;
    readonly retryAfterMs?: number;
  };
}

/** The right to send one call. */
export interface BucketTurn {
  readonly waitedMs: number;
  /** Tells what the answer said. */
  answered(news: QuotaNews): void;
  /** Returns the right unused: the call was not sent after all. */
  giveBack(): void;
}

/** A bucket alone does not know whose it is. */
export type BucketState = Omit<PaceState, 'api' | 'subscription' | 'region' | 'tenant'>;

export interface Bucket {
  /** Waits in line for a turn. Undefined when `signal` aborts first. `subject`: what the call asks about. */
  take(subject: string, signal: AbortSignal): Promise<BucketTurn | undefined>;
  state(): BucketState;
}

/** However the rate was cut, this share of the limit stays. */
const floorShare = 0.02;
/** Calls that go out before the first answer: after a restart the quota may be used up already. */
const openingCalls = 20;
/** However little Azure says remains, one call goes out after about this time to see, seconds. */
const patienceSeconds = 2;

/**
 * A token bucket that learns: it believes Azure's header when less remains than it thought, keeps clear of what others
 * take, stops while Azure asks to, and then starts at half the rate and climbs back steadily.
 */
export function createBucket(limit: Limit, clock: Clock): Bucket {
  const drain = createDrain(limit.perSecond, limit.burst);
  const brake = createBrake(limit.perSecond, clock);
  let tokens = Math.min(limit.burst, openingCalls);
  let withheld = limit.burst - tokens;
  let updatedMs = clock.now();
  let sent = 0;
  let remaining: number | undefined;

  const rate = (): number =>
    Math.max(limit.perSecond * floorShare, Math.min(brake.rate(), limit.perSecond - drain.perSecond()));
  const add = (more: number): void => {
    tokens = Math.min(limit.burst - withheld, tokens + more);
  };
  const refill = (): void => {
    const nowMs = clock.now();
    // Nothing is saved up while blocked: when it ends, calls go out one by one.
    add((rate() * Math.max(0, nowMs - Math.max(updatedMs, brake.blockedMs()))) / 1_000);
    updatedMs = nowMs;
  };
  const line = createLine(clock, {
    waitMs: () => {
      refill();
      const emptyMs = ((1 - tokens) / rate()) * 1_000;
      return Math.max(0, brake.blockedMs() - clock.now(), emptyMs < 1e-3 ? 0 : emptyMs);
    },
    spend: () => {
      tokens -= 1;
      sent += 1;
      return { ordinal: sent, sentMs: clock.now() };
    },
  });
  const believe = (said: number, ordinal: number, sentMs: number): void => {
    remaining = said;
    drain.note({ nowMs: clock.now(), remaining: said, spent: ordinal });
    // Azure counted somewhere in the middle of the flight; what left after this call is not in its number.
    const since = (rate() * (clock.now() - sentMs)) / 2_000 - (sent - ordinal);
    const reserve = Math.min(limit.burst / 10, drain.perSecond());
    tokens = Math.min(tokens, Math.max(said + since - reserve, -patienceSeconds * rate()));
  };
  const learn = (news: QuotaNews, call: { ordinal: number; subject: string; sentMs: number }): void => {
    refill();
    if (news.throttle === undefined) tokens += withheld;
    withheld = 0;
    if (news.remaining !== undefined) believe(news.remaining, call.ordinal, call.sentMs);
    if (news.throttle === undefined) brake.good(call);
    else if (brake.throttled(call, sent, news.throttle)) tokens = Math.min(tokens, 0);
    line.move();
  };

  return {
    async take(subject, signal) {
      const startMs = clock.now();
      const turn = await line.wait(signal);
      if (turn === undefined) return undefined;
      return {
        waitedMs: turn.sentMs - startMs,
        answered: (news) => learn(news, { ...turn, subject }),
        giveBack: () => {
          refill();
          add(1);
          line.move();
        },
      };
    },
    state: () => {
      refill();
      return {
        tokens,
        ratePerSecond: rate(),
        waiting: line.length(),
        ...(brake.blockedMs() > clock.now() ? { blockedUntilMs: brake.blockedMs() } : {}),
        ...(remaining === undefined ? {} : { remaining }),
      };
    },
  };
}
