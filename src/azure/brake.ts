import type { Clock } from '../core/clock.ts';
import type { QuotaNews } from './bucket.ts';

/** Time in which a rate that was cut to nothing climbs back to the limit, milliseconds. */
const recoveryMs = 120_000;
const firstBlockMs = 1_000;
const longestOwnBlockMs = 60_000;
/** The hourly limits of older clouds are the longest waits that make sense. */
const longestBlockMs = 3_600_000;
/** So many throttled answers in a row, about at least two subjects, mean the quota and not one busy resource. */
const streakLength = 3;

type Throttle = NonNullable<QuotaNews['throttle']>;

/** A call by its number on the quota, and what it asked about. */
interface Sent {
  readonly ordinal: number;
  readonly subject: string;
}

/** What throttling does to a quota: it stops it for a while, halves its rate, and lets it climb back steadily. */
export interface Brake {
  /** Calls per second that throttling allows; at most the limit. */
  rate(): number;
  /** No call before this moment, milliseconds since the epoch; in the past when nothing is blocked. */
  blockedMs(): number;
  /** An answer that was throttled. `lastOrdinal`: number of the newest call. True when the quota is blocked for it. */
  throttled(call: Sent, lastOrdinal: number, throttle: Throttle): boolean;
  /** An answer that was not. */
  good(call: Sent): void;
}

export function createBrake(limitPerSecond: number, clock: Clock): Brake {
  const streak = { count: 0, subjects: new Set<string>() };
  let cut = { rate: limitPerSecond, fromMs: clock.now(), lastOrdinal: 0 };
  let blockedMs = Number.NEGATIVE_INFINITY;
  let blocksInRow = 0;

  const climbed = (): number => cut.rate + (limitPerSecond * Math.max(0, clock.now() - cut.fromMs)) / recoveryMs;
  const rate = (): number => Math.min(climbed(), limitPerSecond);
  const block = (ordinal: number, lastOrdinal: number, retryAfterMs: number | undefined): void => {
    // All calls of one wave tell the same; the rate is cut once for them.
    const isNew = ordinal > cut.lastOrdinal;
    const ownMs = isNew ? Math.min(longestOwnBlockMs, firstBlockMs * 2 ** blocksInRow) : 0;
    blockedMs = Math.max(blockedMs, clock.now() + Math.min(longestBlockMs, retryAfterMs ?? ownMs));
    if (isNew) {
      blocksInRow += 1;
      cut = { rate: rate() / 2, fromMs: blockedMs, lastOrdinal };
    } else cut = { ...cut, fromMs: blockedMs };
  };

  return {
    rate,
    blockedMs: () => blockedMs,
    throttled: ({ ordinal, subject }, lastOrdinal, throttle) => {
      streak.count += 1;
      streak.subjects.add(subject);
      const general = streak.count >= streakLength && streak.subjects.size >= 2;
      if (!throttle.whole && !general) return false;
      block(ordinal, lastOrdinal, throttle.retryAfterMs);
      return true;
    },
    good: ({ ordinal }) => {
      streak.count = 0;
      streak.subjects.clear();
      if (ordinal > cut.lastOrdinal) blocksInRow = 0;
    },
  };
}
