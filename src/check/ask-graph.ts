import type { GraphProbe } from '../azure/ports.ts';
import type { ScrapePlan } from '../plan/types.ts';
import { type Asked, judge, nothingVisible } from './findings.ts';
import { type CheckRow, failedRow, okRow, type RowHead } from './report.ts';
import { callerOf, type Identified } from './rows.ts';
import { subscriptionScope } from './scopes.ts';

/** Asks Resource Graph once, about the subscriptions of the plan, else about the whole tenant. */
export async function askGraph(
  graph: GraphProbe,
  plan: ScrapePlan,
  identified: Identified,
  signal: AbortSignal,
): Promise<CheckRow> {
  const subscriptions = subscriptionsOf(plan);
  const head = graphHead(plan);
  const outcome = await graph.look(subscriptions, signal);
  const [first] = subscriptions;
  const asked: Asked = {
    api: 'resourceGraph',
    subscriptionId: first ?? '',
    subject: first === undefined ? 'the tenant' : subscriptions.map(subscriptionScope).join(', '),
    roleScope: first === undefined ? '/' : subscriptionScope(first),
  };
  const caller = callerOf(identified);
  if (outcome.kind !== 'ok') return failedRow(head, judge(outcome.error, asked, caller));
  if (outcome.value === 0) return failedRow(head, nothingVisible(asked, caller));
  return okRow(head, 'Resource Graph shows resources.');
}

/** What the row of Resource Graph is about; `/` is whatever the identity may see. */
export function graphHead(plan: ScrapePlan): RowHead {
  const [only, ...others] = subscriptionsOf(plan);
  if (only === undefined || others.length > 0) {
    return { check: 'resourceGraph', scope: '/', subscription: null, region: null };
  }
  return { check: 'resourceGraph', scope: subscriptionScope(only), subscription: only, region: null };
}

function subscriptionsOf(plan: ScrapePlan): string[] {
  const own = plan.groups.map(({ subscriptionId }) => subscriptionId);
  return [...new Map(own.map((id) => [id.toLowerCase(), id])).values()];
}
