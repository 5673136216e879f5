import type { DiscoveredResource, DiscoveryGroup } from '../core/discovery.ts';
import type { CodedError, Outcome } from '../core/outcome.ts';

/** Azure Resource Graph as discovery needs it. Implementations never throw and never outlive `signal`. */
export interface GraphSource {
  /**
   * Runs a query to its last page over the subscriptions, in as many chunks as Azure's limits need, waiting for quota.
   * The outcome is whole or a failure: a page that is missing, empty before the end, or repeated fails it.
   */
  query(request: GraphRequest, signal: AbortSignal): Promise<Outcome<readonly GraphRow[]>>;
}

export interface GraphRequest {
  readonly tenantId: string;
  /** Empty: everything in the tenant that the identity can see. */
  readonly subscriptions: readonly string[];
  /** Kusto query; it projects `id` and orders by it, so that pages are stable. */
  readonly query: string;
}

/** One row by column name, as Azure spells values (`objectArray`). */
export type GraphRow = Readonly<Record<string, unknown>>;

/** Who resolves a group: Resource Graph, or an existing Promitor discovery agent. Never throws. */
export interface ResourceSource {
  list(group: DiscoveryGroup | string, signal: AbortSignal): Promise<Outcome<readonly DiscoveredResource[]>>;
}

/** The last good list of a group, and how good it is. */
export interface GroupState {
  readonly name: string;
  /** Resources that are in force; empty before the first answer. */
  readonly resources: readonly DiscoveredResource[];
  /** When the list in force was last confirmed by a whole answer, milliseconds since the epoch. */
  readonly confirmedMs?: number;
  /** Why the last refresh did not confirm the list, in words; undefined when it did. */
  readonly problem?: { readonly code: string; readonly message: string };
  /** The list in force was found under another definition of the group; it stays until the first answer under this one. */
  readonly outdated?: true;
  /** A much shorter answer that waits for a second one: its size. */
  readonly unconfirmedSize?: number;
}

/** Discovery as the planner, the commands, the page and the API see it. */
export interface Discovery {
  /** Resources of a group in force; undefined when the group is not known (yet). */
  resources(groupName: string): readonly DiscoveredResource[] | undefined;
  groups(): readonly GroupState[];
  /** Changes whenever a list in force changes. */
  version(): number;
}

/** What a group's list tells the rest of the program. */
export type ListEvent =
  /** The list in force is another one. */
  | {
      readonly kind: 'changed';
      readonly group: string;
      readonly size: number;
      readonly added: number;
      readonly removed: number;
    }
  /** A refresh did not confirm the list; told again only when the problem changes. */
  | { readonly kind: 'problem'; readonly group: string; readonly error: CodedError }
  /** The list is confirmed again after a problem. */
  | { readonly kind: 'healed'; readonly group: string; readonly code: CodedError['code'] };
