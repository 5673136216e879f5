import type { Quota, Rate } from '../world/model.ts';

/** Rate limits that were used up or not, by key. Times are the host's, in milliseconds. */
export interface Throttles {
  /** Takes one from a token bucket. */
  take(key: string, rate: Rate, hostMs: number): Ticket;
  /** Counts one call in a window that opens with its first call. */
  count(key: string, quota: Quota, hostMs: number): Ticket;
}

interface Ticket {
  readonly allowed: boolean;
  /** Calls left after this one. */
  readonly remaining: number;
  /** Seconds until another call is allowed, at least 1; for windows: until the window closes. */
  readonly retryAfter: number;
}

/** Fresh limits: every bucket full, every window closed. */
export function createThrottles(): Throttles {
  const buckets = new Map<string, { level: number; atMs: number }>();
  const windows = new Map<string, { used: number; endsMs: number }>();
  return {
    take(key, rate, hostMs) {
      const bucket = buckets.get(key) ?? { level: rate.burst, atMs: hostMs };
      const gained = (Math.max(0, hostMs - bucket.atMs) / 1_000) * rate.perSecond;
      bucket.level = Math.min(rate.burst, bucket.level + gained);
      bucket.atMs = hostMs;
      buckets.set(key, bucket);
      const allowed = bucket.level >= 1;
      if (allowed) bucket.level -= 1;
      const wait = Math.max(1, Math.ceil((1 - bucket.level) / rate.perSecond));
      return { allowed, remaining: Math.floor(bucket.level), retryAfter: wait };
    },
    count(key, quota, hostMs) {
      const known = windows.get(key);
      const window =
        known === undefined || hostMs >= known.endsMs ? { used: 0, endsMs: hostMs + quota.seconds * 1_000 } : known;
      windows.set(key, window);
      const allowed = window.used < quota.count;
      if (allowed) window.used += 1;
      const retryAfter = Math.max(1, Math.ceil((window.endsMs - hostMs) / 1_000));
      return { allowed, remaining: quota.count - window.used, retryAfter };
    },
  };
}
