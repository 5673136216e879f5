import type { Schedule } from '../core/schedule.ts';
import { type PlanEstimate, type Pricing, planCost } from '../plan/estimate.ts';
import { type Limits, type QuotaRow, quotaRows, quotaWarnings, tidy } from '../plan/quota.ts';
import { runsPerHour } from '../plan/rate.ts';
import type { ScrapePlan } from '../plan/types.ts';

/** What the page says of a plan; changes with the plan only. */
export interface PlanFacts {
  /** By name, in the order of names. */
  readonly families: ReadonlyMap<string, FamilyFacts>;
  readonly items: number;
  readonly callsPerHour: number;
  readonly quota: readonly QuotaRow[];
  readonly cost: PlanEstimate['cost'];
  /** Sentences about limits that are used up, or nearly so. */
  readonly warnings: readonly string[];
}

/** One name on `/metrics` and what is behind it. */
export interface FamilyFacts {
  readonly name: string;
  readonly help: string;
  /** Name of the declared metric. */
  readonly metric: string;
  readonly azureMetric: string;
  readonly aggregation: string;
  readonly resourceType: string;
  readonly schedule: Schedule;
  readonly items: number;
}

export interface FactsOptions extends Limits {
  /** Asked for at each plan: another configuration may have others. */
  readonly pricing: () => Pricing;
  readonly strideOf: (cron: string) => number;
}

/** The facts of the plan in force. */
export interface FactBook {
  /** Those of the plan that was learned last; of this one when none was. */
  of(plan: ScrapePlan): PlanFacts;
  /** Takes up a plan in steps, since one of tens of thousands of calls takes a while. */
  learn(plan: ScrapePlan, breathe: () => Promise<void>): Promise<void>;
}

export function createFactBook(options: FactsOptions): FactBook {
  let known: { readonly plan: ScrapePlan; readonly facts: PlanFacts } | undefined;
  return {
    of(plan) {
      if (known !== undefined) return known.facts;
      const steps = derive(plan, options);
      let step = steps.next();
      while (!step.done) step = steps.next();
      known = { plan, facts: step.value };
      return step.value;
    },
    async learn(plan, breathe) {
      if (known?.plan === plan) return;
      const steps = derive(plan, options);
      for (;;) {
        await breathe();
        const step = steps.next();
        if (!step.done) continue;
        known = { plan, facts: step.value };
        return;
      }
    },
  };
}

/** Yields between steps, each of which looks at every call of the plan once. */
function* derive(plan: ScrapePlan, options: FactsOptions): Generator<undefined, PlanFacts, undefined> {
  const { groups } = plan;
  const rates = new Map(plan.schedules.map((one) => [one.cron, runsPerHour(one) / options.strideOf(one.cron)]));
  const rate = ({ cron }: Schedule): number => rates.get(cron) ?? 0;
  const families = familiesOf(plan);
  yield;
  const quota = quotaRows(groups, rate, options);
  yield;
  const cost = planCost(groups, rate, options.pricing());
  const callsPerHour = tidy(groups.reduce((sum, { schedule }) => sum + rate(schedule), 0));
  const items = groups.reduce((sum, group) => sum + group.items.length, 0);
  return { families, items, callsPerHour, quota, cost, warnings: quotaWarnings(quota) };
}

function familiesOf(plan: ScrapePlan): Map<string, FamilyFacts> {
  const families = new Map<string, { -readonly [Key in keyof FamilyFacts]: FamilyFacts[Key] }>();
  for (const { items } of plan.groups) {
    for (const { metric, families: own } of items) {
      for (const { name, help, metricName: azureMetric, aggregation } of own) {
        const known = families.get(name);
        if (known !== undefined) {
          known.items += 1;
          continue;
        }
        const { resourceType, schedule } = metric;
        families.set(name, {
          name,
          help,
          metric: metric.name,
          azureMetric,
          aggregation,
          resourceType,
          schedule,
          items: 1,
        });
      }
    }
  }
  return new Map([...families].sort(([a], [b]) => (a < b ? -1 : 1)));
}
