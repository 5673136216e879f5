/** A parsed cron expression: an instant fits when all six members fit its local date and time. */
export interface CronFields {
  /** 0 to 59, ascending. */
  readonly seconds: readonly number[];
  /** 0 to 59, ascending. */
  readonly minutes: readonly number[];
  /** 0 to 23, ascending. */
  readonly hours: readonly number[];
  readonly days: DayRule;
  /** 1 to 12, ascending. */
  readonly months: readonly number[];
  readonly weekdays: WeekdayRule;
}

/**
 * Days of a month. `days`: these numbers, ascending. `last`: the last day, or that many days before it (`L`, `L-3`),
 * moved to the nearest weekday of the month when asked (`LW`, `L-3W`). `nearest`: the weekday nearest to a day (`15W`);
 * a month without that day has none.
 */
export type DayRule =
  | { readonly kind: 'days'; readonly days: readonly number[] }
  | { readonly kind: 'last'; readonly before: number; readonly toWeekday: boolean }
  | { readonly kind: 'nearest'; readonly day: number };

/** Days of the week, 0 is Sunday. `last`: the last one of the month (`5L`). `nth`: the first to fifth (`2#1`). */
export type WeekdayRule =
  | { readonly kind: 'weekdays'; readonly weekdays: readonly number[] }
  | { readonly kind: 'last'; readonly weekday: number }
  | { readonly kind: 'nth'; readonly weekday: number; readonly nth: number };
