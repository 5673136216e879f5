import type { DiscoveryDeclaration } from '../core/discovery.ts';
import type { Discovery, GroupState } from '../discovery/ports.ts';
import type { HealthCheck, HealthFinding } from './ports.ts';

/**
 * Whether the lists of resource discovery groups are up to date: degraded while a list is old or not there yet,
 * unhealthy while a group that could not be asked has no list at all.
 */
export function discoveryCheck(discovery: Pick<Discovery, 'groups'>): HealthCheck {
  return {
    name: 'Promitor Resource Discovery',
    check(): HealthFinding {
      const groups = discovery.groups();
      const wrong = groups.filter(({ problem, confirmedMs }) => problem !== undefined || confirmedMs === undefined);
      if (wrong.length === 0)
        return { status: 'Healthy', description: `All resource discovery groups (${groups.length}) are up to date.` };
      const failed = wrong.some(({ problem, confirmedMs }) => problem !== undefined && confirmedMs === undefined);
      return { status: failed ? 'Unhealthy' : 'Degraded', description: wrong.map(sentence).join('; ') };
    },
  };
}

function sentence({ name, problem, confirmedMs }: GroupState): string {
  if (problem === undefined) return `Group ${name} has not been answered yet`;
  const kept = confirmedMs === undefined ? '' : ` Its list of ${new Date(confirmedMs).toISOString()} is kept.`;
  return `Group ${name}: ${problem.code}: ${problem.message}${kept}`;
}

/**
 * Promitor's discovery agent's own entry: whether Resource Graph answers for the subscriptions of the landscapes. Told
 * from the refreshes of the groups that are declared here; nothing is asked for the sake of the report.
 */
export function resourceGraphCheck(
  { landscapes, groups }: DiscoveryDeclaration,
  discovery: Pick<Discovery, 'groups'>,
): HealthCheck {
  const own = new Set(groups.map(({ name }) => name.toLowerCase()));
  const subscriptions = landscapes.flatMap((landscape) => landscape.subscriptions);
  return {
    name: 'azure-resource-graph',
    check(): HealthFinding {
      const states = discovery.groups().filter(({ name }) => own.has(name.toLowerCase()));
      // A query covers all subscriptions, so one whole answer speaks for each of them.
      const answers = states.some(({ problem, confirmedMs }) => problem === undefined && confirmedMs !== undefined);
      const problem = states.find((state) => state.problem !== undefined)?.problem;
      const message = answers
        ? 'Resource Graph answers.'
        : (problem?.message ?? 'Resource Graph has not answered yet.');
      const data = subscriptions.map((id) => [`Subscription ${id}`, { isSuccessful: answers, message }] as const);
      return { status: answers ? 'Healthy' : 'Unhealthy', description: message, data: Object.fromEntries(data) };
    },
  };
}
