import type { ErrorCode } from '../core/errors.ts';
import type { CodedError } from '../core/outcome.ts';
import type { ScrapeEvent, ScrapeItem } from '../scrape/ports.ts';
import { askProbe } from './ask.ts';
import { askGraph } from './ask-graph.ts';
import { judge } from './findings.ts';
import { sharedProbes } from './probes.ts';
import { type CheckRow, failedRow } from './report.ts';
import { callerOf, subjectOf } from './rows.ts';
import { type CheckDeps, sharedRow, sharesCalls } from './run-check.ts';
import { roleScopes } from './scopes.ts';

/** Failures that tell nothing of what the identity may do; the item is looked at again at its next run. */
const weather: ReadonlySet<ErrorCode> = new Set([
  'AZ3001',
  'AZ3002',
  'AZ3003',
  'AZ3004',
  'AZ3005',
  'AZ3006',
  'AZ3007',
  'AZ3429',
  'AZ3500',
]);

/** The preflight of the running exporter. */
export interface StartUpCheck {
  /** Hears what a scrape comes to. */
  note(event: ScrapeEvent): void;
  /** After a run: tells what its first results mean, and tries once what runs of the start do not cover. */
  afterRun(signal: AbortSignal): Promise<void>;
}

/**
 * Reads the first result of every item instead of asking again, and asks only for what the first runs leave out: shared
 * calls, for which the regions are just learned, and Resource Graph. Every finding is told once. What has no command
 * that mends it stands in the scrape's own log line already.
 */
export function createStartUpCheck(deps: CheckDeps, tell: (row: CheckRow) => void): StartUpCheck {
  const settled = new Set<string>();
  const good = new Set<string>();
  const readable = new Set<string>();
  const asked = new Set<string>();
  const told = new Set<string>();
  let done = false;
  let refused: { readonly item: ScrapeItem; readonly error: CodedError }[] = [];

  const tellOnce = (row: CheckRow): void => {
    const key = `${row.code ?? ''} ${row.command ?? row.message}`;
    if (told.has(key)) return;
    told.add(key);
    tell(row);
  };
  const isFirst = (key: string): boolean => {
    if (asked.has(key)) return false;
    asked.add(key);
    return true;
  };

  const tellRefusals = (): void => {
    const scopeOf = roleScopes(sharesCalls(deps), readable);
    const caller = callerOf(deps);
    for (const { item, error } of refused) {
      const { subscriptionId } = item.resource;
      const api = item.metric.query.kind === 'logAnalytics' ? 'logs' : 'metrics';
      const subject = subjectOf(item);
      const finding = judge(error, { api, subscriptionId, subject, roleScope: scopeOf(item) }, caller);
      const head = { check: api, scope: subject, subscription: subscriptionId, region: null } as const;
      if (finding.command !== null) tellOnce(failedRow(head, finding));
    }
    refused = [];
  };

  const askTheRest = async (signal: AbortSignal): Promise<void> => {
    const plan = deps.plan();
    for (const probe of sharedProbes(plan, ({ id }) => good.has(id))) {
      const { api, subscriptionId, region = '' } = probe;
      if (signal.aborted || !isFirst([api, subscriptionId, region].join(' ').toLowerCase())) continue;
      const row = sharedRow(probe, await askProbe(probe, deps, deps.clock.now(), signal), deps);
      if (row.status === 'failed' && !signal.aborted) tellOnce(row);
    }
    if (signal.aborted || !deps.discovers || !isFirst('resourceGraph')) return;
    const row = await askGraph(deps.graph, { searched: deps.searched, plan }, deps, signal);
    if (row.status === 'failed' && !signal.aborted) tellOnce(row);
  };

  return {
    note(event) {
      if (event.kind !== 'succeeded' && event.kind !== 'failed') return;
      const { item } = event;
      if (done || settled.has(item.id)) return;
      if (event.kind === 'failed') {
        if (weather.has(event.error.code)) return;
        refused.push({ item, error: event.error });
      } else if (item.metric.query.kind === 'azureMonitor') {
        good.add(item.id);
        readable.add(item.resource.subscriptionId.toLowerCase());
      }
      settled.add(item.id);
    },
    async afterRun(signal) {
      if (done || signal.aborted || deps.token.state().kind !== 'ready') return;
      tellRefusals();
      await askTheRest(signal);
      // Later items and regions are no matter of the start.
      done = deps.plan().groups.every(({ items }) => items.every(({ id }) => settled.has(id)));
      if (done) for (const memory of [settled, good]) memory.clear();
    },
  };
}
