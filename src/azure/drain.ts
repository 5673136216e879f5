/** What an answer said about the quota, and how much of it was spent by then. */
interface QuotaReading {
  readonly nowMs: number;
  /** Calls that remained, as the header says. */
  readonly remaining: number;
  /** Our calls on this quota, up to and including the one that was answered. */
  readonly spent: number;
}

/** Learns how fast others who use the same identity take from our quota. */
export interface Drain {
  note(reading: QuotaReading): void;
  /** Calls per second; 0 while nobody else shows. */
  perSecond(): number;
}

const windowMs = 5_000;
const weight = 0.3;
/** Below this share of the refill a gap is the noise of answers that overtake each other. */
const noiseShare = 0.04;

/**
 * Compares what should remain (old reading + refill - our calls) with what does. Gaps keep their sign before they are
 * averaged: several instances of the resource manager count apart, and what one reading seems to lose by a change of
 * instance another wins back.
 */
export function createDrain(refillPerSecond: number, burst: number): Drain {
  let reference: QuotaReading | undefined;
  let average = 0;
  return {
    note(reading) {
      if (reading.remaining > burst) {
        // Another scheme than the bucket (12,000 reads an hour): nothing can be told from its refill, and there is plenty.
        reference = undefined;
        average = 0;
        return;
      }
      reference ??= reading;
      const seconds = (reading.nowMs - reference.nowMs) / 1_000;
      if (seconds * 1_000 < windowMs) return;
      const spent = reading.spent - reference.spent;
      const expected = Math.min(burst, reference.remaining + refillPerSecond * seconds - spent);
      const gap = (expected - reading.remaining) / seconds;
      const plausible = Math.max(-refillPerSecond, Math.min(refillPerSecond, gap));
      average += weight * (plausible - average);
      reference = reading;
    },
    perSecond: () => (average > refillPerSecond * noiseShare ? average : 0),
  };
}
