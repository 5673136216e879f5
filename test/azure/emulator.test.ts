import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CloudEndpoints } from '../../src/core/clouds.ts';
import { secret } from '../../src/core/secret.ts';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { parseWorld } from '../../src/emulator/world/parse.ts';
import type { MetricsRequest } from '../../src/scrape/ports.ts';
import { connect, type Harness, handClock } from './fake-azure.ts';

const subscriptionId = '0c9f1d52-7a41-4f0e-9b36-5d2f8e61a7c4';
const namespace = `subscriptions/${subscriptionId}/resourceGroups/rg-shop-weu/providers/Microsoft.ServiceBus/namespaces`;
const bus = `${namespace}/sb-shop-weu`;
const nowMs = Date.parse('2026-03-10T08:10:00Z');
const signal = new AbortController().signal;
const request: MetricsRequest = {
  mode: 'single',
  subscriptionId,
  resourceIds: [bus],
  region: 'westeurope',
  namespace: 'Microsoft.ServiceBus/namespaces',
  metricNames: ['ActiveMessages', 'IncomingMessages'],
  aggregations: ['Average', 'Total'],
  intervalMs: 60_000,
  startMs: nowMs - 360_000,
  endMs: nowMs - 60_000,
  filter: `EntityName eq '*'`,
  limit: 100,
};

describe('against the emulator', () => {
  let emulator: Emulator;
  let harness: Harness;
  const trusted = getCACertificates('default');
  const cloudOf = ({ urls }: Emulator): CloudEndpoints => ({
    name: 'Custom',
    authority: urls.authority,
    resourceManager: urls.arm,
    resourceManagerAudience: 'https://management.azure.com',
    metricsDataPlane: urls.dataPlane,
    metricsDataPlaneAudience: 'https://metrics.monitor.azure.com',
    logAnalytics: urls.logs,
    logAnalyticsAudience: 'https://api.loganalytics.io',
    storageQueue: urls.queue,
  });
  beforeAll(async () => {
    const parsed = parseWorld(readFileSync(new URL('../../config/world.yaml', import.meta.url), 'utf8'));
    if ('problems' in parsed) throw new Error(parsed.problems.join('\n'));
    emulator = await startEmulator({ world: parsed.world, clock: handClock(nowMs, 0) });
    setDefaultCACertificates([...trusted, emulator.caPem]);
    harness = connect(cloudOf(emulator), {
      tenantId: 'b71e4c08-2d95-4c6a-8f13-6a0e9d37c251',
      authentication: {
        mode: 'ServicePrincipal',
        identityId: '8b1f7d24-60a9-4c35-9e82-d3f05c7a164b',
        clientSecret: secret(() => 'demo-secret'),
      },
    });
  });
  afterEach(() => emulator.control.removeFault());
  afterAll(async () => {
    await harness.azure.close();
    await emulator.close();
    setDefaultCACertificates(trusted);
  });

  /** Metric, entity and values of every series, without the order of the answer. */
  const valuesOf = async (asked: MetricsRequest): Promise<Map<string, unknown>> => {
    const outcome = await harness.azure.metrics.query(asked, signal);
    if (outcome.kind !== 'ok') throw new Error(outcome.error.message);
    const metrics = outcome.value.resources.flatMap((resource) => resource.metrics);
    return new Map(
      metrics.flatMap(({ name, series }) =>
        series.map(({ dimensions, points }) => [`${name} ${dimensions['entityname']}`, points] as const),
      ),
    );
  };

  it('gives the same series in every mode', async () => {
    const single = await valuesOf(request);
    expect(single.size).toBeGreaterThan(6);
    expect([...single.keys()]).toContain('ActiveMessages orders');
    expect(await valuesOf({ ...request, mode: 'batch' })).toEqual(single);
    const many = await harness.azure.metrics.query({ ...request, mode: 'subscription', limit: 1000 }, signal);
    const resources = many.kind === 'ok' ? many.value.resources : [];
    const found = resources.find(({ resourceId }) => resourceId.toLowerCase().endsWith('/sb-shop-weu'));
    const active = found?.metrics.find(({ name }) => name === 'ActiveMessages')?.series ?? [];
    expect(active.length).toBeGreaterThan(3);
    for (const { dimensions, points } of active) {
      expect(points).toEqual(single.get(`ActiveMessages ${dimensions['entityname']}`));
    }
  });

  it('reads definitions, a log query and a queue', async () => {
    const offers = await harness.azure.metrics.definitions(bus, request.namespace, signal);
    const active = offers.kind === 'ok' ? offers.value.find(({ name }) => name === 'ActiveMessages') : undefined;
    expect(active).toMatchObject({ dimensions: ['EntityName'] });
    expect(active?.intervalsMs).toContain(60_000);
    const query = 'Heartbeat | summarize result = dcount(Computer) | project result';
    const window = { startMs: nowMs - 3_600_000, endMs: nowMs };
    const workspaceId = '3d70a6f8-9c24-4b1e-85d0-e2a94f17b6c3';
    expect(await harness.azure.logs.query({ workspaceId, query, ...window }, signal)).toEqual({
      kind: 'ok',
      value: 17,
    });
    const queue = { accountName: 'stshopweu', sasToken: secret(() => '?sp=rp&sig=any'), nowMs };
    const read = (queueName: string, metricName: 'MessageCount' | 'TimeSpentInQueue') =>
      harness.azure.queues.read({ ...queue, queueName, metricName }, signal);
    expect(await read('empty', 'TimeSpentInQueue')).toEqual({ kind: 'ok', value: 0 });
    expect(await read('empty', 'MessageCount')).toEqual({ kind: 'ok', value: 0 });
    expect(await read('orders', 'MessageCount')).toMatchObject({ kind: 'ok' });
    expect(await read('nowhere', 'MessageCount')).toMatchObject({ kind: 'failed', error: { code: 'AZ3013' } });
  });

  it.each<[string, Partial<MetricsRequest>, string]>([
    ['a resource that is gone', { resourceIds: [`${namespace}/sb-gone`] }, 'AZ3404'],
    ['an unknown metric', { metricNames: ['ActiveMesages'] }, 'AZ3400'],
    ['a grain that is not offered', { intervalMs: 120_000 }, 'AZ3400'],
    ['an unknown dimension', { filter: `Queue eq '*'` }, 'AZ3400'],
  ])('tells %s', async (_name, overrides, code) => {
    const outcome = await harness.azure.metrics.query({ ...request, ...overrides }, signal);
    expect(outcome).toMatchObject({ kind: 'failed', error: { code } });
  });

  it.each([
    [{ status: 503 }, '503'],
    [{ status: 401 }, '401'],
    [{ truncate: true }, 'network'],
    [{ malformed: true }, '200'],
  ] as const)('gets over a fault that passes: %j', async (effect, code) => {
    emulator.control.addFault({ api: 'metrics', effect, count: 1 });
    harness.events.splice(0);
    expect((await valuesOf(request)).size).toBeGreaterThan(6);
    const seen = harness.events.filter(({ api }) => api === 'metrics').map((event) => event.code);
    expect(seen).toEqual([code, '200']);
  });

  it('asks Resource Graph for the least, and tells what the refusal named', async () => {
    const { graphProbe: graph, token } = harness.azure;
    expect(await graph.look([subscriptionId], signal)).toEqual({ kind: 'ok', value: 1 });
    expect(await graph.look([], signal)).toEqual({ kind: 'ok', value: 1 });
    expect(harness.events.at(-1)).toMatchObject({ api: 'resourceGraph', code: '200' });
    const message = `The client 'c' with object id 'o' does not have authorization to perform action 'Microsoft.ResourceGraph/resources/read' over scope '/subscriptions/${subscriptionId}' or the scope is invalid.`;
    const body = { error: { code: 'AuthorizationFailed', message } };
    emulator.control.addFault({ api: 'resourceGraph', effect: { status: 403, body } });
    expect(await graph.look([subscriptionId], signal)).toMatchObject({
      kind: 'failed',
      error: {
        code: 'AZ3403',
        said: {
          api: 'resourceGraph',
          code: 'AuthorizationFailed',
          action: 'Microsoft.ResourceGraph/resources/read',
          scope: `/subscriptions/${subscriptionId}`,
        },
      },
    });
    expect(token.identity()).toMatchObject({
      kind: 'ServicePrincipal',
      clientId: '8b1f7d24-60a9-4c35-9e82-d3f05c7a164b',
      tenantId: 'b71e4c08-2d95-4c6a-8f13-6a0e9d37c251',
    });
  });
});
