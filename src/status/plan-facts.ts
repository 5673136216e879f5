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
  readonly pricing: Pricing;
  readonly strideOf: (cron: string) => number;
}

/** Derives the facts once for each plan. */
export function factsOf(options: FactsOptions): (plan: ScrapePlan) => PlanFacts {
  let known: { readonly plan: ScrapePlan; readonly facts: PlanFacts } | undefined;
  return (plan) => {
    if (known?.plan !== plan) known = { plan, facts: derive(plan, options) };
    return known.facts;
  };
}

function derive(plan: ScrapePlan, options: FactsOptions): PlanFacts {
  const rates = new Map(plan.schedules.map((one) => [one.cron, runsPerHour(one) / options.strideOf(one.cron)]));
  const rate = ({ cron }: Schedule): number => rates.get(cron) ?? 0;
  const quota = quotaRows(plan.groups, rate, options);
  return {
    families: familiesOf(plan),
    items: plan.groups.reduce((sum, { items }) => sum + items.length, 0),
    callsPerHour: tidy(plan.groups.reduce((sum, { schedule }) => sum + rate(schedule), 0)),
    quota,
    cost: planCost(plan.groups, rate, options.pricing),
    warnings: quotaWarnings(quota),
  };
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
