import { describe, expect, it } from 'vitest';
import { createAgentSource } from '../../../src/discovery/agent/client.ts';
import type { AgentReply } from '../../../src/discovery/agent/ports.ts';
import { pageInformationType, pageType, toWire } from '../../../src/discovery/agent/wire.ts';
import { groupOf, resourceOf, tenantId } from './support.ts';

const cache = (index: number) => toWire(resourceOf('RedisCache', index));

interface Shape {
  readonly result?: unknown;
  readonly current?: number;
  readonly total?: unknown;
  readonly more?: unknown;
}

function page({ result = [], current = 1, total = 0, more = false }: Shape): AgentReply {
  const information = { $type: pageInformationType, PageSize: 1000, CurrentPage: current, TotalRecords: total };
  const body = { $type: pageType, Result: result, PageInformation: information, HasMore: more };
  return { status: 200, body: JSON.stringify(body) };
}

/** An agent that answers in turn, the last answer for ever. */
function agentOf(...replies: readonly (AgentReply | Error)[]) {
  const asked: string[] = [];
  const source = createAgentSource({
    address: 'http://agent:8889',
    tenantId,
    ask(path) {
      asked.push(path);
      const reply = replies[Math.min(asked.length, replies.length) - 1];
      return reply instanceof Error || reply === undefined
        ? Promise.reject(reply ?? new Error(''))
        : Promise.resolve(reply);
    },
  });
  const list = (group: Parameters<typeof source.list>[0] = 'caches') =>
    source.list(group, new AbortController().signal);
  return { list, asked };
}

const prefix = 'The discovery agent at http://agent:8889';

describe('the client of a discovery agent', () => {
  it('reads pages until there are no more', async () => {
    const { list, asked } = agentOf(
      page({ result: [cache(0), cache(1)], total: 3, more: true }),
      page({ result: [cache(2)], current: 2, total: 3 }),
    );
    const outcome = await list();
    expect(outcome).toMatchObject({ kind: 'ok' });
    const names = outcome.kind === 'ok' ? outcome.value.map(({ name }) => name) : [];
    expect(names).toEqual(['cachename-0', 'cachename-1', 'cachename-2']);
    expect(asked).toEqual([1, 2].map((number) => `/api/v2/resources/groups/caches/discover?currentPage=${number}`));
  });

  it('encodes the name, and takes a group for its name', async () => {
    const { list, asked } = agentOf(page({}));
    expect(await list(groupOf('a/b ?c', 'RedisCache'))).toEqual({ kind: 'ok', value: [] });
    expect(asked).toEqual(['/api/v2/resources/groups/a%2Fb%20%3Fc/discover?currentPage=1']);
  });

  it.each([
    [404, 'failed', 'AZ2041', `${prefix} does not know the group caches.`],
    [501, 'failed', 'AZ2042', `${prefix} cannot find resources of the type of group caches.`],
    [400, 'failed', 'AZ2040', `${prefix} answered group caches with status 400.`],
    [500, 'retry', 'AZ2040', `${prefix} answered group caches with status 500.`],
    [429, 'retry', 'AZ2040', `${prefix} answered group caches with status 429.`],
  ])('tells of status %d in words', async (status, kind, code, message) => {
    expect(await agentOf({ status, body: '' }).list()).toEqual({ kind, error: { code, message, status } });
  });

  it('tells why there was no answer', async () => {
    expect(await agentOf(new Error('connect ECONNREFUSED')).list()).toEqual({
      kind: 'retry',
      error: { code: 'AZ2040', message: `${prefix} does not answer for group caches: connect ECONNREFUSED.` },
    });
  });

  const good = page({ result: [cache(0)], total: 2, more: true });
  it.each([
    ['half an answer', [{ status: 200, body: good.body.slice(0, 90) }], 'page 1 is not a JSON object'],
    ['an array', [{ status: 200, body: '[]' }], 'page 1 is not a JSON object'],
    ['no result', [page({ result: null })], 'page 1 has no Result'],
    ['no end', [page({ more: 'no' })], 'page 1 does not say whether it HasMore'],
    ['no total', [page({ total: 'three' })], 'page 1 does not tell TotalRecords'],
    ['a loop of one page', [good], 'page 2 was asked for and page 1 came'],
    [
      'a loop of contents',
      [good, page({ result: [cache(0)], current: 2, total: 2 })],
      'resource subscriptions/6f9c2b74-2f0e-4c0b-8a43-1a0d3b7f4e22/resourcegroups/northwind/providers/microsoft.cache/redis/cachename-0 came twice, so the list is not whole',
    ],
    ['an empty page', [page({ more: true, total: 5 })], 'page 1 is empty, and more is said to follow'],
    ['a missing half', [page({ result: [cache(0)], total: 2 })], 'it has 1 resources and claims 2'],
    ['a resource of no type', [page({ result: [{}], total: 1 })], 'a resource has the type ``, which is not known'],
  ])('takes %s for no list', async (_, replies, reason) => {
    const message = `${prefix} gave no whole list for group caches: ${reason}.`;
    expect(await agentOf(...replies).list()).toEqual({ kind: 'retry', error: { code: 'AZ2043', message } });
  });

  it('ends when pages never do', async () => {
    let number = 0;
    const source = createAgentSource({
      address: 'http://agent:8889',
      tenantId,
      ask() {
        number += 1;
        return Promise.resolve(page({ result: [cache(number)], current: number, total: 9, more: true }));
      },
    });
    expect(await source.list('caches', new AbortController().signal)).toMatchObject({
      error: { message: `${prefix} gave no whole list for group caches: it has more than 1000 pages.` },
    });
    expect(number).toBe(1_000);
  });
});
