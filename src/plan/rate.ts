import type { CronFields } from '../core/cron/types.ts';
import { nextRuns, parseCron } from '../core/cron.ts';
import type { Schedule } from '../core/schedule.ts';

const dayMs = 86_400_000;
/** A Monday; any would do, since whole weeks and whole leap cycles are counted. */
const referenceMs = Date.UTC(2001, 0, 1);
const weekDays = 7;
/** Four years hold one leap day wherever they begin. */
const leapCycleDays = 1461;

/**
 * Runs of a schedule in an average hour: those of a week divided by its hours; over four years when the schedule
 * chooses months or days of the month. Changes of the clock are left out, they cancel each other.
 * Throws when the schedule was never validated.
 */
export function runsPerHour(schedule: Schedule): number {
  const known = rates.get(schedule.cron);
  if (known !== undefined) return known;
  const rate = countRuns(schedule);
  rates.set(schedule.cron, rate);
  return rate;
}

/** Thousands of groups share a few schedules. */
const rates = new Map<string, number>();

function countRuns(schedule: Schedule): number {
  const parsed = parseCron(schedule.cron);
  if (!parsed.ok) throw new Error(`schedule ${schedule.text} was not validated: ${parsed.reason}`);
  const fields = parsed.schedule;
  const days = isWeekly(fields) ? weekDays : leapCycleDays;
  const perDay = fields.seconds.length * fields.minutes.length * fields.hours.length;
  return (perDay * fittingDays(fields, days)) / (days * 24);
}

function isWeekly({ days, months, weekdays }: CronFields): boolean {
  return days.kind === 'days' && days.days.length === 31 && months.length === 12 && weekdays.kind === 'weekdays';
}

/** Days of the period that fit. Noon stands for each: a schedule of every second would be counted for minutes. */
function fittingDays(fields: CronFields, days: number): number {
  const untilMs = referenceMs + days * dayMs;
  const atNoon = { ...fields, seconds: [0], minutes: [0], hours: [12] };
  return nextRuns(atNoon, referenceMs, days).filter((runMs) => runMs <= untilMs).length;
}
