import type { Clock } from '../core/clock.ts';
import type { DiscoveryGroup } from '../core/discovery.ts';
import { hashFraction } from '../core/hash.ts';
import { createLimiter } from '../core/limiter.ts';
import { createGroupList, type GroupList, type KnownList } from './group-list.ts';
import type { Discovery, ListEvent, ResourceSource } from './ports.ts';

/** Groups that are asked for at once; the quota of queries is the real bound, this one keeps memory small. */
const groupsAtOnce = 4;
/** First pause after a failure, milliseconds; it doubles up to the interval. */
const firstPauseMs = 5_000;
/** A refresh may wait this long for quota, milliseconds, however short the interval is. */
const leastTimeoutMs = 120_000;
/** Groups come this part of the interval sooner, each its own, so that they do not come in one burst. */
const jitterShare = 0.1;

/** What the loop tells the rest of the program. */
export type DiscoveryEvent =
  | ListEvent
  /** A refresh is over, whatever came of it. */
  | { readonly kind: 'refreshed'; readonly group: string };

export interface DiscoveryOptions {
  /** Groups that are resolved here, and names of groups that an agent resolves. No two of one name. */
  readonly groups: readonly (DiscoveryGroup | string)[];
  readonly source: ResourceSource;
  readonly clock: Clock;
  /** Milliseconds from one refresh of a group to the next. */
  readonly intervalMs: number;
  /** Share of a list, 0 to 1, that may vanish without a second answer. */
  readonly shrinkThreshold: number;
  readonly observe: (event: DiscoveryEvent) => void;
  /**
   * The list of a group that was in force before; it stays until its next refresh is due, an outdated one until
   * the first answer. None unless given.
   */
  readonly known?: (group: DiscoveryGroup | string) => KnownList | undefined;
}

/** Keeps the lists of groups up to date. */
export interface DiscoveryLoop extends Discovery {
  /** Refreshes every group at once, and then each at its interval; after failures sooner. */
  start(): void;
  /** Refreshes every group once. */
  refresh(signal: AbortSignal): Promise<void>;
  stop(): void;
}

interface Lane {
  readonly name: string;
  readonly group: DiscoveryGroup | string;
  readonly list: GroupList;
  /** When its first refresh is due, milliseconds since the epoch. */
  readonly dueMs: number;
  /** Refreshes in a row without a whole answer. */
  failures: number;
  cancel: () => void;
}

export function createDiscovery(options: DiscoveryOptions): DiscoveryLoop {
  const { source, clock, intervalMs } = options;
  let version = 0;
  const observe = (event: DiscoveryEvent): void => {
    if (event.kind === 'changed') version += 1;
    options.observe(event);
  };
  const lanes = options.groups.map((group): Lane => {
    const name = typeof group === 'string' ? group : group.name;
    const known = options.known?.(group);
    const list = createGroupList(name, options.shrinkThreshold, observe, known);
    const dueMs = known === undefined || known.outdated ? 0 : known.confirmedMs + intervalMs;
    return { name, group, list, failures: 0, dueMs, cancel: () => undefined };
  });
  const byName = new Map(lanes.map((lane) => [lane.name.toLowerCase(), lane]));
  const limiter = createLimiter(groupsAtOnce);
  const stopping = new AbortController();

  const refreshLane = async (lane: Lane, signal: AbortSignal): Promise<void> => {
    await limiter.run(async () => {
      const late = new AbortController();
      const cancel = clock.after(Math.max(intervalMs, leastTimeoutMs), () => late.abort());
      const outcome = await source.list(lane.group, AbortSignal.any([signal, late.signal])).finally(cancel);
      if (signal.aborted) return;
      if (outcome.kind === 'ok') lane.list.take(outcome.value, clock.now());
      else lane.list.fail(outcome.error);
      lane.failures = outcome.kind === 'ok' ? 0 : lane.failures + 1;
      observe({ kind: 'refreshed', group: lane.name });
    }, signal);
  };
  const keepFresh = async (lane: Lane): Promise<void> => {
    await refreshLane(lane, stopping.signal);
    if (stopping.signal.aborted) return;
    lane.cancel = clock.after(pauseOf(lane, intervalMs), () => void keepFresh(lane));
  };

  return {
    resources: (groupName) => byName.get(groupName.toLowerCase())?.list.resources(),
    groups: () => lanes.map(({ list }) => list.state()),
    version: () => version,
    start: () => {
      for (const lane of lanes) {
        const pauseMs = lane.dueMs - clock.now();
        if (pauseMs <= 0) void keepFresh(lane);
        else lane.cancel = clock.after(pauseMs, () => void keepFresh(lane));
      }
    },
    refresh: async (signal) => {
      await Promise.all(lanes.map((lane) => refreshLane(lane, signal)));
    },
    stop: () => {
      stopping.abort();
      for (const { cancel } of lanes) cancel();
    },
  };
}

/** A list that is doubted waits its full interval, so that a passing fault of the service is over by then. */
function pauseOf({ name, failures }: Lane, intervalMs: number): number {
  const regular = intervalMs * (1 - jitterShare * hashFraction(name.toLowerCase()));
  return failures === 0 ? regular : Math.min(regular, firstPauseMs * 2 ** (failures - 1));
}
