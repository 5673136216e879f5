import { hashFraction } from '../core/hash.ts';

const longestJitterMs = 3000;
const jitterShare = 0.05;
/** Part of the allowed pace that a spread run uses, so that retries and others find room. */
const comfort = 0.8;

/**
 * How long after the tick the groups of a run start, milliseconds, in their order: spread over as long as the pace
 * needs, at most half the period, with a jitter that depends on the group alone, at most the smaller of 5% of the
 * period and three seconds. Keeps the calls of a schedule from starting in one burst.
 */
export function startDelays(groupIds: readonly string[], periodMs: number, callsPerSecond: number): number[] {
  const neededMs = (groupIds.length / (callsPerSecond * comfort)) * 1000;
  const jitterMs = Math.min(jitterShare * periodMs, longestJitterMs);
  const spreadMs = Math.max(0, Math.min(neededMs, periodMs / 2) - jitterMs);
  return groupIds.map((id, index) => Math.floor((index / groupIds.length) * spreadMs + hashFraction(id) * jitterMs));
}
