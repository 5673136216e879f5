import type { GraphProbe, TokenPort } from '../azure/ports.ts';
import type { Clock } from '../core/clock.ts';
import type { Limiter } from '../core/limiter.ts';
import { resourceKey } from '../core/resource-id.ts';
import type { QueryMode, ScrapePlan } from '../plan/types.ts';
import { askProbe, type ProbeOutcome, type ProbeTargets } from './ask.ts';
import { askGraph, graphHead } from './ask-graph.ts';
import { type Probe, readProbes, type SharedProbe, sharedProbes } from './probes.ts';
import { type CheckRow, type RowHead, skippedRow } from './report.ts';
import { callerOf, type Identified, notTried, probeRow, tokenRow } from './rows.ts';
import { roleScopes, subscriptionScope } from './scopes.ts';

/** What the preflight works with. */
export interface CheckDeps extends ProbeTargets, Identified {
  readonly token: TokenPort;
  readonly graph: GraphProbe;
  readonly clock: Clock;
  /** Bounds the probes in flight. */
  readonly limiter: Limiter;
  /** The plan with everything that is known of Azure now. */
  readonly plan: () => ScrapePlan;
  readonly queryMode: QueryMode;
  /** Whether a metric names a discovery group. */
  readonly discovers: boolean;
  /** Subscriptions in which discovery looks, of the main tenant. */
  readonly searched: readonly string[];
  /** Hears the region of every resource that an answer names, before `plan` is asked again. */
  readonly learnRegion: (resourceKey: string, region: string) => void;
}

/**
 * Tries everything that the plan reads, as few times as tells what is missing. Never throws. The token comes first:
 * without one nothing else is tried but queues; then reads, whose answers name the regions; then shared calls.
 */
export async function runCheck(deps: CheckDeps, signal: AbortSignal): Promise<CheckRow[]> {
  const before = deps.plan();
  const probes = readProbes(before, !sharesCalls(deps));
  const needsToken = deps.discovers || probes.some(({ api }) => api !== 'queue');
  const token = needsToken ? await deps.token.probe(signal) : undefined;
  const hasToken = token?.kind === 'ok';
  const read = await askAll(
    probes.filter(({ api }) => hasToken || api === 'queue'),
    deps,
    signal,
  );
  const good = [...read].filter(([{ api }, { kind }]) => api === 'metrics' && kind === 'ok').map(([probe]) => probe);
  const scopeOf = roleScopes(
    sharesCalls(deps),
    new Set(good.map(({ subscriptionId }) => subscriptionId.toLowerCase())),
  );
  const readable = new Set(good.map(({ item }) => item.resource.key));
  const shared = sharedProbes(deps.plan(), ({ resource }) => readable.has(resource.key));
  const sharedOutcomes = await askAll(hasToken ? shared : [], deps, signal);
  const missing = hasToken ? notTried.ended : notTried.withoutToken;
  const caller = callerOf(deps);
  return [
    ...(token === undefined ? [] : [tokenRow(token, caller)]),
    ...probes.map((probe) => probeRow(probe, read.get(probe) ?? missing, scopeOf(probe.item), caller)),
    ...shared.map((probe) => sharedRow(probe, sharedOutcomes.get(probe) ?? missing, deps)),
    ...unknownRegions(deps, before, shared, hasToken ? notTried.withoutRegion : missing),
    ...(deps.discovers ? [await graphRow(deps, hasToken, signal)] : []),
  ];
}

/** Whether calls that many resources share are configured; they need roles on the subscription. */
export function sharesCalls({ queryMode }: Pick<CheckDeps, 'queryMode'>): boolean {
  return queryMode === 'batch' || queryMode === 'subscription';
}

/** The row of a shared call: its role is needed on the subscription, whatever can be read alone. */
export function sharedRow(probe: SharedProbe, outcome: ProbeOutcome | string, identified: Identified): CheckRow {
  return probeRow(probe, outcome, subscriptionScope(probe.subscriptionId), callerOf(identified));
}

async function askAll<P extends Probe>(
  probes: readonly P[],
  deps: CheckDeps,
  signal: AbortSignal,
): Promise<ReadonlyMap<P, ProbeOutcome>> {
  const outcomes = new Map<P, ProbeOutcome>();
  const ask = async (probe: P): Promise<void> => {
    const outcome = await deps.limiter.run(() => askProbe(probe, deps, deps.clock.now(), signal), signal);
    if (outcome === undefined) return;
    outcomes.set(probe, outcome);
    if (outcome.kind !== 'ok') return;
    for (const { resourceId, region } of outcome.value) {
      if (region !== undefined) deps.learnRegion(resourceKey(resourceId), region);
    }
  };
  await Promise.all(probes.map(ask));
  return outcomes;
}

/** Subscriptions whose calls are to be shared and cannot be tried yet. */
function unknownRegions(
  { queryMode }: CheckDeps,
  plan: ScrapePlan,
  tried: readonly SharedProbe[],
  reason: string,
): CheckRow[] {
  if (queryMode !== 'batch' && queryMode !== 'subscription') return [];
  const done = new Set(tried.map(({ subscriptionId }) => subscriptionId.toLowerCase()));
  const waiting = plan.groups.filter(
    ({ metrics, subscriptionId }) => metrics !== undefined && !done.has(subscriptionId.toLowerCase()),
  );
  return [...new Set(waiting.map(({ subscriptionId }) => subscriptionId))].map((subscription) => {
    const head: RowHead = { check: queryMode, scope: subscriptionScope(subscription), subscription, region: null };
    return skippedRow(head, reason);
  });
}

async function graphRow(deps: CheckDeps, hasToken: boolean, signal: AbortSignal): Promise<CheckRow> {
  const about = { searched: deps.searched, plan: deps.plan() };
  if (!hasToken) return skippedRow(graphHead(about), notTried.withoutToken);
  return signal.aborted ? skippedRow(graphHead(about), notTried.ended) : askGraph(deps.graph, about, deps, signal);
}
