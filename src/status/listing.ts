import type { SeriesFamily } from '../core/family.ts';
import type { QueryGroup, ScrapeItem } from '../plan/types.ts';
import type { SeriesStore, SeriesValue } from '../store/ports.ts';
import { type Explanation, explainSeries } from './explain.ts';
import type { Evidence } from './explained.ts';
import { finder, pageBounds, rowsPerPage } from './paging.ts';
import type { Page, SeriesOutcome, SeriesQuery, SeriesRow } from './ports.ts';

export interface ListingEvidence extends Omit<Evidence, 'store'> {
  readonly store: Pick<SeriesStore, 'read' | 'size'>;
  /** Names on `/metrics`. */
  readonly families: ReadonlySet<string>;
  /** Lets everything else that waits have its turn. */
  readonly breathe: () => Promise<void>;
}

/** All series of one name that an item shows, or may show. */
interface Slot {
  readonly item: ScrapeItem;
  readonly group: QueryGroup;
  readonly family: SeriesFamily;
}

/** A series, or what stands for those that an item does not show. */
interface Found extends Slot {
  readonly outcome: SeriesOutcome;
  readonly shown?: SeriesValue;
}

/** Items between two breaths: a few milliseconds of work, also on a slow machine. */
const itemsAtOnce = 500;

/**
 * One page of the series that fit, in the order of the plan. Everything is looked through, so that the number of all is
 * known; only what is on the page is worked out.
 */
export async function listSeries(evidence: ListingEvidence, query: SeriesQuery): Promise<Page<SeriesRow>> {
  const wanted = { start: (query.page - 1) * rowsPerPage, found: [] as Found[] };
  const total = await scan(evidence, query, wanted);
  const { page, pages, start } = pageBounds(total, query.page);
  const last = start === wanted.start ? wanted : { start, found: [] as Found[] };
  if (last !== wanted) await scan(evidence, query, last);
  const nextRuns = new Map(evidence.schedules.map(({ schedule, nextMs }) => [schedule.cron, nextMs]));
  const rows = last.found.map((found) => rowOf(found, evidence, nextRuns.get(found.item.metric.schedule.cron)));
  return { rows, total, page, pages };
}

interface Wanted {
  readonly start: number;
  readonly found: Found[];
}

/** Collects what is on the page; returns how many there are in all. */
async function scan(evidence: ListingEvidence, query: SeriesQuery, wanted: Wanted): Promise<number> {
  const words = query.text.split(/\s+/).filter((word) => word !== '');
  const finders = words.map(finder);
  const isNamed = evidence.families.has(query.metric) ? (name: string) => name === query.metric : finder(query.metric);
  const look = (group: QueryGroup, item: ScrapeItem, before: number): number => {
    if (query.outcome !== '' && !mayHave(query.outcome, itemOutcome(item, evidence))) return before;
    let total = before;
    for (const family of item.families) {
      if (!isNamed(family.name)) continue;
      const open = stillOpen(finders, family, item);
      if (open.length > 0 && item.dimensions.length === 0) continue;
      total += take({ group, item, family }, { query, open, total, wanted }, evidence);
    }
    return total;
  };
  let total = 0;
  let looked = 0;
  for (const group of evidence.plan.groups) {
    for (const item of group.items) {
      looked += 1;
      if (looked % itemsAtOnce === 0) await evidence.breathe();
      total = look(group, item, total);
    }
  }
  return total;
}

type Finder = (candidate: string) => boolean;

/** The words that neither the name nor a label that all series of the item share holds. */
function stillOpen(finders: readonly Finder[], { name }: SeriesFamily, { labels }: ScrapeItem): readonly Finder[] {
  if (finders.length === 0) return finders;
  return finders.filter((find) => !find(name) && !labels.some(([, value]) => find(value)));
}

interface Taking {
  readonly query: SeriesQuery;
  /** Words that neither the name nor a fixed label holds. */
  readonly open: readonly Finder[];
  readonly total: number;
  readonly wanted: Wanted;
}

/** Counts the series of a slot that fit, and keeps those that are on the page. */
function take(slot: Slot, { query, open, total, wanted }: Taking, evidence: ListingEvidence): number {
  const end = wanted.start + rowsPerPage;
  const byValue = query.outcome === 'ok' || query.outcome === 'noData';
  if (!byValue && open.length === 0) {
    const size = sizeOf(slot, evidence.store);
    if (total + size <= wanted.start || total >= end) return size;
  }
  const fitting = seriesOf(slot, evidence).filter(
    ({ outcome, shown }) =>
      (query.outcome === '' || outcome === query.outcome) &&
      open.every((find) => shown?.dimensionValues.some(find) === true),
  );
  fitting.forEach((found, index) => {
    const at = total + index;
    if (at >= wanted.start && at < end) wanted.found.push(found);
  });
  return fitting.length;
}

/** Without dimensions it is one row, whether there is a series or not. */
function sizeOf({ item, family }: Slot, store: ListingEvidence['store']): number {
  return item.dimensions.length === 0 ? 1 : Math.max(1, store.size(item.id, family.name));
}

function seriesOf(slot: Slot, evidence: ListingEvidence): Found[] {
  const series = evidence.store.read(slot.item.id, slot.family.name);
  const outcome = itemOutcome(slot.item, evidence);
  const without = outcome === 'ok' ? 'noData' : outcome;
  if (series.length === 0) return [{ ...slot, outcome: without }];
  return series.map((shown) => ({ ...slot, shown, outcome: shown.value === null ? without : outcome }));
}

/** What is known without a look at values; `ok` may turn out to be `noData`. */
function itemOutcome(item: ScrapeItem, { traces, known, nowMs }: ListingEvidence): SeriesOutcome {
  const trace = traces.of(item.id);
  if (trace === undefined) return 'waiting';
  if (trace.error === undefined) return 'ok';
  return (known(item).quarantine?.untilMs ?? nowMs) > nowMs ? 'quarantine' : 'failing';
}

function mayHave(wanted: SeriesQuery['outcome'], outcome: SeriesOutcome): boolean {
  return wanted === '' || wanted === outcome || (wanted === 'noData' && outcome === 'ok');
}

function rowOf(found: Found, evidence: ListingEvidence, nextMs: number | undefined): SeriesRow {
  const { item, group, family, shown, outcome } = found;
  const trace = evidence.traces.of(item.id);
  const explanation = explainSeries({
    item,
    group,
    family,
    ...(shown === undefined ? {} : { shown, dimensionValues: shown.dimensionValues }),
    ...(trace === undefined ? {} : { trace }),
    known: evidence.known(item),
    nowMs: evidence.nowMs,
  });
  const { series, value, labels, age, failure, buckets } = explanation;
  return {
    name: family.name,
    labels: labels.map((label) => [label.name, label.value] as const),
    selector: series,
    outcome,
    value,
    ...(age === undefined ? {} : { ageSeconds: age.seconds }),
    ...(failure === undefined ? {} : { error: { code: failure.code, message: failure.message } }),
    ...(buckets === undefined ? {} : { buckets: completeValues(buckets) }),
    ...(nextMs === undefined ? {} : { nextMs }),
  };
}

/** Buckets of a sparkline; a search over the history brings hundreds. */
const mostBuckets = 60;

function completeValues(buckets: NonNullable<Explanation['buckets']>): (number | null)[] {
  const complete = buckets.filter(({ verdict }) => verdict !== 'still filling');
  return complete.slice(-mostBuckets).map(({ value }) => value);
}
