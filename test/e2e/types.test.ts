import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resourceTypeNames } from '../../src/catalogue/lookup.ts';
import { group, type Proof, prove, resourceUri, subscription, tenant, worldOf } from './in-process.ts';
import { type TypeRow, typeRows } from './type-rows.ts';

const workspaceId = '44444444-4444-4444-4444-444444444444';
const logQuery = 'Heartbeat | summarize result=count() | project result';

/** Type and name of a resource from its path: names stand between the parts of the type. */
function splitPath(path: string): { type: string; name: string } {
  const [provider = '', ...parts] = path.split('/');
  const pick = (rest: number): string => parts.filter((_, index) => index % 2 === rest).join('/');
  return { type: `${provider}/${pick(0)}`, name: pick(1) };
}

/** Each row has a value of its own, so that answers cannot be mixed up without being noticed. */
const numberOf = (row: TypeRow): number => 100 + typeRows.indexOf(row);
const nameOf = (row: TypeRow): string => `row_${typeRows.indexOf(row)}`;

const world = worldOf({
  resources: [
    ...typeRows.map((row) => ({
      ...splitPath(row.path),
      metrics: [
        {
          name: row.metric ?? 'Probe',
          dimensions: Object.entries(row.offers ?? {}).map(([name, values]) => ({ name, values })),
          generator: { kind: 'constant', value: numberOf(row) },
        },
      ],
    })),
    { ...splitPath('Microsoft.OperationalInsights/workspaces/logs'), properties: { customerId: workspaceId } },
  ],
  workspaces: [{ resource: 'logs', queries: [{ query: logQuery, rows: [[42]] }] }],
  queues: [
    {
      account: 'queues',
      name: 'mail',
      signature: 'abc',
      messages: { kind: 'constant', value: 17 },
      oldestAge: { kind: 'constant', value: 90 },
    },
  ],
});

const sasToken = { rawValue: 'sv=2024-11-04&sp=r&sig=abc' };
const metrics = [
  ...typeRows.map((row) => ({
    name: nameOf(row),
    description: row.type,
    resourceType: row.type,
    azureMetricConfiguration: {
      metricName: row.metric ?? 'Probe',
      aggregation: { type: 'Average' },
      ...(row.dimensions === undefined ? {} : { dimensions: row.dimensions.map((name) => ({ name })) }),
    },
    resources: [row.fields],
  })),
  {
    name: 'logs_rows',
    description: 'Rows',
    resourceType: 'LogAnalytics',
    logAnalyticsConfiguration: { query: logQuery, aggregation: { interval: '00:15:00' } },
    resources: [{ workspaceId, workspaceName: 'logs' }],
  },
  ...['MessageCount', 'TimeSpentInQueue'].map((metricName) => ({
    name: `queue_${metricName.toLowerCase()}`,
    description: 'Mail',
    resourceType: 'StorageQueue',
    azureMetricConfiguration: { metricName, aggregation: { type: 'Total' } },
    resources: [{ accountName: 'queues', queueName: 'mail', sasToken }],
  })),
];

/** Labels that every series has. */
function common(path: string, instance: string): Record<string, string> {
  return {
    resource_group: group,
    subscription_id: subscription,
    resource_uri: resourceUri(path),
    instance_name: instance,
    tenant_id: tenant,
  };
}

let proof: Proof;
let run: Awaited<ReturnType<Proof['run']>>;
beforeAll(async () => {
  proof = await prove({ world, declaration: { metrics } });
  run = await proof.run();
});
afterAll(() => proof.close());

describe('every resource type', () => {
  it('has a row here', () => {
    const covered = new Set([...typeRows.map(({ type }) => type), 'LogAnalytics', 'StorageQueue']);
    expect([...covered].sort()).toEqual([...resourceTypeNames].sort());
    expect(covered.size).toBe(56);
  });

  it('is asked for once in a healthy run, and succeeds', () => {
    expect(run).toEqual({ succeeded: metrics.length, failed: 0 });
    const { authority: _authority, token: _token, ...counts } = proof.emulator.control.calls().counts;
    expect(counts).toEqual({ metrics: typeRows.length, logs: 1, queue: 2 });
  });

  it.each(typeRows.map((row) => [`${row.type} ${JSON.stringify(row.fields)}`, row] as const))('%s', async (_, row) => {
    const asked = proof.calls('metrics').filter(({ path }) => path.includes(`/${resourceUri(row.path)}/providers/`));
    expect(asked).toHaveLength(1);
    expect(asked[0]?.resources).toEqual([resourceUri(row.path)]);
    expect(asked[0]?.metricNames).toEqual([row.metric ?? 'Probe']);
    expect(asked[0]?.parameters['$filter']).toBe(row.filter);
    const shown = (row.series ?? [{}]).map((extra) => ({ ...common(row.path, row.instance), ...extra }));
    const lines = await proof.lines(nameOf(row));
    expect(lines.map(({ labels }) => labels)).toEqual(expect.arrayContaining(shown));
    expect(lines.map(({ value }) => value)).toEqual(shown.map(() => numberOf(row)));
  });
});

describe('types with an API of their own', () => {
  it('LogAnalytics runs its query over its interval', async () => {
    const [call] = proof.calls('logs');
    expect(call?.path).toBe(`/v1/workspaces/${workspaceId}/query`);
    expect(call?.body).toEqual({ query: logQuery, timespan: '2026-01-01T11:45:20.000Z/2026-01-01T12:00:20.000Z' });
    expect(await proof.lines('logs_rows')).toEqual([
      {
        name: 'logs_rows',
        labels: {
          ...common('Microsoft.OperationalInsights/workspaces/logs/Overview', 'logs'),
          workspace_id: workspaceId,
          workspace_name: 'logs',
        },
        value: 42,
      },
    ]);
  });

  it('StorageQueue asks the queue itself, for its length and for its oldest message', async () => {
    const labels = {
      ...common('Microsoft.Storage/storageAccounts/queues/queueServices', 'queues'),
      queue_name: 'mail',
    };
    const calls = proof.calls('queue').map(({ path, parameters }) => `${path} ${parameters['comp'] ?? ''}`);
    expect(calls.sort()).toEqual(['/queues/mail metadata', '/queues/mail/messages ']);
    expect(await proof.lines('queue_messagecount')).toEqual([{ name: 'queue_messagecount', labels, value: 17 }]);
    expect(await proof.lines('queue_timespentinqueue')).toEqual([
      { name: 'queue_timespentinqueue', labels, value: 90 },
    ]);
    expect(await proof.text()).not.toContain('sig=');
  });
});
