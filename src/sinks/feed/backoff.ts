const firstMs = 1_000;
const longestMs = 60_000;
const longestAskedMs = 15 * 60_000;

/**
 * Wait before the next attempt, milliseconds: doubling from 1 s to 60 s, half of it by chance, or what the receiver
 * asks for (a quarter of an hour at most) with up to a tenth on top.
 */
export function backoff(attempt: number, random: number, askedMs?: number): number {
  if (askedMs !== undefined) return Math.min(askedMs, longestAskedMs) * (1 + random / 10);
  const fullMs = Math.min(longestMs, firstMs * 2 ** Math.min(attempt - 1, 10));
  return fullMs / 2 + (random * fullMs) / 2;
}
