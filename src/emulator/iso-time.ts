const minuteMs = 60_000;
const durationForm = /^(-)?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/i;

/** Milliseconds of an ISO 8601 duration of weeks, days, hours, minutes and seconds; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  const match = durationForm.exec(text.trim());
  if (match === null || /[PT]$/i.test(text.trim())) return undefined;
  const [, sign, weeks, days, hours, minutes, seconds] = match;
  const total =
    Number(weeks ?? 0) * 604_800 +
    Number(days ?? 0) * 86_400 +
    Number(hours ?? 0) * 3_600 +
    Number(minutes ?? 0) * 60 +
    Number(seconds ?? 0);
  return Math.round(total * 1_000) * (sign === undefined ? 1 : -1);
}

/** ISO 8601 duration in the form that Azure prints grains: whole days alone, else hours and minutes. */
export function printDuration(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds > 0 && seconds % 86_400 === 0) return `P${seconds / 86_400}D`;
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor((seconds % 3_600) / 60);
  const rest = seconds % 60;
  const text = `${hours > 0 ? `${hours}H` : ''}${minutes > 0 ? `${minutes}M` : ''}${rest > 0 ? `${rest}S` : ''}`;
  return `PT${text === '' ? '0S' : text}`;
}

/** ISO 8601 in UTC without milliseconds, as Azure echoes times. */
export function printTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** Milliseconds since the epoch of an ISO 8601 time; a time without a zone is UTC. */
export function parseTime(text: string): number | undefined {
  const trimmed = text.trim().replace(' ', '+');
  if (!/^\d{4}-\d{2}-\d{2}/.test(trimmed)) return undefined;
  const zoned = /(Z|[+-]\d{2}:?\d{2})$/i.test(trimmed) || !trimmed.includes('T') ? trimmed : `${trimmed}Z`;
  const ms = Date.parse(zoned);
  return Number.isNaN(ms) ? undefined : ms;
}

/** A span `[startMs, endMs)`. */
export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * Azure's `timespan`: `start/end`, `start/duration`, `duration/end` or a duration that ends now.
 * Undefined when it is none of these or not longer than nothing.
 */
export function parseTimespan(text: string, nowMs: number): Span | undefined {
  const [left = '', right, ...rest] = text.split('/');
  if (rest.length > 0) return undefined;
  const span = right === undefined ? endingNow(left, nowMs) : between(left, right);
  return span === undefined || span.endMs <= span.startMs ? undefined : span;
}

function endingNow(text: string, nowMs: number): Span | undefined {
  const length = parseDuration(text);
  return length === undefined ? undefined : { startMs: nowMs - length, endMs: nowMs };
}

function between(left: string, right: string): Span | undefined {
  const start = parseTime(left);
  const end = parseTime(right);
  if (start !== undefined && end !== undefined) return { startMs: start, endMs: end };
  const length = parseDuration(start === undefined ? left : right);
  if (length === undefined) return undefined;
  if (start !== undefined) return { startMs: start, endMs: start + length };
  return end === undefined ? undefined : { startMs: end - length, endMs: end };
}

/** Rounds down to the minute. */
export function floorMinute(ms: number): number {
  return Math.floor(ms / minuteMs) * minuteMs;
}
