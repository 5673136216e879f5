import { expect, it, onTestFinished } from 'vitest';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { decodeJwt } from '../../src/emulator/identity/tokens.ts';
import { realClock } from '../../src/telemetry/clock.ts';
import { type RemoteWriteReceiver, receiveRemoteWrite } from '../receivers/remote-write.ts';
import { until } from './harness.ts';
import { type Proof, prove, resourceUri, startMs, worldOf } from './in-process.ts';

const ruleId = `/${resourceUri('Microsoft.Insights/dataCollectionRules/workspace')}`;
const resources = [
  {
    type: 'Microsoft.Cache/Redis',
    name: 'cache',
    metrics: [{ name: 'load', generator: { kind: 'constant', value: 12.5 } }],
  },
  {
    type: 'Microsoft.Insights/dataCollectionRules',
    name: 'workspace',
    properties: { immutableId: 'dcr-0123456789abcdef' },
  },
];
const world = worldOf({ resources });
/** The same world, in which the identity may also publish into the workspace. */
const worldWithRole = worldOf({
  resources,
  identities: world.identities.map(({ name, kind, clientId, secret }) => ({
    name,
    kind,
    clientId,
    secret,
    roles: [{ role: 'Monitoring Reader' }, { role: 'Monitoring Metrics Publisher', scope: ruleId }],
  })),
});
const declaration = {
  metrics: [
    {
      name: 'cache_load',
      description: 'Load',
      resourceType: 'RedisCache',
      azureMetricConfiguration: { metricName: 'load', aggregation: { type: 'Average', interval: '00:01:00' } },
      resources: [{ cacheName: 'cache' }],
    },
  ],
};
const rule = 'dcr-0123456789abcdef';
const path = `/dataCollectionRules/${rule}/streams/Microsoft-PrometheusMetrics/api/v1/write`;

/** The ingestion of an Azure Monitor workspace, as far as a sender notices: address, version, token and audience. */
async function workspace(audience: string, seen: Set<string>): Promise<RemoteWriteReceiver> {
  const receiver = await receiveRemoteWrite({
    path,
    judge({ url, headers }) {
      const token = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1];
      if (!url?.endsWith('?api-version=2023-04-24')) return [400, 'MissingApiVersionParameter'];
      if (token === undefined) return [401, 'no token'];
      seen.add(token);
      const claims = decodeJwt(token);
      return claims?.['aud'] === audience ? undefined : [403, `wrong audience ${String(claims?.['aud'])}`];
    },
  });
  onTestFinished(() => receiver.close());
  return receiver;
}

async function exporterTo(receiver: RemoteWriteReceiver, entra: unknown): Promise<Proof> {
  const url = `${receiver.uri}?api-version=2023-04-24`;
  const prometheusRemoteWrite = { url, authentication: { entra } };
  const runtime = { metricSinks: { prometheusScrapingEndpoint: {}, prometheusRemoteWrite } };
  const proof = await prove({ world, declaration, runtime });
  onTestFinished(() => proof.close());
  return proof;
}

it.each([
  ['the scope of the public cloud', {}, 'https://monitor.azure.com'],
  ['a scope that is given', { scope: 'https://monitor.azure.us//.default' }, 'https://monitor.azure.us'],
])('an Azure Monitor workspace takes an hour of buckets with a token for %s', async (_name, entra, audience) => {
  const tokens = new Set<string>();
  const receiver = await workspace(audience, tokens);
  const proof = await exporterTo(receiver, entra);
  await proof.run();
  await until(
    async () => receiver.samples.length,
    (count) => count > 0,
  );
  expect(receiver.samples).toHaveLength(59);
  expect(receiver.samples.every(({ name, value }) => name === 'cache_load' && value === 12.5)).toBe(true);
  await proof.run(60_000);
  await until(
    async () => receiver.samples.length,
    (count) => count === 60,
  );
  expect(tokens.size).toBe(1);
  const [token = ''] = tokens;
  expect(JSON.stringify(proof.log) + (await proof.text())).not.toContain(token);
});

it('the ingestion of a workspace refuses an identity without the role; once it has it, nothing is missing', async () => {
  const emulator = await startEmulator({ world, clock: realClock });
  onTestFinished(() => emulator.close());
  emulator.control.setTime({ setMs: startMs, pause: true });
  const url = `${emulator.urls.arm}${path}?api-version=2023-04-24`;
  const metricSinks = { prometheusScrapingEndpoint: {}, prometheusRemoteWrite: { url, authentication: { entra: {} } } };
  const proof = await prove({ world, declaration, runtime: { metricSinks }, emulator });
  onTestFinished(() => proof.close());
  expect(await proof.run()).toEqual({ succeeded: 1, failed: 0 });
  const refused = await until(
    async () => proof.log.find((line) => line['sink'] === 'prometheusRemoteWrite'),
    (line) => line !== undefined,
  );
  expect(refused).toMatchObject({
    code: 'AZ4003',
    status: 403,
    msg: expect.stringContaining('The authentication token provided does not have access to ingest data'),
  });
  expect(await proof.values('cache_load')).toEqual({ cache: 12.5 });
  emulator.control.setWorld(worldWithRole);
  await until(
    async () => emulator.control.received().length,
    (count) => count === 59,
  );
  const received = emulator.control.received();
  expect(
    received.every(({ receiver, name, value }) => receiver === rule && name === 'cache_load' && value === 12.5),
  ).toBe(true);
  expect(new Set(received.map(({ timeMs }) => timeMs)).size).toBe(59);
  expect(received[0]?.labels).toMatchObject({ instance_name: 'cache', resource_group: 'contoso' });
});

it('a receiver that is away leaves /metrics and the scrape alone, within the bound of the queue', async () => {
  const receiver = await workspace('https://monitor.azure.com', new Set());
  receiver.manner = 'busy';
  const proof = await exporterTo(receiver, {});
  for (let run = 0; run < 40; run += 1) {
    const result = await proof.run(60_000);
    expect(result).toEqual({ succeeded: 1, failed: 0 });
  }
  expect(await proof.values('cache_load')).toEqual({ cache: 12.5 });
  const [queue] = await proof.lines('azimuth_sink_queue_samples');
  expect(queue?.value).toBe(98);
  receiver.manner = 'well';
  await until(
    async () => receiver.samples.length,
    (count) => count === 98,
  );
});
