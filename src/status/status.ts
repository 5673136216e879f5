import type { PaceState, TokenPort } from '../azure/ports.ts';
import type { Clock } from '../core/clock.ts';
import { createLimiter } from '../core/limiter.ts';
import type { Planner } from '../plan/planner.ts';
import type { ScrapeItem } from '../plan/types.ts';
import type { ScheduleEvent, ScheduleState } from '../schedule/ports.ts';
import type { ScrapeEvent } from '../scrape/ports.ts';
import type { KnownOfItem } from '../scrape/scraper.ts';
import type { TraceBook } from '../scrape/traces.ts';
import type { SeriesSnapshots, SeriesStore } from '../store/ports.ts';
import { type Evidence, type Explained, explain } from './explained.ts';
import { createHistory } from './history.ts';
import { listSeries } from './listing.ts';
import { findGroups, type Moment, metricsPage, overviewOf, problemsOf } from './overview.ts';
import { finder, pageOf } from './paging.ts';
import { createFactBook, type FactsOptions } from './plan-facts.ts';
import type { CodedMessage, Concern, StatusExtras, StatusSource } from './ports.ts';
import { createProblemBook } from './problem-book.ts';
import { createScheduleBook } from './schedule-book.ts';
import { parseSelector, type Selector } from './selector.ts';

export interface StatusOptions extends Omit<FactsOptions, 'strideOf'> {
  readonly planner: Pick<Planner, 'current' | 'item' | 'strideOf' | 'budget'>;
  readonly store: Pick<SeriesStore, 'read' | 'size'> & SeriesSnapshots;
  readonly traces: Pick<TraceBook, 'of'>;
  readonly known: (item: ScrapeItem) => KnownOfItem;
  readonly token: Pick<TokenPort, 'state'>;
  readonly paces: () => readonly PaceState[];
  readonly clock: Pick<Clock, 'now'>;
  /** Lets everything else that waits have its turn. */
  readonly breathe: () => Promise<void>;
}

/** What the status room asks of the running program. */
export interface Running {
  readonly schedules: () => readonly ScheduleState[];
  /** Why the process is not alive; empty while it is. */
  readonly unhealthy: () => readonly CodedMessage[];
  /** What is wrong although it is alive. */
  readonly concerns: () => readonly Concern[];
  readonly ready: () => boolean;
  readonly extras: () => StatusExtras;
}

/** Watches the program and tells how it is. Everything is in memory: nothing here asks Azure. */
export interface Status {
  note(event: ScrapeEvent): void;
  schedule(event: ScheduleEvent): void;
  /** After a run: takes a point of every metric that it wrote, for the sparklines, and takes up a changed plan. */
  afterRun(): Promise<void>;
  explain(selector: Selector, most: number, schedules: readonly ScheduleState[]): Explained;
  /** The answers of the page. */
  source(running: Running): StatusSource;
}

/** Searches at once; they share one thread, so that more would only take longer together. */
const searchesAtOnce = 2;
/** Explanations in one answer; a selector that means more should say more. */
const mostExplained = 20;
const never = new AbortController().signal;

export function createStatus(options: StatusOptions): Status {
  const { planner, store, traces, known, clock } = options;
  const startedMs = clock.now();
  const book = createProblemBook();
  const runs = createScheduleBook();
  const history = createHistory();
  const lags = new Map<string, number>();
  const facts = createFactBook({ ...options, strideOf: (cron) => planner.strideOf(cron) });
  const limiter = createLimiter(searchesAtOnce);

  const evidence = (schedules: readonly ScheduleState[]): Evidence => ({
    plan: planner.current(),
    store,
    traces,
    known,
    schedules,
    nowMs: clock.now(),
  });

  const momentOf = (running: Running): Moment => ({
    nowMs: clock.now(),
    startedMs,
    plan: planner.current(),
    facts: facts.of(planner.current()),
    families: store.snapshot(),
    book,
    runs,
    history,
    schedules: running.schedules(),
    strideOf: (cron) => planner.strideOf(cron),
    lagOf: (resourceType, azureMetric) => lags.get(lagKey(resourceType, azureMetric)),
    budget: planner.budget(),
    paces: options.paces(),
    token: options.token.state(),
    unhealthy: running.unhealthy(),
    concerns: running.concerns(),
    ready: running.ready(),
    extras: running.extras(),
  });

  const explainSelected: Status['explain'] = (selector, most, schedules) =>
    explain(evidence(schedules), selector, most);

  return {
    note(event) {
      book.note(event, clock.now());
      if (event.kind === 'lag') lags.set(lagKey(event.resourceType, event.metricName), event.lagMs);
    },
    schedule: (event) => runs.note(event, clock.now()),
    async afterRun() {
      history.record(store.snapshot());
      await facts.learn(planner.current(), options.breathe);
      await options.breathe();
      book.keep((id) => planner.item(id) !== undefined);
      // Sorted out now, so that whoever looks first need not wait for it.
      book.rows();
    },
    explain: explainSelected,
    source: (running) => ({
      overview: () => overviewOf(momentOf(running)),
      problems: ({ page, text }) => {
        const find = finder(text);
        return pageOf(
          problemsOf(momentOf(running)).filter((row) => find(JSON.stringify(row))),
          page,
        );
      },
      metrics: (query) => metricsPage(momentOf(running), query),
      groups: (query) => findGroups(planner.current(), query, options.breathe),
      series: async (query) => {
        const listing = () => {
          const families = new Set(facts.of(planner.current()).families.keys());
          return listSeries({ ...evidence(running.schedules()), store, families, breathe: options.breathe }, query);
        };
        const listed = await limiter.run(listing, never);
        return listed ?? { rows: [], total: 0, page: 1, pages: 1 };
      },
      explain: (text) => {
        const parsed = parseSelector(text);
        if (!parsed.ok) return { problem: parsed.message };
        return explainSelected(parsed.selector, mostExplained, running.schedules());
      },
    }),
  };
}

function lagKey(resourceType: string, azureMetric: string): string {
  return `${resourceType} ${azureMetric.toLowerCase()}`;
}
