import type { CodedError } from '../core/outcome.ts';
import { problemKey } from '../core/shared-causes.ts';
import type { ScrapeEvent, ScrapeItem } from '../scrape/ports.ts';
import type { ProblemRow } from './ports.ts';
import { codedProblem, namesOf } from './problem.ts';

/** What is wrong with items now, and since when. Holds items that have a problem, and nothing of the others. */
export interface ProblemBook {
  note(event: ScrapeEvent, nowMs: number): void;
  /** Forgets items that are no longer planned. */
  keep(isPlanned: (itemId: string) => boolean): void;
  /** Failing items with their errors, by item id. */
  readonly failing: ReadonlyMap<string, Trouble>;
  /** Failing items by the name of their metric. */
  failingByMetric(): ReadonlyMap<string, number>;
  /** One row per problem: items that fail from one cause share it. Those that hit most items come first. */
  rows(): readonly ProblemRow[];
}

export interface Trouble {
  readonly item: ScrapeItem;
  readonly error: CodedError;
  /** When it began; goes on while the code stays the same. */
  readonly sinceMs: number;
}

/** Series that a limit kept out at the last run; `fresh` until that run ends for the item. */
interface Dropped extends Trouble {
  readonly fresh: boolean;
}

export function createProblemBook(): ProblemBook {
  const failing = new Map<string, Trouble>();
  const truncated = new Map<string, Trouble>();
  const dropped = new Map<string, Dropped>();
  const replaced = new Map<string, Trouble>();

  // Derived when first asked for after a change: tens of thousands of items may fail, and several may look.
  let rows: readonly ProblemRow[] | undefined;
  let byMetric: ReadonlyMap<string, number> | undefined;

  const hold = (book: Map<string, Trouble>, item: ScrapeItem, error: CodedError, nowMs: number): void => {
    const before = book.get(item.id);
    const sinceMs = before?.error.code === error.code ? before.sinceMs : nowMs;
    book.set(item.id, { item, error, sinceMs });
  };

  const changed = (): void => {
    rows = undefined;
    byMetric = undefined;
  };

  const succeed = (item: ScrapeItem): void => {
    if (failing.delete(item.id)) changed();
    const before = dropped.get(item.id);
    if (before === undefined) return;
    changed();
    if (before.fresh) dropped.set(item.id, { ...before, fresh: false });
    else dropped.delete(item.id);
  };

  return {
    failing,
    note(event, nowMs) {
      switch (event.kind) {
        case 'succeeded':
          succeed(event.item);
          return;
        case 'failed':
          changed();
          hold(failing, event.item, event.error, event.nowMs);
          return;
        case 'truncated':
          if (event.truncated) hold(truncated, event.item, truncation(event.item, event.limit), nowMs);
          if (event.truncated || truncated.delete(event.item.id)) changed();
          return;
        case 'dropped': {
          changed();
          const sinceMs = dropped.get(event.item.id)?.sinceMs ?? nowMs;
          dropped.set(event.item.id, { item: event.item, error: overLimit(event), sinceMs, fresh: true });
          return;
        }
        case 'grainReplaced':
          changed();
          hold(replaced, event.item, grain(event), nowMs);
          return;
        default:
      }
    },
    keep(isPlanned) {
      for (const own of [failing, truncated, dropped, replaced])
        for (const id of own.keys()) if (!isPlanned(id) && own.delete(id)) changed();
    },
    failingByMetric() {
      byMetric ??= countByMetric(failing);
      return byMetric;
    },
    rows() {
      rows ??= [
        ...rowsOf(failing, 'error'),
        ...rowsOf(dropped, 'error'),
        ...rowsOf(truncated, 'warning'),
        ...rowsOf(replaced, 'warning'),
      ];
      return rows;
    },
  };
}

function countByMetric(failing: ReadonlyMap<string, Trouble>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { item } of failing.values()) counts.set(item.metric.name, (counts.get(item.metric.name) ?? 0) + 1);
  return counts;
}

function truncation(item: ScrapeItem, limit: number): CodedError {
  const message = `Azure returned ${limit} series of ${item.metric.name}, as many as its limit; there may be more.`;
  return { code: 'AZ2012', message };
}

function overLimit({ item, series }: Extract<ScrapeEvent, { kind: 'dropped' }>): CodedError {
  const message = `${series} series of ${item.metric.name} are not kept, because seriesLimit is reached.`;
  return { code: 'AZ2011', message };
}

function grain(event: Extract<ScrapeEvent, { kind: 'grainReplaced' }>): CodedError {
  const { metricName, declaredMs, usedMs } = event;
  const message = `Azure does not offer ${metricName} every ${declaredMs / 1000} s; the closest offered interval, ${usedMs / 1000} s, is used.`;
  return { code: 'AZ2010', message };
}

function rowsOf(book: ReadonlyMap<string, Trouble>, severity: ProblemRow['severity']): ProblemRow[] {
  const alike = Map.groupBy(book.values(), ({ item, error }) => problemKey(error.code, item.metric.name));
  return [...alike.values()]
    .map((troubles): ProblemRow => {
      const [{ error } = { error: { code: 'AZ2007', message: '' } as const }] = troubles;
      return {
        ...codedProblem(severity, error),
        metrics: namesOf(troubles.map(({ item }) => item.metric.name)),
        resources: namesOf(troubles.map(({ item }) => item.resource.id)),
        items: troubles.length,
        sinceMs: troubles.reduce((first, { sinceMs }) => Math.min(first, sinceMs), Number.POSITIVE_INFINITY),
      };
    })
    .sort((a, b) => b.items - a.items);
}
