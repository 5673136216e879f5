import { anyOfTerm } from '../core/filter.ts';
import { shortId } from '../core/hash.ts';
import type { Schedule } from '../core/schedule.ts';
import type { PlannedItem } from './items.ts';
import { chooseModes, type ModeChoice } from './modes.ts';
import type { Steps } from './steps.ts';
import type { Capabilities, MetricsQueryShape, QueryGroup, ScrapeItem } from './types.ts';

/** Azure's limit of metric names in one call (azure-apis reference, section 1.5). */
const maxNames = 20;
/** Filters stand in the URL, whose length gateways bound. */
const maxFilterLength = 1500;

/** A metrics item with everything that decides with whom it may share a call. */
interface Candidate {
  readonly item: ScrapeItem;
  readonly metricName: string;
  readonly choice: ModeChoice;
  readonly schedule: Schedule;
  /** Filter without the entity's term, when the entity can be joined with others; else the whole filter. */
  readonly filter: string | undefined;
  readonly entity: { readonly dimension: string; readonly value: string } | undefined;
  readonly shape: Omit<MetricsQueryShape, 'metricNames' | 'aggregations' | 'filter'>;
  /** Equal for candidates that may share a call, apart from resource, metric name and entity. */
  readonly key: string;
}

/** Items of one resource that are asked in one call: some names, for some entities. */
interface Cell {
  readonly candidates: readonly Candidate[];
  readonly names: readonly string[];
  readonly entities: readonly string[];
}

/**
 * Groups metrics items into the fewest calls that keep every answer exact. Items share a call when schedule,
 * subscription, type, namespace, grain, window, dimensions, filter and limit agree: up to 20 metric names of one
 * resource, and in batch mode up to 50 resources of one region. Entities of one resource (queues of a namespace) share
 * a call through a joined filter. The order of the declaration does not matter.
 */
export function* groupItems(items: readonly PlannedItem[], capabilities: Capabilities): Steps<QueryGroup[]> {
  const schedules = firstTexts(items);
  const choices = yield* chooseModes(items, capabilities);
  const byUnit = new Map<string, Candidate[]>();
  for (const planned of items) {
    const candidate = candidateOf(planned, choices(planned), schedules, capabilities);
    if (candidate === undefined) continue;
    push(byUnit, `${candidate.key} ${candidate.item.resource.key}`, candidate);
    yield;
  }
  const bySharing = new Map<string, Cell[]>();
  for (const candidates of byUnit.values()) {
    for (const cell of cellsOf(candidates)) {
      const [first] = cell.candidates;
      if (first === undefined) continue;
      const alone = first.choice.mode === 'single' ? first.item.resource.key : '';
      const sharing = JSON.stringify([first.key, alone, cell.names, cell.entities]);
      push(bySharing, sharing, cell);
    }
    yield;
  }
  const groups: QueryGroup[] = [];
  for (const cells of bySharing.values()) {
    const size = sizeOf(cells[0]?.candidates[0]?.choice, capabilities);
    const ordered = [...cells].sort((a, b) => compare(resourceOf(a), resourceOf(b)));
    for (const part of chunks(ordered, size)) {
      groups.push(groupOf(part));
      yield;
    }
  }
  // Items of a group are in order, so groups are in that of metrics and resources, which people read.
  return groups.sort((a, b) => compare(a.items[0]?.id ?? '', b.items[0]?.id ?? '') || compare(a.id, b.id));
}

function push<T>(lists: Map<string, T[]>, key: string, entry: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [entry]);
  else list.push(entry);
}

function sizeOf(choice: ModeChoice | undefined, capabilities: Capabilities): number {
  if (choice?.mode === 'batch') return Math.max(1, Math.min(50, capabilities.maxBatchSize));
  return choice?.mode === 'subscription' ? Number.POSITIVE_INFINITY : 1;
}

/** Differently written expressions of one schedule run together, under the text that sorts first. */
function firstTexts(items: readonly PlannedItem[]): ReadonlyMap<string, Schedule> {
  const schedules = new Map<string, Schedule>();
  for (const { item } of items) {
    const { schedule } = item.metric;
    const known = schedules.get(schedule.cron);
    if (known === undefined || schedule.text < known.text) schedules.set(schedule.cron, schedule);
  }
  return schedules;
}

function candidateOf(
  { item, metricName, filter }: PlannedItem,
  choice: ModeChoice,
  schedules: ReadonlyMap<string, Schedule>,
  capabilities: Capabilities,
): Candidate | undefined {
  const { query } = item.metric;
  if (query.kind !== 'azureMonitor' || metricName === undefined) return undefined;
  const { resource } = item;
  const namespace = query.metricNamespace ?? (choice.mode === 'single' ? undefined : resource.armType);
  const shape = {
    ...(namespace === undefined ? {} : { namespace }),
    intervalMs: capabilities.grainOf(resource.armType, metricName, query.intervalMs),
    delayMs: item.freshness.delayMs,
    alignment: query.alignment,
    limit: query.limit,
  };
  // With dimensions beside the entity, `limit` cuts the series of all joined entities together, so they stay apart.
  const joins = item.entity !== undefined && item.dimensions.length === 0;
  const rest = joins ? undefined : filter;
  const key = JSON.stringify([
    item.metric.schedule.cron,
    resource.subscriptionId.toLowerCase(),
    resource.armType,
    choice.mode,
    choice.region ?? '',
    shape,
    item.dimensions.map(({ name }) => name.toLowerCase()),
    rest?.toLowerCase() ?? '',
    joins ? item.entity?.dimension.toLowerCase() : '',
  ]);
  const schedule = schedules.get(item.metric.schedule.cron) ?? item.metric.schedule;
  return { item, metricName, choice, schedule, filter: rest, entity: joins ? item.entity : undefined, shape, key };
}

/** Packs the candidates of one resource: names by twenties, entities that want the same names together. */
function cellsOf(candidates: readonly Candidate[]): Cell[] {
  const byEntity = Map.groupBy(candidates, ({ entity }) => entity?.value.toLowerCase() ?? '');
  const byNames = new Map<string, { names: string[]; members: Candidate[][] }>();
  for (const [, own] of [...byEntity].sort(([a], [b]) => compare(a, b))) {
    const byName = Map.groupBy(own, ({ metricName }) => metricName.toLowerCase());
    const names = [...byName.keys()].sort(compare);
    for (const part of chunks(names, maxNames)) {
      const key = part.join('\n');
      const entry = byNames.get(key) ?? { names: part, members: [] };
      entry.members.push(part.flatMap((name) => byName.get(name) ?? []));
      byNames.set(key, entry);
    }
  }
  return [...byNames.values()].flatMap(({ names, members }) =>
    packEntities(members).map((packed) => ({
      names,
      candidates: packed.flat(),
      entities: packed.flatMap(([first]) => first?.entity?.value.toLowerCase() ?? []),
    })),
  );
}

/** As many entities to a call as their filter may be long. */
function packEntities(members: readonly Candidate[][]): Candidate[][][] {
  const packs: Candidate[][][] = [];
  let length = 0;
  for (const member of members) {
    const entity = member[0]?.entity;
    const term = entity === undefined ? 0 : anyOfTerm(entity.dimension, [entity.value]).length + ' or '.length;
    const last = packs.at(-1);
    if (last === undefined || length + term > maxFilterLength) {
      packs.push([member]);
      length = term;
    } else {
      last.push(member);
      length += term;
    }
  }
  return packs;
}

function groupOf(cells: readonly Cell[]): QueryGroup {
  const candidates = cells.flatMap((cell) => cell.candidates);
  const items = candidates.map(({ item }) => item).sort((a, b) => compare(a.id, b.id));
  const [first] = candidates;
  if (first === undefined) throw new Error('a group needs an item');
  const { choice, schedule, shape } = first;
  const filter = filterOf(candidates);
  const metrics: MetricsQueryShape = {
    ...shape,
    limit: Math.max(shape.limit, entitiesOf(candidates).length),
    metricNames: distinctNames(candidates),
    aggregations: [...new Set(items.flatMap(({ families }) => families.map(({ aggregation }) => aggregation)))].sort(),
    ...(filter === undefined ? {} : { filter }),
  };
  return {
    id: `${choice.mode}-${shortId(JSON.stringify([first.key, items.map(({ id }) => id)]))}`,
    mode: choice.mode,
    schedule,
    tenantId: first.item.resource.tenantId,
    subscriptionId: first.item.resource.subscriptionId,
    ...(choice.region === undefined ? {} : { region: choice.region }),
    items,
    metrics,
    why: whyOf(cells, metrics, choice),
  };
}

function filterOf(candidates: readonly Candidate[]): string | undefined {
  const [first] = candidates;
  if (first?.entity === undefined) return first?.filter;
  return anyOfTerm(first.entity.dimension, entitiesOf(candidates));
}

function entitiesOf(candidates: readonly Candidate[]): string[] {
  const values = new Map<string, string>();
  const named = candidates.flatMap(({ entity }) => entity?.value ?? []).sort(compare);
  for (const value of named) if (!values.has(value.toLowerCase())) values.set(value.toLowerCase(), value);
  return [...values.values()];
}

/** One spelling of each name, the first in order, whatever the order of the declaration. */
function distinctNames(candidates: readonly Candidate[]): string[] {
  const names = new Map<string, string>();
  for (const { metricName } of [...candidates].sort((a, b) => compare(a.metricName, b.metricName))) {
    if (!names.has(metricName.toLowerCase())) names.set(metricName.toLowerCase(), metricName);
  }
  return [...names.values()];
}

function whyOf(cells: readonly Cell[], { metricNames }: MetricsQueryShape, choice: ModeChoice): string {
  const resources = new Set(cells.map(resourceOf)).size;
  const entities = cells[0]?.entities.length ?? 0;
  const many = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
  const parts = [many(metricNames.length, 'metric'), many(resources, 'resource')];
  if (entities > 1) parts.push(many(entities, 'entity').replace('entitys', 'entities'));
  return `${parts.join(' × ')}: ${choice.why}`;
}

function resourceOf(cell: Cell): string {
  return cell.candidates[0]?.item.resource.key ?? '';
}

function chunks<T>(list: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let start = 0; start < list.length; start += size) parts.push(list.slice(start, start + size));
  return parts;
}

/** By code units, so that the order is the same everywhere. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
