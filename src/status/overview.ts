import type { PaceState, TokenState } from '../azure/ports.ts';
import type { BudgetOutcome } from '../plan/budget.ts';
import { plannedCall } from '../plan/planned-call.ts';
import type { QueryGroup, ScrapePlan } from '../plan/types.ts';
import type { ScheduleState } from '../schedule/ports.ts';
import type { FamilyView } from '../store/ports.ts';
import { type History, summarize } from './history.ts';
import { finder, mapPage, pageOf } from './paging.ts';
import type { FamilyFacts, PlanFacts } from './plan-facts.ts';
import type {
  CodedMessage,
  Concern,
  GroupRow,
  MetricRow,
  Overview,
  Page,
  PageQuery,
  ProblemRow,
  ScheduleRow,
  StatusExtras,
} from './ports.ts';
import { codedProblem } from './problem.ts';
import type { ProblemBook } from './problem-book.ts';
import type { ScheduleBook } from './schedule-book.ts';

/** Everything that the lists are made from, at one moment. */
export interface Moment {
  readonly nowMs: number;
  readonly startedMs: number;
  readonly plan: ScrapePlan;
  readonly facts: PlanFacts;
  readonly families: readonly FamilyView[];
  readonly book: ProblemBook;
  readonly runs: ScheduleBook;
  readonly history: History;
  readonly schedules: readonly ScheduleState[];
  readonly strideOf: (cron: string) => number;
  /** Milliseconds; undefined when nothing is known. */
  readonly lagOf: (resourceType: string, azureMetric: string) => number | undefined;
  readonly budget: BudgetOutcome | undefined;
  readonly paces: readonly PaceState[];
  readonly token: TokenState;
  /** Why the process is not alive; empty while it is. */
  readonly unhealthy: readonly CodedMessage[];
  /** What is wrong although it is alive. */
  readonly concerns: readonly Concern[];
  readonly ready: boolean;
  readonly extras: StatusExtras;
}

/** Rows of each list on the front page; the rest is a click away. */
const frontRows = { problems: 10, metrics: 25, groups: 10, schedules: 50, paces: 20 };

export function overviewOf(moment: Moment): Overview {
  const { nowMs, startedMs, facts, budget, extras } = moment;
  return {
    nowMs,
    startedMs,
    ready: moment.ready,
    healthy: moment.unhealthy.length === 0,
    counts: {
      series: moment.families.reduce((sum, { blocks }) => sum + blocks.reduce((all, { lines }) => all + lines, 0), 0),
      metrics: facts.families.size,
      items: facts.items,
      failingItems: moment.book.failing.size,
    },
    problems: pageOf(problemsOf(moment), 1, frontRows.problems),
    schedules: pageOf(
      moment.schedules.map((state) => scheduleRow(state, moment)),
      1,
      frontRows.schedules,
    ),
    metrics: metricsPage(moment, { page: 1, text: '' }, frontRows.metrics),
    groups: mapPage(pageOf(moment.plan.groups, 1, frontRows.groups), groupRow),
    quota: {
      callsPerHour: facts.callsPerHour,
      planned: facts.quota.slice(0, frontRows.paces),
      paces: moment.paces.slice(0, frontRows.paces),
      cost: facts.cost,
      ...(budget === undefined
        ? {}
        : { budget: { allowedPerHour: budget.allowedPerHour, declaredPerHour: budget.declaredPerHour } }),
    },
    ...extras,
  };
}

/** What is wrong, the most urgent first: the program, then what fails, then what will. */
export function problemsOf(moment: Moment): ProblemRow[] {
  const { book, facts, budget, unhealthy, concerns, extras } = moment;
  const items = book.rows();
  return [
    ...unhealthy.map((problem) => codedProblem('error', problem)),
    ...concerns.map((problem) => codedProblem('error', problem)),
    ...reloadProblems(extras),
    ...items.filter(({ severity }) => severity === 'error'),
    ...moment.schedules.flatMap((state) => scheduleProblems(state, moment)),
    ...(extras.configuration?.problems ?? []).map(configurationProblem),
    ...[...(extras.discovery ?? []), ...(extras.sinks ?? [])].flatMap(({ problem }) =>
      problem === undefined ? [] : [codedProblem('error', problem)],
    ),
    ...items.filter(({ severity }) => severity === 'warning'),
    ...(budget?.sentences ?? []).map((message) => codedProblem('warning', { code: 'AZ2020', message })),
    ...facts.warnings.map((message) => codedProblem('warning', { code: 'AZ2021', message })),
  ];
}

/** A reload that was refused leaves the files and what is in force apart. */
function reloadProblems({ configuration }: StatusExtras): ProblemRow[] {
  const reload = configuration?.lastReload;
  if (reload === undefined || reload.accepted) return [];
  return reload.problems.map((problem) => ({ ...configurationProblem(problem), sinceMs: reload.atMs }));
}

function configurationProblem(problem: NonNullable<StatusExtras['configuration']>['problems'][number]): ProblemRow {
  const { severity, code, where, message, metric } = problem;
  const row = codedProblem(severity, { code, message: `${where}: ${message}` });
  return metric === undefined ? row : { ...row, metrics: { shown: [metric], total: 1 } };
}

/** Periods after which a skipped run is history. */
const skipPeriods = 3;

function scheduleProblems({ schedule, lastSuccessMs }: ScheduleState, moment: Moment): ProblemRow[] {
  const { text, cron, periodMs } = schedule;
  const { crashed, lastSkippedMs, failed = 0 } = moment.runs.of(cron);
  const problems: ProblemRow[] = [];
  if (crashed) {
    const message = `The last run of schedule ${text} crashed.`;
    problems.push(codedProblem('error', { code: 'AZ2004', message }));
  }
  if (lastSkippedMs !== undefined && moment.nowMs - lastSkippedMs <= skipPeriods * periodMs) {
    const message = `A run of schedule ${text} was skipped, because the run before it was still going.`;
    problems.push({ ...codedProblem('warning', { code: 'AZ2005', message }), sinceMs: lastSkippedMs });
  }
  const isOverdue = moment.concerns.some((concern) => concern.schedule === cron);
  // Once its items fail, or it is overdue, that says more.
  if (lastSuccessMs === undefined && failed === 0 && !isOverdue) {
    const waiting = moment.token.kind === 'waiting' ? `: ${moment.token.reason}` : '';
    const message = `Schedule ${text} has no result yet${waiting}.`;
    problems.push({ ...codedProblem('warning', { code: 'AZ2002', message }), sinceMs: moment.startedMs });
  }
  return problems;
}

function scheduleRow(state: ScheduleState, { runs, strideOf }: Moment): ScheduleRow {
  const { schedule, running, lastStartMs, lastSuccessMs, nextMs } = state;
  const { lastDurationMs, succeeded, failed, skipped } = runs.of(schedule.cron);
  return {
    text: schedule.text,
    running,
    stride: strideOf(schedule.cron),
    skipped,
    ...(lastStartMs === undefined ? {} : { lastStartMs }),
    ...(lastDurationMs === undefined ? {} : { lastDurationMs }),
    ...(lastSuccessMs === undefined ? {} : { lastSuccessMs }),
    ...(nextMs === undefined ? {} : { nextMs }),
    ...(succeeded === undefined ? {} : { succeeded }),
    ...(failed === undefined ? {} : { failed }),
  };
}

/** Names on `/metrics`, those with failing items first. */
export function metricsPage(moment: Moment, { page, text }: PageQuery, perPage?: number): Page<MetricRow> {
  const { facts, families, book } = moment;
  const failing = book.failingByMetric();
  const find = finder(text);
  const fitting = [...facts.families.values()].filter(
    ({ name, help, azureMetric, resourceType }) => find(name) || find(help) || find(azureMetric) || find(resourceType),
  );
  const isFailing = ({ metric }: FamilyFacts): boolean => failing.has(metric);
  const sorted = [...fitting.filter(isFailing), ...fitting.filter((family) => !isFailing(family))];
  const views = new Map(families.map((view) => [view.name, view]));
  return mapPage(pageOf(sorted, page, perPage), (family) =>
    metricRow(family, views.get(family.name), failing.get(family.metric) ?? 0, moment),
  );
}

function metricRow(family: FamilyFacts, view: FamilyView | undefined, failingItems: number, moment: Moment): MetricRow {
  const { name, help, azureMetric, aggregation, resourceType, schedule, items } = family;
  const summary = view === undefined ? undefined : summarize(view);
  const lagMs = moment.lagOf(resourceType, azureMetric);
  const nextMs = moment.schedules.find((state) => state.schedule.cron === schedule.cron)?.nextMs;
  const seconds = (endMs: number): number => Math.max(0, (moment.nowMs - endMs) / 1000);
  return {
    name,
    help,
    azureMetric,
    aggregation,
    resourceType,
    schedule: schedule.text,
    series: summary?.series ?? 0,
    history: moment.history.of(name),
    items,
    failingItems,
    ...(summary?.values === undefined ? {} : { values: summary.values }),
    ...(summary?.ends === undefined
      ? {}
      : { age: { newestSeconds: seconds(summary.ends.newestMs), oldestSeconds: seconds(summary.ends.oldestMs) } }),
    ...(lagMs === undefined ? {} : { lagSeconds: lagMs / 1000 }),
    ...(nextMs === undefined ? {} : { nextMs }),
  };
}

/** Calls between two breaths. */
const groupsAtOnce = 2_000;

/** Calls of the plan that fit, in its order. */
export async function findGroups(
  plan: ScrapePlan,
  { page, text }: PageQuery,
  breathe: () => Promise<void>,
): Promise<Page<GroupRow>> {
  if (text === '') return mapPage(pageOf(plan.groups, page), groupRow);
  const find = finder(text);
  const fits = ({ id, mode, region, why, schedule, subscriptionId, metrics, items }: QueryGroup): boolean =>
    [id, mode, region ?? '', why, schedule.text, subscriptionId].some(find) ||
    (metrics?.metricNames.some(find) ?? false) ||
    items.some(({ resource }) => find(resource.id));
  const fitting: QueryGroup[] = [];
  for (let start = 0; start < plan.groups.length; start += groupsAtOnce) {
    if (start > 0) await breathe();
    fitting.push(...plan.groups.slice(start, start + groupsAtOnce).filter(fits));
  }
  return mapPage(pageOf(fitting, page), groupRow);
}

function groupRow(group: QueryGroup): GroupRow {
  const { id, mode, schedule, subscription, region, metricNames, resources, why } = plannedCall(group);
  return {
    id,
    mode,
    schedule,
    subscription,
    metricNames,
    resources: resources.length,
    why,
    ...(region === null ? {} : { region }),
  };
}
