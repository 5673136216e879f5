import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import {
  collectsOnSignal,
  emulate,
  emulatorEnv,
  listening,
  metadataFor,
  type Started,
  startProgram,
  until,
} from '../e2e/harness.ts';
import { requireProgram } from '../e2e/programs.ts';
import { type RealPrometheus, startPrometheus } from '../e2e/real-prometheus.ts';

/*
 * A hundred reloads of files that are good, broken and half written in turn, while a real Prometheus reads 50,000 series
 * that have nothing to do with what changes.
 */
const prometheus = requireProgram('prometheus');
const reloads = 100;
/** A hundred in five minutes would be one in three seconds; the faster, the harder. */
const pauseMs = 1_500;
const scrapeEveryMs = 5_000;
const namespaces = 500;
const queues = 100;
const keptSeries = namespaces * queues;
const tenant = '11111111-1111-1111-1111-111111111111';
const subscription = '22222222-2222-2222-2222-222222222222';

const world = `
seed: 7
tenants: [{ id: ${tenant} }]
regions: [westeurope]
identities:
  - { name: node, kind: systemAssigned, clientId: 2f6d0c51-94be-4a3e-8d17-c05b6a91e742, roles: [{ role: Monitoring Reader, scope: / }] }
subscriptions: [{ id: ${subscription} }]
resourceGroups: [{ name: contoso, region: westeurope }]
limits: { arm: { burst: 5000, perSecond: 500 } }
resources:
  - type: Microsoft.ServiceBus/namespaces
    name: 'sb-{n}'
    count: ${namespaces}
    dimensions: { EntityName: [${Array.from({ length: queues }, (_, index) => `queue-${index}`).join(', ')}] }
  - { type: Microsoft.Cache/redis, name: 'redis-{n}', count: 3 }
`;

const kept = `
  - name: kept
    description: What no reload changes
    resourceType: ServiceBusNamespace
    azureMetricConfiguration: { metricName: ActiveMessages, aggregation: { type: Average }, dimensions: [{ name: EntityName }] }
    resources: [${Array.from({ length: namespaces }, (_, index) => `{ namespace: sb-${index} }`).join(', ')}]`;

function clients(name: string, cache: number, labels = '{}'): string {
  return `
  - name: ${name}
    description: What reloads change
    resourceType: RedisCache
    labels: ${labels}
    azureMetricConfiguration: { metricName: connectedclients, aggregation: { type: Maximum } }
    resources: [{ cacheName: redis-${cache} }]`;
}

let emulator: Emulator;
let exporter: Started;
let server: RealPrometheus;
let folder: string;
const statuses: number[] = [];
const keptCalls = (): number =>
  emulator.control.calls().calls.filter(({ resources }) => resources.some((id) => id.includes('/sb-'))).length;
let callsDuring: number;
let tookMs: number;
let early: { heap: number; fds: number };
let late: { heap: number; fds: number };

function write(body: string): void {
  const head = `version: v1\n${metadataFor(emulator, tenant, subscription, 'contoso')}metricDefaults: { scraping: { schedule: '* * * * *' }, aggregation: { interval: '00:01:00' } }\nmetrics:`;
  writeFileSync(join(folder, 'metrics-declaration.yaml'), `${head}${body}\n`);
}

/** The files of the nth reload: good ones add a metric, take one away and change labels. */
function change(nth: number): void {
  const good = `${kept}${clients('changing', 0, `{ round: 'r${nth}' }`)}${nth % 2 === 0 ? clients(`extra_${nth % 4}`, 1) : ''}`;
  if (nth % 3 === 0) write(good);
  else if (nth % 3 === 1) write(good.replace('resourceType: RedisCache', 'resourceType: RedisCash'));
  else write(good.slice(0, good.length / 2));
}

/** The least of three readings, each after a collection. */
async function resources(): Promise<{ heap: number; fds: number }> {
  const readings: { heap: number; fds: number }[] = [];
  for (let round = 0; round < 3; round += 1) {
    exporter.child.kill('SIGUSR2');
    await pause(500);
    const read = async (name: string): Promise<number> => Number((await exporter.series(name))[0]?.split(' ')[1]);
    readings.push({ heap: await read('nodejs_heap_size_used_bytes'), fds: await read('process_open_fds') });
  }
  return {
    heap: Math.min(...readings.map(({ heap }) => heap)),
    fds: Math.min(...readings.map(({ fds }) => fds)),
  };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

beforeAll(async () => {
  if (prometheus === undefined) return;
  folder = mkdtempSync(join(tmpdir(), 'azimuth-reload-'));
  emulator = await emulate(world);
  writeFileSync(
    join(folder, 'runtime.yaml'),
    'authentication: { mode: SystemAssignedManagedIdentity }\nserver: { enableLifecycle: true }\nazureMonitor: { integration: { rateLimit: { readsPerSecond: 400, burst: 4000 } } }\n',
  );
  write(kept);
  const args = ['run', '--config-folder', folder, '--port', '0', '--log-format', 'json'];
  exporter = await listening(startProgram(args, { ...emulatorEnv(emulator, folder), ...collectsOnSignal }));
  await until(
    async () => (await exporter.series('kept{')).length,
    (count) => count === keptSeries,
    60_000,
  );
  server = await startPrometheus(prometheus, folder, {
    global: { scrape_interval: `${scrapeEveryMs}ms`, scrape_timeout: `${scrapeEveryMs}ms` },
    scrape_configs: [{ job_name: 'azimuth', static_configs: [{ targets: [`127.0.0.1:${exporter.port}`] }] }],
  });
  await pause(2 * scrapeEveryMs);
  const beganMs = Date.now();
  const callsBefore = keptCalls();
  for (let nth = 0; nth < reloads; nth += 1) {
    if (nth === Math.floor(reloads / 3)) early = await resources();
    const dueMs = beganMs + nth * pauseMs;
    await pause(Math.max(0, dueMs - Date.now()));
    change(nth);
    const answer = await fetch(`http://127.0.0.1:${exporter.port}/-/reload`, { method: 'POST' });
    statuses.push(answer.status);
    await answer.text();
  }
  await pause(2 * scrapeEveryMs);
  tookMs = Date.now() - beganMs;
  callsDuring = keptCalls() - callsBefore;
  late = await resources();
}, 400_000);
afterAll(async () => {
  await server?.stop();
  await exporter?.stop();
  await emulator?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(prometheus === undefined)('a hundred reloads beside 50,000 series (needs prometheus)', () => {
  it('are taken when the files are good, and refused when they are not', () => {
    expect(statuses).toEqual(Array.from({ length: reloads }, (_, nth) => (nth % 3 === 0 ? 200 : 400)));
  });

  it('leave no gap in any series that they do not change', async () => {
    const window = `[${Math.floor(tookMs / 1_000)}s:${scrapeEveryMs}ms]`;
    expect(await server.query(`min_over_time(up${window})`)).toBe(1);
    expect(await server.query(`min_over_time(count(kept)${window})`)).toBe(keptSeries);
  });

  it('ask for what they do not change no more often than its schedule does', () => {
    const minutes = Math.ceil(tookMs / 60_000) + 1;
    expect(callsDuring).toBeGreaterThanOrEqual((minutes - 2) * namespaces);
    expect(callsDuring).toBeLessThanOrEqual(minutes * namespaces);
  });

  it('let neither heap nor handles grow', () => {
    console.log(`held after a third of the reloads ${early.heap} bytes, after all ${late.heap}`);
    expect(late.heap).toBeLessThan(1.15 * early.heap);
    expect(late.fds).toBeLessThanOrEqual(early.fds + 4);
  });
});
