/** Time window `[startMs, endMs)` of a query. */
export interface Window {
  readonly startMs: number;
  readonly endMs: number;
}

const minuteMs = 60_000;
const fiveMinutesMs = 5 * minuteMs;

/** Whole grains that an ordinary query looks back: three, and at least five minutes for short grains. */
export function ordinaryGrains(intervalMs: number): number {
  return Math.max(3, Math.ceil(fiveMinutesMs / intervalMs));
}

/**
 * End of the newest complete bucket. Azure lays multi-minute buckets from the start of the query, so with
 * `minute` the window ends at the last complete minute and the newest bucket is the trailing interval; with `grain`
 * it ends on the clock's grid. Azure's newest minutes still change, hence `delayMs`.
 */
export function windowEnd(nowMs: number, delayMs: number, intervalMs: number, alignment: 'minute' | 'grain'): number {
  const step = alignment === 'grain' ? intervalMs : Math.min(minuteMs, intervalMs);
  return Math.floor((nowMs - delayMs) / step) * step;
}

/** The window of whole grains that ends at `endMs` and reaches back at least `lookbackMs`. */
export function windowBack(endMs: number, lookbackMs: number, intervalMs: number): Window {
  return { startMs: endMs - Math.max(1, Math.ceil(lookbackMs / intervalMs)) * intervalMs, endMs };
}

/** Lookbacks of a search: the ordinary one, then four times as far each time, up to the configured history. */
export function searchSteps(firstMs: number, historyMs: number): number[] {
  const steps = [firstMs];
  for (let next = firstMs * 4; (steps.at(-1) ?? 0) < historyMs; next *= 4) steps.push(Math.min(next, historyMs));
  return steps;
}
