import type { Declaration } from '../core/declaration.ts';
import { applyBudget, type BudgetOutcome, type CallBudget, stretchPlan } from './budget.ts';
import type { ItemCache } from './items.ts';
import { planSteps } from './plan.ts';
import { runsPerHour } from './rate.ts';
import { finish, inSlices, type Slices, type Steps } from './steps.ts';
import type { Capabilities, Found, QueryGroup, ScrapeItem, ScrapePlan } from './types.ts';

export interface PlannerOptions {
  readonly declaration: Declaration;
  readonly capabilities: Capabilities;
  /** Changes whenever an answer of `capabilities` or `found` may have changed. */
  readonly version: () => number;
  readonly callBudget?: CallBudget;
  /** Resources of discovery groups; none unless given. */
  readonly found?: Found;
  /** How `prepare` lets others have their turn; it plans in one go unless given. */
  readonly slices?: Slices;
  /** Items that planners before this one have made; none unless given. */
  readonly cache?: ItemCache;
  /** Told when another plan is in force, with the items that it no longer has. */
  readonly replaced?: (gone: readonly ScrapeItem[]) => void;
}

/** The plan in force: made anew whenever what is known of Azure has changed, never while a run reads it. */
export interface Planner {
  /** The plan for what is known now, made at once if need be. */
  current(): ScrapePlan;
  /** The plan that was made last. */
  inForce(): ScrapePlan;
  /** Makes the plan for what is known now, in slices: a plan for 25,000 resources takes seconds. */
  prepare(): Promise<void>;
  /** Groups of a schedule in the plan that was made last, by its six-field form. */
  groups(cron: string): readonly QueryGroup[];
  /** The item with this id in the plan that was made last; undefined when it has none. */
  item(id: string): ScrapeItem | undefined;
  /** A schedule runs at every n-th of its times, so that the plan made last fits the call budget; mostly 1. */
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
  const cache: ItemCache = options.cache ?? new WeakMap();
  let made: Made | undefined;
  let preparing: Promise<void> | undefined;
  const put = (next: Made): Made => {
    const before = made;
    made = next;
    if (before !== undefined) options.replaced?.(goneFrom(before, next));
    return next;
  };
  const make = (): Made => {
    const version = options.version();
    return made?.version === version ? made : put(finish(madeSteps(options, cache, version)));
  };
  const prepareOnce = async (slices: Slices): Promise<void> => {
    const version = options.version();
    if (made?.version === version) return;
    const next = await inSlices(madeSteps(options, cache, version), slices);
    // Meanwhile somebody may have asked for the plan of a later state, which holds.
    if (made === undefined || made.version < version) put(next);
  };
  return {
    current: () => make().plan,
    inForce: () => (made ?? make()).plan,
    prepare: async () => {
      if (options.slices === undefined) return void make();
      await preparing;
      preparing ??= prepareOnce(options.slices).finally(() => {
        preparing = undefined;
      });
      await preparing;
    },
    groups: (cron) => (made ?? make()).byCron.get(cron) ?? [],
    item: (id) => (made ?? make()).items.get(id),
    strideOf: (cron) => (made ?? make()).budget?.stretches.find(({ schedule }) => schedule.cron === cron)?.stride ?? 1,
    budget: () => make().budget,
  };
}

function goneFrom({ items }: Made, next: Made): ScrapeItem[] {
  const gone: ScrapeItem[] = [];
  for (const [id, item] of items) if (!next.items.has(id)) gone.push(item);
  return gone;
}

function* madeSteps(options: PlannerOptions, cache: ItemCache, version: number): Steps<Made> {
  const { declaration, capabilities, callBudget } = options;
  const declared = yield* planSteps(declaration, capabilities, snapshotOf(options), cache);
  const budget = callBudget === undefined ? undefined : applyBudget(declared, callBudget, runsPerHour);
  const plan = budget === undefined ? declared : stretchPlan(declared, budget.stretches);
  const items = new Map<string, ScrapeItem>();
  for (const group of plan.groups) {
    for (const item of group.items) items.set(item.id, item);
    yield;
  }
  const byCron = Map.groupBy(plan.groups, ({ schedule }) => schedule.cron);
  return { version, plan, byCron, items, ...(budget === undefined ? {} : { budget }) };
}

/** All metrics of a plan see the same lists, however long it takes to make it. */
function snapshotOf({ declaration, found = () => [] }: PlannerOptions): Found {
  const names = new Set(declaration.metrics.flatMap((metric) => metric.resourceDiscoveryGroups));
  const lists = new Map([...names].map((name) => [name, found(name)]));
  return (name) => lists.get(name) ?? [];
}
