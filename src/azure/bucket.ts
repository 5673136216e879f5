import type { Clock } from '../core/clock.ts';
import { createDrain } from './drain.ts';
import { createLine } from './line.ts';
import type { PaceState } from './ports.ts';

/** A limit of Azure's: `burst` calls at once, `perSecond` in the long run; both above 0. */
export interface Limit {
  readonly perSecond: number;
  readonly burst: number;
}

/** What an answer told about the quota. */
export interface QuotaNews {
  /** Calls that remain, as the header says. */
  readonly remaining?: number;
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
export type BucketState = Omit<PaceState, 'api' | 'subscription' | 'region'>;

export interface Bucket {
  /** Waits in line for a turn. Undefined when `signal` aborts first. `subject`: what the call asks about. */
  take(subject: string, signal: AbortSignal): Promise<BucketTurn | undefined>;
  state(): BucketState;
}

/** Time in which a rate that was cut to nothing climbs back to the limit, milliseconds. */
const recoveryMs = 120_000;
const floorShare = 0.02;
const firstBlockMs = 1_000;
const longestOwnBlockMs = 60_000;
/** The hourly limits of older clouds are the longest waits that make sense. */
const longestBlockMs = 3_600_000;
/** So many throttled answers in a row, about at least two subjects, mean the quota and not one busy resource. */
const streakLength = 3;
/** However little Azure says remains, one call goes out after about this time to see, seconds. */
const patienceSeconds = 2;

/**
 * A token bucket that learns: it believes Azure's header when less remains than it thought, keeps clear of what others
 * take, stops while Azure asks to, and then starts at half the rate and climbs back steadily.
 */
export function createBucket(limit: Limit, clock: Clock): Bucket {
  const drain = createDrain(limit.perSecond, limit.burst);
  const streak = { count: 0, subjects: new Set<string>() };
  let tokens = limit.burst;
  let updatedMs = clock.now();
  let sent = 0;
  let remaining: number | undefined;
  let blockedMs = Number.NEGATIVE_INFINITY;
  let cut = { rate: limit.perSecond, fromMs: updatedMs, sent: 0 };
  let blocksInRow = 0;

  const rate = (): number => {
    const climbed = cut.rate + (limit.perSecond * Math.max(0, clock.now() - cut.fromMs)) / recoveryMs;
    return Math.max(limit.perSecond * floorShare, Math.min(climbed, limit.perSecond - drain.perSecond()));
  };
  const refill = (): void => {
    const nowMs = clock.now();
    const elapsedMs = Math.max(0, nowMs - Math.max(updatedMs, blockedMs));
    tokens = Math.min(limit.burst, tokens + (rate() * elapsedMs) / 1_000);
    updatedMs = nowMs;
  };
  const line = createLine(clock, {
    waitMs: () => {
      refill();
      const emptyMs = ((1 - tokens) / rate()) * 1_000;
      return Math.max(0, blockedMs - clock.now(), emptyMs < 1e-3 ? 0 : emptyMs);
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

  const block = (ordinal: number, retryAfterMs: number | undefined): void => {
    const nowMs = clock.now();
    const isNew = ordinal > cut.sent;
    const ownMs = isNew ? Math.min(longestOwnBlockMs, firstBlockMs * 2 ** blocksInRow) : 0;
    blockedMs = Math.max(blockedMs, nowMs + Math.min(longestBlockMs, retryAfterMs ?? ownMs));
    tokens = Math.min(tokens, 0);
    // All calls of one wave tell the same; the rate is cut once.
    if (isNew) blocksInRow += 1;
    cut = { rate: isNew ? rate() / 2 : cut.rate, fromMs: blockedMs, sent: isNew ? sent : cut.sent };
  };

  const throttled = (subject: string, ordinal: number, throttle: NonNullable<QuotaNews['throttle']>): void => {
    streak.count += 1;
    streak.subjects.add(subject);
    const general = streak.count >= streakLength && streak.subjects.size >= 2;
    if (throttle.whole || general) block(ordinal, throttle.retryAfterMs);
  };

  const good = (ordinal: number): void => {
    streak.count = 0;
    streak.subjects.clear();
    if (ordinal > cut.sent) blocksInRow = 0;
  };

  return {
    async take(subject, signal) {
      const startMs = clock.now();
      const turn = await line.wait(signal);
      if (turn === undefined) return undefined;
      const { ordinal, sentMs } = turn;
      return {
        waitedMs: sentMs - startMs,
        answered: (news) => {
          refill();
          if (news.remaining !== undefined) believe(news.remaining, ordinal, sentMs);
          if (news.throttle === undefined) good(ordinal);
          else throttled(subject, ordinal, news.throttle);
          line.move();
        },
        giveBack: () => {
          refill();
          tokens = Math.min(limit.burst, tokens + 1);
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
        ...(blockedMs > clock.now() ? { blockedUntilMs: blockedMs } : {}),
        ...(remaining === undefined ? {} : { remaining }),
      };
    },
  };
}
