import type { MetricDefinition } from '../core/declaration.ts';
import type { Planner } from './planner.ts';
import type { ScrapeItem } from './types.ts';

/** What a plan of another declaration does to the items of the one before. Items are told by their ids. */
export interface PlanChanges {
  /** Items that are no longer there. */
  readonly gone: readonly ScrapeItem[];
  /** Items that are asked for in another way, so that nothing that is known of them holds. */
  readonly changed: ReadonlySet<string>;
  /** Items whose values hold, under other labels. */
  readonly relabelled: ReadonlySet<string>;
  /** Items that were not there. */
  readonly added: ReadonlySet<string>;
}

type Plans = Pick<Planner, 'inForce' | 'item'>;
type Difference = 'none' | 'labels' | 'query';

/** Schedule, description and freshness may differ without a change: they do not make a value wrong. */
export function planChanges(before: Plans, next: Plans): PlanChanges {
  const gone = itemsOf(before).filter(({ id }) => next.item(id) === undefined);
  const changed = new Set<string>();
  const relabelled = new Set<string>();
  const added = new Set<string>();
  const compared = new Map<MetricDefinition, Difference>();
  for (const { id, metric } of itemsOf(next)) {
    const known = before.item(id);
    if (known === undefined) {
      added.add(id);
      continue;
    }
    const difference = compared.get(metric) ?? differenceOf(known.metric, metric);
    compared.set(metric, difference);
    if (difference === 'query') changed.add(id);
    if (difference === 'labels') relabelled.add(id);
  }
  return { gone, changed, relabelled, added };
}

function itemsOf(plans: Plans): ScrapeItem[] {
  return plans.inForce().groups.flatMap(({ items }) => items);
}

function differenceOf(one: MetricDefinition, other: MetricDefinition): Difference {
  if (one === other) return 'none';
  const asked = ({ resourceType, query }: MetricDefinition): string => JSON.stringify([resourceType, query]);
  if (asked(one) !== asked(other)) return 'query';
  const shown = ({ labels, defaultLabels }: MetricDefinition): string =>
    JSON.stringify([Object.entries(labels), Object.entries(defaultLabels)]);
  return shown(one) === shown(other) ? 'none' : 'labels';
}
