import type { ResourceLabels } from '../core/declaration.ts';
import type { LabelPair } from '../core/labels.ts';
import { type CodedError, type Outcome, ok } from '../core/outcome.ts';
import { resourceKey } from '../core/resource-id.ts';
import { keysAbove, labelQuery, labelsOfRow, subscriptionQuery, typesOfKey } from './label-query.ts';
import type { GraphRow, GraphSource } from './ports.ts';

/** A resource whose labels are wanted. */
export interface LabelledResource {
  readonly key: string;
  readonly subscriptionId: string;
  readonly tenantId: string;
}

/** Labels of resources as Azure last told them. */
export interface LabelBook {
  /**
   * Looks up the labels of these resources in few queries, one list a tenant. What cannot be looked up keeps its last
   * labels; what is not among the resources is forgotten. The result says what failed, by tenant. Never throws.
   */
  refresh(resources: readonly LabelledResource[], signal: AbortSignal): Promise<readonly CodedError[]>;
  /** Labels of a resource in the order of the declaration, names sanitised; empty when none are known. */
  labelsOf(key: string): readonly LabelPair[];
  /** Changes whenever a label of a resource changes. */
  version(): number;
}

const none: readonly LabelPair[] = [];

export function createLabelBook(wanted: ResourceLabels, graph: GraphSource): LabelBook {
  let known: ReadonlyMap<string, readonly LabelPair[]> = new Map();
  let version = 0;
  return {
    async refresh(resources, signal) {
      const tenants = [...Map.groupBy(resources, ({ tenantId }) => tenantId)];
      const looked = await Promise.all(tenants.map(([id, own]) => lookUp(wanted, graph, { id, own }, signal)));
      const fresh = new Map(looked.flatMap(({ labels }) => [...labels]));
      const next = new Map(
        resources.map(({ key }): [string, readonly LabelPair[]] => [key, fresh.get(key) ?? known.get(key) ?? none]),
      );
      if (resources.some(({ key }) => !same(known.get(key) ?? none, next.get(key) ?? none))) version += 1;
      known = next;
      return looked.flatMap(({ errors }) => errors);
    },
    labelsOf: (key) => known.get(key) ?? none,
    version: () => version,
  };
}

interface Tenant {
  readonly id: string;
  readonly own: readonly LabelledResource[];
}

interface LookedUp {
  /** Only of resources about which everything could be looked up. */
  readonly labels: ReadonlyMap<string, readonly LabelPair[]>;
  readonly errors: readonly CodedError[];
}

async function lookUp(
  wanted: ResourceLabels,
  graph: GraphSource,
  { id, own }: Tenant,
  signal: AbortSignal,
): Promise<LookedUp> {
  const subscriptions = [...new Set(own.map(({ subscriptionId }) => subscriptionId.toLowerCase()))].sort();
  const ask = (query: string | undefined): Promise<Outcome<readonly GraphRow[]>> =>
    query === undefined ? Promise.resolve(ok([])) : graph.query({ tenantId: id, subscriptions, query }, signal);
  const types = [...new Set(own.flatMap(({ key }) => typesOfKey(key)))].sort();
  const ofResources = labelQuery(wanted, types);
  const [rows, containers] = await Promise.all([
    ask(ofResources),
    ask(wanted.subscriptionName === undefined ? undefined : subscriptionQuery),
  ]);
  const errors = [rows, containers].flatMap((outcome) => (outcome.kind === 'ok' ? [] : [outcome.error]));
  if (rows.kind !== 'ok' || containers.kind !== 'ok') return { labels: new Map(), errors };
  const byKey = new Map(rows.value.map((row) => [keyOf(row), row]));
  const names = new Map(containers.value.map((row) => [keyOf(row).split('/').at(-1) ?? '', row['name']]));
  const labels = new Map<string, readonly LabelPair[]>();
  for (const { key, subscriptionId } of own) {
    const row = keysAbove(key)
      .map((above) => byKey.get(above))
      .find((found) => found !== undefined);
    const name = names.get(subscriptionId.toLowerCase());
    // A resource that is not listed (any more) keeps what is known of it until it leaves the plan.
    if (ofResources !== undefined && row === undefined) continue;
    if (wanted.subscriptionName !== undefined && typeof name !== 'string') continue;
    labels.set(key, [...(row === undefined ? [] : labelsOfRow(row, wanted)), ...subscriptionLabel(wanted, name)]);
  }
  return { labels, errors };
}

function subscriptionLabel({ subscriptionName }: ResourceLabels, name: unknown): LabelPair[] {
  return subscriptionName === undefined || typeof name !== 'string' || name === '' ? [] : [[subscriptionName, name]];
}

function keyOf(row: GraphRow): string {
  return typeof row['id'] === 'string' ? resourceKey(row['id']) : '';
}

function same(one: readonly LabelPair[], other: readonly LabelPair[]): boolean {
  return (
    one.length === other.length && one.every(([name, value], at) => other[at]?.[0] === name && other[at][1] === value)
  );
}
