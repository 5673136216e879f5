import { parseCron, schedulePeriodMs } from '../core/cron.ts';
import { parseDuration } from '../core/duration.ts';
import type { Schedule } from '../core/schedule.ts';
import { isNothing } from './node.ts';
import { type ProblemCode, problem } from './problem.ts';
import { absent, fieldName, type JsonSchema, present, type Reader, reject, type Spec, wrongStructure } from './spec.ts';
import { didYouMean, nearest } from './suggest.ts';

/** What a scalar's text came to. */
type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly code: ProblemCode;
      readonly message: string;
      readonly suggestions?: readonly string[];
      /** The value is ignored with a warning instead of being refused. */
      readonly ignored?: boolean;
      /** The text may hold a secret and is not repeated. */
      readonly hidden?: boolean;
    };

function scalar<T>(
  read: (text: string, name: string, reader: Reader) => Reading<T>,
  schema: JsonSchema,
  blankIsValue = false,
): Spec<T> {
  return {
    read(node, path, reader) {
      const place = { at: node.at, path };
      if (node.kind !== 'scalar') return wrongStructure(node, path, 'scalar', reader);
      const nothing = node.text.trim() === '' || (!reader.exactCase && isNothing(node));
      if (nothing && !blankIsValue) return absent(place, true);
      const reading = read(node.text, fieldName(path), reader);
      if (reading.ok) return present(reading.value, place);
      const details = {
        ...(reading.hidden ? {} : { found: node.text }),
        ...(reading.suggestions === undefined ? {} : { suggestions: reading.suggestions }),
      };
      if (!reading.ignored) return reject(reader, reading.code, place, reading.message, details);
      reader.report(problem('warning', reading.code, place, reading.message, details));
      return absent(place, true);
    },
    schema: () => schema,
  };
}

/** Any text but a blank one. */
export function text(): Spec<string> {
  return scalar((value) => ({ ok: true, value }), { type: 'string' });
}

/** Any text, blank too. */
export function anyText(): Spec<string> {
  return scalar((value) => ({ ok: true, value }), { type: 'string' }, true);
}

export interface IntegerRange {
  readonly min?: number;
  readonly max?: number;
  /** Text that is no integer is a warning with this code instead of an error (Promitor ignores it). */
  readonly ignoreOthers?: ProblemCode;
}

export function integer({ min, max, ignoreOthers }: IntegerRange): Spec<number> {
  const range = integerRange(min, max);
  const bounds = { ...(min === undefined ? {} : { minimum: min }), ...(max === undefined ? {} : { maximum: max }) };
  return scalar(
    (given, name) => {
      const whole = /^[+-]?\d+$/.test(given.trim());
      if (!whole && ignoreOthers !== undefined) {
        const message = `${name} must be ${range}; \`${given}\` is ignored.`;
        return { ok: false, code: ignoreOthers, message, ignored: true };
      }
      const value = Number(given);
      const inside = value >= (min ?? -Infinity) && value <= (max ?? Infinity);
      if (whole && Number.isSafeInteger(value) && inside) return { ok: true, value };
      return { ok: false, code: 'AZ1013', message: `${name} must be ${range}, not \`${given}\`.` };
    },
    { type: 'integer', ...bounds },
  );
}

function integerRange(min: number | undefined, max: number | undefined): string {
  if (min === undefined) return 'an integer';
  return max === undefined ? `an integer of at least ${min}` : `an integer from ${min} to ${max}`;
}

/** A decimal number. `NaN` and infinities are taken only when `anyValue` says so (the unavailable value may be NaN). */
export function decimal(options: {
  readonly above?: number;
  readonly least?: number;
  readonly most?: number;
  readonly anyValue?: boolean;
}): Spec<number> {
  const bounds = [
    ...(options.above === undefined ? [] : [`above ${options.above}`]),
    ...(options.least === undefined ? [] : [`of at least ${options.least}`]),
    ...(options.most === undefined ? [] : [`at most ${options.most}`]),
  ].join(' and ');
  return scalar(
    (given, name) => {
      const value = numberFrom(given.trim());
      const plain = value !== undefined && Number.isFinite(value);
      const { above = -Infinity, least = -Infinity, most = Infinity } = options;
      const inside = value !== undefined && value > above && value >= least && value <= most;
      if (value !== undefined && (options.anyValue || (plain && inside))) return { ok: true, value };
      const wanted = bounds === '' ? 'a number' : `a number ${bounds}`;
      return { ok: false, code: 'AZ1013', message: `${name} must be ${wanted}, not \`${given}\`.` };
    },
    options.anyValue
      ? { type: ['number', 'string'] }
      : {
          type: 'number',
          ...(options.above === undefined ? {} : { exclusiveMinimum: options.above }),
          ...(options.least === undefined ? {} : { minimum: options.least }),
        },
  );
}

function numberFrom(given: string): number | undefined {
  const named = /^([+-]?)(nan|\.nan|infinity|\.inf|∞)$/i.exec(given);
  if (named?.[2]?.toLowerCase().includes('nan')) return NaN;
  if (named) return named[1] === '-' ? -Infinity : Infinity;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(given) ? Number(given) : undefined;
}

export function flag(): Spec<boolean> {
  return scalar(
    (given, name) => {
      const word = given.trim().toLowerCase();
      if (word === 'true' || word === 'false') return { ok: true, value: word === 'true' };
      return { ok: false, code: 'AZ1014', message: `${name} must be true or false, not \`${given}\`.` };
    },
    { type: 'boolean' },
  );
}

export interface ChoiceOptions {
  /** Values that are known and refused, with the code and the reason. */
  readonly refused?: Readonly<Record<string, { readonly code: ProblemCode; readonly message: string }>>;
  /** How the values are called when there are too many to list. */
  readonly listedIn?: string;
  readonly code?: ProblemCode;
}

export function choice<const V extends string>(values: readonly V[], options: ChoiceOptions = {}): Spec<V> {
  return scalar(
    (given, name, reader) => {
      const same = (candidate: string): boolean =>
        reader.exactCase ? candidate === given : candidate.toLowerCase() === given.trim().toLowerCase();
      const value = values.find(same);
      if (value !== undefined) return { ok: true, value };
      const refused = Object.entries(options.refused ?? {}).find(([candidate]) => same(candidate))?.[1];
      if (refused !== undefined) return { ok: false, ...refused };
      const suggestions = nearest(given, values);
      const allowed = options.listedIn ?? `allowed ${values.length === 1 ? 'is' : 'are'} ${values.join(', ')}`;
      const advice = didYouMean(suggestions);
      const message = `\`${given}\` is not a valid ${name}: ${allowed}${advice === '' ? '.' : `; ${advice}`}`;
      return { ok: false, code: options.code ?? 'AZ1012', message, suggestions };
    },
    { type: 'string', enum: values },
  );
}

/** A duration in milliseconds, longer than zero unless `zero` allows it. */
export function duration(options: { readonly zero?: boolean } = {}): Spec<number> {
  return scalar(
    (given, name) => {
      const parsed = parseDuration(given);
      if (!parsed.ok)
        return { ok: false, code: 'AZ1015', message: `${name} is not a duration: ${sentence(parsed.reason)}` };
      if (parsed.ms > 0 || options.zero) return { ok: true, value: parsed.ms };
      return { ok: false, code: 'AZ1130', message: `${name} must be longer than zero, not \`${given}\`.` };
    },
    { type: 'string', examples: ['00:05:00', 'PT5M', '5m'] },
  );
}

/** Periods are measured from a fixed instant, so that the same file always gives the same declaration. */
const reference = Date.UTC(2024, 0, 1);

export function cron(): Spec<Schedule> {
  return scalar(
    (given, name) => {
      const parsed = parseCron(given);
      if (!parsed.ok)
        return { ok: false, code: 'AZ1016', message: `${name} is not a cron expression: ${sentence(parsed.reason)}` };
      const periodMs = schedulePeriodMs(parsed.schedule, reference);
      return { ok: true, value: { text: given.trim(), cron: parsed.cron, periodMs } };
    },
    { type: 'string', examples: ['* * * * *', '0 */5 * * * *'] },
  );
}

function sentence(reason: string): string {
  return reason.endsWith('.') ? reason : `${reason}.`;
}

export interface UrlOptions {
  /** Must occur in braces. */
  readonly placeholder?: string;
  /** Plain http is allowed beyond loopback. */
  readonly plainHttp?: boolean;
  /** A query is allowed. */
  readonly query?: boolean;
}

/** An absolute http or https URL without a trailing slash, credentials, fragment and, unless allowed, query. */
export function url(options: UrlOptions = {}): Spec<string> {
  return scalar((given, name) => readUrl(given.trim(), name, options), { type: 'string', format: 'uri-template' });
}

function readUrl(given: string, name: string, options: UrlOptions): Reading<string> {
  const { placeholder, plainHttp = false, query = false } = options;
  if (given.includes('@') || (given.includes('?') && !query) || given.includes('#')) {
    const message = `${name} must be a URL without user name${query ? '' : ', query'} and fragment.`;
    return { ok: false, code: 'AZ1017', message, hidden: true };
  }
  const probe = placeholder === undefined ? given : given.replace(`{${placeholder}}`, placeholder);
  if (!/^https?:\/\/[^/]/i.test(probe) || !URL.canParse(probe)) {
    const message = `${name} must be an absolute URL such as \`https://host\`, not \`${given}\`.`;
    return { ok: false, code: 'AZ1017', message };
  }
  const { protocol, hostname } = new URL(probe);
  if (protocol === 'http:' && !plainHttp && !isLoopback(hostname)) {
    const message = `${name} must use https: plain http is for loopback addresses only.`;
    return { ok: false, code: 'AZ1104', message };
  }
  if (placeholder !== undefined && !given.includes(`{${placeholder}}`)) {
    const message = `${name} must contain \`{${placeholder}}\`, which is replaced at each call.`;
    return { ok: false, code: 'AZ1105', message };
  }
  return { ok: true, value: given.replace(/\/+$/, '') };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(\.\d+){3}$/.test(host);
}
