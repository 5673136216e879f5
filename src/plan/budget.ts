import type { Schedule } from '../core/schedule.ts';
import { count, tidy } from './quota.ts';
import type { ScrapePlan } from './types.ts';

export interface CallBudget {
  /** Most calls that plans may make in an average hour; above 0. */
  readonly callsPerHour: number;
}

/** A schedule that runs more rarely than declared. */
export interface Stretch {
  readonly schedule: Schedule;
  /** From 2: it runs at every n-th of its times. */
  readonly stride: number;
}

/** What a budget makes of a plan. Without stretches the plan fits as it is. */
export interface BudgetOutcome {
  readonly allowedPerHour: number;
  /** Calls an hour at the declared pace. */
  readonly declaredPerHour: number;
  /** Calls an hour once schedules are stretched; never above `allowedPerHour`. */
  readonly plannedPerHour: number;
  /** Rarest schedules first. */
  readonly stretches: readonly Stretch[];
  /** What is stretched and what to do about it, for the log and the plan; empty when the plan fits. */
  readonly sentences: readonly string[];
  /** Why strict mode refuses to start; undefined when the plan fits. */
  readonly refusal?: string;
}

/** Schedules that run equally often; they are stretched alike. */
interface Tier {
  readonly callsPerHour: number;
  readonly schedules: readonly Schedule[];
}

/** As long as this factor is enough, faster schedules are left alone. */
const comfortableStride = 10;
/** Rates are sums of fractions; what is equal but for rounding fits. */
const tolerance = 1e-9;

/**
 * Fits a plan into a budget. As few schedules as possible are stretched, those that run least often first, since
 * nobody watches them by the minute; when ten times is not enough for them, the next faster ones join. A slower
 * schedule is never stretched less than a faster one, and none more than it must be. Log and queue calls count too;
 * retries do not. The order of groups does not matter.
 */
export function applyBudget(
  plan: ScrapePlan,
  budget: CallBudget,
  runsPerHour: (schedule: Schedule) => number,
): BudgetOutcome {
  const tiers = tiersOf(plan, runsPerHour);
  const allowed = budget.callsPerHour;
  const declared = tiers.reduce((sum, { callsPerHour }) => sum + callsPerHour, 0);
  const strides = stridesFor(tiers, declared, allowed);
  const planned = tiers.reduce((sum, { callsPerHour }, index) => sum + callsPerHour / (strides[index] ?? 1), 0);
  const stretches = tiers.flatMap(({ schedules }, index) => {
    const stride = strides[index] ?? 1;
    return stride === 1 ? [] : schedules.map((schedule) => ({ schedule, stride }));
  });
  const totals = { allowedPerHour: allowed, declaredPerHour: tidy(declared), plannedPerHour: tidy(planned) };
  const told = stretches.length === 0 ? { sentences: [] } : tell(totals, stretches);
  return { ...totals, stretches, ...told };
}

/** Runs in an average hour once schedules are stretched. */
export function stretchedRate(
  runsPerHour: (schedule: Schedule) => number,
  stretches: readonly Stretch[],
): (schedule: Schedule) => number {
  const strides = new Map(stretches.map(({ schedule, stride }) => [schedule.cron, stride]));
  return (schedule) => runsPerHour(schedule) / (strides.get(schedule.cron) ?? 1);
}

/**
 * The plan with the periods of stretched schedules as long as they are now, and with series that outlive the longer
 * wait: by default a series leaves three periods after its last success, and those three periods have grown.
 */
export function stretchPlan(plan: ScrapePlan, stretches: readonly Stretch[]): ScrapePlan {
  if (stretches.length === 0) return plan;
  const strides = new Map(stretches.map(({ schedule, stride }) => [schedule.cron, stride]));
  const stretched = (schedule: Schedule): Schedule => {
    const stride = strides.get(schedule.cron) ?? 1;
    return stride === 1 ? schedule : { ...schedule, periodMs: schedule.periodMs * stride };
  };
  return {
    ...plan,
    schedules: plan.schedules.map(stretched),
    groups: plan.groups.map((group) => {
      if (!strides.has(group.schedule.cron)) return group;
      const schedule = stretched(group.schedule);
      const items = group.items.map((item) => {
        const staleAfterMs = Math.max(item.freshness.staleAfterMs, 3 * schedule.periodMs);
        return { ...item, freshness: { ...item.freshness, staleAfterMs } };
      });
      return { ...group, schedule, items };
    }),
  };
}

/** Rarest first. */
function tiersOf(plan: ScrapePlan, runsPerHour: (schedule: Schedule) => number): Tier[] {
  const byCron = Map.groupBy(plan.groups, ({ schedule }) => schedule.cron);
  const lines = [...byCron].flatMap(([, groups]) => {
    const schedule = groups[0]?.schedule;
    return schedule === undefined ? [] : [{ schedule, runs: runsPerHour(schedule), calls: groups.length }];
  });
  const ordered = lines.sort((a, b) => a.runs - b.runs || (a.schedule.cron < b.schedule.cron ? -1 : 1));
  return [...Map.groupBy(ordered, ({ runs }) => runs)].map(([runs, tier]) => ({
    callsPerHour: tier.reduce((sum, { calls }) => sum + calls, 0) * runs,
    schedules: tier.map(({ schedule }) => schedule),
  }));
}

/** One stride per tier, falling from the slowest to the fastest. */
function stridesFor(tiers: readonly Tier[], declared: number, allowed: number): number[] {
  const common = commonStride(tiers, declared, allowed);
  const strides = tiers.map((_, index) => (index < common.tiers ? common.stride : 1));
  // One stride for all may save too much; from the fastest on, each goes back as far as the budget lets it.
  let least = 1;
  for (let index = common.tiers - 1; index >= 0; index -= 1) {
    const calls = tiers[index]?.callsPerHour ?? 0;
    const others = tiers.reduce(
      (sum, tier, other) => sum + (other === index ? 0 : tier.callsPerHour / (strides[other] ?? 1)),
      0,
    );
    least = Math.max(least, Math.min(common.stride, strideFor(calls, allowed - others)));
    strides[index] = least;
  }
  return strides;
}

/** The fewest tiers, slowest first, that one comfortable stride brings within the budget (1 if it fits); else all. */
function commonStride(
  tiers: readonly Tier[],
  declared: number,
  allowed: number,
): { readonly tiers: number; readonly stride: number } {
  let slow = 0;
  for (const [index, { callsPerHour }] of tiers.entries()) {
    slow += callsPerHour;
    const stride = strideFor(slow, allowed - (declared - slow));
    if (stride <= comfortableStride) return { tiers: index + 1, stride };
  }
  return { tiers: tiers.length, stride: strideFor(declared, allowed) };
}

/** The smallest stride that brings the calls into the room; infinite when there is none. */
function strideFor(calls: number, room: number): number {
  const slack = room * (1 + tolerance);
  if (calls <= slack) return 1;
  return room <= 0 ? Number.POSITIVE_INFINITY : Math.ceil(calls / slack);
}

function tell(
  totals: Pick<BudgetOutcome, 'allowedPerHour' | 'declaredPerHour' | 'plannedPerHour'>,
  stretches: readonly Stretch[],
): { readonly sentences: readonly string[]; readonly refusal: string } {
  const { allowedPerHour, declaredPerHour, plannedPerHour } = totals;
  const excess = `The declared schedules make ${count(declaredPerHour)} calls an hour, more than the ${count(allowedPerHour)} that callBudget.callsPerHour allows`;
  const remedy =
    'Raise the budget, declare longer schedules, or let resources share calls (azureMonitor.integration.queryMode)';
  const each = stretches.map(
    ({ schedule, stride }) => `Schedule ${schedule.text} runs only every ${ordinal(stride)} time.`,
  );
  return {
    sentences: [
      `${excess}; the slowest are stretched, which leaves ${count(plannedPerHour)} calls. ${remedy}.`,
      ...each,
    ],
    refusal: `${excess}, and strict mode stretches none. ${remedy}.`,
  };
}

/** 2nd, 3rd, 11th, 21st. */
function ordinal(value: number): string {
  const teen = value % 100 >= 11 && value % 100 <= 13;
  const endings: Readonly<Record<number, string>> = { 1: 'st', 2: 'nd', 3: 'rd' };
  return `${value}${teen ? 'th' : (endings[value % 10] ?? 'th')}`;
}
