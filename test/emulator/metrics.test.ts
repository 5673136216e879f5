import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectedBucket } from '../../src/emulator/expected.ts';
import { createFakeClock } from '../fakes/clock.ts';
import {
  type Answer,
  type Bench,
  bus,
  demoWorld,
  group,
  metricsPath,
  startBench,
  startMs,
  subscription,
  worldOf,
} from './support.ts';

interface Point {
  readonly timeStamp: string;
  readonly [aggregate: string]: number | string;
}
interface MetricBody {
  readonly id: string;
  readonly name: { readonly value: string };
  readonly errorCode: string;
  readonly errorMessage?: string;
  readonly timeseries: readonly {
    readonly metadatavalues: readonly { readonly name: { readonly value: string }; readonly value: string }[];
    readonly data?: readonly Point[];
  }[];
}

const world = demoWorld(['seed: 2026', 'seed: 2026\nlimits: { arm: none }']);
let bench: Bench;

beforeAll(async () => {
  bench = await startBench({ world, clock: createFakeClock(startMs) });
});
afterAll(() => bench.close());

const metricsIn = (answer: Answer): readonly MetricBody[] => answer.json()['value'] as MetricBody[];
const seriesIn = (answer: Answer): string[][] =>
  (metricsIn(answer)[0]?.timeseries ?? []).map(({ metadatavalues }) => metadatavalues.map(({ value }) => value));
const ask = (parameters: Record<string, string | null> = {}, resource = bus): Promise<Answer> =>
  bench.call(metricsPath(parameters, resource));

describe('metrics of one resource', () => {
  it('have the shape of Azure', async () => {
    const answer = await ask({ aggregation: 'Average,Maximum', interval: 'PT5M', $filter: "EntityName eq 'ORDERS'" });
    const bucket = expectedBucket(
      world,
      bus,
      'ActiveMessages',
      { entityname: 'orders' },
      startMs - 600_000,
      startMs - 300_000,
      startMs,
    );
    expect(answer.status).toBe(200);
    expect(answer.json()).toEqual({
      cost: 4,
      timespan: '2026-03-10T08:00:00Z/2026-03-10T08:05:00Z',
      interval: 'PT5M',
      value: [
        {
          id: `${bus}/providers/Microsoft.Insights/metrics/ActiveMessages`,
          type: 'Microsoft.Insights/metrics',
          name: { value: 'ActiveMessages', localizedValue: 'Active Messages' },
          displayDescription: 'Active Messages of the resource.',
          unit: 'Count',
          timeseries: [
            {
              metadatavalues: [{ name: { value: 'entityname', localizedValue: 'entityname' }, value: 'orders' }],
              data: [{ timeStamp: '2026-03-10T08:00:00Z', average: bucket?.average, maximum: bucket?.maximum }],
            },
          ],
          errorCode: 'Success',
        },
      ],
      namespace: 'microsoft.servicebus/namespaces',
      resourceregion: 'westeurope',
    });
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(answer.headers.get('x-ms-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('are the sums that were computed apart', async () => {
    // 46 + 46 + 46 + 46 + 45, from the separate program of the generator tests.
    const answer = await ask({
      aggregation: 'total,count,minimum',
      interval: 'PT5M',
      $filter: "EntityName eq 'orders'",
    });
    const [point] = metricsIn(answer)[0]?.timeseries[0]?.data ?? [];
    expect(point).toEqual({ timeStamp: '2026-03-10T08:00:00Z', total: 229, count: 5, minimum: 45 });
  });

  it('hold what expectedBucket computes, for any window, grain and split', async () => {
    const entity = fc.constantFrom('orders', 'price-changes', undefined);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 200 }),
        fc.constantFrom(1, 5, 15, 30),
        entity,
        async (ago, grain, name) => {
          const from = startMs - ago * 60_000;
          const answer = await ask({
            timespan: `${new Date(from).toISOString()}/${new Date(startMs).toISOString()}`,
            interval: `PT${grain}M`,
            aggregation: 'Average,Minimum,Maximum,Total,Count',
            $filter: name === undefined ? null : `EntityName eq '${name}'`,
          });
          const points = metricsIn(answer)[0]?.timeseries[0]?.data ?? [];
          const wanted = Array.from({ length: Math.ceil(ago / grain) }, (_, index) => {
            const start = from + index * grain * 60_000;
            const filter: Record<string, string> = name === undefined ? {} : { EntityName: name };
            const bucket = expectedBucket(world, bus, 'ActiveMessages', filter, start, start + grain * 60_000, startMs);
            return { timeStamp: `${new Date(start).toISOString().slice(0, 19)}Z`, ...bucket };
          });
          const idle = wanted.every((point) => Object.keys(point).length === 1) && name !== undefined;
          expect(points).toEqual(idle ? [] : wanted);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('start their buckets at the start of the query, rounded down to the minute', async () => {
    const answer = await ask({ timespan: '2026-03-10T08:01:40Z/2026-03-10T08:09:10Z', interval: 'PT5M' });
    const data = metricsIn(answer)[0]?.timeseries[0]?.data;
    expect(data?.map(({ timeStamp }) => timeStamp)).toEqual(['2026-03-10T08:01:00Z', '2026-03-10T08:06:00Z']);
  });

  it('are null while newer than the lag, and when no minute has a value', async () => {
    const recent = await ask({ timespan: 'PT3M', aggregation: 'Count' });
    expect(metricsIn(recent)[0]?.timeseries[0]?.data?.map(({ count }) => count)).toEqual([5, 5, undefined]);
    const late = await ask(
      { metricnames: 'cpu_percent', timespan: 'PT5M', aggregation: 'Count' },
      `${group}/providers/Microsoft.Sql/servers/sql-shop-weu/databases/shop`,
    );
    expect(metricsIn(late)[0]?.timeseries[0]?.data?.map(({ count }) => count)).toEqual([
      1,
      1,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('split by dimensions, and cut the list to top, ten unless asked', async () => {
    const split = await ask({ $filter: "EntityName eq '*'", timespan: 'PT1H' });
    expect(seriesIn(split).flat()).toEqual([
      'orders',
      'invoices',
      'shipments',
      'returns',
      'product-changes',
      'price-changes',
    ]);
    expect(seriesIn(await ask({ $filter: "EntityName eq '*'", top: '2' })).flat()).toEqual(['orders', 'invoices']);
    const storage = `${group}/providers/Microsoft.Storage/storageAccounts/stshopweu`;
    const wide = { metricnames: 'Transactions', $filter: "ResponseType eq '*' and ApiName sw 'get'" };
    expect(seriesIn(await ask(wide, storage))).toEqual([
      ['Success', 'GetBlob'],
      ['ClientOtherError', 'GetBlob'],
    ]);
    const rolled = await ask({ ...wide, rollupby: 'apiname' }, storage);
    expect(seriesIn(rolled)).toEqual([['Success'], ['ClientOtherError']]);
  });

  it('choose values with eq, ne, sw and or', async () => {
    const chosen = async (filter: string): Promise<string[]> =>
      seriesIn(await ask({ $filter: filter, timespan: 'PT1H' })).flat();
    expect(await chosen("entityname EQ 'Orders' or EntityName eq 'returns'")).toEqual(['orders', 'returns']);
    expect(await chosen("EntityName sw 'p'")).toEqual(['product-changes', 'price-changes']);
    expect(await chosen("EntityName ne 'orders' and EntityName sw 'o'")).toEqual([]);
  });

  it('are ordered by what is asked before they are cut', async () => {
    const answer = await ask({
      $filter: "EntityName eq '*'",
      orderby: 'sum desc',
      top: '3',
      aggregation: 'Total',
      interval: 'FULL',
    });
    const totals = metricsIn(answer)[0]?.timeseries.map(({ data }) => Number(data?.[0]?.['total'])) ?? [];
    expect(totals).toHaveLength(3);
    expect(totals).toEqual([...totals].sort((left, right) => right - left));
    const all = ['orders', 'invoices', 'shipments', 'returns', 'product-changes', 'price-changes'].map(
      (name) =>
        expectedBucket(
          world,
          bus,
          'ActiveMessages',
          { EntityName: name },
          startMs - 600_000,
          startMs - 300_000,
          startMs,
        )?.total ?? 0,
    );
    expect(totals[0]).toBe(Math.max(...all));
    expect(answer.json()['interval']).toBe('PT5M');
  });

  it('list dimension values alone with resultType=Metadata', async () => {
    const answer = await ask({ $filter: "EntityName eq 'orders'", resultType: 'Metadata' });
    expect(Object.keys(answer.json())).toEqual(['timespan', 'value', 'namespace', 'resourceregion']);
    expect(metricsIn(answer)[0]?.timeseries).toEqual([
      { metadatavalues: [{ name: { value: 'entityname', localizedValue: 'entityname' }, value: 'orders' }] },
    ]);
  });

  it('take the closest grain when told to', async () => {
    const storage = `${group}/providers/Microsoft.Storage/storageAccounts/stshopweu`;
    const answer = await ask({ metricnames: 'UsedCapacity', interval: 'PT5M', AutoAdjustTimegrain: 'true' }, storage);
    expect(answer.json()['interval']).toBe('PT1H');
  });

  it('ignore unknown dimensions when told to', async () => {
    const answer = await ask({ $filter: "Queue eq '*'", ValidateDimensions: 'false' });
    expect(seriesIn(answer)).toEqual([[]]);
  });

  it('tolerate double slashes, other case, and a span that is encoded twice', async () => {
    const twice = encodeURIComponent('2026-03-10T08:00:00Z/2026-03-10T08:05:00Z');
    const path = metricsPath({ timespan: twice, METRICNAMES: 'activemessages', metricnames: null }, bus.toUpperCase());
    const answer = await bench.call(
      `/${path.replace('/PROVIDERS/MICROSOFT.SERVICEBUS', '//PROVIDERS/MICROSOFT.SERVICEBUS')}`,
    );
    expect(answer.status).toBe(200);
    expect(answer.json()['timespan']).toBe('2026-03-10T08:00:00Z/2026-03-10T08:05:00Z');
    expect(metricsIn(answer)[0]?.name.value).toBe('ActiveMessages');
  });

  it('fail alone inside a good answer', async () => {
    const text = `
tenants: [{ id: b71e4c08-2d95-4c6a-8f13-6a0e9d37c251 }]
subscriptions: [{ id: ${subscription} }]
resourceGroups: [{ name: rg }]
identities: [{ name: a, kind: systemAssigned, clientId: 2f6d0c51-94be-4a3e-8d17-c05b6a91e742, roles: [{ role: Reader }] }]
resources: [{ type: A.B/c, name: n }]
metrics:
  A.B/c:
    - { name: 'one,two', aggregations: [Total], generator: { kind: constant, value: 2 } }
    - { name: split, dimensionRequired: true, dimensions: [{ name: D, values: [x] }] }
    - { name: broken, error: { code: Unavailable, message: Not now. } }`;
    const own = await startBench({ world: worldOf(text), clock: createFakeClock(startMs) });
    const resource = `/subscriptions/${subscription}/resourceGroups/rg/providers/A.B/c/n`;
    const answer = await own.call(metricsPath({ metricnames: 'one%2two,broken', aggregation: 'Average' }, resource));
    const unsplit = await own.call(metricsPath({ metricnames: 'split' }, resource));
    const split = await own.call(metricsPath({ metricnames: 'split', $filter: "D eq '*'" }, resource));
    await own.close();
    expect([unsplit.status, split.status]).toEqual([400, 200]);
    expect(
      metricsIn(answer).map(({ timeseries, errorCode, errorMessage }) => ({ timeseries, errorCode, errorMessage })),
    ).toEqual([
      {
        timeseries: [],
        errorCode: 'InvalidSamplingType',
        errorMessage: "Aggregation 'Average' is not available for metric one,two.",
      },
      { timeseries: [], errorCode: 'Unavailable', errorMessage: 'Not now.' },
    ]);
  });
});

describe('metrics of a subscription', () => {
  const scope = `/subscriptions/${subscription}`;
  const vms = {
    metricnames: 'Percentage CPU',
    metricnamespace: 'microsoft.compute/virtualmachines',
    region: 'westeurope',
  };

  it('have one series for each resource when split by Microsoft.ResourceId', async () => {
    const answer = await ask({ ...vms, $filter: "Microsoft.ResourceId eq '*'" }, scope);
    expect(seriesIn(answer)).toEqual([
      [`${group}/providers/Microsoft.Compute/virtualMachines/vm-shop-weu`.toLowerCase()],
    ]);
    expect(metricsIn(answer)[0]?.id).toBe(
      `subscriptions/${subscription}/providers/Microsoft.Insights/metrics/Percentage CPU`,
    );
    expect(answer.json()).toMatchObject({
      resourceregion: 'westeurope',
      namespace: 'microsoft.compute/virtualmachines',
    });
  });

  it('are the same by POST', async () => {
    const path = `${scope}/providers/Microsoft.Insights/metrics?api-version=2024-02-01&region=westeurope`;
    const body = {
      timespan: '2026-03-10T08:00:00Z/2026-03-10T08:05:00Z',
      metricNames: 'Percentage CPU',
      metricNamespace: 'microsoft.compute/virtualmachines',
      filter: "Microsoft.ResourceGroupName eq 'RG-shop-weu'",
    };
    const posted = await bench.call(path, { method: 'POST', body: JSON.stringify(body) });
    const got = await ask({ ...vms, $filter: body.filter }, scope);
    expect(posted.json()).toEqual(got.json());
    const twice = await bench.call(`${path}&metricnames=x`, { method: 'POST', body: JSON.stringify(body) });
    expect(twice.json()).toMatchObject({ error: { code: 'BadRequest' } });
  });

  it('need a region and a namespace', async () => {
    const without = await ask({ ...vms, region: null }, scope);
    expect([without.status, without.json()]).toEqual([
      400,
      { error: { code: 'BadRequest', message: 'Missing required region params' } },
    ]);
    expect((await ask({ ...vms, metricnamespace: null }, scope)).status).toBe(400);
  });
});

describe('metrics batch', () => {
  const neighbour = bus.replace('rg-shop-weu', 'rg-shop-neu').replace('sb-shop-weu', 'sb-shop-neu');
  const batch = (
    ids: readonly string[],
    parameters: Record<string, string> = {},
    region = 'westeurope',
  ): Promise<Answer> => {
    const query = new URLSearchParams({
      'api-version': '2024-02-01',
      metricnamespace: 'Microsoft.ServiceBus/namespaces',
      metricnames: 'ActiveMessages',
      starttime: '2026-03-10T08:00:00Z',
      endtime: '2026-03-10T08:05:00Z',
      interval: 'PT5M',
      aggregation: 'total',
      ...parameters,
    });
    const path = `/${region}/subscriptions/${subscription}/metrics:getBatch?${query.toString()}`;
    return bench.call(path, { method: 'POST', body: JSON.stringify({ resourceids: ids }) });
  };

  it('has an entry for each resource', async () => {
    const answer = await batch([bus], { filter: "EntityName eq '*'", top: '2' });
    expect(answer.json()).toMatchObject({
      values: [
        {
          cost: 9,
          starttime: '2026-03-10T08:00:00Z',
          endtime: '2026-03-10T08:05:00Z',
          interval: 'PT5M',
          namespace: 'microsoft.servicebus/namespaces',
          resourceregion: 'westeurope',
          resourceid: bus,
          value: [{ timeseries: [{ data: [{ total: 229 }] }, { data: [{}] }], errorCode: 'Success' }],
        },
      ],
    });
    expect(answer.headers.get('x-ms-ratelimit-remaining-subscription-reads')).toBeNull();
  });

  it.each([
    [
      'more than 50 ids',
      Array.from({ length: 51 }, () => bus),
      {},
      'The number of resource ids 51 exceeds the allowed maximum 50.',
    ],
    ['another region', [neighbour], {}, 'All resources of a batch must be in the region of the endpoint.'],
    [
      'another type',
      [`${group}/providers/Microsoft.Web/sites/app-shop-weu`],
      {},
      `All resources of a batch must be of the type Microsoft.ServiceBus/namespaces; ${group}/providers/Microsoft.Web/sites/app-shop-weu is not.`,
    ],
    [
      'another subscription',
      [bus.replace('0c9f', '1c9f')],
      {},
      'All resources of a batch must be in the subscription of the call.',
    ],
    ['no ids', [], {}, "The body must be a JSON object with a list of ids in 'resourceids'."],
    [
      'an unknown dimension',
      [bus],
      { filter: "Queue eq '*'" },
      'Metric: ActiveMessages does not support requested dimension combination: queue, supported ones are: EntityName, TraceId: {7f1f4a52-6f0e-4b43-9d55-0a2c51e3b8d6}',
    ],
  ])('refuses %s', async (_, ids, parameters, message) => {
    const answer = await batch(ids, parameters);
    expect([answer.status, answer.json()]).toEqual([400, { error: { code: 'BadRequest', message } }]);
    expect(answer.headers.get('x-ms-error-code')).toBe('BadRequest');
  });

  it('answers an unknown id with 404, or with an empty entry where the world says so', async () => {
    const gone = `${bus}-gone`;
    const failed = await batch([bus, gone]);
    expect([failed.status, failed.headers.get('x-ms-error-code')]).toEqual([404, 'ResourceNotFound']);
    bench.emulator.control.setWorld(demoWorld(['seed: 2026', 'seed: 2026\nvariants: { missingInBatch: empty }']));
    const empty = await batch([bus, gone]);
    bench.emulator.control.setWorld(world);
    expect(empty.json()).toMatchObject({
      values: [{ resourceid: bus }, { resourceid: gone, cost: 0, value: [{ timeseries: [], errorCode: 'Success' }] }],
    });
  });
});

describe('variants', () => {
  const withVariant = async (variant: string, parameters: Record<string, string>): Promise<Answer> => {
    bench.emulator.control.setWorld(demoWorld(['seed: 2026', `seed: 2026\nvariants: { ${variant} }`]));
    const answer = await ask(parameters);
    bench.emulator.control.setWorld(world);
    return answer;
  };

  it('keep more of the newest buckets null', async () => {
    const answer = await withVariant('newestNullBuckets: 2', { timespan: 'PT5M', aggregation: 'Count' });
    const counts = metricsIn(answer)[0]?.timeseries[0]?.data?.map(({ count }) => count);
    expect(counts).toEqual([5, 5, undefined, undefined, undefined]);
  });

  it('fill a bucket while it is open', async () => {
    const answer = await withVariant('openBuckets: partial', {
      timespan: 'PT7M',
      interval: 'PT5M',
      aggregation: 'Count',
    });
    const counts = metricsIn(answer)[0]?.timeseries[0]?.data?.map(({ count }) => count);
    expect(counts).toEqual([25, 5]);
  });

  it('send idle series with times alone', async () => {
    const filter = { $filter: "EntityName eq 'price-changes'", timespan: '2026-03-10T08:00:00Z/PT2M' };
    expect(seriesIn(await ask(filter))).toEqual([]);
    const answer = await withVariant('idleSeries: empty', filter);
    expect(metricsIn(answer)[0]?.timeseries[0]?.data).toEqual([
      { timeStamp: '2026-03-10T08:00:00Z' },
      { timeStamp: '2026-03-10T08:01:00Z' },
    ]);
  });
});

describe('definitions and namespaces', () => {
  it('describe every metric of the namespace', async () => {
    const answer = await bench.call(`${bus}/providers/Microsoft.Insights/metricDefinitions?api-version=2024-02-01`);
    const value = answer.json()['value'] as Record<string, unknown>[];
    expect(value[0]).toEqual({
      id: `${bus}/providers/microsoft.insights/metricdefinitions/ActiveMessages`,
      resourceId: bus,
      namespace: 'Microsoft.ServiceBus/namespaces',
      name: { value: 'ActiveMessages', localizedValue: 'Active Messages' },
      displayDescription: 'Active Messages of the resource.',
      isDimensionRequired: false,
      unit: 'Count',
      primaryAggregationType: 'Average',
      supportedAggregationTypes: ['None', 'Average', 'Minimum', 'Maximum', 'Total', 'Count'],
      metricAvailabilities: ['PT1M', 'PT5M', 'PT15M', 'PT30M', 'PT1H', 'PT6H', 'PT12H', 'P1D'].map((timeGrain) => ({
        timeGrain,
        retention: 'P93D',
      })),
      dimensions: [{ value: 'EntityName', localizedValue: 'EntityName' }],
    });
    expect(value.find(({ id }) => String(id).endsWith('/ActiveConnections'))).not.toHaveProperty('dimensions');
  });

  it('name the namespaces', async () => {
    const answer = await bench.call(`${bus}/providers/microsoft.insights/metricNamespaces?api-version=2024-02-01`);
    expect(answer.json()).toEqual({
      value: [
        {
          id: `${bus}/providers/microsoft.insights/metricNamespaces/Microsoft.ServiceBus-namespaces`,
          type: 'Microsoft.Insights/metricNamespaces',
          name: 'Microsoft.ServiceBus-namespaces',
          classification: 'Platform',
          properties: { metricNamespaceName: 'Microsoft.ServiceBus/namespaces' },
        },
      ],
    });
  });
});
