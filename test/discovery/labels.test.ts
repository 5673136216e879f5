import { describe, expect, it } from 'vitest';
import type { ResourceLabels } from '../../src/core/declaration.ts';
import { keysAbove, labelQuery, labelsOfRow, typesOfKey } from '../../src/discovery/label-query.ts';
import { createLabelBook } from '../../src/discovery/labels.ts';
import type { GraphRequest, GraphRow } from '../../src/discovery/ports.ts';

const wanted: ResourceLabels = {
  tags: [
    { tag: 'Env', label: 'env' },
    { tag: 'team', label: 'owner' },
  ],
  properties: [
    { path: 'sku.name', label: 'sku' },
    { path: 'zones', label: 'zones' },
  ],
  as: 'labels',
};
const named: ResourceLabels = { tags: [], properties: [], subscriptionName: 'subscription', as: 'labels' };

const keyOf = (name: string, subscription = 'sub-1'): string =>
  `subscriptions/${subscription}/resourcegroups/g/providers/microsoft.cache/redis/${name}`;
const resource = (name: string, subscriptionId = 'sub-1', tenantId = 'tenant-1') => ({
  key: keyOf(name, subscriptionId),
  subscriptionId,
  tenantId,
});
const row = (name: string, tags: Record<string, string>, subscription?: string): GraphRow => ({
  id: `/${keyOf(name, subscription).replace('redis', 'Redis')}`,
  tags,
});

/** A Resource Graph that answers as it is told for each tenant, and records what it is asked. */
function aGraph() {
  const asked: GraphRequest[] = [];
  const rows: Record<string, readonly GraphRow[] | 'throttled'> = {};
  const subscriptions: GraphRow[] = [];
  const error = { code: 'AZ3429', message: 'Resource Graph is throttling.' } as const;
  return {
    asked,
    rows,
    subscriptions,
    error,
    source: {
      query(request: GraphRequest) {
        asked.push(request);
        const answer = request.query.startsWith('resourcecontainers') ? subscriptions : rows[request.tenantId];
        return Promise.resolve(
          answer === 'throttled' || answer === undefined
            ? { kind: 'retry' as const, error }
            : { kind: 'ok' as const, value: answer },
        );
      },
    },
  };
}

const { signal } = new AbortController();

describe('the query of labels', () => {
  it('asks for what is on the list and nothing else', () => {
    expect(labelQuery(wanted, ['microsoft.cache/redis', "o'hara/x"])).toBe(
      "resources\n| where type in~ ('microsoft.cache/redis', 'o\\'hara/x')\n| project id, tags, p0 = sku.name, p1 = zones\n| order by id asc",
    );
    expect(labelQuery({ ...wanted, tags: [] }, ['a/b'])).toContain('project id, p0 = sku.name, p1 = zones\n');
    expect(labelQuery(named, ['a/b'])).toBeUndefined();
  });

  it('reads tags without case, numbers and lists as text, and leaves out what is not there', () => {
    const tags = { ENV: 'prod', secret: 'not on the list' };
    expect(labelsOfRow({ id: 'x', tags, p0: 'P1', p1: [1, 2] }, wanted)).toEqual([
      ['env', 'prod'],
      ['sku', 'P1'],
      ['zones', '1,2'],
    ]);
    expect(labelsOfRow({ id: 'x', tags: null, p0: { a: 1 }, p1: [] }, wanted)).toEqual([['sku', '{"a":1}']]);
  });

  it('knows what a resource belongs to', () => {
    const key = 'subscriptions/s/resourcegroups/g/providers/microsoft.storage/storageaccounts/a/blobservices/default';
    expect(typesOfKey(key)).toEqual([
      'microsoft.storage/storageaccounts',
      'microsoft.storage/storageaccounts/blobservices',
    ]);
    expect(keysAbove(key).map((one) => one.split('/').at(-1))).toEqual([
      'default',
      'blobservices',
      'a',
      'storageaccounts',
      'microsoft.storage',
    ]);
  });
});

describe('the book of labels', () => {
  it('looks up all resources of a tenant in one query over their subscriptions', async () => {
    const graph = aGraph();
    graph.rows['tenant-1'] = [row('a', { env: 'prod' }), row('b', { env: 'test' }, 'sub-2')];
    graph.rows['tenant-2'] = [row('c', { team: 'x' }, 'sub-3')];
    const book = createLabelBook(wanted, graph.source);
    const resources = [resource('b', 'sub-2'), resource('a'), resource('c', 'sub-3', 'tenant-2')];
    expect(await book.refresh(resources, signal)).toEqual([]);
    expect(graph.asked.map(({ tenantId, subscriptions }) => [tenantId, ...subscriptions])).toEqual([
      ['tenant-1', 'sub-1', 'sub-2'],
      ['tenant-2', 'sub-3'],
    ]);
    expect(book.labelsOf(keyOf('a'))).toEqual([['env', 'prod']]);
    expect(book.labelsOf(keyOf('b', 'sub-2'))).toEqual([['env', 'test']]);
    expect(book.labelsOf(keyOf('c', 'sub-3'))).toEqual([['owner', 'x']]);
    expect(book.labelsOf(keyOf('unknown'))).toEqual([]);
  });

  it('keeps the last labels through a failure of their tenant, and tells of it', async () => {
    const graph = aGraph();
    graph.rows['tenant-1'] = [row('a', { env: 'prod' })];
    const book = createLabelBook(wanted, graph.source);
    await book.refresh([resource('a')], signal);
    const version = book.version();
    graph.rows['tenant-1'] = 'throttled';
    expect(await book.refresh([resource('a'), resource('new')], signal)).toEqual([graph.error]);
    expect(book.labelsOf(keyOf('a'))).toEqual([['env', 'prod']]);
    expect(book.version()).toBe(version);
  });

  it('keeps the labels of a resource that is no longer listed, until it leaves the plan', async () => {
    const graph = aGraph();
    graph.rows['tenant-1'] = [row('a', { env: 'prod' })];
    const book = createLabelBook(wanted, graph.source);
    await book.refresh([resource('a')], signal);
    graph.rows['tenant-1'] = [];
    await book.refresh([resource('a')], signal);
    expect(book.labelsOf(keyOf('a'))).toEqual([['env', 'prod']]);
    await book.refresh([], signal);
    expect(book.labelsOf(keyOf('a'))).toEqual([]);
  });

  it('changes its version with a label and with nothing else', async () => {
    const graph = aGraph();
    const book = createLabelBook(wanted, graph.source);
    const versions: number[] = [];
    for (const tags of [{ env: 'prod' }, { env: 'prod', other: '1' }, { env: 'test' }, {}]) {
      graph.rows['tenant-1'] = [row('a', tags)];
      await book.refresh([resource('a')], signal);
      versions.push(book.version());
    }
    expect(versions).toEqual([1, 1, 2, 3]);
    expect(book.labelsOf(keyOf('a'))).toEqual([]);
  });

  it('names subscriptions, with no query for resources when nothing of them is wanted', async () => {
    const graph = aGraph();
    graph.subscriptions.push({ id: '/subscriptions/SUB-1', name: 'Contoso production' });
    const book = createLabelBook(named, graph.source);
    await book.refresh([resource('a'), resource('b', 'sub-2')], signal);
    expect(graph.asked).toHaveLength(1);
    expect(book.labelsOf(keyOf('a'))).toEqual([['subscription', 'Contoso production']]);
    expect(book.labelsOf(keyOf('b', 'sub-2'))).toEqual([]);
  });

  it('gives a service the labels of its account, unless it is listed itself', async () => {
    const graph = aGraph();
    const account = 'subscriptions/sub-1/resourcegroups/g/providers/microsoft.storage/storageaccounts/a';
    graph.rows['tenant-1'] = [{ id: `/${account}`, tags: { env: 'prod' } }];
    const book = createLabelBook(wanted, graph.source);
    const blobs = { key: `${account}/blobservices/default`, subscriptionId: 'sub-1', tenantId: 'tenant-1' };
    await book.refresh([blobs], signal);
    expect(book.labelsOf(blobs.key)).toEqual([['env', 'prod']]);
    graph.rows['tenant-1'] = [
      { id: `/${account}`, tags: { env: 'prod' } },
      { id: blobs.key, tags: {} },
    ];
    await book.refresh([blobs], signal);
    expect(book.labelsOf(blobs.key)).toEqual([]);
  });
});
