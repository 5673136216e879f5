import { daysText } from './text.ts';
import type { DayRule, WeekdayRule } from './types.ts';

/** What one field of an expression may hold. */
interface Field {
  readonly label: string;
  readonly first: number;
  readonly last: number;
  /** Three-letter names in order, beginning at `first`. */
  readonly names: readonly string[];
  /** Further forms that may not be part of a list, for messages. */
  readonly alone: string;
}

/** Months and weekdays by the only names that Cronos knows, its three-letter ones. */
const monthNames = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const weekdayNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

export const secondField: Field = { label: 'second', first: 0, last: 59, names: [], alone: '' };
export const minuteField: Field = { label: 'minute', first: 0, last: 59, names: [], alone: '' };
export const hourField: Field = { label: 'hour', first: 0, last: 23, names: [], alone: '' };
const dayField: Field = { label: 'day of month', first: 1, last: 31, names: [], alone: ', L, L-3, LW, 15W' };
export const monthField: Field = { label: 'month', first: 1, last: 12, names: monthNames, alone: '' };
/** 7 is Sunday too, so `1/2` reaches it. */
const weekdayField: Field = { label: 'day of week', first: 0, last: 7, names: weekdayNames, alone: ', 5L, 2#1' };

/** A parsed part, or a sentence that says what is wrong with it. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

/**
 * Numbers that a field selects, ascending: `*` and `?` with an optional step alone, else a list of `a`, `a-b`, `a/n`,
 * `a-b/n`. A range that runs backwards wraps around the field. Grammar of Cronos, Promitor's parser.
 */
export function parseValues(field: Field, text: string): Parsed<number[]> {
  const star = /^[*?](?:\/(\d+))?$/.exec(text);
  if (star) return expand(field, text, field.first, field.last, star[1]);
  const values = new Set<number>();
  for (const item of text.split(',')) {
    const parsed = parseItem(field, item);
    if (!parsed.ok) return parsed;
    for (const value of parsed.value) values.add(value);
  }
  return { ok: true, value: [...values].sort((a, b) => a - b) };
}

/** Reads day of month: values, or one of `L`, `L-n`, `LW`, `L-nW`, `nW`, which stand alone. */
export function parseDays(text: string): Parsed<DayRule> {
  const last = /^L(?:-(\d{1,2}))?(W)?$/i.exec(text);
  if (last) {
    const before = Number(last[1] ?? 0);
    if (before > 30) return refuse(dayField, text, '0 to 30 days before the last are allowed');
    return { ok: true, value: { kind: 'last', before, toWeekday: last[2] !== undefined } };
  }
  const nearest = /^(\d{1,2})W$/i.exec(text);
  if (nearest) {
    const day = parseNumber(dayField, nearest[1] ?? '');
    return day.ok ? { ok: true, value: { kind: 'nearest', day: day.value } } : day;
  }
  const superset = parseSuperset(text);
  if (superset !== undefined) return { ok: true, value: superset };
  const days = parseValues(dayField, text);
  return days.ok ? { ok: true, value: { kind: 'days', days: days.value } } : days;
}

/** Reads day of week: values, or one of `nL` and `n#k`, which stand alone. */
export function parseWeekdays(text: string): Parsed<WeekdayRule> {
  const special = /^(\d{1,2}|[a-z]{3})(?:(L)|#(\d+))$/i.exec(text);
  if (special) {
    const weekday = parseNumber(weekdayField, special[1] ?? '');
    if (!weekday.ok) return weekday;
    if (special[2] !== undefined) return { ok: true, value: { kind: 'last', weekday: weekday.value % 7 } };
    const nth = Number(special[3]);
    if (nth < 1 || nth > 5) return refuse(weekdayField, text, 'after # a number from 1 to 5 is allowed');
    return { ok: true, value: { kind: 'nth', weekday: weekday.value % 7, nth } };
  }
  const values = parseValues(weekdayField, text);
  if (!values.ok) return values;
  const weekdays = [...new Set(values.value.map((value) => value % 7))].sort((a, b) => a - b);
  return { ok: true, value: { kind: 'weekdays', weekdays } };
}

/** `L-3W` as `cronText` spells it, and nothing else of that form: a six-field text has to be readable again. */
function parseSuperset(text: string): DayRule | undefined {
  const before = /,L-(\d{1,2})$/.exec(text)?.[1];
  if (before === undefined) return undefined;
  const rule: DayRule = { kind: 'last', before: Number(before), toWeekday: true };
  return daysText(rule) === text ? rule : undefined;
}

function parseItem(field: Field, item: string): Parsed<number[]> {
  const match = /^(\w+?)(?:-(\w+))?(?:\/(\w+))?$/.exec(item);
  if (!match) return refuse(field, item, allowed(field));
  const low = parseNumber(field, match[1] ?? '');
  if (!low.ok) return low;
  if (match[2] === undefined && match[3] === undefined) return { ok: true, value: [low.value] };
  if (match[2] === undefined) return expand(field, item, low.value, field.last, match[3]);
  const high = parseNumber(field, match[2]);
  return high.ok ? expand(field, item, low.value, high.value, match[3]) : high;
}

function expand(field: Field, text: string, low: number, high: number, stepText = '1'): Parsed<number[]> {
  const step = /^\d{1,2}$/.test(stepText) ? Number(stepText) : 0;
  if (step < 1 || step > field.last) return refuse(field, text, `the step must be a number from 1 to ${field.last}`);
  // Sunday has two numbers; a range that wraps must count it once.
  const last = field === weekdayField ? 6 : field.last;
  const wraps = high < low;
  const size = last - field.first + 1;
  const end = wraps ? high + size : high;
  const values: number[] = [];
  for (let value = low; value <= end; value += step) {
    values.push(wraps && value > last ? value - size : value);
  }
  return { ok: true, value: values };
}

function parseNumber(field: Field, text: string): Parsed<number> {
  const name = field.names.indexOf(text.toUpperCase());
  if (name >= 0) return { ok: true, value: field.first + name };
  if (!/^\d+$/.test(text)) return refuse(field, text, allowed(field));
  const value = Number(text);
  if (text.length > 2 || value < field.first || value > field.last) {
    return refuse(field, text, `${field.first} to ${field.last} are allowed`);
  }
  return { ok: true, value };
}

function allowed(field: Field): string {
  const [name] = field.names;
  const names = name === undefined ? '' : ` or a name such as ${name}`;
  return `write a number from ${field.first} to ${field.last}${names}, a-b, a/n, a list of these, or alone *, */n${field.alone}`;
}

function refuse(field: Field, text: string, rule: string): { readonly ok: false; readonly reason: string } {
  return { ok: false, reason: `${field.label} "${text}" is not valid: ${rule}` };
}
