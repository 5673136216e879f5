import type { ResourceLabels } from '../core/declaration.ts';
import type { LabelPair } from '../core/labels.ts';
import type { GraphRow } from './ports.ts';

/** Query of all subscriptions and their display names. */
export const subscriptionQuery =
  "resourcecontainers\n| where type == 'microsoft.resources/subscriptions'\n| project id, name\n| order by id asc";

/**
 * Kusto query of what the labels need of every resource of the types, and nothing else; undefined when they need
 * nothing of a resource. Paths come from a checked declaration: names joined by dots.
 */
export function labelQuery(wanted: ResourceLabels, armTypes: readonly string[]): string | undefined {
  const columns = [
    ...(wanted.tags.length === 0 ? [] : ['tags']),
    ...wanted.properties.map(({ path }, index) => `p${index} = ${path}`),
  ];
  if (columns.length === 0 || armTypes.length === 0) return undefined;
  const types = armTypes.map((type) => `'${type.replace(/[\\']/g, (char) => `\\${char}`)}'`);
  return `resources\n| where type in~ (${types.join(', ')})\n| project id, ${columns.join(', ')}\n| order by id asc`;
}

/** Labels of a row of {@link labelQuery}; what the resource does not have gives no label. */
export function labelsOfRow(row: GraphRow, wanted: ResourceLabels): LabelPair[] {
  const tags = tagsOf(row['tags']);
  return [
    ...wanted.tags.map(({ tag, label }): LabelPair => [label, tags.get(tag.toLowerCase()) ?? '']),
    ...wanted.properties.map(({ label }, index): LabelPair => [label, textOf(row[`p${index}`])]),
  ].filter(([, value]) => value !== '');
}

/** Names of tags compare without case, as in Azure. */
function tagsOf(value: unknown): ReadonlyMap<string, string> {
  if (typeof value !== 'object' || value === null) return new Map();
  return new Map(Object.entries(value).map(([name, text]) => [name.toLowerCase(), textOf(text)]));
}

/** Lists of plain values (zones) are joined by commas; structures have no text of their own and are shown as JSON. */
function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(textOf).join(',');
  return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | boolean);
}

/**
 * ARM types of a resource and of everything above it, in lower case: a service of a storage account has no row of its
 * own in Resource Graph and takes the labels of its account.
 */
export function typesOfKey(resourceKey: string): string[] {
  const [provider = '', ...parts] = (resourceKey.split('/providers/').at(-1) ?? '').split('/');
  const words = parts.filter((_, index) => index % 2 === 0);
  return words.map((_, index) => [provider, ...words.slice(0, index + 1)].join('/'));
}

/** Keys under which a resource, or what it belongs to, may be listed: its own, then those above it. */
export function keysAbove(resourceKey: string): string[] {
  const [scope = '', path = ''] = resourceKey.split('/providers/');
  const parts = path.split('/');
  return parts.map((_, index) => `${scope}/providers/${parts.slice(0, parts.length - index).join('/')}`);
}
