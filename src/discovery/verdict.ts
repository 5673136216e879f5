import type { DiscoveredResource, DiscoveryCriteria, DiscoveryGroup } from '../core/discovery.ts';
import { readRe2, wholeValuePattern } from '../core/re2.ts';

/** Why a resource of the right type is in a group or not, as far as the criteria go. */
export interface Verdict {
  readonly fits: boolean;
  /** One reason each, for people: what keeps it out, or what it fits. */
  readonly reasons: readonly string[];
}

/** One criterion held against a resource. */
interface Finding {
  readonly fits: boolean;
  readonly words: string;
}

/**
 * Holds a resource against the criteria of its group as Azure would: everything included must fit, nothing excluded
 * may. The condition in Kusto cannot be judged here.
 */
export function judge(resource: DiscoveredResource, { include, exclude }: DiscoveryGroup): Verdict {
  const wanted = included(resource, include);
  const unwanted = excluded(resource, exclude);
  const against = [...wanted.filter(({ fits }) => !fits), ...unwanted];
  if (against.length > 0) return { fits: false, reasons: against.map(({ words }) => words) };
  const reasons = wanted.map(({ words }) => words);
  return { fits: true, reasons: reasons.length === 0 ? ['the group takes all of its type'] : reasons };
}

type Listed = readonly [what: string, value: string, allowed: readonly string[]];

function lists(
  { subscriptionId, resourceGroupName, region }: DiscoveredResource,
  criteria: DiscoveryCriteria,
): Listed[] {
  const all: Listed[] = [
    ['subscription', subscriptionId, criteria.subscriptions],
    ['resource group', resourceGroupName, criteria.resourceGroups],
    ['region', region ?? '', criteria.regions],
  ];
  return all.filter(([, , allowed]) => allowed.length > 0);
}

function included(resource: DiscoveredResource, criteria: DiscoveryCriteria): Finding[] {
  const { names } = criteria;
  const name = listedName(resource);
  const listed = lists(resource, criteria).map(([what, value, allowed]) => ({
    fits: allowed.some((one) => same(one, value)),
    words: `its ${what} ${value} is ${allowed.some((one) => same(one, value)) ? '' : 'not '}one of ${allowed.join(', ')}`,
  }));
  const named = names.some((pattern) => matches(name, pattern));
  const byName = {
    fits: named,
    words: `its name ${name} ${named ? 'matches' : 'does not match'} ${names.join(' or ')}`,
  };
  return [...listed, ...(names.length === 0 ? [] : [byName]), ...criteria.tags.map((tag) => tagFinding(resource, tag))];
}

function tagFinding({ tags }: DiscoveredResource, { name, pattern }: DiscoveryCriteria['tags'][number]): Finding {
  const value = tags[name];
  if (value === undefined) return { fits: false, words: `it has no tag ${name}${otherCase(tags, name)}` };
  const fits = matches(value, pattern);
  return { fits, words: `its tag ${name} is ${value}, which ${fits ? 'matches' : 'does not match'} ${pattern}` };
}

/** Resource Graph compares names of tags with their case. */
function otherCase(tags: Readonly<Record<string, string>>, name: string): string {
  const near = Object.keys(tags).find((one) => same(one, name));
  return near === undefined ? '' : `, but one spelled ${near}`;
}

function excluded(resource: DiscoveredResource, criteria: DiscoveryCriteria): Finding[] {
  const { tags } = resource;
  const name = listedName(resource);
  const out = (words: string): Finding => ({ fits: false, words: `${words}, which is excluded` });
  return [
    ...lists(resource, criteria).flatMap(([what, value, refused]) =>
      refused.some((one) => same(one, value)) ? [out(`its ${what} is ${value}`)] : [],
    ),
    ...criteria.names.flatMap((pattern) => (matches(name, pattern) ? [out(`its name matches ${pattern}`)] : [])),
    ...criteria.tags.flatMap(({ name: tag, pattern }) => {
      const value = tags[tag];
      return value !== undefined && matches(value, pattern) ? [out(`its tag ${tag} is ${value}`)] : [];
    }),
  ];
}

/** Azure lists slots, alone of all children, with the name of their app before their own. */
function listedName({ id = '', name }: DiscoveredResource): string {
  const slot = /\/sites\/([^/]+)\/slots\/([^/]+)$/i.exec(id);
  return slot === null ? name : `${slot[1] ?? ''}/${slot[2] ?? ''}`;
}

function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** A pattern that cannot be read was refused with the configuration. */
function matches(value: string, pattern: string): boolean {
  const read = readRe2(wholeValuePattern(pattern));
  return read.ok && read.regex.test(value);
}
