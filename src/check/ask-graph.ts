import type { GraphProbe } from '../azure/ports.ts';
import type { ScrapePlan } from '../plan/types.ts';
import { type Asked, judge, nothingVisible } from './findings.ts';
import { type CheckRow, failedRow, okRow, type RowHead } from './report.ts';
import { callerOf, type Identified } from './rows.ts';
import { subscriptionScope } from './scopes.ts';

/** Where discovery looks. */
export interface Searched {
  /** Subscriptions of the landscape of the main tenant. */
  readonly searched: readonly string[];
  readonly plan: ScrapePlan;
}

/** Asks Resource Graph once, about the subscriptions that are searched and those of the plan, else about the whole tenant. */
export async function askGraph(
  graph: GraphProbe,
  about: Searched,
  identified: Identified,
  signal: AbortSignal,
): Promise<CheckRow> {
  const subscriptions = subscriptionsOf(about);
  const head = graphHead(about);
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
export function graphHead(about: Searched): RowHead {
  const [only, ...others] = subscriptionsOf(about);
  if (only === undefined || others.length > 0) {
    return { check: 'resourceGraph', scope: '/', subscription: null, region: null };
  }
  return { check: 'resourceGraph', scope: subscriptionScope(only), subscription: only, region: null };
}

function subscriptionsOf({ searched, plan }: Searched): string[] {
  const own = [...searched, ...plan.groups.map(({ subscriptionId }) => subscriptionId)];
  return [...new Map(own.map((id) => [id.toLowerCase(), id])).values()];
}
