import { textTable } from '../core/text-table.ts';
import type { PlanEstimate } from './estimate.ts';
import type { PlannedCall } from './planned-call.ts';
import { count, percent } from './quota.ts';

const mostReasons = 6;
/** cache-2 before cache-10. */
const byNumber = new Intl.Collator('en', { numeric: true });

/** The plan as text for people: calls by schedule, then totals, quota, cost, and warnings last. */
export function printPlan(estimate: PlanEstimate): string {
  const sections = [
    ...scheduleSections(estimate.groups),
    totals(estimate),
    quota(estimate),
    cost(estimate),
    budget(estimate),
    warnings(estimate),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function scheduleSections(groups: readonly PlannedCall[]): string[][] {
  return [...Map.groupBy(groups, ({ schedule }) => schedule)].map(([schedule, own]) => {
    // Calls that differ in their resources only are one line; a declaration in single mode has thousands of them.
    const alike = [...Map.groupBy(own, likeness).values()].sort((a, b) => b.length - a.length);
    const head = ['calls', 'mode', 'subscription', 'region', 'resources', 'metrics', 'interval', 'window'];
    return [
      `Schedule ${schedule}: ${calls(own.length)} a run`,
      ...textTable([head, ...alike.map(callCells)], new Set([0])),
      ...reasons(own),
    ];
  });
}

/** Everything but resources, filter and the reason. */
function likeness(call: PlannedCall): string {
  const { mode, subscription, region, namespace, metricNames, aggregations, interval, limit } = call;
  return JSON.stringify([mode, subscription, region, namespace, metricNames, aggregations, interval, limit]);
}

function reasons(own: readonly PlannedCall[]): string[] {
  const byReason = [...Map.groupBy(own, ({ why }) => why)].sort(([, a], [, b]) => b.length - a.length);
  const lines = byReason.slice(0, mostReasons).map(([why, { length }]) => `  ${calls(length)}: ${why}`);
  const left = byReason.length - lines.length;
  return left === 0 ? lines : [...lines, `  and ${count(left)} more reasons; --format json gives each call its own`];
}

function callCells(alike: readonly PlannedCall[]): string[] {
  const [first] = alike;
  if (first === undefined) return [];
  return [
    count(alike.length),
    first.mode,
    first.subscription,
    first.region ?? '-',
    few([...new Set(alike.flatMap(({ resources }) => resources.map(nameOf)))].sort(byNumber.compare), 2),
    metricsOf(first, alike),
    first.interval ?? '-',
    first.window ?? '-',
  ];
}

function metricsOf({ metricNames, aggregations }: PlannedCall, alike: readonly PlannedCall[]): string {
  if (metricNames.length === 0) return '-';
  const of = aggregations.length === 0 ? '' : `${aggregations.join(', ')} of `;
  const filters = [...new Set(alike.map(({ filter }) => filter ?? ''))];
  const [filter = ''] = filters;
  const where = filters.length > 1 ? ` (${filters.length} filters)` : filter === '' ? '' : ` where ${cut(filter, 50)}`;
  return `${of}${few(metricNames, 3)}${where}`;
}

function totals({ totals: sums }: PlanEstimate): string[] {
  const byApi = Object.entries(sums.byApi).map(([api, number]) => `${count(number)} ${api}`);
  const rows = [
    ['calls per run', count(sums.callsPerRun), byApi.length === 0 ? '' : `(${byApi.join(', ')})`],
    ['calls per hour', count(sums.callsPerHour), ''],
    ['calls per day', count(sums.callsPerDay), ''],
  ];
  return ['Totals', ...textTable(rows, new Set([1]))];
}

function quota({ quota: rows }: PlanEstimate): string[] {
  if (rows.length === 0) return [];
  const head = ['api', 'subscription', 'region', 'calls per hour', 'limit', 'share'];
  const cells = rows.map(({ api, subscription, region, callsPerHour, limitPerHour, share }) => [
    api,
    subscription,
    region ?? '-',
    count(callsPerHour),
    count(limitPerHour),
    percent(share),
  ]);
  return ['Limits of Azure', ...textTable([head, ...cells], new Set([3, 4, 5]))];
}

function cost({ cost: { perMonth, currency, assumption }, totals: sums, batching }: PlanEstimate): string[] {
  const lines = ['Cost', `  ${money(perMonth, currency)} a month`, `  ${assumption}`];
  if (batching === undefined) return lines;
  const { saves, callsPerHour } = batching;
  const change =
    saves > 0
      ? `instead of ${count(sums.callsPerHour)}, which saves ${percent(saves / sums.callsPerHour)}`
      : 'and save none';
  const price = `at ${money(batching.perMonth, currency)} a month`;
  const assumed = 'if all resources of a subscription and type are in one region';
  return [...lines, `  Batch mode would make ${count(callsPerHour)} calls an hour ${change}, ${price}, ${assumed}.`];
}

function budget({ budget: set }: PlanEstimate): string[] {
  if (set === undefined) return [];
  const { callsPerHour, declaredCallsPerHour, stretched } = set;
  const fit = `${count(declaredCallsPerHour)} calls an hour at the declared pace, ${count(callsPerHour)} allowed`;
  const rows = stretched.map(({ schedule, everyNthRun }) => [schedule, `1 of ${everyNthRun} runs`]);
  return ['Call budget', `  ${fit}`, ...textTable(rows, new Set())];
}

function warnings({ warnings: sentences }: PlanEstimate): string[] {
  return sentences.length === 0 ? [] : ['Warnings', ...sentences.map((sentence) => `  ${sentence}`)];
}

function few(names: readonly string[], most: number): string {
  // One more name is no longer than saying that there is one more.
  if (names.length <= most + 1) return names.join(', ');
  return `${names.slice(0, most).join(', ')} and ${count(names.length - most)} more`;
}

/** The resource's own name. After the provider come pairs of type and name; a page without a pair is left out. */
function nameOf(resourceId: string): string {
  const parts = resourceId.slice(resourceId.lastIndexOf('/providers/') + '/providers/'.length).split('/');
  return cut(parts.at(parts.length % 2 === 0 ? -2 : -1) ?? resourceId, 40);
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

function calls(number: number): string {
  return `${count(number)} ${number === 1 ? 'call' : 'calls'}`;
}

function money(amount: number, currency: string): string {
  return `${amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })} ${currency}`;
}
