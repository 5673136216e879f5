import type { Schedule } from '../core/schedule.ts';
import type { QueryGroup } from './types.ts';

/** Data-plane calls an hour, per subscription and region; second-hand, Azure publishes no number. */
export const batchLimitPerHour = 360_000;

/** What Azure allows one identity. */
export interface Limits {
  /** Reads of ARM: a bucket that holds `burst` and gets `readsPerSecond` back, per subscription. */
  readonly rateLimit: { readonly readsPerSecond: number; readonly burst: number };
  /** Data-plane calls an hour, per subscription and region. Azure publishes no number; 360,000 are reported. */
  readonly batchLimitPerHour: number;
}

/**
 * What one API of one subscription and region uses of its limit. Rows of `metrics` and `subscription` of one
 * subscription draw on the same bucket, so their shares add up.
 */
export interface QuotaRow {
  readonly subscription: string;
  /** Null for ARM: its bucket belongs to the region that the caller reaches, not to that of the resource. */
  readonly region: string | null;
  readonly api: 'metrics' | 'subscription' | 'batch';
  readonly callsPerHour: number;
  readonly limitPerHour: number;
  /** `callsPerHour / limitPerHour`; above 1 the declared pace cannot be kept. */
  readonly share: number;
}

const apis = { single: 'metrics', subscription: 'subscription', batch: 'batch' } as const;
const hourSeconds = 3600;
/** From this share on a retry or another client of the identity has little room left. */
const tightShare = 0.8;

/** One row per subscription, region and API, in that order. Log queries and storage queues have no such limit. */
export function quotaRows(
  groups: readonly QueryGroup[],
  rate: (schedule: Schedule) => number,
  limits: Limits,
): QuotaRow[] {
  const rows = new Map<string, Omit<QuotaRow, 'share'>>();
  for (const group of groups) {
    const { mode } = group;
    if (mode === 'logs' || mode === 'queue') continue;
    const subscription = group.subscriptionId.toLowerCase();
    const region = mode === 'batch' ? (group.region ?? '').toLowerCase() : null;
    const key = [subscription, region ?? '', apis[mode]].join(' ');
    const callsPerHour = (rows.get(key)?.callsPerHour ?? 0) + rate(group.schedule);
    const limitPerHour = mode === 'batch' ? limits.batchLimitPerHour : limits.rateLimit.readsPerSecond * hourSeconds;
    rows.set(key, { subscription, region, api: apis[mode], callsPerHour, limitPerHour });
  }
  return [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, row]) => ({
      ...row,
      callsPerHour: tidy(row.callsPerHour),
      share: tidy(row.callsPerHour / row.limitPerHour),
    }));
}

/** Sentences about limits that are used up, or nearly so. */
export function quotaWarnings(rows: readonly QuotaRow[]): string[] {
  const buckets = Map.groupBy(rows, ({ subscription, region }) => `${subscription} ${region ?? ''}`);
  return [...buckets.values()].flatMap((bucket) => {
    const [first] = bucket;
    const share = bucket.reduce((sum, row) => sum + row.share, 0);
    if (first === undefined || share <= tightShare) return [];
    const { subscription, region, limitPerHour } = first;
    const name = region === null ? 'ARM reads' : 'data-plane calls';
    const of = `${region === null ? '' : ` in region ${region}`} of subscription ${subscription}`;
    const calls = bucket.reduce((sum, row) => sum + row.callsPerHour, 0);
    const used = `The ${name}${of} come to ${count(calls)} an hour, ${percent(share)} of the ${count(limitPerHour)} that are allowed`;
    return share > 1 ? [`${used}. ${overrun(share, region)}`] : [`${used}. ${tight}`];
  });
}

const tight =
  'Little is left for retries and for other clients with the same identity. Use longer schedules, or let more metrics and resources share a call.';

function overrun(share: number, region: string | null): string {
  const factor = Math.ceil(share * 100) / 100;
  const remedy =
    region === null
      ? 'Use batch mode (azureMonitor.integration.queryMode: batch), longer schedules, or fewer resources'
      : 'Use longer schedules or fewer resources, or spread the resources over several subscriptions';
  return `Calls wait for their turn and runs are skipped, so that every metric is refreshed about ${factor} times as slowly as declared. ${remedy}.`;
}

/**
 * Sentences about runs that cannot end before the next one is due although the hour as a whole has room: schedules
 * whose runs come in clusters.
 */
export function clusterWarnings(groups: readonly QueryGroup[], rows: readonly QuotaRow[], limits: Limits): string[] {
  const { readsPerSecond, burst } = limits.rateLimit;
  const toArm = groups.filter(({ mode }) => mode === 'single' || mode === 'subscription');
  const runs = Map.groupBy(toArm, (group) => `${group.subscriptionId.toLowerCase()} ${group.schedule.cron}`);
  return [...runs.values()].flatMap((run) => {
    const [first] = run;
    if (first === undefined) return [];
    const { text, periodMs } = first.schedule;
    const subscription = first.subscriptionId.toLowerCase();
    const arm = rows.filter((row) => row.subscription === subscription && row.region === null);
    const seconds = (run.length - burst) / readsPerSecond;
    if (seconds * 1000 <= periodMs || arm.reduce((sum, { share }) => sum + share, 0) > 1) return [];
    const message = `A run of schedule ${text} makes ${count(run.length)} ARM reads of subscription ${subscription} and takes ${count(seconds)} s at the allowed pace, longer than the ${count(periodMs / 1000)} s to its next run, which is then skipped. Use batch mode or a schedule with more even distances.`;
    return [message];
  });
}

/** Sums of fractions leave dust behind, which depends on the order of summing. */
export function tidy(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

/** `12,345`; small numbers keep what digits they need. */
export function count(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 2 : 0 });
}

/** `12.3%`; one digit after the point below 100%. */
export function percent(share: number): string {
  const value = share * 100;
  if (value > 0 && value < 0.1) return 'under 0.1%';
  return `${value.toLocaleString('en-US', { maximumFractionDigits: value < 100 ? 1 : 0 })}%`;
}
