import type { Clock } from '../core/clock.ts';
import type { Bucket, QuotaNews } from './bucket.ts';
import { createLine } from './line.ts';

/** However long Azure asks to wait, a call goes out after this time to see, milliseconds. */
const longestBlockMs = 3_600_000;

/** A quota that is whole again at the end of each window. */
export interface WindowLimit {
  /** Calls of one window, at least 1. */
  readonly count: number;
  /** Length of a window that Azure does not tell of, milliseconds. */
  readonly windowMs: number;
}

/** Spreads calls on a quota that Azure counts in windows: it believes what the answers say of the rest and the end. */
export function createWindow(limit: WindowLimit, clock: Clock): Bucket {
  let left = limit.count;
  let resetMs = Number.NEGATIVE_INFINITY;
  let throttledMs = Number.NEGATIVE_INFINITY;
  let window = 0;
  let sent = 0;
  let remaining: number | undefined;

  const turnOver = (): void => {
    const nowMs = clock.now();
    if (nowMs < resetMs) return;
    left = limit.count;
    resetMs = Number.POSITIVE_INFINITY;
    window += 1;
  };
  const line = createLine(clock, {
    waitMs: () => {
      turnOver();
      return left >= 1 ? 0 : Math.max(1, resetMs - clock.now());
    },
    spend: () => {
      // A window opens with its first call.
      if (resetMs === Number.POSITIVE_INFINITY) resetMs = clock.now() + limit.windowMs;
      left -= 1;
      sent += 1;
      return { ordinal: sent, window, sentMs: clock.now() };
    },
  });
  const learn = (news: QuotaNews, call: { readonly ordinal: number; readonly window: number }): void => {
    turnOver();
    const nowMs = clock.now();
    if (news.remaining !== undefined) remaining = news.remaining;
    // What an answer says of a window that is over says nothing of this one; a refusal always holds.
    if (news.throttle !== undefined) {
      left = 0;
      const waitMs = news.throttle.retryAfterMs ?? news.resetsAfterMs ?? limit.windowMs;
      resetMs = nowMs + Math.min(longestBlockMs, waitMs);
      throttledMs = resetMs;
    } else if (call.window === window && news.remaining !== undefined) {
      left = Math.min(left, news.remaining - (sent - call.ordinal));
      if (news.resetsAfterMs !== undefined) resetMs = nowMs + Math.min(longestBlockMs, news.resetsAfterMs);
    }
    line.move();
  };

  return {
    async take(_subject, signal) {
      const startMs = clock.now();
      const turn = await line.wait(signal);
      if (turn === undefined) return undefined;
      return {
        waitedMs: turn.sentMs - startMs,
        answered: (news) => learn(news, turn),
        giveBack: () => {
          turnOver();
          if (turn.window === window) left += 1;
          line.move();
        },
      };
    },
    state: () => {
      turnOver();
      return {
        tokens: left,
        ratePerSecond: (limit.count / limit.windowMs) * 1_000,
        waiting: line.length(),
        ...(throttledMs > clock.now() ? { blockedUntilMs: throttledMs } : {}),
        ...(remaining === undefined ? {} : { remaining }),
      };
    },
  };
}
