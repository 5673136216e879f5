import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Started, startDemo, until } from './harness.ts';
import { requireProgram, requirePython } from './programs.ts';
import { type RealPrometheus, startPrometheus } from './real-prometheus.ts';

const prometheus = requireProgram('prometheus');
const promtool = requireProgram('promtool', 'prometheus');
const python = requirePython('prometheus_client.openmetrics.parser', 'python3-prometheus-client');
const strictReader = `
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
for family in text_string_to_metric_families(sys.stdin.read()):
    for sample in family.samples:
        print(family.type, sample.name)
`;
const textAccept = 'text/plain;version=0.0.4';
const openMetricsAccept = 'application/openmetrics-text;version=1.0.0';
const minuteMs = 60_000;
const scrapeEveryMs = 2_000;

let demo: Started;
beforeAll(async () => {
  demo = await startDemo();
  await until(
    () => demo.get('/-/ready'),
    ({ status }) => status === 200,
  );
});
afterAll(async () => {
  await demo.stop();
});

async function exposition(accept: string): Promise<string> {
  return (await demo.get('/metrics', { accept })).text();
}

describe('the exposition of the demo', () => {
  it.skipIf(promtool === undefined)('is clean for promtool check metrics (needs promtool)', async () => {
    const input = await exposition(textAccept);
    expect(input).toMatch(/^demo_queue_size\{/m);
    const check = spawnSync(promtool ?? '', ['check', 'metrics'], { input, encoding: 'utf8' });
    expect(`${check.stdout}${check.stderr}`).toBe('');
    expect(check.status).toBe(0);
  });

  it.skipIf(python === undefined)('is strict OpenMetrics (needs python3-prometheus-client)', async () => {
    const input = await exposition(openMetricsAccept);
    expect(input.endsWith('\n# EOF\n')).toBe(true);
    const read = spawnSync(python ?? '', ['-c', strictReader], { input, encoding: 'utf8' });
    expect(read.stderr).toBe('');
    expect(read.status).toBe(0);
    const samples = read.stdout.trim().split('\n');
    expect(samples).toContain('gauge demo_queue_size');
    expect(samples).toContain('counter azimuth_azure_requests_total');
    expect(samples.filter((sample) => sample.startsWith('unknown'))).toEqual([]);
  });
});

describe.skipIf(prometheus === undefined)('a minute of a real Prometheus (needs prometheus)', () => {
  let folder: string;
  let proxy: Server;
  let server: RealPrometheus;
  /** `Content-Type` of the answers that each job got. */
  const contentTypes: Record<string, Set<string>> = { text: new Set(), negotiated: new Set() };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'azimuth-prometheus-'));
    proxy = await startProxy(demo.port, contentTypes);
    const { port } = proxy.address() as AddressInfo;
    const jobs = ['text', 'negotiated'].map((job) => ({
      job_name: job,
      metrics_path: `/${job}`,
      static_configs: [{ targets: [`127.0.0.1:${port}`] }],
    }));
    const global = { scrape_interval: `${scrapeEveryMs}ms`, scrape_timeout: '1s' };
    server = await startPrometheus(prometheus ?? '', folder, { global, scrape_configs: jobs });
    await new Promise((resolve) => setTimeout(resolve, minuteMs));
  }, minuteMs + 30_000);
  afterAll(async () => {
    await server.stop();
    proxy.closeAllConnections();
    await new Promise((resolve) => proxy.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(['text', 'negotiated'])('%s: no scrape failed, and every scrape brought samples', async (job) => {
    // A loaded machine may start late; that every scrape worked is what counts.
    const wanted = (minuteMs / scrapeEveryMs) * 0.7;
    expect(await server.query(`count_over_time(up{job="${job}"}[2m])`)).toBeGreaterThanOrEqual(wanted);
    expect(await server.query(`min_over_time(up{job="${job}"}[2m])`)).toBe(1);
    expect(await server.query(`min_over_time(scrape_samples_scraped{job="${job}"}[2m])`)).toBeGreaterThan(50);
    const kept = await server.query(`scrape_samples_post_metric_relabeling{job="${job}"}`);
    expect(await server.query(`scrape_samples_scraped{job="${job}"}`)).toBe(kept);
    expect(await server.query(`count(demo_queue_size{job="${job}",entity_name="orders"})`)).toBe(1);
    expect(
      await server.query(`min_over_time(azimuth_scrape_success{job="${job}",metric_name="demo_queue_size"}[1m])`),
    ).toBe(1);
  });

  it('both formats were spoken', () => {
    expect([...(contentTypes['text'] ?? [])]).toEqual([expect.stringMatching(/^text\/plain; ?version=0\.0\.4/)]);
    expect([...(contentTypes['negotiated'] ?? [])]).toEqual([
      expect.stringMatching(/^application\/openmetrics-text; ?version=1\.0\.0/),
    ]);
  });

  it('targets are up without an error, nothing was refused, and the log of Prometheus holds no complaint', async () => {
    expect(await server.targetErrors()).toEqual(['', '']);
    const own = await server.ownMetrics();
    const refused = own.filter((line) =>
      /^prometheus_target_scrapes_\w*(duplicate|out_of|exceeded)\w*_total /.test(line),
    );
    expect(refused.length).toBeGreaterThan(3);
    expect(refused.filter((line) => !line.endsWith(' 0'))).toEqual([]);
    expect(server.log().filter((line) => /level=(warn|error)/.test(line))).toEqual([]);
  });
});

/** Passes scrapes on: `/text` with an `Accept` that wants the text format, `/negotiated` as Prometheus asks. */
async function startProxy(port: number, contentTypes: Record<string, Set<string>>): Promise<Server> {
  const server = createServer((incoming, outgoing) => {
    const job = (incoming.url ?? '').slice(1);
    const headers = { ...incoming.headers, ...(job === 'text' ? { accept: textAccept } : {}) };
    const forward = request({ port, host: '127.0.0.1', path: '/metrics', headers }, (answer) => {
      contentTypes[job]?.add(answer.headers['content-type'] ?? '');
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    forward.on('error', () => outgoing.destroy());
    forward.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
