import type { DiscoveredResource, DiscoveryGroup, Landscape } from '../core/discovery.ts';
import { type Outcome, ok } from '../core/outcome.ts';
import type { GraphRow, GraphSource } from './ports.ts';
import { groupQuery } from './query.ts';
import { readRows, type UnreadableRow } from './rows.ts';

/** Rows that are read at a time, so that nothing else waits for long. */
const rowsAtOnce = 500;

export interface GraphResourcesOptions {
  readonly graph: GraphSource;
  readonly landscapes: readonly Landscape[];
  /** Hears of rows that are no resource of the group, at every refresh that has some. */
  readonly unreadable: (group: string, rows: readonly UnreadableRow[]) => void;
  /** Lets others have their turn. */
  readonly pause: () => Promise<void>;
}

/** Resolves groups through Resource Graph, in every landscape; a list lacks no landscape, or it is a failure. */
export function createGraphResources(options: GraphResourcesOptions) {
  return {
    async list(group: DiscoveryGroup, signal: AbortSignal): Promise<Outcome<readonly DiscoveredResource[]>> {
      const query = groupQuery(group);
      const resources: DiscoveredResource[] = [];
      const unreadable: UnreadableRow[] = [];
      for (const { tenantId, subscriptions: all } of options.landscapes) {
        const subscriptions = subscriptionsOf(all, group);
        if (subscriptions.length === 0) continue;
        const outcome = await options.graph.query({ tenantId, subscriptions, query }, signal);
        if (outcome.kind !== 'ok') return outcome;
        for (const rows of chunks(outcome.value)) {
          const read = readRows(rows, group, tenantId);
          for (const resource of read.resources) resources.push(resource);
          unreadable.push(...read.unreadable);
          await options.pause();
        }
      }
      if (unreadable.length > 0) options.unreadable(group.name, unreadable);
      return ok(resources);
    },
  };
}

/** What the group includes of a landscape; asking the others would only cost queries. */
function subscriptionsOf(landscape: readonly string[], { include }: DiscoveryGroup): readonly string[] {
  if (include.subscriptions.length === 0) return landscape;
  const wanted = new Set(include.subscriptions.map((id) => id.toLowerCase()));
  return landscape.filter((id) => wanted.has(id.toLowerCase()));
}

function chunks(rows: readonly GraphRow[]): (readonly GraphRow[])[] {
  const parts: (readonly GraphRow[])[] = [];
  for (let start = 0; start < rows.length; start += rowsAtOnce) parts.push(rows.slice(start, start + rowsAtOnce));
  return parts;
}
