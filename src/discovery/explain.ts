import { describeResource } from '../catalogue/describe.ts';
import { findResourceType } from '../catalogue/lookup.ts';
import type { DiscoveredResource, DiscoveryCriteria, DiscoveryGroup, Landscape } from '../core/discovery.ts';
import { type Outcome, ok } from '../core/outcome.ts';
import { resourceKey } from '../core/resource-id.ts';
import type { GraphSource } from './ports.ts';
import { groupQuery } from './query.ts';
import { type ReadRows, readRows } from './rows.ts';
import { judge } from './verdict.ts';

/** What a group finds, and what else there is of its type, each with the reason. */
export interface ExplainedGroup {
  readonly name: string;
  readonly resourceType: string;
  readonly resources: readonly ExplainedResource[];
  readonly out: readonly LeftOut[];
}

export interface ExplainedResource {
  /** ARM id without a leading slash. */
  readonly id: string;
  readonly resource: DiscoveredResource;
  /** As a sentence without its end; empty when a discovery agent told of the resource and knows why. */
  readonly why: string;
}

export interface LeftOut {
  readonly id: string;
  readonly why: string;
}

const nothing: DiscoveryCriteria = { subscriptions: [], resourceGroups: [], regions: [], names: [], tags: [] };

/** Asks for the group, and for everything of its type, in every landscape. */
export async function explainGroup(
  group: DiscoveryGroup,
  landscapes: readonly Landscape[],
  graph: GraphSource,
  signal: AbortSignal,
): Promise<Outcome<ExplainedGroup>> {
  const { name, resourceType, armTypes } = group;
  const ofType: DiscoveryGroup = { name, resourceType, armTypes, include: nothing, exclude: nothing };
  const [inside, all] = await Promise.all([
    list(group, landscapes, graph, signal),
    list(ofType, landscapes, graph, signal),
  ]);
  if (inside.kind !== 'ok') return inside;
  if (all.kind !== 'ok') return all;
  const found = new Set(inside.value.resources.map(keyOf));
  const resources = inside.value.resources.map((resource) => ({
    id: idOf(resource),
    resource,
    why: judge(resource, group).reasons.join('; '),
  }));
  const out = all.value.resources
    .filter((resource) => !found.has(keyOf(resource)))
    .map((resource) => ({ id: idOf(resource), why: whyOut(resource, group) }));
  const unreadable = all.value.unreadable.map(({ id, reason }) => ({ id: id.replace(/^\//, ''), why: reason }));
  return ok({ name, resourceType, resources, out: [...out, ...unreadable] });
}

/** What an agent found; it keeps its criteria to itself. */
export function explainListed(name: string, resources: readonly DiscoveredResource[]): ExplainedGroup {
  const listed = resources.map((resource) => ({ id: idOf(resource), resource, why: '' }));
  return { name, resourceType: resources[0]?.resourceType ?? '', resources: listed, out: [] };
}

function whyOut(resource: DiscoveredResource, group: DiscoveryGroup): string {
  const { fits, reasons } = judge(resource, group);
  if (!fits) return reasons.join('; ');
  return group.condition === undefined
    ? 'it fits every criterion, and Azure leaves it out: it was changed a moment ago'
    : 'it does not fit the query of the group';
}

async function list(
  group: DiscoveryGroup,
  landscapes: readonly Landscape[],
  graph: GraphSource,
  signal: AbortSignal,
): Promise<Outcome<ReadRows>> {
  const query = groupQuery(group);
  const lists = await Promise.all(
    landscapes.map(async ({ tenantId, subscriptions }) => {
      const rows = await graph.query({ tenantId, subscriptions, query }, signal);
      return rows.kind === 'ok' ? ok(readRows(rows.value, group, tenantId)) : rows;
    }),
  );
  const failed = lists.find((one): one is Exclude<typeof one, { kind: 'ok' }> => one.kind !== 'ok');
  if (failed !== undefined) return failed;
  const read = lists.flatMap((one) => (one.kind === 'ok' ? [one.value] : []));
  return ok({
    resources: read.flatMap(({ resources }) => resources),
    unreadable: read.flatMap(({ unreadable }) => unreadable),
  });
}

/** Agents do not tell the id; it follows from the fields. */
function idOf(resource: DiscoveredResource): string {
  const row = findResourceType(resource.resourceType);
  return resource.id ?? (row === undefined ? resource.name : describeResource(row, resource).id);
}

function keyOf(resource: DiscoveredResource): string {
  return resourceKey(idOf(resource));
}
