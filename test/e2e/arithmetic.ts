/**
 * The emulator's arithmetic, written a second time in another manner (whole numbers without bounds, one minute after
 * the other), so that a value on `/metrics` is compared with something that shares no code with what made it.
 */

export type Rule =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'sine'; readonly base: number; readonly amplitude: number; readonly period: number }
  | { readonly kind: 'walk'; readonly base: number; readonly amplitude: number; readonly step: number }
  | {
      readonly kind: 'spike';
      readonly base: number;
      readonly height: number;
      readonly every: number;
      readonly length: number;
    }
  | { readonly kind: 'counter'; readonly perMinute: number; readonly resetEvery: number };

export interface Pause {
  readonly every: number;
  readonly length: number;
}

/** One series of the world: a metric of a resource with one value for each of its dimensions. */
export interface SeriesOfWorld {
  readonly seed: number;
  readonly uri: string;
  readonly metric: string;
  readonly dimensions: readonly (readonly [name: string, value: string])[];
  readonly rule: Rule;
  readonly pause?: Pause | undefined;
}

export type Aggregate = 'Average' | 'Count' | 'Maximum' | 'Minimum' | 'Total';

const word = 0xffff_ffffn;
const minuteMs = 60_000;

function fingerprint({ seed, uri, metric, dimensions }: SeriesOfWorld): bigint {
  const parts = [seed, uri, metric, ...dimensions.map(([name, value]) => `${name}=${value}`)];
  let hash = 2_166_136_261n;
  for (const byte of new TextEncoder().encode(parts.join('|').toLowerCase()))
    hash = ((hash ^ BigInt(byte)) * 16_777_619n) & word;
  return hash;
}

/** A number in [0, 1) of a series, a place and a purpose. */
function draw(hash: bigint, place: number, purpose: number): number {
  let mixed = (hash ^ ((BigInt(place) * 0x9e37_79b1n) & word)) + BigInt(purpose) * 0x85eb_ca6bn;
  mixed &= word;
  mixed = ((mixed ^ (mixed >> 16n)) * 0x85eb_ca6bn) & word;
  mixed = ((mixed ^ (mixed >> 13n)) * 0xc2b2_ae35n) & word;
  return Number(mixed ^ (mixed >> 16n)) / 2 ** 32;
}

/** Noise between -1 and 1 that passes smoothly from one cell of the given width to the next. */
function wave(hash: bigint, minute: number, width: number, purpose: number): number {
  const cell = Math.floor(minute / width);
  const way = minute / width - cell;
  const [here, next] = [draw(hash, cell, purpose), draw(hash, cell + 1, purpose)];
  return 2 * (here + (next - here) * (3 * way ** 2 - 2 * way ** 3)) - 1;
}

function raw(rule: Rule, hash: bigint, minute: number): number {
  switch (rule.kind) {
    case 'constant':
      return rule.value;
    case 'sine':
      return rule.base + rule.amplitude * Math.sin(2 * Math.PI * (minute / rule.period + draw(hash, 0, 2)));
    case 'walk': {
      const [slow, middle, fast] = [16, 4, 1].map((factor, at) => wave(hash, minute, rule.step * factor, 11 + at));
      return rule.base + (rule.amplitude * (4 * (slow ?? 0) + 2 * (middle ?? 0) + (fast ?? 0))) / 7;
    }
    case 'spike': {
      const stretch = Math.floor(minute / rule.every);
      const begin = stretch * rule.every + Math.floor(draw(hash, stretch, 3) * (rule.every - rule.length + 1));
      return minute >= begin && minute - begin < rule.length ? rule.base + rule.height : rule.base;
    }
    case 'counter':
      return (minute % rule.resetEvery) * rule.perMinute;
  }
}

const fingerprints = new WeakMap<SeriesOfWorld, bigint>();

/** Value in a minute since the epoch, two digits after the point; undefined in a pause. */
function valueIn(series: SeriesOfWorld, minute: number): number | undefined {
  const { pause, rule } = series;
  if (pause !== undefined && minute % pause.every < pause.length) return undefined;
  const hash = fingerprints.get(series) ?? fingerprint(series);
  fingerprints.set(series, hash);
  return Math.floor(raw(rule, hash, minute) * 100 + 0.5) / 100;
}

/** The aggregate of some series over `[fromMs, toMs)`; undefined when no minute of any of them has a value. */
export function aggregate(
  series: readonly SeriesOfWorld[],
  kind: Aggregate,
  fromMs: number,
  toMs: number,
): number | undefined {
  const values: number[] = [];
  for (const one of series)
    for (let at = fromMs; at < toMs; at += minuteMs) {
      const value = valueIn(one, at / minuteMs);
      if (value !== undefined) values.push(value);
    }
  if (values.length === 0) return undefined;
  const total = values.reduce((sum, value) => sum + value, 0);
  const round = (value: number): number => Math.floor(value * 10_000 + 0.5) / 10_000;
  const results: Record<Aggregate, number> = {
    Average: round(total / values.length),
    Count: values.length,
    Maximum: Math.max(...values),
    Minimum: Math.min(...values),
    Total: round(total),
  };
  return results[kind];
}

/** How a value is asked for; minutes where nothing else is said. */
export interface Asked {
  readonly kind: Aggregate;
  readonly interval: number;
  readonly delay: number;
  readonly lag: number;
  readonly alignment: 'minute' | 'grain';
}

/** The value to show at `nowMs`: the newest bucket that is complete, has arrived and holds something. */
export function valueToShow(series: readonly SeriesOfWorld[], asked: Asked, nowMs: number): number | undefined {
  const grainMs = asked.interval * minuteMs;
  const step = asked.alignment === 'grain' ? grainMs : minuteMs;
  const newest = Math.floor((nowMs - asked.delay * minuteMs) / step) * step;
  for (let back = 0; back < 50; back += 1) {
    const endMs = newest - back * grainMs;
    if (endMs > nowMs - asked.lag * minuteMs) continue;
    const value = aggregate(series, asked.kind, endMs - grainMs, endMs);
    if (value !== undefined) return value;
  }
  return undefined;
}
