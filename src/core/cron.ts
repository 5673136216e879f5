import { everComes } from './cron/calendar.ts';
import {
  hourField,
  minuteField,
  monthField,
  parseDays,
  parseValues,
  parseWeekdays,
  secondField,
} from './cron/fields.ts';
import { cronText } from './cron/text.ts';
import type { CronFields } from './cron/types.ts';

export { matchesCron, nextRuns, schedulePeriodMs } from './cron/calendar.ts';

/** A schedule with its six-field text for node-cron, or a sentence that names the field and what it may hold. */
export type CronResult =
  | { readonly ok: true; readonly cron: string; readonly schedule: CronFields }
  | { readonly ok: false; readonly reason: string };

/** Macros of Cronos; compared without case. */
const macros: Readonly<Record<string, string>> = {
  '@every_second': '* * * * * *',
  '@every_minute': '0 * * * * *',
  '@hourly': '0 0 * * * *',
  '@daily': '0 0 0 * * *',
  '@midnight': '0 0 0 * * *',
  '@weekly': '0 0 0 * * 0',
  '@monthly': '0 0 0 1 * *',
  '@yearly': '0 0 0 1 1 *',
  '@annually': '0 0 0 1 1 *',
};

/**
 * Reads a cron expression as Promitor's parser does (Cronos 0.9): five fields, or six with the second first, or a
 * macro; both day fields must fit. Refused: a wrong number of fields, values out of range, steps larger than the
 * field, dates that never come.
 */
export function parseCron(text: string): CronResult {
  const trimmed = text.trim();
  if (trimmed === '')
    return { ok: false, reason: 'the cron expression is empty; */5 * * * * means every five minutes' };
  const expression = trimmed.startsWith('@') ? macros[trimmed.toLowerCase()] : trimmed;
  if (expression === undefined) {
    return { ok: false, reason: `the macro "${trimmed}" is unknown; allowed are ${Object.keys(macros).join(', ')}` };
  }
  const parts = expression.split(/\s+/);
  if (parts.length !== 5 && parts.length !== 6) return { ok: false, reason: fieldCountReason(parts.length) };
  return parseParts(parts.length === 5 ? ['0', ...parts] : parts);
}

function parseParts(parts: readonly string[]): CronResult {
  const [second = '', minute = '', hour = '', day = '', month = '', weekday = ''] = parts;
  const seconds = parseValues(secondField, second);
  if (!seconds.ok) return seconds;
  const minutes = parseValues(minuteField, minute);
  if (!minutes.ok) return minutes;
  const hours = parseValues(hourField, hour);
  if (!hours.ok) return hours;
  const days = parseDays(day);
  if (!days.ok) return days;
  const months = parseValues(monthField, month);
  if (!months.ok) return months;
  const weekdays = parseWeekdays(weekday);
  if (!weekdays.ok) return weekdays;
  const schedule: CronFields = {
    seconds: seconds.value,
    minutes: minutes.value,
    hours: hours.value,
    days: days.value,
    months: months.value,
    weekdays: weekdays.value,
  };
  if (everComes(schedule)) return { ok: true, cron: cronText(schedule), schedule };
  const where = `day of month "${day}", month "${month}", day of week "${weekday}"`;
  return { ok: false, reason: `no date fits ${where}, so it would never run; change one of the three` };
}

function fieldCountReason(count: number): string {
  const year = count === 7 ? '; a year field is not supported' : '';
  return `the cron expression has ${count} ${count === 1 ? 'field' : 'fields'}; allowed are five (minute, hour, day of month, month, day of week) or six (second first)${year}`;
}
