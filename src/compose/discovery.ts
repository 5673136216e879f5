import type { Logger } from 'pino';
import type { Clock } from '../core/clock.ts';
import type { Declaration } from '../core/declaration.ts';
import type { DiscoveryGroup } from '../core/discovery.ts';
import { resourceKey } from '../core/resource-id.ts';
import type { ResourceDiscoveryConfig } from '../core/runtime-config.ts';
import { createAskAgent } from '../discovery/agent/ask.ts';
import { createAgentSource } from '../discovery/agent/client.ts';
import { createDiscovery, type DiscoveryEvent, type DiscoveryLoop } from '../discovery/discovery.ts';
import { createGraphResources } from '../discovery/graph-resources.ts';
import type { KnownList } from '../discovery/group-list.ts';
import type { InfoLabels, LandscapeInfo } from '../discovery/landscape.ts';
import { landscapeInfos } from '../discovery/landscape.ts';
import type { GraphSource, ResourceSource } from '../discovery/ports.ts';
import { createDiscoveryLog } from '../telemetry/discovery-log.ts';
import type { OwnRegistry } from '../telemetry/registry.ts';

/** What a landscape metric shows of a tenant. */
interface ShownInfo {
  readonly metric: LandscapeInfo['metric'];
  readonly tenantId: string;
  /** By their text. */
  readonly labels: ReadonlyMap<string, InfoLabels>;
}

/** A landscape metric that could not be looked up is tried again after this time, milliseconds. */
const infoRetryMs = 60_000;

export interface DiscoveryInput {
  readonly declaration: Declaration;
  readonly config: ResourceDiscoveryConfig;
  readonly graph: GraphSource;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: OwnRegistry;
  readonly pause: () => Promise<void>;
  /** Hears where a resource is. */
  readonly learnRegion: (resourceKey: string, region: string) => void;
  /** Called when a list in force has changed. */
  readonly changed: () => void;
  /**
   * Discovery under the configuration before. It goes on when nothing of it has changed; else the lists of groups that
   * are defined as they were stay in force.
   */
  readonly before?: ComposedDiscovery | undefined;
}

/** Discovery as the exporter and the commands use it. */
export interface ComposedDiscovery {
  readonly lists: DiscoveryLoop;
  /** Groups that this program resolves by itself. */
  readonly groups: readonly DiscoveryGroup[];
  /**
   * Refreshes from now on. `due` hears of schedules that should run at once: when all groups that they need have
   * answered for the first time, and when a group that had failed has its first list.
   */
  start(due: (cron: string) => void): void;
  stop(): void;
  /** Whether a schedule has groups that have not answered at all. */
  holdsBack(cron: string): boolean;
  /** Why a schedule has groups without a list, one reason a group; empty when all have one. */
  waitingFor(cron: string): string[];
  /** Brings the ages of the lists up to date. */
  publishAges(): void;
  /** What it was made of, as text. */
  readonly key: string;
  /** Ends, and forgets the own metrics of groups and of the landscape that `next` does not go on with. */
  leaveTo(next: ComposedDiscovery | undefined): void;
  /** Goes on with what is shown of a tenant's landscape; false when it does not watch that tenant. */
  inherit(shown: ShownInfo): boolean;
  /** The list that a group of the next configuration, found at `places`, goes on with. */
  known(group: DiscoveryGroup | string, places: string): KnownList | undefined;
}

/**
 * Undefined when neither file nor metric has a group. No closure may hold `before`: each configuration would keep all
 * before it in memory.
 */
export function composeDiscovery({ before, ...input }: DiscoveryInput): ComposedDiscovery | undefined {
  const { declaration, config, clock, registry } = input;
  const own = declaration.discovery?.groups ?? [];
  const groups = allGroups(own, declaration, config.agent !== undefined);
  if (groups.length === 0) return undefined;
  const users = usersOf(declaration);
  const key = JSON.stringify([
    declaration.discovery,
    groups,
    config,
    [...users].map(([cron, names]) => [cron, ...names]),
  ]);
  if (before?.key === key) return before;
  const startMs = clock.now();
  const known = knownLists(groups, before, input);
  const namesWith = (fits: (list: KnownList) => boolean): string[] =>
    [...known].flatMap(([group, list]) => (list !== undefined && fits(list) ? [nameOf(group).toLowerCase()] : []));
  const answered = new Set(namesWith(() => true));
  const listed = new Set(namesWith(({ outdated }) => !outdated));
  let due: (cron: string) => void = () => undefined;
  const log = createDiscoveryLog(input.logger);

  const needed = (cron: string): string[] => [...(users.get(cron) ?? [])];
  const holdsBack = (cron: string): boolean => needed(cron).some((name) => !answered.has(name));
  const noteAnswer = (group: string): void => {
    const name = group.toLowerCase();
    const isFirst = !answered.has(name);
    const isFirstList = !listed.has(name) && lists.resources(group) !== undefined && !isOutdated(group);
    answered.add(name);
    if (isFirstList) listed.add(name);
    if (!isFirst && !isFirstList) return;
    for (const [cron, names] of users) if (names.has(name) && !holdsBack(cron)) due(cron);
  };
  const isOutdated = (group: string): boolean =>
    lists.groups().some(({ name, outdated }) => name === group && outdated === true);
  const observe = (event: DiscoveryEvent): void => {
    if (event.kind === 'refreshed') {
      noteAnswer(event.group);
      return;
    }
    log(event);
    if (event.kind !== 'changed') return;
    registry.set('discoveryResources', { group: event.group }, event.size);
    for (const { id, region } of lists.resources(event.group) ?? []) {
      if (id !== undefined && region !== undefined) input.learnRegion(resourceKey(id), region);
    }
    input.changed();
  };
  const lists: DiscoveryLoop = createDiscovery({
    groups,
    source: sourceOf(input),
    clock,
    intervalMs: config.refreshIntervalMs,
    shrinkThreshold: config.shrinkThreshold,
    observe,
    known: (group) => known.get(group),
  });
  const infos = declaration.discovery === undefined ? undefined : createInfoWatch(input);

  let started = false;
  const stop = (): void => {
    lists.stop();
    infos?.stop();
  };
  return {
    key,
    lists,
    groups: own,
    start: (hear) => {
      due = hear;
      if (started) return;
      started = true;
      for (const [group, list] of known)
        if (list !== undefined) registry.set('discoveryResources', { group: nameOf(group) }, list.resources.length);
      lists.start();
      infos?.start();
    },
    stop,
    inherit: (shown) => infos?.inherit(shown) ?? false,
    leaveTo: (next) => {
      stop();
      for (const shown of infos?.shown() ?? []) {
        if (next?.inherit(shown) === true) continue;
        for (const labels of shown.labels.values()) registry.drop(shown.metric, labels);
      }
      const stay = new Set(next?.lists.groups().map(({ name }) => name));
      for (const { name } of lists.groups()) {
        if (stay.has(name)) continue;
        registry.drop('discoveryResources', { group: name });
        registry.drop('discoveryAge', { group: name });
      }
    },
    holdsBack,
    waitingFor: (cron) => {
      const problems = new Map(lists.groups().map(({ name, problem }) => [name.toLowerCase(), problem]));
      return needed(cron).flatMap((name) => {
        if (lists.resources(name) !== undefined) return [];
        const problem = problems.get(name);
        const reason = problem === undefined ? 'it has not been answered yet' : `${problem.code}: ${problem.message}`;
        return [`it waits for discovery group ${name}: ${reason}`];
      });
    },
    known: (next, places) => {
      const group = predecessorOf(next, groups);
      const state = group === undefined ? undefined : lists.groups().find(({ name }) => name === nameOf(group));
      if (group === undefined || state?.confirmedMs === undefined) return undefined;
      const { resources, confirmedMs, outdated = false } = state;
      const same = definitionOf(group) === definitionOf(next) && placesOf(group, input) === places;
      return { resources, confirmedMs, outdated: outdated || !same };
    },
    publishAges: () => {
      for (const { name, confirmedMs } of lists.groups()) {
        registry.set('discoveryAge', { group: name }, (clock.now() - (confirmedMs ?? startMs)) / 1_000);
      }
    },
  };
}

/** What each group goes on with. */
function knownLists(
  groups: readonly (DiscoveryGroup | string)[],
  before: ComposedDiscovery | undefined,
  input: Pick<DiscoveryInput, 'declaration' | 'config'>,
): ReadonlyMap<DiscoveryGroup | string, KnownList | undefined> {
  return new Map(groups.map((group) => [group, before?.known(group, placesOf(group, input))]));
}

/** The group that `next` was before: the one of its name and type, else one that is defined like it under another name. */
function predecessorOf(
  next: DiscoveryGroup | string,
  groups: readonly (DiscoveryGroup | string)[],
): DiscoveryGroup | string | undefined {
  const named = groups.find((group) => nameOf(group).toLowerCase() === nameOf(next).toLowerCase());
  if (named !== undefined && typesOf(named) === typesOf(next)) return named;
  return typeof next === 'string' ? undefined : groups.find((group) => definitionOf(group) === definitionOf(next));
}

function typesOf(group: DiscoveryGroup | string): string {
  return typeof group === 'string' ? '' : JSON.stringify([group.resourceType, group.armTypes]);
}

/** Everything but the name; an agent's group has nothing but its name. */
function definitionOf(group: DiscoveryGroup | string): string {
  return typeof group === 'string' ? group.toLowerCase() : JSON.stringify({ ...group, name: '' });
}

/** Where resources of a group are looked for. */
function placesOf(
  group: DiscoveryGroup | string,
  { declaration, config }: Pick<DiscoveryInput, 'declaration' | 'config'>,
): string {
  return JSON.stringify(typeof group === 'string' ? config.agent : declaration.discovery?.landscapes) ?? '';
}

function nameOf(group: DiscoveryGroup | string): string {
  return typeof group === 'string' ? group : group.name;
}

/** Own groups, whether a metric names them or not (they are served too), and the agent's that metrics name. */
function allGroups(
  own: readonly DiscoveryGroup[],
  { metrics }: Declaration,
  agent: boolean,
): (DiscoveryGroup | string)[] {
  const known = new Map<string, DiscoveryGroup | string>(own.map((group) => [group.name.toLowerCase(), group]));
  if (!agent) return [...known.values()];
  for (const name of metrics.flatMap((metric) => metric.resourceDiscoveryGroups)) {
    if (!known.has(name.toLowerCase())) known.set(name.toLowerCase(), name);
  }
  return [...known.values()];
}

/** Groups in lower case that each schedule needs. */
function usersOf({ metrics }: Declaration): ReadonlyMap<string, ReadonlySet<string>> {
  const users = new Map<string, Set<string>>();
  for (const { schedule, resourceDiscoveryGroups } of metrics) {
    if (resourceDiscoveryGroups.length === 0) continue;
    const names = users.get(schedule.cron) ?? new Set();
    for (const name of resourceDiscoveryGroups) names.add(name.toLowerCase());
    users.set(schedule.cron, names);
  }
  return users;
}

/** Own groups through Resource Graph, others through the agent. */
function sourceOf({ declaration, config, graph, clock, logger, pause }: DiscoveryInput): ResourceSource {
  const own = createGraphResources({
    graph,
    landscapes: declaration.discovery?.landscapes ?? [],
    unreadable: (group, rows) => {
      for (const { id, reason } of rows) logger.debug({ group, resource: id }, `Not in group ${group}: ${reason}`);
    },
    pause,
  });
  const { host, port } = config.agent ?? { host: '', port: 0 };
  const agent = createAgentSource({
    address: `http://${host}:${port}`,
    tenantId: declaration.tenantId,
    ask: createAskAgent(host, port, clock),
  });
  return { list: (group, signal) => (typeof group === 'string' ? agent.list(group, signal) : own.list(group, signal)) };
}

/** Keeps Promitor's metrics about the landscape; after a failure the last ones stay. */
function createInfoWatch({ declaration, graph, clock, logger, registry }: DiscoveryInput) {
  const stopping = new AbortController();
  const tenants = [...new Set((declaration.discovery?.landscapes ?? []).map(({ tenantId }) => tenantId))];
  const shownBy = new Map<string, ShownInfo>();
  const keyOf = ({ metric }: Pick<ShownInfo, 'metric'>, tenantId: string): string => `${metric} ${tenantId}`;
  const watch = async (info: LandscapeInfo, tenantId: string): Promise<void> => {
    const { metric, query } = info;
    const outcome = await graph.query({ tenantId, subscriptions: [], query }, stopping.signal);
    if (stopping.signal.aborted) return;
    if (outcome.kind === 'ok') {
      const now = new Map(
        outcome.value.map((row) => info.labelsOf(row, tenantId)).map((labels) => [JSON.stringify(labels), labels]),
      );
      for (const [key, labels] of shownBy.get(keyOf(info, tenantId))?.labels ?? [])
        if (!now.has(key)) registry.drop(metric, labels);
      for (const labels of now.values()) registry.set(metric, labels, 1);
      shownBy.set(keyOf(info, tenantId), { metric, tenantId, labels: now });
    } else logger.debug({ code: outcome.error.code, tenant: tenantId }, outcome.error.message);
    const cancel = clock.after(outcome.kind === 'ok' ? info.everyMs : infoRetryMs, () => {
      cancels.delete(cancel);
      void watch(info, tenantId);
    });
    cancels.add(cancel);
  };
  const cancels = new Set<() => void>();
  return {
    shown: () => shownBy.values(),
    inherit: (shown: ShownInfo): boolean => {
      if (!tenants.includes(shown.tenantId)) return false;
      shownBy.set(keyOf(shown, shown.tenantId), shown);
      return true;
    },
    start: () => {
      for (const info of landscapeInfos) for (const tenantId of tenants) void watch(info, tenantId);
    },
    stop: () => {
      stopping.abort();
      for (const cancel of cancels) cancel();
    },
  };
}
