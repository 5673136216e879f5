import { client, openScene, type Scene, subscription, tenant } from './scene.ts';

export const region = 'westeurope';
export const namespace = 'microsoft.cache/redis';
export const metricNames = Array.from({ length: 10 }, (_, index) => `metric${index}`);

const idPrefix = `subscriptions/${subscription}/resourceGroups/bench/providers/Microsoft.Cache/redis/`;

/** A scene of many resources with ten metrics each, in batch mode. */
export interface EngineScene extends Scene {
  /** Resource ids without a leading slash. */
  readonly ids: readonly string[];
}

export async function openEngineScene(resources: number): Promise<EngineScene> {
  const names = Array.from({ length: resources }, (_, index) => `redis-${index}`);
  const scene = await openScene({ world: worldText(resources), runtime: runtimeText, metrics: metricsText(names) });
  return { ...scene, ids: names.map((name) => `${idPrefix}${name}`) };
}

function worldText(resources: number): string {
  const metrics = metricNames.map(
    (name) => `    - { name: ${name}, generator: { kind: walk, base: 40, amplitude: 30, step: 5 } }`,
  );
  return `
seed: 1
tenants: [{ id: ${tenant} }]
regions: [${region}]
identities:
  - { name: bench, kind: servicePrincipal, clientId: ${client}, secret: bench, roles: [{ role: Monitoring Reader }] }
subscriptions: [{ id: ${subscription}, name: Bench }]
limits: { arm: none, batch: none }
resourceGroups: [{ name: bench }]
resources: [{ type: Microsoft.Cache/redis, name: 'redis-{n}', count: ${resources} }]
metrics:
  ${namespace}:
${metrics.join('\n')}
`;
}

/** With a region in the configuration, the first run batches at once and no single call is made. */
const runtimeText = `
server: { maxDegreeOfParallelism: 16 }
authentication: { mode: ServicePrincipal, identityId: ${client} }
azureMonitor: { integration: { metricsBatching: { enabled: true, maxBatchSize: 50, azureRegion: ${region} } } }
`;

function metricsText(names: readonly string[]): string {
  return `
metricDefaults:
  scraping: { schedule: '* * * * *' }
metrics:
  - name: bench
    description: Metrics of a cache
    resourceType: RedisCache
    azureMetricConfiguration:
      metricNames: [${metricNames.join(', ')}]
      aggregation: { type: Maximum, interval: '00:05:00' }
    resources:
${names.map((name) => `      - { cacheName: ${name} }`).join('\n')}
`;
}
