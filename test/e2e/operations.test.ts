import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import type { HealthReport } from '../../src/promitor/ports.ts';
import { configFolder, emulate, emulatorEnv, freePort, root, type Started, startExporter, until } from './harness.ts';
import { busMetric, declarationOf, worldOf } from './landscape.ts';

const authentication = { mode: 'SystemAssignedManagedIdentity' };
const schedule = '*/2 * * * * *';
const metric = busMetric({ name: 'messages', namespaces: ['contoso-orders'], schedule });

let emulator: Emulator;
let exporter: Started;
beforeAll(async () => {
  emulator = await emulate(worldOf({ namespaces: ['contoso-orders'] }));
  const runtime = JSON.stringify({ authentication, server: { enableLifecycle: true } });
  exporter = await startExporter(emulator, { runtime, declaration: declarationOf(emulator, [metric]) });
  await exporter.until(
    async () => (await exporter.get('/-/ready')).status,
    (status) => status === 200,
  );
});
afterAll(async () => {
  await exporter.stop();
  await emulator.close();
});

const post = async (path: string): Promise<[number, string]> => {
  const answer = await fetch(`http://127.0.0.1:${exporter.port}${path}`, { method: 'POST' });
  return [answer.status, await answer.text()];
};

describe('a running exporter tells of itself', () => {
  it('its health, version and configuration as Promitor does', async () => {
    const health = await exporter.get('/api/v1/health');
    const report = (await health.json()) as HealthReport;
    expect([health.status, report.status, Object.keys(report.entries)]).toEqual([
      200,
      'Healthy',
      ['Promitor Scraper Data Freshness'],
    ]);
    expect(report.totalDuration).toMatch(/^00:00:00(\.\d{7})?$/);
    const version = exporter.output().match(/Azimuth (\S+) listens/)?.[1];
    expect(await (await exporter.get('/api/v1/system')).json()).toEqual({ version });
    const runtime = await (await exporter.get('/api/v1/configuration/runtime')).json();
    expect(runtime).toMatchObject({
      authentication,
      server: { httpPort: 0, enableLifecycle: true },
      metricSinks: { prometheusScrapingEndpoint: { metricUnavailableValue: 'NaN' } },
    });
    const declared = (await (await exporter.get('/api/v1/configuration/metric-declaration')).json()) as object[];
    expect(declared).toMatchObject([
      {
        $type: 'Promitor.Core.Scraping.Configuration.Model.Metrics.MetricDefinition, Promitor.Core.Scraping',
        AzureMetricConfiguration: { Aggregation: { Type: 'Total', Interval: '00:01:00' } },
        Scraping: { Schedule: schedule },
        Resources: [{ Namespace: 'contoso-orders' }],
      },
    ]);
  });

  it('its API as a document and a page', async () => {
    const document = (await (await exporter.get('/api/v1/openapi.json')).json()) as { paths: object };
    expect(Object.keys(document.paths)).toContain('/metrics');
    expect(await (await exporter.get('/api/docs')).text()).toContain('<h1>Azimuth API</h1>');
  });
});

describe('log lines of a run', () => {
  it('carry schedule, run, query group and request id, once the level shows them', async () => {
    expect(await post('/-/log-level?level=Debug')).toEqual([200, '{"level":"Debug"}']);
    const asked = await exporter.logged(({ msg }) => msg === 'Azure was asked (metrics): 200.');
    expect(asked).toMatchObject({
      level: 'debug',
      schedule,
      run: expect.stringMatching(/^[\da-f]{8}$/) as string,
      queryGroup: expect.stringMatching(/./) as string,
      requestId: expect.stringMatching(/./) as string,
    });
    const finished = await exporter.logged(
      ({ msg, run }) => msg === `Run of schedule ${schedule} finished.` && run === asked['run'],
    );
    expect(finished).not.toHaveProperty('queryGroup');
    const next = await exporter.logged(({ msg, run }) => String(msg).endsWith('finished.') && run !== asked['run']);
    expect(next).toMatchObject({ schedule, run: expect.stringMatching(/^[\da-f]{8}$/) as string });
    expect(await post('/-/log-level?level=Information')).toEqual([200, '{"level":"Information"}']);
  });

  it('carry them when something fails', async () => {
    emulator.control.addFault({ api: 'metrics', effect: { status: 403 } });
    const line = await exporter.logged(({ level }) => level === 'error');
    emulator.control.removeFault();
    expect(line).toMatchObject({
      code: 'AZ3403',
      schedule,
      run: expect.stringMatching(/^[\da-f]{8}$/) as string,
      queryGroup: expect.stringMatching(/./) as string,
      requestId: expect.stringMatching(/./) as string,
    });
  });
});

it('a full disk takes the log and nothing else, and health says so', async ({ onTestFinished }) => {
  const port = await freePort();
  const folder = configFolder({
    runtime: JSON.stringify({ authentication, server: { httpPort: port } }),
    declaration: declarationOf(emulator, [metric]),
  });
  // Every write to this device fails as on a full disk.
  const full = openSync('/dev/full', 'w');
  const child = spawn(process.execPath, [join(root, 'bin/azimuth.js'), 'run', '--config-folder', folder.path], {
    env: { PATH: process.env['PATH'] ?? '', ...emulatorEnv(emulator, folder.path) },
    stdio: ['ignore', 'ignore', full],
  });
  closeSync(full);
  const exited = new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exited;
    folder.remove();
  });
  const get = async (path: string): Promise<[number, string]> => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined);
    return answer === undefined ? [0, ''] : [answer.status, await answer.text()];
  };
  const [, ready] = await until(
    () => get('/-/ready'),
    ([status]) => status === 200,
  );
  const lost = /AZ2082: \d+ log lines are lost: ENOSPC: no space left on device, write/;
  expect(ready).toMatch(lost);
  const [status, text] = await get('/api/v1/health');
  const { entries } = JSON.parse(text) as HealthReport;
  expect([status, entries['Azimuth Log']?.status, entries['Promitor Scraper Data Freshness']?.status]).toEqual([
    503,
    'Unhealthy',
    'Healthy',
  ]);
  expect(entries['Azimuth Log']?.description).toMatch(lost);
  expect((await get('/-/problems'))[1]).toMatch(/\d+ log lines are lost: ENOSPC: no space left on device, write/);
  expect((await get('/metrics'))[1]).toContain('messages{');
  expect((await get('/-/healthy'))[0]).toBe(200);
  const reload = await fetch(`http://127.0.0.1:${port}/-/reload`, { method: 'POST' });
  expect(reload.status).toBe(404);
  child.kill('SIGTERM');
  expect(await exited).toBe(0);
});
