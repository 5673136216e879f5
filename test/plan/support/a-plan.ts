import fc from 'fast-check';
import type { Schedule } from '../../../src/core/schedule.ts';
import { planScrape } from '../../../src/plan/plan.ts';
import type { MetricsQueryShape, QueryGroup, ScrapeItem, ScrapePlan } from '../../../src/plan/types.ts';
import { aDeclaration, aMetric } from '../../fakes/declaration.ts';

const hourMs = 3_600_000;

/** A schedule that runs every so many minutes; its text says so. */
export function every(minutes: number): Schedule {
  return { text: `*/${minutes} * * * *`, cron: `0 */${minutes} * * * *`, periodMs: minutes * 60_000 };
}

/** Right for the schedules of {@link every}. */
export function evenRate({ periodMs }: Schedule): number {
  return hourMs / periodMs;
}

const [template] = planScrape(aDeclaration(aMetric())).groups.flatMap(({ items }) => items);

function anItem(name: string): ScrapeItem {
  if (template === undefined) throw new Error('the declaration of the fakes plans no item');
  const id = `subscriptions/s/resourceGroups/g/providers/Microsoft.Cache/Redis/${name}`;
  return { ...template, id: name, resource: { ...template.resource, id, key: id.toLowerCase() } };
}

export interface GroupChanges extends Partial<Omit<QueryGroup, 'items' | 'metrics'>> {
  readonly resources?: readonly string[];
  readonly metrics?: Partial<MetricsQueryShape>;
}

export function aGroup({ resources = ['one'], metrics, ...changes }: GroupChanges = {}): QueryGroup {
  return {
    id: 'group',
    mode: 'single',
    schedule: every(5),
    tenantId: 'tenant-a',
    subscriptionId: 'sub-a',
    why: 'for a test',
    items: resources.map(anItem),
    metrics: {
      metricNames: ['hits'],
      aggregations: ['Total'],
      intervalMs: 300_000,
      delayMs: 60_000,
      alignment: 'minute',
      limit: 10_000,
      ...metrics,
    },
    ...changes,
  };
}

export function aPlan(groups: readonly QueryGroup[], warnings: ScrapePlan['warnings'] = []): ScrapePlan {
  const schedules = new Map(groups.map(({ schedule }) => [schedule.cron, schedule]));
  return { groups, schedules: [...schedules.values()], warnings };
}

/** Many groups of the same kind, each with an id of its own. */
export function groupsOf(number: number, changes: GroupChanges = {}): QueryGroup[] {
  return Array.from({ length: number }, (_, index) => aGroup({ ...changes, id: `${changes.id ?? 'g'}-${index}` }));
}

/** Any mixture of modes, schedules, subscriptions and regions. */
export const anyPlan: fc.Arbitrary<ScrapePlan> = fc
  .array(
    fc.record({
      mode: fc.constantFrom('single', 'batch', 'subscription', 'logs', 'queue'),
      minutes: fc.constantFrom(1, 2, 5, 7, 15, 60),
      subscriptionId: fc.constantFrom('sub-a', 'sub-b', 'SUB-A'),
      region: fc.constantFrom('westeurope', 'northeurope'),
      many: fc.integer({ min: 1, max: 30 }),
    }),
    { maxLength: 12 },
  )
  .map((kinds) =>
    aPlan(
      kinds.flatMap(({ minutes, many, ...rest }, index) =>
        groupsOf(many, { ...rest, schedule: every(minutes), id: `${index}` }),
      ),
      kinds.map(({ subscriptionId, minutes }) => ({ metric: subscriptionId, message: `noted ${minutes}` })),
    ),
  );

/** The same plan with everything in another order. */
export function anyOrder(plan: ScrapePlan): fc.Arbitrary<ScrapePlan> {
  const shuffled = <T>(list: readonly T[]): fc.Arbitrary<T[]> =>
    fc.shuffledSubarray([...list], { minLength: list.length, maxLength: list.length });
  return fc.record({
    groups: shuffled(plan.groups),
    schedules: shuffled(plan.schedules),
    warnings: shuffled(plan.warnings),
  });
}
