import type { ErrorCode } from '../core/errors.ts';
import { type Answers, type Part, type PartAnswer, partKey, type Query } from './ask.ts';
import type { FetchContext } from './fetch.ts';
import { askAndRepair } from './repair.ts';

/** Refusals that may be meant for batch calls only: the role on the subscription or the registration is missing. */
const permission: ReadonlySet<ErrorCode> = new Set(['AZ3401', 'AZ3403']);

/**
 * Goes around batch calls that Azure refuses. What failed for want of permission, or was refused although it was
 * asked alone, is asked resource by resource; when that succeeds, batch calls are to blame, and the planner avoids
 * them for the subscription or the type for a while.
 */
export async function askAroundBatch(
  query: Query,
  parts: readonly Part[],
  answers: Answers,
  context: Pick<FetchContext, 'run' | 'knowledge'>,
): Promise<Answers> {
  const failed = parts.filter((part) => isBatchRefusal(answers.get(partKey(part))));
  const [probe] = failed;
  if (probe === undefined || query.signal.aborted) return answers;
  const merged = new Map(answers);
  const before = answers.get(partKey(probe));
  for (const [key, answer] of await askAlone(
    query,
    failed.filter((part) => sameResource(part, probe)),
    context,
  )) {
    merged.set(key, answer);
  }
  if (merged.get(partKey(probe))?.kind !== 'series' || before?.kind !== 'failed') return answers;
  const { subscriptionId } = query.group;
  const { armType } = probe.item.resource;
  if (permission.has(before.error.code)) {
    const reason = `batch calls are refused for subscription ${subscriptionId} (${before.error.code}), while single calls work: the identity needs Monitoring Reader on the subscription, and Microsoft.Insights must be registered`;
    context.knowledge.refuseBatch({ subscriptionId }, reason);
  } else {
    const reason = `batch calls do not serve ${armType} (${before.error.code}), while single calls work`;
    context.knowledge.refuseBatch({ subscriptionId, armType }, reason);
  }
  const rest = Map.groupBy(
    failed.filter((part) => !sameResource(part, probe)),
    (part) => part.item.resource.key,
  );
  const asked = await Promise.all([...rest.values()].map((own) => askAlone(query, own, context)));
  for (const [key, answer] of asked.flatMap((own) => [...own])) merged.set(key, answer);
  return merged;
}

function isBatchRefusal(answer: PartAnswer | undefined): boolean {
  if (answer?.kind !== 'failed') return false;
  return permission.has(answer.error.code) || (answer.error.code === 'AZ3400' && answer.cause !== undefined);
}

function sameResource(a: Part, b: Part): boolean {
  return a.item.resource.key === b.item.resource.key;
}

function askAlone(query: Query, parts: readonly Part[], { run }: Pick<FetchContext, 'run'>): Promise<Answers> {
  return askAndRepair({ ...query, mode: 'single' }, parts, run);
}
