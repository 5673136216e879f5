import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { MonitorClient } from '@azure/arm-monitor';
import { ResourceGraphClient } from '@azure/arm-resourcegraph';
import {
  ClientCertificateCredential,
  ClientSecretCredential,
  ManagedIdentityCredential,
  WorkloadIdentityCredential,
} from '@azure/identity';
import { LogsQueryClient, MetricsClient, MetricsQueryClient } from '@azure/monitor-query';
import { QueueClient } from '@azure/storage-queue';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectedBucket } from '../../src/emulator/expected.ts';
import {
  type Bench,
  bus,
  demoText,
  principal,
  realClock,
  startBench,
  stranger,
  subscription,
  tenant,
  worldOf,
} from './support.ts';

const certified = 'aaaaaaaa-0000-4000-8000-000000000001';
const nowMs = Date.UTC(2026, 2, 10, 8, 30);
const fromMs = nowMs - 20 * 60_000;
const span = { startTime: new Date(fromMs), endTime: new Date(nowMs) };
const once = { retryOptions: { maxRetries: 0 } };
let bench: Bench;
let folder: string;
let world: ReturnType<typeof worldOf>;
const trusted = getCACertificates('default');

beforeAll(async () => {
  const certificate = await generate([{ name: 'commonName', value: 'certified' }], {
    algorithm: 'sha256',
    keySize: 2048,
  });
  folder = mkdtempSync(join(tmpdir(), 'azimuth-emulator-'));
  writeFileSync(join(folder, 'certificate.pem'), `${certificate.private}\n${certificate.cert}`);
  const more = `identities:\n  - { name: certified, kind: servicePrincipal, clientId: ${certified}, certificate: ${JSON.stringify(certificate.cert)} }\n`;
  world = worldOf(demoText.replace('identities:\n', more));
  bench = await startBench({ world, clock: realClock });
  bench.emulator.control.setTime({ setMs: nowMs, pause: true });
  setDefaultCACertificates([...trusted, bench.emulator.caPem]);
});
afterAll(async () => {
  setDefaultCACertificates(trusted);
  rmSync(folder, { recursive: true });
  await bench.close();
});

const authority = (): { authorityHost: string; disableInstanceDiscovery: true } => ({
  authorityHost: bench.emulator.urls.authority,
  disableInstanceDiscovery: true,
});
const credential = (clientId = principal): ClientSecretCredential =>
  new ClientSecretCredential(tenant, clientId, 'demo-secret', authority());
const metricsClient = (clientId = principal): MetricsQueryClient =>
  new MetricsQueryClient(credential(clientId), { endpoint: bench.emulator.urls.arm, ...once });
const expected = (name: string, start: number): number | undefined =>
  expectedBucket(world, bus, 'ActiveMessages', { EntityName: name }, start, start + 300_000, nowMs)?.total;

describe('@azure/identity', () => {
  it('gets tokens by secret, certificate and managed identity', async () => {
    const scope = 'https://management.azure.com/.default';
    expect((await credential().getToken(scope)).token).toMatch(/^ey/);
    const certificatePath = join(folder, 'certificate.pem');
    const byCertificate = new ClientCertificateCredential(tenant, certified, { certificatePath }, authority());
    expect((await byCertificate.getToken(scope)).token).toMatch(/^ey/);
    process.env['AZURE_POD_IDENTITY_AUTHORITY_HOST'] = bench.emulator.urls.identity;
    const managed = new ManagedIdentityCredential({ clientId: '5e8a2f90-13c7-4db4-a6f2-91b7c0d4e835' });
    const token = await managed.getToken(scope);
    delete process.env['AZURE_POD_IDENTITY_AUTHORITY_HOST'];
    expect(token.expiresOnTimestamp).toBeGreaterThan(Date.now() + 86_000_000);
  });

  it('exchanges a service account token', async () => {
    const tokenFilePath = join(folder, 'token');
    const claims = { sub: 'system:serviceaccount:monitoring:azimuth', exp: Math.floor(Date.now() / 1_000) + 600 };
    writeFileSync(tokenFilePath, `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`);
    const clientId = '5e8a2f90-13c7-4db4-a6f2-91b7c0d4e835';
    const workload = new WorkloadIdentityCredential({ tenantId: tenant, clientId, tokenFilePath, ...authority() });
    const token = await workload.getToken('https://metrics.monitor.azure.com/.default');
    expect(token.expiresOnTimestamp).toBeGreaterThan(Date.now() + 86_000_000);
  });

  it('learns why there is none', async () => {
    const wrong = new ClientSecretCredential(tenant, principal, 'wrong', authority());
    await expect(wrong.getToken('https://management.azure.com/.default')).rejects.toThrow(/AADSTS7000215/);
  });
});

describe('@azure/monitor-query', () => {
  it('reads the metrics of one resource', async () => {
    const result = await metricsClient().queryResource(bus.slice(1), ['ActiveMessages'], {
      timespan: span,
      granularity: 'PT5M',
      aggregations: ['Total'],
      filter: "EntityName eq '*'",
      top: 100,
    });
    const series = result.metrics[0]?.timeseries ?? [];
    expect(series.map(({ metadataValues }) => metadataValues?.[0]?.value)).toHaveLength(5);
    for (const { metadataValues, data } of series) {
      const name = metadataValues?.[0]?.value ?? '';
      expect(data?.map(({ total }) => total)).toEqual(
        [0, 1, 2, 3].map((index) => expected(name, fromMs + index * 300_000)),
      );
    }
    expect(result).toMatchObject({
      granularity: 'PT5M',
      namespace: 'microsoft.servicebus/namespaces',
      resourceRegion: 'westeurope',
    });
  });

  it('reads definitions and namespaces', async () => {
    const names: string[] = [];
    for await (const definition of metricsClient().listMetricDefinitions(bus)) {
      names.push(`${definition.name} ${definition.metricAvailabilities?.length} ${definition.dimensions?.[0] ?? ''}`);
    }
    expect(names[0]).toBe('ActiveMessages 8 EntityName');
    const spaces: unknown[] = [];
    for await (const space of metricsClient().listMetricNamespaces(bus)) spaces.push(space.metricNamespaceName);
    expect(spaces).toEqual(['Microsoft.ServiceBus/namespaces']);
  });

  it('reads a batch', async () => {
    const client = new MetricsClient(
      bench.emulator.urls.dataPlane.replace('{region}', 'westeurope'),
      credential(),
      once,
    );
    const [result] = await client.queryResources([bus], ['ActiveMessages'], 'Microsoft.ServiceBus/namespaces', {
      startTime: span.startTime,
      endTime: span.endTime,
      interval: 'PT5M',
      aggregation: 'total',
      filter: "EntityName eq 'orders'",
    });
    expect(result?.resourceId).toBe(bus);
    expect(result?.metrics[0]?.timeseries[0]?.data?.[0]?.total).toBe(expected('orders', fromMs));
  });

  it('gets code and message of both shapes of errors', async () => {
    const query = (client: MetricsQueryClient, name: string): Promise<unknown> =>
      client.queryResource(bus, [name], { timespan: span });
    await expect(query(metricsClient(), 'Nothing')).rejects.toMatchObject({
      statusCode: 400,
      code: 'BadRequest',
      message: expect.stringContaining('Failed to find metric configuration'),
    });
    await expect(query(metricsClient(stranger), 'Size')).rejects.toMatchObject({
      statusCode: 403,
      code: 'AuthorizationFailed',
    });
  });

  it('reads a log query', async () => {
    const client = new LogsQueryClient(credential(), { endpoint: bench.emulator.urls.logs, ...once });
    const result = await client.queryWorkspace(
      '3d70a6f8-9c24-4b1e-85d0-e2a94f17b6c3',
      'Heartbeat | summarize result = dcount(Computer) | project result',
      { duration: 'PT1H' },
    );
    expect(result).toMatchObject({ status: 'Success', tables: [{ name: 'PrimaryResult', rows: [[17]] }] });
  });
});

describe('the ARM packages', () => {
  it('read metrics of a resource and of a subscription', async () => {
    const client = new MonitorClient(credential(), subscription, { endpoint: bench.emulator.urls.arm, ...once });
    const timespan = `${span.startTime.toISOString()}/${span.endTime.toISOString()}`;
    const one = await client.metrics.list(bus, {
      timespan,
      metricnames: 'ActiveMessages',
      filter: "EntityName eq 'orders' or EntityName eq 'returns'",
      interval: 'PT5M',
      aggregation: 'Total',
    });
    expect(one.value[0]?.timeseries.map(({ data }) => data?.[0]?.total)).toEqual([
      expected('orders', fromMs),
      expected('returns', fromMs),
    ]);
    const all = await client.metrics.listAtSubscriptionScope('westeurope', {
      timespan,
      metricnames: 'ActiveMessages',
      metricnamespace: 'Microsoft.ServiceBus/namespaces',
      filter: "Microsoft.ResourceId eq '*' and EntityName eq 'orders'",
      interval: 'PT5M',
      aggregation: 'Total',
    });
    expect(all.value[0]?.timeseries[0]?.data?.[0]?.total).toBe(expected('orders', fromMs));
  });

  it('page through Resource Graph', async () => {
    const client = new ResourceGraphClient(credential(), { endpoint: bench.emulator.urls.arm, ...once });
    const query = 'Resources | project id, name | order by name asc';
    const first = await client.resources({
      query,
      subscriptions: [subscription],
      options: { top: 10, resultFormat: 'objectArray' },
    });
    const second = await client.resources({
      query,
      subscriptions: [subscription],
      options: {
        top: 10,
        resultFormat: 'objectArray',
        ...(first.skipToken === undefined ? {} : { skipToken: first.skipToken }),
      },
    });
    expect([first.count, second.count, second.skipToken]).toEqual([10, 3, undefined]);
  });
});

describe('@azure/storage-queue', () => {
  it('counts and peeks with a SAS', async () => {
    const url = `${bench.emulator.urls.queue.replace('{account}', 'stshopweu')}/orders?sv=2024-11-04&sp=rp&sig=x`;
    const client = new QueueClient(url, undefined, { retryOptions: { maxTries: 1 } });
    const { approximateMessagesCount = 0 } = await client.getProperties();
    expect(approximateMessagesCount).toBeGreaterThan(0);
    const { peekedMessageItems } = await client.peekMessages({ numberOfMessages: 1 });
    expect(peekedMessageItems[0]?.insertedOn.getTime()).toBeLessThan(nowMs);
  });

  it('gets the code of a refusal', async () => {
    const url = `${bench.emulator.urls.queue.replace('{account}', 'stshopweu')}/gone?sig=x`;
    const client = new QueueClient(url, undefined, { retryOptions: { maxTries: 1 } });
    await expect(client.getProperties()).rejects.toMatchObject({ statusCode: 404, code: 'QueueNotFound' });
  });
});
