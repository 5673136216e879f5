/** A duration in milliseconds, or a sentence that says what to write instead. */
export type DurationResult =
  | { readonly ok: true; readonly ms: number }
  | { readonly ok: false; readonly reason: string };

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const unitMs: Readonly<Record<string, number>> = { s: secondMs, m: minuteMs, h: hourMs, d: dayMs };

/** Longest duration that .NET's time span holds, which is what Promitor can read. */
const maxDays = 10_675_199;

const howTo = 'write hh:mm:ss (00:05:00 is five minutes), ISO 8601 (PT5M), or a number with a unit (5m; s, m, h or d)';

/**
 * Reads a duration: `[d.|d:]hh:mm[:ss[.fff]]` with hours 0 to 23 (Promitor's time spans), ISO 8601 without months and
 * years, or `<n>s|m|h|d`. Blanks around it are ignored, fractions beyond a millisecond are cut off. Zero is allowed;
 * the caller judges whether it makes sense. What Promitor silently reads as days (a bare number, 24 hours) is refused.
 */
export function parseDuration(text: string): DurationResult {
  const trimmed = text.trim();
  if (trimmed === '') return refuse(`the duration is empty; ${howTo}`);
  if (trimmed.startsWith('-')) return refuse(`"${trimmed}" is negative; a duration cannot be`);
  if (/^\d+$/.test(trimmed)) return refuse(bareNumberReason(trimmed));
  const result = parseUnits(trimmed) ?? parseClock(trimmed) ?? parseIso(trimmed);
  if (result === undefined) return refuse(`"${trimmed}" is not a duration; ${howTo}`);
  if (result.ok && result.ms > maxDays * dayMs) return refuse(`"${trimmed}" is longer than ${maxDays} days`);
  return result;
}

/** ISO 8601 form of a whole number of milliseconds, as Azure's `interval` wants it: PT1M, PT1H30M, P1D. */
export function isoDuration(ms: number): string {
  const days = Math.floor(ms / dayMs);
  const hours = Math.floor((ms % dayMs) / hourMs);
  const minutes = Math.floor((ms % hourMs) / minuteMs);
  const seconds = (ms % minuteMs) / secondMs;
  const time = part(hours, 'H') + part(minutes, 'M') + part(seconds, 'S');
  if (days === 0 && time === '') return 'PT0S';
  return `P${part(days, 'D')}${time === '' ? '' : `T${time}`}`;
}

/** Milliseconds of an ISO 8601 duration without months and years; undefined when it is none. */
export function parseIsoDuration(text: string): number | undefined {
  const result = parseIso(text.trim());
  return result?.ok ? result.ms : undefined;
}

function part(value: number, unit: string): string {
  return value === 0 ? '' : `${value}${unit}`;
}

function refuse(reason: string): DurationResult {
  return { ok: false, reason };
}

function bareNumberReason(digits: string): string {
  const number = Number(digits);
  return `"${digits}" would be ${number} days in Promitor; write ${number}.00:00:00 for days, ${number}m for minutes or ${number}s for seconds`;
}

function parseUnits(text: string): DurationResult | undefined {
  const match = /^(\d+)([smhd])$/i.exec(text);
  if (!match) return undefined;
  const [, digits = '', unit = ''] = match;
  return { ok: true, ms: Number(digits) * (unitMs[unit.toLowerCase()] ?? Number.NaN) };
}

function parseClock(text: string): DurationResult | undefined {
  const match =
    /^(?:(\d+)\.)?(\d+):(\d+)(?::(\d+)(?:\.(\d{1,7}))?)?$/.exec(text) ??
    /^(\d+):(\d+):(\d+):(\d+)(?:\.(\d{1,7}))?$/.exec(text);
  if (!match) return undefined;
  const [, days = '0', hours = '', minutes = '', seconds = '0', fraction = ''] = match;
  if (Number(hours) > 23) return refuse(tooManyHours(text, Number(days), Number(hours), `${minutes}:${seconds}`));
  if (Number(minutes) > 59) return refuse(`"${text}" has ${minutes} minutes; 0 to 59 are allowed`);
  if (Number(seconds) > 59) return refuse(`"${text}" has ${seconds} seconds; 0 to 59 are allowed`);
  const whole = Number(days) * dayMs + Number(hours) * hourMs + Number(minutes) * minuteMs + Number(seconds) * secondMs;
  return { ok: true, ms: whole + fractionMs(fraction) };
}

function tooManyHours(text: string, days: number, hours: number, rest: string): string {
  const [minutes = '0', seconds = '0'] = rest.split(':');
  const asMeant = `${days + Math.floor(hours / 24)}.${two(hours % 24)}:${two(Number(minutes))}:${two(Number(seconds))}`;
  // .NET re-reads h:m:s with too many hours as d:h:m, so a file that worked may have meant days.
  const threeParts = days === 0 && text.split(':').length === 3 && Number(minutes) <= 23;
  const trap = threeParts ? `would be ${hours} days in Promitor` : `has ${hours} hours; 0 to 23 are allowed`;
  const meaning =
    hours === 24 && Number(minutes) === 0 && Number(seconds) === 0 ? ' for one day' : ` for ${hours} hours`;
  const inDays = threeParts ? `, ${hours}.${two(Number(minutes))}:${two(Number(seconds))}:00 for ${hours} days` : '';
  return `"${text}" ${trap}; write ${asMeant}${days === 0 ? meaning : ''}${inDays}`;
}

/** Milliseconds of the digits after the point; by digits, since 0.032 * 1000 falls short of 32. */
function fractionMs(digits: string): number {
  return Number(digits.slice(0, 3).padEnd(3, '0'));
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

function parseIso(text: string): DurationResult | undefined {
  const match =
    /^P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d{1,7}))?S)?)?$/i.exec(
      text,
    );
  if (!match) return undefined;
  const [, years, months, weeks = '0', days = '0', hours = '0', minutes = '0', seconds = '0', fraction = ''] = match;
  if (years !== undefined || months !== undefined) {
    return refuse(`"${text}" has years or months, which differ in length; write days (P30D), or PT5M for five minutes`);
  }
  const date = (Number(weeks) * 7 + Number(days)) * dayMs;
  const time = Number(hours) * hourMs + Number(minutes) * minuteMs + Number(seconds) * secondMs;
  return { ok: true, ms: date + time + fractionMs(fraction) };
}
