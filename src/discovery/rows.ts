import { isListedAs, type ListedForm, listedForms } from '../catalogue/listed.ts';
import { findResourceType } from '../catalogue/lookup.ts';
import { matchResourceType } from '../catalogue/match.ts';
import type { DiscoveredResource, DiscoveryGroup } from '../core/discovery.ts';
import { resourceKey } from '../core/resource-id.ts';
import type { GraphRow } from './ports.ts';

/** A row that is no resource of its group. */
export interface UnreadableRow {
  /** Id as the row spells it; empty when it has none. */
  readonly id: string;
  /** Why, as a sentence. */
  readonly reason: string;
}

export interface ReadRows {
  /** In the order of the rows; ids that differ in case only are one resource, the first of them. */
  readonly resources: readonly DiscoveredResource[];
  /** For the log and for `azimuth discover`: no row is dropped without a word. */
  readonly unreadable: readonly UnreadableRow[];
}

interface Listed {
  /** ARM id without slashes at its ends. */
  readonly id: string;
  readonly subscriptionId: string;
  readonly resourceGroupName: string;
  /** What follows `/providers/`. */
  readonly path: string;
}

/**
 * The resources that rows of a group's query stand for. A row may be several, when a `Generic` group lists several
 * services of storage accounts. Resource groups come in the case of the column `resourceGroup`, which is lower case:
 * those are the labels that users of Promitor's discovery have.
 */
export function readRows(rows: readonly GraphRow[], group: DiscoveryGroup, tenantId: string): ReadRows {
  const row = findResourceType(group.resourceType);
  const forms = row === undefined ? [] : listedForms(row, group.armTypes);
  const resources = new Map<string, DiscoveredResource>();
  const unreadable: UnreadableRow[] = [];
  for (const item of rows) {
    const id = textOf(item, 'id');
    const own = readRow(item, forms, group, tenantId);
    if (typeof own === 'string') unreadable.push({ id, reason: own });
    else for (const [key, resource] of own) if (!resources.has(key)) resources.set(key, resource);
  }
  return { resources: [...resources.values()], unreadable };
}

/** The resources of a row by identity, or why there are none. */
function readRow(
  item: GraphRow,
  forms: readonly ListedForm[],
  group: DiscoveryGroup,
  tenantId: string,
): readonly (readonly [string, DiscoveredResource])[] | string {
  const listed = readId(textOf(item, 'id'));
  if (listed === undefined) return 'Its id is not that of a resource in a resource group.';
  const [type, kind] = [textOf(item, 'type'), textOf(item, 'kind')];
  const fitting = forms.filter((form) => isListedAs(form, type, kind));
  if (fitting.length === 0) {
    return `Its type \`${type}\` (kind \`${kind}\`) is not one of ${group.resourceType}.`;
  }
  const found: (readonly [string, DiscoveredResource])[] = [];
  for (const { suffix } of fitting) {
    const id = `${listed.id}${suffix}`;
    const fields = fieldsOf(id, `${listed.path}${suffix}`, kind, group);
    if (fields === undefined) return `Its id does not have the form of ${group.resourceType}.`;
    found.push([resourceKey(id), resourceOf(item, { ...listed, id }, fields, group, tenantId)]);
  }
  return found;
}

function readId(given: string): Listed | undefined {
  const id = given.replace(/^\/+|\/+$/g, '');
  const parts = /^subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/([^/]+(?:\/[^/]+\/[^/]+)+)$/i.exec(id);
  if (parts === null) return undefined;
  const [, subscriptionId = '', resourceGroupName = '', path = ''] = parts;
  return { id, subscriptionId, resourceGroupName, path };
}

function fieldsOf(
  id: string,
  path: string,
  kind: string,
  { resourceType }: DiscoveryGroup,
): Readonly<Record<string, string>> | undefined {
  if (resourceType === 'Generic') return { resourceUri: path };
  const match = matchResourceType(id, kind);
  return match?.row.name === resourceType ? match.fields : undefined;
}

function resourceOf(
  item: GraphRow,
  { id, subscriptionId, resourceGroupName, path }: Listed,
  fields: Readonly<Record<string, string>>,
  { resourceType }: DiscoveryGroup,
  tenantId: string,
): DiscoveredResource {
  const region = textOf(item, 'location');
  return {
    resourceType,
    tenantId,
    subscriptionId: textOf(item, 'subscriptionId') || subscriptionId,
    resourceGroupName: textOf(item, 'resourceGroup') || resourceGroupName.toLowerCase(),
    fields,
    id,
    name: path.split('/').at(-1) ?? '',
    ...(region === '' ? {} : { region }),
    tags: tagsOf(item['tags']),
  };
}

function textOf(item: GraphRow, column: string): string {
  const value = item[column];
  return typeof value === 'string' ? value.trim() : '';
}

/** Azure's tags are texts; a row without tags has null. */
function tagsOf(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter((tag): tag is [string, string] => typeof tag[1] === 'string'));
}
