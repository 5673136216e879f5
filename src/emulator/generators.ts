import { unit } from './hash.ts';

/** What every generator can do with its number before it is handed out. */
interface Shape {
  /** Digits after the point, 0 to 6; 2 unless set. Halves are rounded up. */
  readonly decimals?: number | undefined;
  /** Lower bound. */
  readonly min?: number | undefined;
  /** Upper bound. */
  readonly max?: number | undefined;
  /** 0 to 1: each series is scaled by its own factor in [1 - spread, 1 + spread). */
  readonly spread?: number | undefined;
}

/** Minutes in which there is no value: those where `(minute + offset) mod every < length`. */
export interface Gap {
  readonly every: number;
  readonly length: number;
  readonly offset?: number | undefined;
}

/** The number of one series in one minute, by rule. Times are in minutes. The formulas are in docs/emulator.md. */
export type Generator =
  | (Shape & { readonly kind: 'constant'; readonly value: number })
  | (Shape & {
      readonly kind: 'sine';
      readonly base: number;
      readonly amplitude: number;
      readonly period: number;
      /** Fraction of a period, 0 to 1; each series has its own unless set. */
      readonly phase?: number | undefined;
    })
  | (Shape & { readonly kind: 'walk'; readonly base: number; readonly amplitude: number; readonly step: number })
  | (Shape & {
      readonly kind: 'spike';
      readonly base: number;
      readonly height: number;
      /** One spike in each stretch of so many minutes, at a place that differs by series and stretch. */
      readonly every: number;
      readonly length: number;
    })
  | (Shape & { readonly kind: 'counter'; readonly perMinute: number; readonly resetEvery: number })
  | (Gap & { readonly kind: 'gap'; readonly of: Generator });

/** True when the minute lies in the gap. */
export function inGap(gap: Gap, minute: number): boolean {
  return (minute + (gap.offset ?? 0)) % gap.every < gap.length;
}

/**
 * The value of a series in a minute (minutes since the Unix epoch), or null when it has none.
 * Takes constant time whatever the minute, so that any window costs only its own length.
 */
export function valueAt(generator: Generator, hash: number, minute: number): number | null {
  if (generator.kind === 'gap') return inGap(generator, minute) ? null : valueAt(generator.of, hash, minute);
  return shaped(generator, rawValue(generator, hash, minute), hash);
}

const scaleSalt = 1;
const phaseSalt = 2;
const spikeSalt = 3;
const walkSalts = [11, 12, 13] as const;

function rawValue(generator: Exclude<Generator, { kind: 'gap' }>, hash: number, minute: number): number {
  switch (generator.kind) {
    case 'constant':
      return generator.value;
    case 'sine': {
      const phase = generator.phase ?? unit(hash, 0, phaseSalt);
      return generator.base + generator.amplitude * Math.sin(2 * Math.PI * (minute / generator.period + phase));
    }
    case 'walk':
      return generator.base + generator.amplitude * noise(hash, minute, generator.step);
    case 'spike': {
      const stretch = Math.floor(minute / generator.every);
      const room = generator.every - generator.length + 1;
      const start = stretch * generator.every + Math.floor(unit(hash, stretch, spikeSalt) * room);
      const inside = minute >= start && minute < start + generator.length;
      return generator.base + (inside ? generator.height : 0);
    }
    case 'counter':
      return generator.perMinute * (minute % generator.resetEvery);
  }
}

/** Three layers of smoothed noise, the slowest the strongest; between -1 and 1. */
function noise(hash: number, minute: number, step: number): number {
  const slow = layer(hash, minute, step * 16, walkSalts[0]);
  const middle = layer(hash, minute, step * 4, walkSalts[1]);
  return (4 * slow + 2 * middle + layer(hash, minute, step, walkSalts[2])) / 7;
}

function layer(hash: number, minute: number, width: number, salt: number): number {
  const cell = Math.floor(minute / width);
  const part = minute / width - cell;
  const smooth = part * part * (3 - 2 * part);
  const from = unit(hash, cell, salt);
  return 2 * (from + (unit(hash, cell + 1, salt) - from) * smooth) - 1;
}

const powers = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000] as const;

function shaped(shape: Shape, raw: number, hash: number): number {
  let value = raw;
  if (shape.spread !== undefined) value *= 1 + shape.spread * (2 * unit(hash, 0, scaleSalt) - 1);
  if (shape.min !== undefined && value < shape.min) value = shape.min;
  if (shape.max !== undefined && value > shape.max) value = shape.max;
  const power = powers[shape.decimals ?? 2] ?? 100;
  return Math.floor(value * power + 0.5) / power;
}
