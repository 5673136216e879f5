import type { MetricDefinition } from '../core/declaration.ts';
import type { Planner } from './planner.ts';
import type { ScrapeItem } from './types.ts';

/** What a plan of another declaration does to the items of the one before. */
export interface PlanChanges {
  /** Items that are no longer there. */
  readonly gone: readonly ScrapeItem[];
  /** Ids of items that are asked for or shown in another way, so that what is known of them no longer holds. */
  readonly changed: ReadonlySet<string>;
  /** Ids of items that were not there. */
  readonly added: ReadonlySet<string>;
}

type Plans = Pick<Planner, 'inForce' | 'item'>;

/** Schedule, description and freshness may differ without a change: they do not make a value wrong. */
export function planChanges(before: Plans, next: Plans): PlanChanges {
  const gone = itemsOf(before).filter(({ id }) => next.item(id) === undefined);
  const changed = new Set<string>();
  const added = new Set<string>();
  const alike = new Map<MetricDefinition, boolean>();
  for (const { id, metric } of itemsOf(next)) {
    const known = before.item(id);
    if (known === undefined) {
      added.add(id);
      continue;
    }
    const same = alike.get(metric) ?? meansTheSame(known.metric, metric);
    alike.set(metric, same);
    if (!same) changed.add(id);
  }
  return { gone, changed, added };
}

function itemsOf(plans: Plans): ScrapeItem[] {
  return plans.inForce().groups.flatMap(({ items }) => items);
}

function meansTheSame(one: MetricDefinition, other: MetricDefinition): boolean {
  return one === other || meaningOf(one) === meaningOf(other);
}

function meaningOf({ resourceType, labels, defaultLabels, query }: MetricDefinition): string {
  return JSON.stringify([resourceType, Object.entries(labels), Object.entries(defaultLabels), query]);
}
