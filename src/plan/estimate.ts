import type { Schedule } from '../core/schedule.ts';
import type { BudgetOutcome } from './budget.ts';
import { type PlannedCall, plannedCall } from './planned-call.ts';
import { clusterWarnings, type Limits, type QuotaRow, quotaRows, quotaWarnings, tidy } from './quota.ts';
import type { QueryGroup, ScrapePlan } from './types.ts';

export interface Pricing {
  readonly perThousandCalls: number;
  /** Calls of a month that cost nothing. */
  readonly freeCalls: number;
  readonly currency: string;
}

export interface EstimateOptions extends Limits {
  /** Runs of a schedule in an average hour, stretching included. */
  readonly runsPerHour: (schedule: Schedule) => number;
  readonly pricing: Pricing;
  /** The same declaration planned in batch mode, to say what that would save, and how often it would run. */
  readonly inBatches?: { readonly plan: ScrapePlan; readonly runsPerHour: (schedule: Schedule) => number };
  /** What the call budget did to the schedules. */
  readonly budget?: BudgetOutcome;
  /** Sentences of the caller, to stand among the warnings. */
  readonly notes?: readonly string[];
}

/** What a plan amounts to: the very JSON of `azimuth plan --format json`. */
export interface PlanEstimate {
  /** One entry per query group, which is one call per run. */
  readonly groups: readonly PlannedCall[];
  readonly totals: {
    /** Calls when every schedule runs once. */
    readonly callsPerRun: number;
    readonly callsPerHour: number;
    readonly callsPerDay: number;
    /** `callsPerRun` by API, as the emulator and `azimuth_azure_requests_total` name them. */
    readonly byApi: Readonly<Record<string, number>>;
  };
  readonly quota: readonly QuotaRow[];
  readonly cost: {
    readonly perMonth: number;
    readonly currency: string;
    readonly assumption: string;
  };
  /** Present when a plan in batch mode was given to compare with. */
  readonly batching?: {
    readonly callsPerHour: number;
    readonly perMonth: number;
    /** Calls an hour that batch mode saves; negative when it would make more. */
    readonly saves: number;
  };
  /** Present when a call budget is set. */
  readonly budget?: {
    readonly callsPerHour: number;
    /** Calls an hour at the declared pace. */
    readonly declaredCallsPerHour: number;
    readonly stretched: readonly { readonly schedule: string; readonly everyNthRun: number }[];
  };
  readonly warnings: readonly string[];
}

/** Azure's price list counts a month as 730 hours. */
const monthHours = 730;

/**
 * Counts and prices a plan. Pure, and the order of groups and warnings in the plan does not matter. Counted are the
 * calls of healthy runs; tokens, retries and reads of definitions come on top.
 */
export function estimatePlan(plan: ScrapePlan, options: EstimateOptions): PlanEstimate {
  const rate = oncePerSchedule(options.runsPerHour);
  const { groups } = plan;
  const calls = groups.map(plannedCall).sort(byScheduleAndId);
  const byApi: Record<string, number> = {};
  for (const { mode, callsPerRun } of calls) byApi[apiOf[mode]] = (byApi[apiOf[mode]] ?? 0) + callsPerRun;
  const callsPerHour = hourly(groups, rate);
  const quota = quotaRows(groups, rate, options);
  const { budget } = options;
  const remarks = plan.warnings.map(({ metric, message }) => `Metric ${metric}: ${message}.`);
  return {
    groups: calls,
    totals: {
      callsPerRun: groups.length,
      callsPerHour: tidy(callsPerHour),
      callsPerDay: tidy(callsPerHour * 24),
      byApi: Object.fromEntries(Object.entries(byApi).sort(([a], [b]) => (a < b ? -1 : 1))),
    },
    quota,
    cost: planCost(groups, rate, options.pricing),
    ...(options.inBatches === undefined ? {} : { batching: compare(options.inBatches, callsPerHour, options.pricing) }),
    ...(budget === undefined ? {} : { budget: budgetOf(budget) }),
    warnings: [
      ...quotaWarnings(quota),
      ...clusterWarnings(groups, quota, options).sort(),
      ...(budget?.sentences ?? []),
      ...(options.notes ?? []),
      ...[...new Set(remarks)].sort(),
    ],
  };
}

/** What a plan costs in a month, and what that rests on. */
export function planCost(
  groups: readonly QueryGroup[],
  rate: (schedule: Schedule) => number,
  pricing: Pricing,
): PlanEstimate['cost'] {
  const { currency } = pricing;
  return { perMonth: monthlyCost(groups, rate, pricing), currency, assumption: assumptionOf(pricing) };
}

const apiOf = {
  single: 'metrics',
  batch: 'batch',
  subscription: 'subscription',
  logs: 'logs',
  queue: 'queue',
} as const satisfies Record<QueryGroup['mode'], string>;

/** A plan has thousands of groups and a few schedules. */
function oncePerSchedule(runsPerHour: (schedule: Schedule) => number): (schedule: Schedule) => number {
  const rates = new Map<string, number>();
  return (schedule) => {
    const known = rates.get(schedule.cron) ?? runsPerHour(schedule);
    rates.set(schedule.cron, known);
    return known;
  };
}

function byScheduleAndId(a: PlannedCall, b: PlannedCall): number {
  if (a.schedule !== b.schedule) return a.schedule < b.schedule ? -1 : 1;
  return a.id < b.id ? -1 : Number(a.id > b.id);
}

function hourly(groups: readonly QueryGroup[], rate: (schedule: Schedule) => number): number {
  return groups.reduce((sum, { schedule }) => sum + rate(schedule), 0);
}

/** Only the metrics data plane is billed by the call; ARM is free. Rounded to a hundredth. */
function monthlyCost(groups: readonly QueryGroup[], rate: (schedule: Schedule) => number, pricing: Pricing): number {
  const billed = groups.filter(({ mode }) => mode === 'batch');
  const calls = Math.max(0, tidy(hourly(billed, rate) * monthHours) - pricing.freeCalls);
  return Math.round((calls / 1000) * pricing.perThousandCalls * 100) / 100;
}

function assumptionOf({ perThousandCalls, freeCalls, currency }: Pricing): string {
  const price = `${perThousandCalls} ${currency} per 1,000 data-plane (batch) calls`;
  const free = freeCalls === 0 ? '' : ` after ${freeCalls.toLocaleString('en-US')} free ones a month`;
  return `An estimate: ${price}${free}, ${monthHours} hours a month, every call billed as one whatever it returns; calls to ARM cost nothing. Prices are those of azureMonitor.pricing.`;
}

function compare(
  { plan, runsPerHour }: NonNullable<EstimateOptions['inBatches']>,
  callsPerHour: number,
  pricing: Pricing,
): NonNullable<PlanEstimate['batching']> {
  const rate = oncePerSchedule(runsPerHour);
  const batched = hourly(plan.groups, rate);
  return {
    callsPerHour: tidy(batched),
    perMonth: monthlyCost(plan.groups, rate, pricing),
    saves: tidy(callsPerHour - batched),
  };
}

function budgetOf({ allowedPerHour, declaredPerHour, stretches }: BudgetOutcome): NonNullable<PlanEstimate['budget']> {
  return {
    callsPerHour: allowedPerHour,
    declaredCallsPerHour: declaredPerHour,
    stretched: stretches.map(({ schedule, stride }) => ({ schedule: schedule.text, everyNthRun: stride })),
  };
}
