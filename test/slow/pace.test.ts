import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallRecord } from '../../src/emulator/control/calls.ts';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { emulate, metadataFor, type Started, startExporter } from '../e2e/harness.ts';

/*
 * One run of the built exporter in real time, five minutes long, against two subscriptions with Azure's own bucket:
 * one is the exporter's alone and is asked for what it just gives, of the other a second client takes half.
 */
const minuteMs = 60_000;
const runMs = 5 * minuteMs;
const tenant = '11111111-1111-1111-1111-111111111111';
const alone = '22222222-2222-2222-2222-222222222222';
const shared = '33333333-3333-3333-3333-333333333333';
const burst = 250;
const perSecond = 25;
const manyResources = 7_000;
const sharedResources = 80;
/** Three metrics on 80 resources every ten seconds: 24 calls a second, a little less than the whole bucket gives. */
const sharedMetrics = ['connectedclients', 'usedmemory', 'cachehits'];
const schedulePeriodMs = 10_000;
const otherPerSecond = perSecond / 2;

const world = `
seed: 7
tenants: [{ id: ${tenant} }]
regions: [westeurope]
identities:
  - { name: node, kind: systemAssigned, clientId: 2f6d0c51-94be-4a3e-8d17-c05b6a91e742, roles: [{ role: Monitoring Reader, scope: / }] }
subscriptions: [{ id: ${alone}, name: Alone }, { id: ${shared}, name: Shared }]
resourceGroups:
  - { name: contoso, region: westeurope, subscription: ${alone} }
  - { name: fabrikam, region: westeurope, subscription: ${shared} }
limits: { arm: { burst: ${burst}, perSecond: ${perSecond} } }
resources:
  - { type: Microsoft.Cache/redis, name: 'redis-{n}', resourceGroup: contoso, count: ${manyResources} }
  - { type: Microsoft.Cache/redis, name: 'shared-{n}', resourceGroup: fabrikam, count: ${sharedResources} }
  - { type: Microsoft.Cache/redis, name: other, resourceGroup: fabrikam }
`;
const otherPath = `/subscriptions/${shared}/resourceGroups/fabrikam/providers/Microsoft.Cache/redis/other/providers/Microsoft.Insights/metrics?api-version=2024-02-01&metricnames=connectedclients`;

function declaration(emulator: Emulator): string {
  const names = (prefix: string, count: number): string[] =>
    Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
  const own = names('redis', manyResources).map((name) => `{ cacheName: ${name} }`);
  const others = names('shared', sharedResources).map(
    (name) => `{ cacheName: ${name}, subscriptionId: ${shared}, resourceGroupName: fabrikam }`,
  );
  // Metrics with different grains do not share calls.
  const sharedEntries = sharedMetrics.map(
    (metricName, index) => `
  - name: shared_${metricName}
    description: Of the subscription that another client uses too
    resourceType: RedisCache
    scraping: { schedule: '*/10 * * * * *' }
    azureMetricConfiguration:
      metricName: ${metricName}
      aggregation: { type: Maximum, interval: '${['00:01:00', '00:05:00', '00:15:00'][index]}' }
    resources: [${others.join(', ')}]`,
  );
  return `
version: v1
${metadataFor(emulator, tenant, alone, 'contoso')}
metricDefaults:
  scraping: { schedule: '0 */5 * * * *' }
metrics:
  - name: alone_clients
    description: Of the subscription that nobody else uses
    resourceType: RedisCache
    azureMetricConfiguration:
      metricName: connectedclients
      aggregation: { type: Maximum, interval: '00:05:00' }
    resources: [${own.join(', ')}]
${sharedEntries.join('')}
`;
}

/** A second client: metrics calls at an even pace until it is stopped. Gives their statuses. */
async function startOther(emulator: Emulator): Promise<{ stop(): Promise<readonly number[]> }> {
  const dispatcher = new Agent({ connect: { ca: emulator.caPem } });
  const resource = encodeURIComponent('https://management.azure.com');
  const identity = `${emulator.urls.identity}/metadata/identity/oauth2/token?api-version=2018-02-01&resource=${resource}`;
  const answer = await request(identity, { headers: { metadata: 'true' } });
  const { access_token: token } = (await answer.body.json()) as { access_token: string };
  const calls: Promise<number>[] = [];
  const call = async (): Promise<number> => {
    const headers = { authorization: `Bearer ${token}` };
    const { statusCode, body } = await request(`${emulator.urls.arm}${otherPath}`, { headers, dispatcher });
    await body.dump();
    return statusCode;
  };
  const beganMs = Date.now();
  // What a timer that came late left out is made up for, so that a busy machine does not make the client gentler.
  const timer = setInterval(() => {
    while (calls.length < ((Date.now() - beganMs) / 1_000) * otherPerSecond) calls.push(call());
  }, 1_000 / otherPerSecond);
  return {
    async stop() {
      clearInterval(timer);
      const statuses = await Promise.all(calls);
      await dispatcher.close();
      return statuses;
    },
  };
}

let emulator: Emulator;
let exporter: Started;
let otherStatuses: readonly number[];
/** What the exporter asked in the five minutes, by subscription. */
let ofAlone: readonly CallRecord[];
let ofShared: readonly CallRecord[];
let startMs: number;
let shownAlone: number;

beforeAll(async () => {
  emulator = await emulate(world);
  const other = await startOther(emulator);
  exporter = await startExporter(emulator, {
    runtime: 'authentication: { mode: SystemAssignedManagedIdentity }\ntelemetry: { defaultVerbosity: Information }\n',
    declaration: declaration(emulator),
  });
  startMs = Date.now();
  await new Promise((resolve) => setTimeout(resolve, runMs));
  shownAlone = (await exporter.series('alone_clients{')).filter((line) => !/ nan$/i.test(line)).length;
  otherStatuses = await other.stop();
  const asked = emulator.control.calls().calls.filter(({ api, path }) => api === 'metrics' && !/\/other\//.test(path));
  ofAlone = asked.filter(({ subscription }) => subscription === alone);
  ofShared = asked.filter(({ subscription }) => subscription === shared);
}, runMs + minuteMs);
afterAll(async () => {
  await exporter.stop();
  await emulator.close();
});

const refusedOf = (calls: readonly CallRecord[]): number => calls.filter(({ status }) => status === 429).length;
const timeOf = ({ time }: CallRecord): number => Date.parse(time);

describe('7,000 single calls per five minutes in a subscription of its own', () => {
  it('are all answered within their period, while the other subscription is squeezed', () => {
    const answered = new Set(ofAlone.filter(({ status }) => status === 200).map(({ path }) => path));
    expect(answered.size).toBe(manyResources);
    expect(shownAlone).toBe(manyResources);
    const lastMs = Math.max(...ofAlone.slice(0, manyResources).map(timeOf));
    // What the bucket takes for them at least, and a twentieth.
    expect(lastMs - startMs).toBeLessThan(1.05 * ((manyResources - burst) / perSecond) * 1_000);
  });

  it('meet a refusal at most once in a thousand', () => {
    expect(refusedOf(ofAlone)).toBeLessThanOrEqual(ofAlone.length / 1_000);
  });
});

describe('a subscription of which another client takes half', () => {
  it('is really taken by half', () => {
    const served = otherStatuses.filter((status) => status === 200).length;
    expect(served).toBeGreaterThan(0.95 * otherPerSecond * (runMs / 1_000));
  });

  it('refuses less than one call in a hundred after a minute, and what is left of it is used', () => {
    const later = ofShared.filter((call) => timeOf(call) > startMs + minuteMs);
    const seconds = (runMs - minuteMs) / 1_000;
    expect(refusedOf(later)).toBeLessThan(later.length / 100);
    expect(later.length).toBeGreaterThan(0.85 * otherPerSecond * seconds);
  });

  it("stretches every metric's refresh by about the same factor", () => {
    const later = ofShared.filter((call) => timeOf(call) > startMs + minuteMs && call.status === 200);
    const refreshes = sharedMetrics.map((name) => {
      const calls = later.filter(({ metricNames }) => metricNames.includes(name));
      const times = Map.groupBy(calls, ({ path }) => path);
      expect(times.size).toBe(sharedResources);
      return {
        mean: calls.length / sharedResources,
        fewest: Math.min(...[...times.values()].map((one) => one.length)),
      };
    });
    const ideal = (runMs - minuteMs) / schedulePeriodMs;
    const factors = refreshes.map(({ mean }) => ideal / mean);
    expect(Math.min(...factors)).toBeGreaterThan(1.5);
    expect(Math.max(...factors)).toBeLessThan(1.1 * Math.min(...factors));
    // Nor is a single resource left behind.
    for (const { mean, fewest } of refreshes) expect(fewest).toBeGreaterThan(0.7 * mean);
  });
});
