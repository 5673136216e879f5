import type { CronFields, DayRule, WeekdayRule } from './types.ts';

/** Weekdays and leap years repeat after 400 years: what has not come by then never comes. */
const cycleYears = 400;
const minuteMs = 60_000;

/**
 * Whether the local date and time of `date` fit the schedule. To be asked for each tick of node-cron, with the instant
 * that the tick was due at, since `cronText` may promise node-cron more days than the schedule has.
 */
export function matchesCron(schedule: CronFields, date: Date): boolean {
  return (
    schedule.seconds.includes(date.getSeconds()) &&
    schedule.minutes.includes(date.getMinutes()) &&
    schedule.hours.includes(date.getHours()) &&
    fittingDays(schedule, date.getFullYear(), date.getMonth() + 1).includes(date.getDate())
  );
}

/**
 * The next instants after `fromMs` that `matchesCron` accepts, milliseconds since the epoch, ascending, in the time
 * zone of the process. When clocks are put forward, times that do not exist are left out; when they are put back, the
 * repeated hour counts twice, so that a schedule of every few minutes has no hole.
 */
export function nextRuns(schedule: CronFields, fromMs: number, count: number): number[] {
  const runs: number[] = [];
  for (const date of datesFrom(schedule, new Date(fromMs))) {
    if (runs.length >= count) break;
    collectDay(schedule, date, fromMs, count, runs);
  }
  return runs;
}

/**
 * The shortest distance in milliseconds between consecutive runs among the six that follow `fromMs`: the period that
 * budgets, deadlines and staleness are measured by.
 */
export function schedulePeriodMs(schedule: CronFields, fromMs: number): number {
  const runs = nextRuns(schedule, fromMs, 6);
  return runs.slice(1).reduce((shortest, run, index) => Math.min(shortest, run - (runs[index] ?? run)), Infinity);
}

/** Whether any date fits; `0 0 31 2 *` has none. */
export function everComes(schedule: CronFields): boolean {
  for (let year = 2000; year < 2000 + cycleYears; year++) {
    if (schedule.months.some((month) => fittingDays(schedule, year, month).length > 0)) return true;
  }
  return false;
}

/** Fitting dates from the local date of `from` on, as local midnights. */
function* datesFrom(schedule: CronFields, from: Date): Generator<Date> {
  const startYear = from.getFullYear();
  const startMonth = from.getMonth() + 1;
  for (let year = startYear; year <= startYear + cycleYears; year++) {
    for (const month of schedule.months) {
      if (year === startYear && month < startMonth) continue;
      const firstDay = year === startYear && month === startMonth ? from.getDate() : 1;
      for (const day of fittingDays(schedule, year, month)) {
        if (day >= firstDay) yield new Date(year, month - 1, day);
      }
    }
  }
}

/** Adds the day's runs after `afterMs` until there are `count`, walking real time, which never repeats or jumps. */
function collectDay(schedule: CronFields, date: Date, afterMs: number, count: number, runs: number[]): void {
  const endMs = new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime();
  let ms = Math.max(date.getTime(), Math.floor(afterMs / minuteMs) * minuteMs);
  while (ms < endMs && runs.length < count) {
    const at = new Date(ms);
    if (!schedule.hours.includes(at.getHours())) {
      ms += (60 - at.getMinutes()) * minuteMs;
      continue;
    }
    if (schedule.minutes.includes(at.getMinutes())) {
      const instants = schedule.seconds.map((second) => ms + second * 1000).filter((instant) => instant > afterMs);
      runs.push(...instants.slice(0, count - runs.length));
    }
    ms += minuteMs;
  }
}

/** Days of the month that fit both day fields: Cronos combines them with and. */
function fittingDays(schedule: CronFields, year: number, month: number): number[] {
  if (!schedule.months.includes(month)) return [];
  const length = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const firstWeekday = new Date(Date.UTC(year, month - 1, 1)).getUTCDay();
  const weekdayOf = (day: number): number => (firstWeekday + day - 1) % 7;
  return candidateDays(schedule.days, length, weekdayOf).filter((day) =>
    fitsWeekday(schedule.weekdays, day, weekdayOf(day), length),
  );
}

function candidateDays(rule: DayRule, length: number, weekdayOf: (day: number) => number): readonly number[] {
  if (rule.kind === 'days') return rule.days.filter((day) => day <= length);
  const day = rule.kind === 'last' ? length - rule.before : rule.day;
  if (day < 1 || day > length) return [];
  return rule.kind === 'last' && !rule.toWeekday ? [day] : [nearestWeekday(day, length, weekdayOf(day))];
}

/** Moves Saturday back and Sunday on by a day, the other way by two where that would leave the month. */
function nearestWeekday(day: number, length: number, weekday: number): number {
  if (weekday === 6) return day === 1 ? 3 : day - 1;
  if (weekday === 0) return day === length ? day - 2 : day + 1;
  return day;
}

function fitsWeekday(rule: WeekdayRule, day: number, weekday: number, length: number): boolean {
  if (rule.kind === 'weekdays') return rule.weekdays.includes(weekday);
  if (rule.weekday !== weekday) return false;
  return rule.kind === 'last' ? day + 7 > length : Math.ceil(day / 7) === rule.nth;
}
