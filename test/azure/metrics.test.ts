import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { MetricsRequest } from '../../src/scrape/ports.ts';
import {
  connect,
  type FakeAzure,
  type Harness,
  resourceId,
  startFakeAzure,
  startIdentityEndpoint,
  subscriptionId,
} from './fake-azure.ts';

const start = Date.parse('2026-03-10T08:00:00Z');
const request: MetricsRequest = {
  mode: 'single',
  subscriptionId,
  resourceIds: [resourceId],
  namespace: 'Microsoft.ServiceBus/namespaces',
  metricNames: ['ActiveMessages', 'Size, total'],
  aggregations: ['Average', 'Maximum'],
  intervalMs: 300_000,
  startMs: start,
  endMs: start + 600_000,
  filter: `EntityName eq '*'`,
  limit: 250,
};
const signal = new AbortController().signal;

const metric = (id: string, name: string, series: unknown): unknown => ({
  id: `${id}/providers/Microsoft.Insights/metrics/${name}`,
  name: { value: name, localizedValue: 'a longer name' },
  unit: 'Count',
  timeseries: series,
  errorCode: 'Success',
});
const points = [
  { timeStamp: '2026-03-10T08:00:00Z', average: 12.5 },
  { timeStamp: '2026-03-10T08:05:00Z', average: null },
  { timeStamp: '2026-03-10T08:10:00Z' },
];
const series = [{ metadatavalues: [{ name: { value: 'EntityName' }, value: 'Orders' }], data: points }];

describe('metrics source', () => {
  let fake: FakeAzure;
  let harness: Harness;
  beforeAll(async () => {
    fake = await startFakeAzure();
  });
  afterAll(() => fake.close());
  beforeEach(() => {
    fake.seen.splice(0);
    harness = connect(fake.cloud);
  });
  afterEach(() => harness.azure.close());

  it('asks for one resource at ARM with every parameter and no doubled slash', async () => {
    fake.reply({ body: { interval: 'PT5M', value: [metric(`/${resourceId}`, 'ActiveMessages', series)] } });
    await harness.azure.metrics.query({ ...request, resourceIds: [`/${resourceId}`] }, signal);
    const [sent] = fake.calls();
    expect(sent?.method).toBe('GET');
    expect(sent?.path).toBe(`/${resourceId}/providers/Microsoft.Insights/metrics`);
    expect(Object.fromEntries(sent?.query ?? [])).toMatchObject({
      timespan: '2026-03-10T08:00:00.000Z/2026-03-10T08:10:00.000Z',
      interval: 'PT5M',
      metricnames: 'ActiveMessages,Size%2 total',
      aggregation: 'Average,Maximum',
      top: '250',
      $filter: `EntityName eq '*'`,
      metricnamespace: 'Microsoft.ServiceBus/namespaces',
    });
    expect(sent?.headers['user-agent']).toMatch(/^App\/Azimuth\/0\.0-test /);
    expect(sent?.headers.authorization).toMatch(/^Bearer MARK-access-token/);
  });

  it('passes points through as they came, with dimension names in lower case', async () => {
    const body = { interval: 'PT5M', value: [metric(`/${resourceId}`, 'ActiveMessages', series)] };
    fake.reply({ body, headers: { 'x-ms-request-id': 'r-1' } });
    expect(await harness.azure.metrics.query(request, signal)).toEqual({
      kind: 'ok',
      value: {
        requestId: 'r-1',
        resources: [
          {
            resourceId: `/${resourceId}`,
            interval: 'PT5M',
            metrics: [{ name: 'ActiveMessages', series: [{ dimensions: { entityname: 'Orders' }, points }] }],
          },
        ],
      },
    });
  });

  it('reads a compressed answer', async () => {
    fake.reply({ body: { value: [metric(`/${resourceId}`, 'Size', series)] }, gzip: true });
    const outcome = await harness.azure.metrics.query(request, signal);
    expect(outcome.kind === 'ok' && outcome.value.resources[0]?.metrics[0]?.name).toBe('Size');
    expect(fake.calls()[0]?.headers['accept-encoding']).toContain('gzip');
  });

  it('tells a metric that failed alone from its neighbours', async () => {
    const failed = {
      name: { value: 'Transactions' },
      timeseries: [],
      errorCode: 'InvalidSamplingType',
      errorMessage: 'no such aggregation',
    };
    fake.reply({ body: { value: [metric(`/${resourceId}`, 'Size', []), failed] } });
    const outcome = await harness.azure.metrics.query(request, signal);
    expect(outcome.kind === 'ok' && outcome.value.resources.flatMap(({ metrics }) => metrics)).toEqual([
      { name: 'Size', series: [] },
      { name: 'Transactions', series: [], error: { code: 'InvalidSamplingType', message: 'no such aggregation' } },
    ]);
  });

  it('joins at the last metrics segment, whatever its case', async () => {
    const odd = `/${resourceId}/providers/microsoft.insights/metrics/x`;
    const entry = { ...(metric('', 'Size', []) as object), id: `${odd}/providers/MICROSOFT.Insights/Metrics/Size` };
    fake.reply({ body: { value: [entry] } });
    const outcome = await harness.azure.metrics.query(request, signal);
    expect(outcome.kind === 'ok' && outcome.value.resources.map((resource) => resource.resourceId)).toEqual([odd]);
  });

  it('names the resource that was asked for when the answer holds nothing', async () => {
    fake.reply({ body: { value: [] } });
    const outcome = await harness.azure.metrics.query(request, signal);
    expect(outcome).toMatchObject({ kind: 'ok', value: { resources: [{ resourceId, metrics: [] }] } });
  });

  it('asks for many resources at the data plane of their region', async () => {
    const other = resourceId.replace('sb-shop', 'sb-audit');
    const item = { resourceid: `/${other}`, interval: 'PT5M', value: [metric(`/${other}`, 'Size', series)] };
    fake.reply({ body: { values: [item, { resourceid: `/${resourceId}`, value: [] }] } });
    const asked = { ...request, mode: 'batch', region: 'West Europe', resourceIds: [resourceId, `/${other}`] } as const;
    const outcome = await harness.azure.metrics.query(asked, signal);
    expect(outcome).toMatchObject({
      kind: 'ok',
      value: {
        resources: [
          { resourceId: `/${other}`, interval: 'PT5M' },
          { resourceId: `/${resourceId}`, metrics: [] },
        ],
      },
    });
    const [sent] = fake.calls();
    expect(`${sent?.method} ${sent?.path}`).toBe(`POST /westeurope/subscriptions/${subscriptionId}/metrics:getBatch`);
    expect(JSON.parse(sent?.body ?? '')).toEqual({ resourceids: [`/${resourceId}`, `/${other}`] });
    expect(Object.fromEntries(sent?.query ?? [])).toMatchObject({
      starttime: '2026-03-10T08:00:00.000Z',
      endtime: '2026-03-10T08:10:00.000Z',
      interval: 'PT5M',
      metricnamespace: 'Microsoft.ServiceBus/namespaces',
      metricnames: 'ActiveMessages,Size%2 total',
      aggregation: 'Average,Maximum',
      filter: `EntityName eq '*'`,
      top: '250',
    });
    expect(harness.events.at(-1)).toMatchObject({ api: 'batch', region: 'westeurope', subscriptionId });
    expect(fake.tokenCalls()[0]?.body).toContain(encodeURIComponent('https://metrics.example/.default'));
  });

  it('asks for a subscription and sorts the series by resource', async () => {
    const of = (id: string, entity: string) => ({
      metadatavalues: [
        { name: { value: 'Microsoft.ResourceId' }, value: id },
        { name: { value: 'EntityName' }, value: entity },
      ],
      data: points,
    });
    fake.reply({
      body: { interval: 'PT5M', value: [metric('x', 'Size', [of('/a', '1'), of('/b', '2'), of('/A', '3')])] },
    });
    const outcome = await harness.azure.metrics.query(
      { ...request, mode: 'subscription', region: 'westeurope' },
      signal,
    );
    const dims = (...entities: string[]) => entities.map((entityname) => ({ dimensions: { entityname }, points }));
    expect(outcome).toEqual({
      kind: 'ok',
      value: {
        resources: [
          { resourceId: '/a', interval: 'PT5M', metrics: [{ name: 'Size', series: dims('1', '3') }] },
          { resourceId: '/b', interval: 'PT5M', metrics: [{ name: 'Size', series: dims('2') }] },
        ],
      },
    });
    const [sent] = fake.calls();
    expect(sent?.path).toBe(`/subscriptions/${subscriptionId}/providers/Microsoft.Insights/metrics`);
    expect(sent?.query.get('region')).toBe('westeurope');
    expect(sent?.query.get('$filter')).toBe(`Microsoft.ResourceId eq '*' and EntityName eq '*'`);
    expect(sent?.headers.authorization).toMatch(/^Bearer /);
    expect(sent?.headers['user-agent']).toMatch(/^App\/Azimuth/);
  });

  it('reads what a metric definition offers', async () => {
    const definition = {
      name: { value: 'UsedCapacity' },
      namespace: 'Microsoft.Storage/storageAccounts',
      unit: 'Bytes',
      supportedAggregationTypes: ['Average', 'Total'],
      metricAvailabilities: [{ timeGrain: 'PT1H' }, { timeGrain: 'P1D' }, { timeGrain: 'nonsense' }],
    };
    fake.reply({ body: { value: [definition, { ...definition, dimensions: [{ value: 'Tier' }] }] } });
    const outcome = await harness.azure.metrics.definitions(resourceId, 'Microsoft.Storage/storageAccounts', signal);
    const offer = {
      name: 'UsedCapacity',
      namespace: 'Microsoft.Storage/storageAccounts',
      unit: 'Bytes',
      aggregations: ['Average', 'Total'],
      intervalsMs: [3_600_000, 86_400_000],
    };
    expect(outcome).toEqual({
      kind: 'ok',
      value: [
        { ...offer, dimensions: [] },
        { ...offer, dimensions: ['Tier'] },
      ],
    });
    expect(fake.calls()[0]?.path).toBe(`/${resourceId}/providers/Microsoft.Insights/metricDefinitions`);
    expect(fake.calls()[0]?.query.get('metricnamespace')).toBe('Microsoft.Storage/storageAccounts');
    expect(harness.events.at(-1)).toMatchObject({ api: 'definitions', subscriptionId });
  });

  it.each([
    [{ mode: 'batch', region: 'evil.example/x' }, /region "evil\.example\/x" is not the name/],
    [{ mode: 'subscription' }, /region "" is not the name/],
    [{ mode: 'batch', region: 'global', subscriptionId: 'mine' }, /"mine" is not a GUID/],
    [{ mode: 'batch', region: 'global', namespace: '' }, /needs a metric namespace/],
  ] as const)('sends nothing for what cannot be asked: %j', async (overrides, message) => {
    const outcome = await harness.azure.metrics.query({ ...request, ...overrides }, signal);
    expect(outcome.kind === 'failed' && outcome.error.code).toBe('AZ3015');
    expect(outcome.kind === 'failed' && outcome.error.message).toMatch(message);
    expect(fake.seen).toEqual([]);
  });

  it('keeps a resource id inside the path', async () => {
    fake.reply({ body: { value: [] } });
    const id = `subscriptions/s/resourceGroups/a b?api-version=1#x/providers/T/t/n`;
    await harness.azure.metrics.query({ ...request, resourceIds: [id] }, signal);
    expect(fake.calls()[0]?.path).toBe(
      '/subscriptions/s/resourceGroups/a%20b%3Fapi-version%3D1%23x/providers/T/t/n/providers/Microsoft.Insights/metrics',
    );
    expect(fake.calls()[0]?.query.get('api-version')).toBe('2024-02-01');
  });

  it('reports each request with what Azure said of the rest of the budget', async () => {
    const body = { value: [] };
    fake.reply({ body, headers: { 'x-ms-ratelimit-remaining-subscription-reads': '241', 'x-ms-request-id': 'r-2' } });
    await harness.azure.metrics.query(request, signal);
    expect(harness.events).toMatchObject([
      { api: 'token', code: '200' },
      {
        api: 'metrics',
        code: '200',
        subscriptionId,
        remainingReads: 241,
        requestId: 'r-2',
        throttled: false,
        attempt: 1,
        bytes: JSON.stringify(body).length,
      },
    ]);
  });

  it('shares one token among calls that start together', async () => {
    fake.reply({ body: { value: [] } });
    await Promise.all(Array.from({ length: 10 }, () => harness.azure.metrics.query(request, signal)));
    expect(fake.calls()).toHaveLength(10);
    expect(fake.tokenCalls()).toHaveLength(1);
  });
});

describe('a cloud on plain http', () => {
  it('works on this machine, tokens included', async () => {
    const fake = await startFakeAzure();
    const plain = await startIdentityEndpoint(() => ({ status: 200, body: '{"values":[]}' }));
    const { azure } = connect({ ...fake.cloud, metricsDataPlane: `${plain.origin}/{region}` });
    const outcome = await azure.metrics.query({ ...request, mode: 'batch', region: 'westeurope' }, signal);
    expect(outcome).toEqual({ kind: 'ok', value: { resources: [] } });
    expect(plain.seen[0]).toContain(`/westeurope/subscriptions/${subscriptionId}/metrics:getBatch`);
    await Promise.all([azure.close(), plain.close(), fake.close()]);
  });

  it('is refused elsewhere, before a token goes out', async () => {
    const fake = await startFakeAzure();
    const { azure, events } = connect({ ...fake.cloud, resourceManager: 'http://azure.example' });
    const outcome = await azure.metrics.query(request, signal);
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'AZ3015' } });
    expect(events).toEqual([]);
    await Promise.all([azure.close(), fake.close()]);
  });
});
