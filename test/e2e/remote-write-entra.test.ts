import { expect, it, onTestFinished } from 'vitest';
import { decodeJwt } from '../../src/emulator/identity/tokens.ts';
import { type RemoteWriteReceiver, receiveRemoteWrite } from '../receivers/remote-write.ts';
import { until } from './harness.ts';
import { type Proof, prove, worldOf } from './in-process.ts';

const world = worldOf({
  resources: [
    {
      type: 'Microsoft.Cache/Redis',
      name: 'cache',
      metrics: [{ name: 'load', generator: { kind: 'constant', value: 12.5 } }],
    },
  ],
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
const path = '/dataCollectionRules/dcr-0123456789abcdef/streams/Microsoft-PrometheusMetrics/api/v1/write';

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
