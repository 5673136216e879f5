import type { QueryGroup, ScrapeItem, ScrapePlan } from '../plan/types.ts';
import type { ScheduleState } from '../schedule/ports.ts';
import type { KnownOfItem } from '../scrape/scraper.ts';
import type { TraceBook } from '../scrape/traces.ts';
import type { SeriesStore, SeriesValue } from '../store/ports.ts';
import { type Explanation, explainSeries, type SeriesEvidence } from './explain.ts';
import { mayBeMeant, type Selector, selects } from './selector.ts';

/** What explanations are made from; all of it is in memory. */
export interface Evidence {
  readonly plan: ScrapePlan;
  readonly store: Pick<SeriesStore, 'read'>;
  readonly traces: Pick<TraceBook, 'of'>;
  readonly known: (item: ScrapeItem) => KnownOfItem;
  /** Empty when schedules do not run. */
  readonly schedules: readonly ScheduleState[];
  readonly nowMs: number;
}

export interface Explained {
  readonly explanations: readonly Explanation[];
  /** Series that are meant, explained or not. */
  readonly found: number;
}

/** Explains the series that a selector means, at most `most` of them, in the order of the plan. */
export function explain(evidence: Evidence, selector: Selector, most: number): Explained {
  const explanations: Explanation[] = [];
  let found = 0;
  const nextRuns = new Map(evidence.schedules.map(({ schedule, nextMs }) => [schedule.cron, nextMs]));
  for (const group of evidence.plan.groups) {
    for (const item of group.items) {
      if (!mayHold(item, selector)) continue;
      for (const series of evidenceOf(item, group, selector, evidence)) {
        found += 1;
        if (explanations.length >= most) continue;
        const nextRunMs = nextRuns.get(item.metric.schedule.cron);
        explanations.push(explainSeries({ ...series, ...(nextRunMs === undefined ? {} : { nextRunMs }) }));
      }
    }
  }
  return { explanations, found };
}

/** What an item has in common with all its series decides for most, at a fraction of the cost of a look at each. */
function mayHold(item: ScrapeItem, selector: Selector): boolean {
  if (selector.name !== undefined && !item.families.some(({ name }) => name === selector.name)) return false;
  return mayBeMeant(selector, item.labels);
}

function* evidenceOf(
  item: ScrapeItem,
  group: QueryGroup,
  selector: Selector,
  { store, traces, known, nowMs }: Evidence,
): Generator<SeriesEvidence> {
  const trace = traces.of(item.id);
  const shared = { item, group, ...(trace === undefined ? {} : { trace }), known: known(item), nowMs };
  for (const family of item.families) {
    const series = store.read(item.id, family.name);
    for (const shown of series) {
      if (!selects(selector, family.name, labelsOf(item, shown))) continue;
      yield { ...shared, family, shown, dimensionValues: shown.dimensionValues };
    }
    if (series.length === 0 && selects(selector, family.name, labelsOf(item))) yield { ...shared, family };
  }
}

function labelsOf({ labels, dimensions }: ScrapeItem, shown?: SeriesValue): ReadonlyMap<string, string> {
  const own = new Map(labels);
  for (const [index, { label }] of dimensions.entries()) own.set(label, shown?.dimensionValues[index] ?? '');
  return own;
}
