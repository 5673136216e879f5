import type { Declaration } from '../core/declaration.ts';
import { applyBudget, type BudgetOutcome, type CallBudget, stretchPlan } from './budget.ts';
import { planScrape } from './plan.ts';
import { runsPerHour } from './rate.ts';
import type { Capabilities, QueryGroup, ScrapeItem, ScrapePlan } from './types.ts';

export interface PlannerOptions {
  readonly declaration: Declaration;
  readonly capabilities: Capabilities;
  /** Changes whenever an answer of `capabilities` may have changed. */
  readonly version: () => number;
  readonly callBudget?: CallBudget;
}

/** The plan in force: made anew whenever what is known of Azure has changed, never while a run reads it. */
export interface Planner {
  current(): ScrapePlan;
  /** Groups of a schedule, by its six-field form. */
  groups(cron: string): readonly QueryGroup[];
  /** The item with this id; undefined when the plan has none. */
  item(id: string): ScrapeItem | undefined;
  /** A schedule runs at every n-th of its times, so that the plan fits the call budget; mostly 1. */
  strideOf(cron: string): number;
  /** What the call budget makes of the plan; undefined without one. */
  budget(): BudgetOutcome | undefined;
}

interface Made {
  readonly version: number;
  readonly plan: ScrapePlan;
  readonly byCron: ReadonlyMap<string, readonly QueryGroup[]>;
  readonly items: ReadonlyMap<string, ScrapeItem>;
  readonly budget?: BudgetOutcome;
}

export function createPlanner(options: PlannerOptions): Planner {
  let made: Made | undefined;
  const make = (): Made => {
    const version = options.version();
    if (made?.version === version) return made;
    made = { version, ...planWithin(options) };
    return made;
  };
  return {
    current: () => make().plan,
    groups: (cron) => make().byCron.get(cron) ?? [],
    item: (id) => make().items.get(id),
    strideOf: (cron) => make().budget?.stretches.find(({ schedule }) => schedule.cron === cron)?.stride ?? 1,
    budget: () => make().budget,
  };
}

function planWithin({ declaration, capabilities, callBudget }: PlannerOptions): Omit<Made, 'version'> {
  const declared = planScrape(declaration, capabilities);
  const budget = callBudget === undefined ? undefined : applyBudget(declared, callBudget, runsPerHour);
  const plan = budget === undefined ? declared : stretchPlan(declared, budget.stretches);
  return {
    plan,
    byCron: Map.groupBy(plan.groups, ({ schedule }) => schedule.cron),
    items: new Map(plan.groups.flatMap((group) => group.items.map((item) => [item.id, item] as const))),
    ...(budget === undefined ? {} : { budget }),
  };
}
