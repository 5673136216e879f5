import { type ListedForm, listedForms } from '../catalogue/listed.ts';
import { findResourceType } from '../catalogue/lookup.ts';
import type { KindRule } from '../catalogue/types.ts';
import type { DiscoveryCriteria, DiscoveryGroup } from '../core/discovery.ts';
import { wholeValuePattern } from '../core/re2.ts';

/** What `readRows` needs of a row; every query of a group gives these columns. */
const columns = ['id', 'name', 'type', 'kind', 'location', 'resourceGroup', 'subscriptionId', 'tags'] as const;

/**
 * Kusto query for the resources of a group, for the subscriptions that the caller names in the request. Names compare
 * without case, tag names exactly; a pattern must match the whole value. The order is stable, so that pages are.
 * `extraColumns` are further columns of Resource Graph, such as `properties`.
 */
export function groupQuery(group: DiscoveryGroup, extraColumns: readonly string[] = []): string {
  const { include, exclude, condition } = group;
  const excluded = anyOf(exclude);
  const steps = [
    'resources',
    `where ${typeCondition(group)}`,
    ...allOf(include).map((text) => `where ${text}`),
    ...(excluded.length === 0 ? [] : [`where not(${excluded.join(' or ')})`]),
    // On lines of its own, because it may end in a comment.
    ...(condition === undefined ? [] : [`where (\n${condition}\n)`]),
    `project ${[...columns, ...extraColumns].join(', ')}`,
    'order by id asc',
  ];
  return steps.join('\n| ');
}

/** Forms that share their rules of `kind` share a list of types. */
function typeCondition({ resourceType, armTypes }: DiscoveryGroup): string {
  const row = findResourceType(resourceType);
  const forms = row === undefined ? [] : listedForms(row, armTypes);
  const byKind = Map.groupBy(forms, ({ kinds }: ListedForm) => kinds.map(kindCondition).join(' and '));
  const parts = [...byKind].map(([kinds, same]) => {
    const types = within('type', distinct(same.map(({ armType }) => armType)));
    return kinds === '' ? types : `${types} and ${kinds}`;
  });
  return parts.length === 1 ? (parts[0] ?? '') : parts.map((part) => `(${part})`).join(' or ');
}

function kindCondition({ text, contained }: KindRule): string {
  return `kind ${contained ? '' : '!'}contains ${literal(text)}`;
}

/** Conditions that all hold: values of one kind are alternatives, tags are not. */
function allOf(criteria: DiscoveryCriteria): string[] {
  const names = criteria.names.map((pattern) => matches('name', pattern));
  return [...lists(criteria), ...(names.length === 0 ? [] : [names.join(' or ')]), ...tags(criteria)];
}

/** Conditions of which one suffices. */
function anyOf(criteria: DiscoveryCriteria): string[] {
  const names = criteria.names.map((pattern) => matches('name', pattern));
  return [...lists(criteria), ...names, ...tags(criteria).map((text) => `(${text})`)];
}

function lists({ subscriptions, resourceGroups, regions }: DiscoveryCriteria): string[] {
  const kinds = [
    ['subscriptionId', subscriptions],
    ['resourceGroup', resourceGroups],
    ['location', regions],
  ] as const;
  return kinds.flatMap(([column, values]) => (values.length === 0 ? [] : [within(column, values)]));
}

/** A resource without the tag never fits, whatever the pattern; one whose tag is empty may. */
function tags(criteria: DiscoveryCriteria): string[] {
  return criteria.tags.map(({ name, pattern }) => {
    const tag = `tags[${literal(name)}]`;
    return `isnotnull(${tag}) and ${matches(`tostring(${tag})`, pattern)}`;
  });
}

function within(column: string, values: readonly string[]): string {
  return `${column} in~ (${values.map(literal).join(', ')})`;
}

function matches(value: string, pattern: string): string {
  return `${value} matches regex ${literal(wholeValuePattern(pattern))}`;
}

/** A string of the query language: nothing in the text can end it, nor start a line. */
function literal(text: string): string {
  const escaped = text
    .replace(/[\\']/g, (char) => `\\${char}`)
    .replace(/[\p{Cc}\u2028\u2029]/gu, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `'${escaped}'`;
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
