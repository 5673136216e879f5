import type { DiscoveredResource } from '../core/discovery.ts';
import { resourceKey } from '../core/resource-id.ts';

/** What an answer changes in the list before it. */
export interface ListChange {
  /** The answer, with the very objects of the list before it where nothing changed, so that others can go by identity. */
  readonly list: readonly DiscoveredResource[];
  /** Keys of resources that the list before it did not have. */
  readonly added: number;
  /** Keys of resources that the answer does not have. */
  readonly missing: ReadonlySet<string>;
  /** False when the answer says nothing new. */
  readonly changed: boolean;
}

const keys = new WeakMap<DiscoveredResource, string>();

/** Identity of a discovered resource: its id, else everything that tells it apart. */
function discoveredKey(resource: DiscoveredResource): string {
  const known = keys.get(resource);
  if (known !== undefined) return known;
  const { id, resourceType, subscriptionId, resourceGroupName, fields } = resource;
  const parts = [
    resourceType,
    subscriptionId,
    resourceGroupName,
    ...Object.keys(fields)
      .sort(byText)
      .flatMap((name) => [name, fields[name] ?? '']),
  ];
  const key = id === undefined ? parts.join('\n').toLowerCase() : `${resourceType} ${resourceKey(id)}`;
  keys.set(resource, key);
  return key;
}

/** Compares an answer with the list in force. */
export function compareLists(
  current: readonly DiscoveredResource[],
  answer: readonly DiscoveredResource[],
): ListChange {
  const before = new Map(current.map((resource) => [discoveredKey(resource), resource]));
  const missing = new Set(before.keys());
  const list = new Map<string, DiscoveredResource>();
  let added = 0;
  let altered = false;
  for (const resource of answer) {
    const key = discoveredKey(resource);
    const known = before.get(key);
    missing.delete(key);
    if (known === undefined && !list.has(key)) added += 1;
    const kept = known !== undefined && sameResource(known, resource) ? known : resource;
    altered ||= known !== undefined && kept !== known;
    list.set(key, kept);
  }
  return { list: [...list.values()], added, missing, changed: altered || added > 0 || missing.size > 0 };
}

/** The list in force with what an answer adds to it; nothing leaves. */
export function withNewcomers(
  current: readonly DiscoveredResource[],
  { list, missing }: Pick<ListChange, 'list' | 'missing'>,
): readonly DiscoveredResource[] {
  return [...list, ...current.filter((resource) => missing.has(discoveredKey(resource)))];
}

/**
 * Whether a list may lose what an answer lacks. A loss of more than `threshold` of it (0 to 1) is taken only from two
 * answers in a row that agree on it, because services also forget by mistake. `suspected`: what the answer before
 * lacked, when it was not believed.
 */
export function isLossCredible(
  size: number,
  missing: ReadonlySet<string>,
  threshold: number,
  suspected: ReadonlySet<string> | undefined,
): boolean {
  const bound = size * threshold;
  if (missing.size <= bound) return true;
  if (suspected === undefined) return false;
  let agreed = 0;
  for (const key of missing) if (suspected.has(key)) agreed += 1;
  return agreed > bound;
}

function sameResource(one: DiscoveredResource, other: DiscoveredResource): boolean {
  return (
    one.id === other.id &&
    one.name === other.name &&
    one.region === other.region &&
    one.tenantId === other.tenantId &&
    one.subscriptionId === other.subscriptionId &&
    one.resourceGroupName === other.resourceGroupName &&
    sameTexts(one.fields, other.fields) &&
    sameTexts(one.tags, other.tags)
  );
}

function sameTexts(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}

function byText(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
