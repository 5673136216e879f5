import { describeResource } from '../../catalogue/describe.ts';
import type { DiscoveredResource } from '../../core/discovery.ts';
import type { ErrorCode } from '../../core/errors.ts';
import { type Outcome, ok } from '../../core/outcome.ts';
import { resourceKey } from '../../core/resource-id.ts';
import type { ResourceSource } from '../ports.ts';
import type { AskAgent } from './ports.ts';
import { fromWire, rowNamed } from './wire.ts';

/** Upper bound of pages for one group: a million resources at the agent's page size of 1000. */
const maxPages = 1_000;

export interface AgentOptions {
  /** Where the agent is, for messages: `http://host:port`. */
  readonly address: string;
  /** Tenant of the declaration; the agent does not tell. */
  readonly tenantId: string;
  readonly ask: AskAgent;
}

/**
 * Resources of a group from a Promitor discovery agent, through the paged API (v2). A list is whole or a failure: a
 * page that repeats, is empty before the end, or adds up to another total than it claims fails it.
 */
export function createAgentSource(options: AgentOptions): ResourceSource {
  return {
    async list(group, signal) {
      const name = typeof group === 'string' ? group : group.name;
      const found = new Map<string, DiscoveredResource>();
      for (let number = 1; number <= maxPages; number += 1) {
        const page = await askPage(options, name, number, signal);
        if (page.kind !== 'ok') return page;
        const { resources, total, hasMore } = page.value;
        for (const resource of resources) {
          const key = keyOf(resource);
          if (found.has(key)) return unusable(options, name, `resource ${key} came twice, so the list is not whole`);
          found.set(key, resource);
        }
        if (!hasMore && found.size === total) return ok([...found.values()]);
        if (!hasMore) return unusable(options, name, `it has ${found.size} resources and claims ${total}`);
        if (resources.length === 0)
          return unusable(options, name, `page ${number} is empty, and more is said to follow`);
      }
      return unusable(options, name, `it has more than ${maxPages} pages`);
    },
  };
}

interface Page {
  readonly resources: readonly DiscoveredResource[];
  readonly total: number;
  readonly hasMore: boolean;
}

async function askPage(
  options: AgentOptions,
  group: string,
  number: number,
  signal: AbortSignal,
): Promise<Outcome<Page>> {
  const path = `/api/v2/resources/groups/${encodeURIComponent(group)}/discover?currentPage=${number}`;
  let reply: Awaited<ReturnType<AskAgent>>;
  try {
    reply = await options.ask(path, signal);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `The discovery agent at ${options.address} does not answer for group ${group}: ${reason}.`;
    return { kind: 'retry', error: { code: 'AZ2040', message } };
  }
  if (reply.status !== 200) return refused(options, group, reply.status);
  const page = readPage(reply.body, number, options.tenantId);
  return typeof page === 'string' ? unusable(options, group, page) : ok(page);
}

function refused({ address }: AgentOptions, group: string, status: number): Outcome<Page> {
  const fail = (code: ErrorCode, message: string): Outcome<Page> => ({
    kind: 'failed',
    error: { code, message, status },
  });
  if (status === 404) return fail('AZ2041', `The discovery agent at ${address} does not know the group ${group}.`);
  if (status === 501)
    return fail('AZ2042', `The discovery agent at ${address} cannot find resources of the type of group ${group}.`);
  const message = `The discovery agent at ${address} answered group ${group} with status ${status}.`;
  return { kind: status >= 500 || status === 429 ? 'retry' : 'failed', error: { code: 'AZ2040', message, status } };
}

/** A page, or what is wrong with it in words. */
function readPage(body: string, number: number, tenantId: string): Page | string {
  const parsed = membersOf(parse(body));
  if (parsed === undefined) return `page ${number} is not a JSON object`;
  const [result, hasMore] = [parsed.get('Result'), parsed.get('HasMore')];
  const information = membersOf(parsed.get('PageInformation'));
  const [current, total] = [information?.get('CurrentPage'), information?.get('TotalRecords')];
  if (!Array.isArray(result)) return `page ${number} has no Result`;
  if (typeof hasMore !== 'boolean') return `page ${number} does not say whether it HasMore`;
  if (typeof total !== 'number') return `page ${number} does not tell TotalRecords`;
  if (current !== number) return `page ${number} was asked for and page ${String(current)} came`;
  const resources: DiscoveredResource[] = [];
  for (const item of result as readonly unknown[]) {
    const resource = fromWire(item, tenantId);
    if (typeof resource === 'string') return resource;
    resources.push(resource);
  }
  return { resources, total, hasMore };
}

function membersOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? new Map<string, unknown>(Object.entries(value))
    : undefined;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** What came is no whole list; the next refresh may bring one. */
function unusable<T>({ address }: AgentOptions, group: string, reason: string): Outcome<T> {
  const message = `The discovery agent at ${address} gave no whole list for group ${group}: ${reason}.`;
  return { kind: 'retry', error: { code: 'AZ2043', message } };
}

function keyOf(resource: DiscoveredResource): string {
  const row = rowNamed(resource.resourceType);
  return row === undefined ? '' : resourceKey(describeResource(row, resource).id);
}
