import { describe, expect, it } from 'vitest';
import { explainGroup, explainListed } from '../../src/discovery/explain.ts';
import { takeInventory } from '../../src/discovery/inventory.ts';
import type { GraphRequest, GraphRow } from '../../src/discovery/ports.ts';
import { groupOf, resourceOf } from './agent/support.ts';

const scope = '/subscriptions/sub-1/resourceGroups/Northwind/providers';
const row = (name: string, more: GraphRow = {}): GraphRow => ({
  id: `${scope}/Microsoft.Cache/Redis/${name}`,
  name,
  type: 'microsoft.cache/redis',
  kind: '',
  location: 'westeurope',
  resourceGroup: 'northwind',
  subscriptionId: 'sub-1',
  tags: {},
  ...more,
});

const landscapes = [{ tenantId: 'tenant-1', subscriptions: ['sub-1'] }];
const { signal } = new AbortController();
const error = { code: 'AZ3429', message: 'Resource Graph is throttling.' } as const;

/** Answers queries that hold a text with its rows; the first that fits. */
function aGraph(...answers: readonly (readonly [text: string, rows: readonly GraphRow[] | 'fails'])[]) {
  const asked: GraphRequest[] = [];
  return {
    asked,
    query(request: GraphRequest) {
      asked.push(request);
      const [, rows = 'fails'] = answers.find(([text]) => request.query.includes(text)) ?? [];
      return Promise.resolve(
        rows === 'fails' ? { kind: 'retry' as const, error } : { kind: 'ok' as const, value: rows },
      );
    },
  };
}

const include = { subscriptions: [], resourceGroups: [], regions: [], names: ['a.*'], tags: [] };

describe('why a resource is in a group or not', () => {
  it('holds what Azure gives for the group against everything of the type', async () => {
    const strange = row('x', { id: `${scope}/Microsoft.Cache/Redis` });
    const graph = aGraph(['matches regex', [row('a1')]], ['', [row('a1'), row('b'), strange]]);
    const outcome = await explainGroup(groupOf('caches', 'RedisCache', { include }), landscapes, graph, signal);
    expect(outcome).toMatchObject({
      kind: 'ok',
      value: {
        name: 'caches',
        resourceType: 'RedisCache',
        resources: [{ id: `${scope.slice(1)}/Microsoft.Cache/Redis/a1`, why: 'its name a1 matches a.*' }],
        out: [
          { id: `${scope.slice(1)}/Microsoft.Cache/Redis/b`, why: 'its name b does not match a.*' },
          {
            id: `${scope.slice(1)}/Microsoft.Cache/Redis`,
            why: 'Its id is not that of a resource in a resource group.',
          },
        ],
      },
    });
    expect(graph.asked).toHaveLength(2);
  });

  it('names the condition when nothing else keeps a resource out', async () => {
    const graph = aGraph(["kind != 'x'", []], ['', [row('a')]]);
    const group = groupOf('caches', 'RedisCache', { condition: "kind != 'x'" });
    expect(await explainGroup(group, landscapes, graph, signal)).toMatchObject({
      value: { resources: [], out: [{ why: 'it does not fit the query of the group' }] },
    });
    expect(
      await explainGroup(groupOf('caches', 'RedisCache'), landscapes, aGraph(['', [row('a')]]), signal),
    ).toMatchObject({
      value: { out: [], resources: [{ why: 'the group takes all of its type' }] },
    });
  });

  it('fails when either cannot be had', async () => {
    const group = groupOf('caches', 'RedisCache', { include });
    for (const graph of [aGraph(['matches regex', []]), aGraph(['matches regex', 'fails'], ['', []])])
      expect(await explainGroup(group, landscapes, graph, signal)).toEqual({ kind: 'retry', error });
  });

  it('shows what an agent told of, without reasons', () => {
    expect(explainListed('caches', [resourceOf('RedisCache')])).toMatchObject({
      name: 'caches',
      resourceType: 'RedisCache',
      resources: [
        {
          id: 'subscriptions/6f9c2b74-2f0e-4c0b-8a43-1a0d3b7f4e22/resourceGroups/northwind/providers/Microsoft.Cache/Redis/cachename-0',
          why: '',
        },
      ],
      out: [],
    });
  });
});

describe('the inventory', () => {
  it('counts what exists by type, kinds told apart, and what has no recommendation', async () => {
    const site = (name: string, kind: string): GraphRow => ({
      id: `${scope}/Microsoft.Web/sites/${name}`,
      type: 'microsoft.web/sites',
      kind,
    });
    const other = { id: `${scope}/Microsoft.Foo/bars/b`, type: 'microsoft.foo/bars', kind: '' };
    const graph = aGraph(['', [row('a'), row('b'), site('w', 'app'), site('f', 'functionapp,linux'), other]]);
    const outcome = await takeInventory(landscapes, graph, signal);
    if (outcome.kind !== 'ok') throw new Error('no inventory');
    expect(outcome.value.types.map(({ type, count }) => [type.type, count])).toEqual([
      ['FunctionApp', 1],
      ['RedisCache', 2],
      ['WebApp', 1],
    ]);
    expect([...outcome.value.others]).toEqual([['microsoft.foo/bars', 1]]);
    expect(await takeInventory(landscapes, aGraph(), signal)).toEqual({ kind: 'retry', error });
  });
});
