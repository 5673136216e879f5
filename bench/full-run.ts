import { Agent, request } from 'undici';
import type { ExporterCore } from '../src/compose/core.ts';
import { client, openScene, subscription, tenant, type Urls } from './scene.ts';

/**
 * One full run over many resources, one metric each, against the emulator in another process: what a run costs from
 * the calls to the finished exposition, next to the floor: undici making the same calls and parsing the answers.
 * Run: node --expose-gc bench/full-run.ts [resources]. Prints ratios; absolute times decide nothing.
 */
const resources = Number(process.argv[2] ?? 10_000);
const rounds = 3;
const names = Array.from({ length: resources }, (_, index) => `redis-${String(index).padStart(6, '0')}`);
const scene = await openScene({ world: worldText(), runtime: runtimeText(), metrics: metricsText() });
try {
  const core = scene.compose();
  await core.run('0 * * * * *', 'start', new AbortController().signal);
  const floorCall = await floorOf(scene.urls, scene.caPem);
  const own: Cost[] = [];
  const floor: Cost[] = [];
  for (let round = 0; round < rounds; round += 1) {
    own.push(await measure(async () => ownRun(core)));
    floor.push(await measure(() => inParallel(names, 16, floorCall)));
  }
  await core.close();
  report(middle(own), middle(floor));
} finally {
  scene.close();
}

interface Cost {
  readonly cpuMs: number;
  readonly wallMs: number;
}

async function measure(work: () => Promise<void>): Promise<Cost> {
  globalThis.gc?.();
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { cpuMs: (user + system) / 1000, wallMs: performance.now() - startMs };
}

async function ownRun(core: ExporterCore): Promise<void> {
  const result = await core.run('0 * * * * *', 'start', new AbortController().signal);
  if (result.succeeded !== resources) throw new Error(`${result.failed} of ${resources} failed`);
}

function middle(costs: readonly Cost[]): Cost {
  const sorted = [...costs].sort((a, b) => a.cpuMs - b.cpuMs);
  return sorted[Math.floor(sorted.length / 2)] ?? { cpuMs: 0, wallMs: 0 };
}

function report(own: Cost, floor: Cost): void {
  const rssMb = process.resourceUsage().maxRSS / 1024;
  const line = (name: string, { cpuMs, wallMs }: Cost): string =>
    `${name.padEnd(34)} ${(cpuMs / 1000).toFixed(2)} s CPU, ${(wallMs / 1000).toFixed(2)} s, ${((cpuMs / resources) * 1000).toFixed(0)} µs CPU a call`;
  process.stdout.write(
    [
      `one full run over ${resources} resources, one call each, median of ${rounds}`,
      line('azimuth, exposition included', own),
      line('undici and JSON.parse (the floor)', floor),
      `ratio ${(own.cpuMs / floor.cpuMs).toFixed(2)} of the floor's CPU; peak memory of this process ${rssMb.toFixed(0)} MB`,
      '',
    ].join('\n'),
  );
}

function worldText(): string {
  return `
seed: 1
tenants: [{ id: ${tenant} }]
regions: [westeurope]
identities:
  - { name: bench, kind: servicePrincipal, clientId: ${client}, secret: bench, roles: [{ role: Monitoring Reader, scope: / }] }
subscriptions: [{ id: ${subscription}, name: Bench }]
limits: { arm: none }
resourceGroups: [{ name: bench, region: westeurope }]
resources:
${names.map((name) => `  - { type: Microsoft.Cache/redis, name: ${name} }`).join('\n')}
`;
}

function runtimeText(): string {
  return `
server: { maxDegreeOfParallelism: 16 }
authentication: { mode: ServicePrincipal, identityId: ${client} }
azureMonitor: { integration: { rateLimit: { readsPerSecond: 1000000, burst: 1000000 } } }
`;
}

function metricsText(): string {
  return `
metricDefaults:
  scraping: { schedule: '* * * * *' }
metrics:
  - name: bench_redis_clients
    description: Connected clients
    resourceType: RedisCache
    azureMetricConfiguration:
      metricName: connectedclients
      aggregation: { type: Maximum, interval: '00:05:00' }
    resources:
${names.map((name) => `      - { cacheName: ${name} }`).join('\n')}
`;
}

/** The same call as Azimuth's, with a token and a keep-alive connection, parsed and thrown away. */
async function floorOf({ arm, authority }: Urls, caPem: string): Promise<(name: string) => Promise<void>> {
  const dispatcher = new Agent({ connections: 16, connect: { ca: caPem } });
  const form = new URLSearchParams({
    client_id: client,
    client_secret: 'bench',
    grant_type: 'client_credentials',
    scope: `${arm}/.default`,
  });
  const answer = await request(`${authority}/${tenant}/oauth2/v2.0/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
    dispatcher,
  });
  const { access_token: token } = (await answer.body.json()) as { access_token: string };
  return async (name) => {
    const endMs = Math.floor((Date.now() - 60_000) / 60_000) * 60_000;
    const span = `${new Date(endMs - 900_000).toISOString()}/${new Date(endMs).toISOString()}`;
    const id = `subscriptions/${subscription}/resourceGroups/bench/providers/Microsoft.Cache/redis/${name}`;
    const query = `api-version=2024-02-01&timespan=${span}&interval=PT5M&metricnames=connectedclients&aggregation=Maximum`;
    const { statusCode, body } = await request(`${arm}/${id}/providers/Microsoft.Insights/metrics?${query}`, {
      headers: { authorization: `Bearer ${token}` },
      dispatcher,
    });
    const parsed = (await body.json()) as { value?: unknown };
    if (statusCode !== 200 || !Array.isArray(parsed.value)) throw new Error(`the floor was answered ${statusCode}`);
  };
}

async function inParallel(
  items: readonly string[],
  lanes: number,
  work: (item: string) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let item = items[next]; item !== undefined; item = items[next]) {
      next += 1;
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
