import { describe, expect, it } from 'vitest';
import type { CodedError, Outcome } from '../../src/core/outcome.ts';
import { createGraphResources } from '../../src/discovery/graph-resources.ts';
import type { GraphRequest, GraphRow } from '../../src/discovery/ports.ts';
import type { UnreadableRow } from '../../src/discovery/rows.ts';
import { aGroup } from './groups.ts';

const never = new AbortController().signal;
const refused: CodedError = { code: 'AZ3403', message: 'No role.' };

function row(name: string, subscriptionId: string, type = 'microsoft.cache/redis'): GraphRow {
  const id = `/subscriptions/${subscriptionId}/resourceGroups/g/providers/${type}/${name}`;
  return { id, name, type, kind: '', location: 'westeurope', resourceGroup: 'g', subscriptionId, tags: {} };
}

function fixture(answers: Readonly<Record<string, readonly GraphRow[] | CodedError>>) {
  const asked: GraphRequest[] = [];
  const unreadable: UnreadableRow[] = [];
  let pauses = 0;
  const source = createGraphResources({
    graph: {
      query: (request): Promise<Outcome<readonly GraphRow[]>> => {
        asked.push(request);
        const answer = answers[request.tenantId] ?? [];
        return Promise.resolve('code' in answer ? { kind: 'failed', error: answer } : { kind: 'ok', value: answer });
      },
    },
    landscapes: [
      { tenantId: 't1', subscriptions: ['S1', 'S2'] },
      { tenantId: 't2', subscriptions: ['S3'] },
    ],
    unreadable: (_, rows) => unreadable.push(...rows),
    pause: () => {
      pauses += 1;
      return Promise.resolve();
    },
  });
  return { source, asked, unreadable, pauses: () => pauses };
}

describe('a group', () => {
  it('has the resources of every landscape, each with its tenant', async () => {
    const { source, asked } = fixture({ t1: [row('a', 'S1')], t2: [row('b', 'S3')] });
    const outcome = await source.list(aGroup('RedisCache'), never);
    expect(outcome.kind === 'ok' && outcome.value.map(({ name, tenantId }) => `${tenantId} ${name}`)).toEqual([
      't1 a',
      't2 b',
    ]);
    expect(asked.map(({ tenantId, subscriptions }) => [tenantId, subscriptions])).toEqual([
      ['t1', ['S1', 'S2']],
      ['t2', ['S3']],
    ]);
  });

  it('fails when a landscape does, because the list would lack its resources', async () => {
    const { source } = fixture({ t1: [row('a', 'S1')], t2: refused });
    expect(await source.list(aGroup('RedisCache'), never)).toEqual({ kind: 'failed', error: refused });
  });

  it('is looked for only in the subscriptions that it includes', async () => {
    const { source, asked } = fixture({});
    await source.list(aGroup('RedisCache', { include: { subscriptions: ['s2', 'elsewhere'] } }), never);
    expect(asked.map(({ tenantId, subscriptions }) => [tenantId, subscriptions])).toEqual([['t1', ['S2']]]);
  });

  it('is read in parts, and says what it could not use', async () => {
    const rows = Array.from({ length: 1_200 }, (_, index) => row(`c${index}`, 'S1'));
    const { source, unreadable, pauses } = fixture({
      t1: [...rows, row('vm', 'S1', 'microsoft.compute/virtualmachines')],
    });
    const outcome = await source.list(aGroup('RedisCache'), never);
    expect(outcome.kind === 'ok' && outcome.value.length).toBe(1_200);
    expect(pauses()).toBe(3);
    expect(unreadable).toMatchObject([
      { reason: 'Its type `microsoft.compute/virtualmachines` (kind ``) is not one of RedisCache.' },
    ]);
  });
});
