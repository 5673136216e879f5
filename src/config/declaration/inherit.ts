import type { Place } from '../node.ts';
import type { Reader, Slot } from '../spec.ts';
import type { DefaultValues } from './fields.ts';

/** A value of a metric or of its defaults. */
export interface Inherited<T> {
  readonly value: T | undefined;
  /** The value that would be taken was refused; the metric cannot be scraped. */
  readonly broken: boolean;
}

/** What the rules of one metric look at. */
export interface MetricScope {
  /** Of the metric's mapping. */
  readonly place: Place;
  /** Undefined when `metricDefaults` could not be read. */
  readonly defaults: DefaultValues | undefined;
  readonly reader: Reader;
  /** The metric's own value, else that of `metricDefaults`. A refused default is remembered as the metric's problem. */
  inherit<T>(own: Slot<T | undefined> | undefined, base: Slot<T | undefined> | undefined): Inherited<T>;
}

/** A scope, and the paths of refused defaults that its metric would have needed. */
export function metricScope(
  place: Place,
  defaults: DefaultValues | undefined,
  reader: Reader,
): { scope: MetricScope; blamed: ReadonlySet<string> } {
  const blamed = new Set<string>();
  const inherit = <T>(own: Slot<T | undefined> | undefined, base: Slot<T | undefined> | undefined): Inherited<T> => {
    if (own?.broken) return { value: undefined, broken: true };
    if (own?.value !== undefined) return { value: own.value, broken: false };
    if (!base?.broken) return { value: base?.value, broken: false };
    blamed.add(base.place.path);
    return { value: undefined, broken: true };
  };
  return { scope: { place, defaults, reader, inherit }, blamed };
}

/** A field of a mapping of defaults; a mapping that could not be read is a refused value of each of its fields. */
export function member<O, T>(
  outer: Slot<O | undefined> | undefined,
  pick: (value: O) => Slot<T | undefined>,
): Slot<T | undefined> | undefined {
  if (outer === undefined) return undefined;
  if (outer.value !== undefined && !outer.misspelled) return pick(outer.value);
  return outer.broken ? { ...outer, value: undefined } : undefined;
}
