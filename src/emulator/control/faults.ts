import { validateHeaderName, validateHeaderValue } from 'node:http';
import { z } from 'zod';
import { parseTime } from '../iso-time.ts';
import { apis, type Routed } from '../services/state.ts';

const flag = z.literal(true);

/** What Node would throw at when the answer is written. */
function areHeaders(headers: Readonly<Record<string, string>>): boolean {
  try {
    for (const [name, value] of Object.entries(headers)) {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    }
    return true;
  } catch {
    return false;
  }
}

const effectFields = z.strictObject({
  status: z.number().int().min(200).max(599).optional(),
  /** Text as it is; anything else as JSON. */
  body: z.unknown().optional(),
  headers: z.record(z.string(), z.string()).refine(areHeaders, 'names or values that HTTP does not allow').optional(),
  delayMs: z.number().int().min(0).optional(),
  hang: flag.optional(),
  reset: flag.optional(),
  truncate: flag.optional(),
  malformed: flag.optional(),
});

const effect = z.union([
  effectFields,
  z.enum(['hang', 'reset', 'truncate', 'malformed']).transform((name): Effect => ({ [name]: true })),
]);

const matchFields = {
  api: z.enum([...apis, 'unknown']).optional(),
  resource: z.string().min(1).optional(),
  metric: z.string().min(1).optional(),
  region: z.string().min(1).optional(),
  share: z.number().min(0).max(1).optional(),
};

const faultSchema = z.strictObject({
  ...matchFields,
  match: z.strictObject(matchFields).optional(),
  effect,
  count: z.number().int().min(1).optional(),
  until: z.union([z.string(), z.number()]).optional(),
});

/** What a fault does to an answer. A status replaces it; the others act on whatever is answered. */
export type Effect = z.infer<typeof effectFields>;

/** Which calls a fault hits. Texts compare without case; what is left out matches everything. */
interface FaultMatch {
  readonly api?: Routed['api'] | 'unknown' | undefined;
  /** Part of a resource id. */
  readonly resource?: string | undefined;
  /** A whole metric name. */
  readonly metric?: string | undefined;
  readonly region?: string | undefined;
  /** 0 to 1: hits spread evenly over the matching calls, the first hit as late as possible. */
  readonly share?: number | undefined;
}

export interface FaultRule extends FaultMatch {
  readonly effect: Effect;
  /** The rule is spent after so many hits. */
  readonly count?: number | undefined;
  /** World time, milliseconds: the rule ends then. */
  readonly untilMs?: number | undefined;
}

/** Reads a rule from JSON: the members of `match` may also stand beside `effect`. */
export function parseFault(value: unknown): { readonly rule: FaultRule } | { readonly problems: readonly string[] } {
  const parsed = faultSchema.safeParse(value);
  if (!parsed.success) {
    return { problems: parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'rule'}: ${message}`) };
  }
  const { match, until, ...rest } = parsed.data;
  const untilMs = typeof until === 'string' ? parseTime(until) : until;
  if (until !== undefined && untilMs === undefined) return { problems: [`until: "${until}" is not a time.`] };
  return { rule: { ...rest, ...match, untilMs } };
}

/** The rules in force. */
export interface Faults {
  add(rule: FaultRule): string;
  /** Removes one rule, or all without an id; false when there was none. */
  remove(id?: string): boolean;
  /** The first rule that hits this call, and counts the hit. */
  hit(routed: Routed | undefined, nowMs: number): { readonly id: string; readonly effect: Effect } | undefined;
}

interface Entry {
  readonly id: string;
  readonly rule: FaultRule;
  seen: number;
  hits: number;
}

export function createFaults(): Faults {
  const entries: Entry[] = [];
  let added = 0;
  return {
    add(rule) {
      added += 1;
      const id = String(added);
      entries.push({ id, rule, seen: 0, hits: 0 });
      return id;
    },
    remove(id) {
      const kept = id === undefined ? [] : entries.filter((entry) => entry.id !== id);
      const removed = kept.length < entries.length;
      entries.splice(0, entries.length, ...kept);
      return removed;
    },
    hit(routed, nowMs) {
      const entry = entries.find((one) => strikes(one, routed, nowMs));
      return entry === undefined ? undefined : { id: entry.id, effect: entry.rule.effect };
    },
  };
}

function strikes(entry: Entry, routed: Routed | undefined, nowMs: number): boolean {
  const { rule } = entry;
  if (rule.untilMs !== undefined && nowMs >= rule.untilMs) return false;
  if (rule.count !== undefined && entry.hits >= rule.count) return false;
  if (!matches(rule, routed)) return false;
  entry.seen += 1;
  const share = rule.share ?? 1;
  const due = Math.floor(entry.seen * share) > Math.floor((entry.seen - 1) * share);
  if (due) entry.hits += 1;
  return due;
}

function matches(rule: FaultMatch, routed: Routed | undefined): boolean {
  const has = (text: string, part: string): boolean => text.toLowerCase().includes(part.toLowerCase());
  const same = (text: string, other: string): boolean => text.toLowerCase() === other.toLowerCase();
  const { api, resource, metric, region } = rule;
  if (api !== undefined && api !== (routed?.api ?? 'unknown')) return false;
  if (resource !== undefined && routed?.resources.some((id) => has(id, resource)) !== true) return false;
  if (metric !== undefined && routed?.metricNames.some((name) => same(name, metric)) !== true) return false;
  return region === undefined || same(routed?.region ?? '', region);
}
