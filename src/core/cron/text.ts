import type { CronFields, DayRule, WeekdayRule } from './types.ts';

/**
 * The six-field text that node-cron runs (`second minute hour day month weekday`), in one spelling for all
 * expressions that mean the same, so that it can serve as the schedule's identity.
 * node-cron cannot say `L-3W`; that one becomes a superset of the days, to be narrowed by `matchesCron`.
 */
export function cronText(fields: CronFields): string {
  return [
    valuesText(fields.seconds, 0, 59),
    valuesText(fields.minutes, 0, 59),
    valuesText(fields.hours, 0, 23),
    daysText(fields.days),
    valuesText(fields.months, 1, 12),
    weekdaysText(fields.weekdays),
  ].join(' ');
}

/** Day of month in node-cron's words; see {@link cronText} for `L-3W`. */
export function daysText(rule: DayRule): string {
  if (rule.kind === 'days') return valuesText(rule.days, 1, 31);
  if (rule.kind === 'nearest') return `${rule.day}W`;
  if (rule.before === 0) return rule.toWeekday ? 'LW' : 'L';
  if (!rule.toWeekday) return `L-${rule.before}`;
  // The token L-n adds no day to the superset; it keeps the text apart from that of a plain list.
  return `${valuesText(daysAround(rule.before), 1, 31)},L-${rule.before}`;
}

/** Every day that `L-nW` can fall on: the day itself in months of 28 to 31 days, moved by up to two days. */
function daysAround(before: number): number[] {
  const first = Math.max(1, 28 - before - 2);
  const last = Math.min(31, Math.max(1, 31 - before) + 2);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function weekdaysText(rule: WeekdayRule): string {
  if (rule.kind === 'weekdays') return valuesText(rule.weekdays, 0, 6);
  return rule.kind === 'last' ? `${rule.weekday}L` : `${rule.weekday}#${rule.nth}`;
}

/** `*`, else a step over the whole field, else single numbers and ranges. */
function valuesText(values: readonly number[], first: number, last: number): string {
  if (values.length === last - first + 1) return '*';
  const step = (values[1] ?? Number.NaN) - first;
  const steps = Math.floor((last - first) / step) + 1;
  const isStep = values.length === steps && values.every((value, index) => value === first + index * step);
  if (isStep && steps > 2) return `*/${step}`;
  return ranges(values)
    .map(([low, high]) => (low === high ? `${low}` : `${low}-${high}`))
    .join(',');
}

function ranges(values: readonly number[]): [low: number, high: number][] {
  const result: [number, number][] = [];
  for (const value of values) {
    const previous = result.at(-1);
    if (previous?.[1] === value - 1) previous[1] = value;
    else result.push([value, value]);
  }
  return result;
}
