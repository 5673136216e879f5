import { describe, expect, it, type TestContext } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { emulate, type Started, startExporter, until } from './harness.ts';
import { startInterceptingProxy } from './intercepting-proxy.ts';
import { busMetric, declarationOf, samplesOf, worldOf } from './landscape.ts';

const namespaces = ['contoso-orders', 'contoso-audit'];
const runtime = `
authentication: { mode: SystemAssignedManagedIdentity }
metricSinks: { prometheusScrapingEndpoint: { enableMetricTimestamps: true } }
`;

interface Place {
  readonly schedule: string;
  readonly env?: Record<string, string>;
}

async function startBoth(
  emulator: Emulator,
  { schedule, env }: Place,
  { onTestFinished }: TestContext,
): Promise<Started> {
  const metric = busMetric({ name: 'messages', namespaces, schedule, staleAfter: '18s' });
  const declaration = declarationOf(emulator, [metric]);
  const exporter = await startExporter(emulator, { runtime, declaration }, env === undefined ? {} : { env });
  onTestFinished(() => exporter.stop());
  return exporter;
}

async function world({ onTestFinished }: TestContext, tokenSeconds?: number): Promise<Emulator> {
  const emulator = await emulate(worldOf({ namespaces, ...(tokenSeconds === undefined ? {} : { tokenSeconds }) }));
  onTestFinished(() => emulator.close());
  return emulator;
}

async function shown(exporter: Started): Promise<number> {
  return samplesOf(await (await exporter.get('/metrics')).text(), 'messages').length;
}

/** Codes that failures were counted under. */
async function codes(exporter: Started): Promise<string[]> {
  const lines = await exporter.series('azimuth_scrape_failures_total{');
  return [...new Set(lines.map((line) => /code="([^"]*)"/.exec(line)?.[1] ?? ''))];
}

const levelOf = (exporter: Started, level: string): string[] =>
  exporter.log.filter((line) => line['level'] === level).map((line) => String(line['msg']));

/** Series stay for a while, leave, and come back when the outage ends; one line tells why, one that it is over. */
async function weather(exporter: Started, code: string, begin: () => void, end: () => void): Promise<string> {
  await until(
    () => shown(exporter),
    (count) => count === 2,
  );
  begin();
  await until(
    () => codes(exporter),
    (seen) => seen.includes(code),
    40_000,
  );
  expect(await shown(exporter)).toBe(2);
  await until(
    () => shown(exporter),
    (count) => count === 0,
    30_000,
  );
  expect((await exporter.get('/-/healthy')).status).toBe(200);
  end();
  await until(
    () => shown(exporter),
    (count) => count === 2,
    60_000,
  );
  await until(
    async () => levelOf(exporter, 'info'),
    (lines) => lines.includes(`No longer failing with ${code}: 2 items.`),
  );
  expect(await codes(exporter)).toEqual([code]);
  const errors = levelOf(exporter, 'error');
  expect(errors).toHaveLength(1);
  return errors[0] ?? '';
}

describe.concurrent('an outage that hits everything', () => {
  it('the token endpoint is down', async (context) => {
    const emulator = await world(context, 8);
    const exporter = await startBoth(emulator, { schedule: '*/10 * * * * *' }, context);
    const line = await weather(
      exporter,
      'AZ3005',
      () => void emulator.control.addFault({ api: 'token', effect: { reset: true } }),
      () => void emulator.control.removeFault(),
    );
    expect(line).toMatch(/^No access token for https:\/\/localhost:\d+ could be obtained: 127\.0\.0\.1:\d+ could not/);
    expect(line).toMatch(/\(2 items\)$/);
  });

  it('the certificate is not trusted', async (context) => {
    const emulator = await world(context);
    const proxy = await startInterceptingProxy();
    context.onTestFinished(() => proxy.close());
    const exporter = await startBoth(
      emulator,
      { schedule: '5/10 * * * * *', env: { HTTPS_PROXY: proxy.url } },
      context,
    );
    const line = await weather(
      exporter,
      'AZ3003',
      () => proxy.intercept(true),
      () => proxy.intercept(false),
    );
    expect(line).toMatch(/^The certificate of localhost:\d+ is not trusted \(\w+\); give .*NODE_EXTRA_CA_CERTS/);
    expect(proxy.connections()).toBeGreaterThan(2);
  });

  it('a call that hangs ends at its deadline of 30 s, and the other resource does not wait for it', async (context) => {
    const emulator = await world(context);
    emulator.control.addFault({ resource: 'contoso-audit', effect: { hang: true }, count: 1 });
    const startMs = Date.now();
    const exporter = await startBoth(emulator, { schedule: '* * * * *' }, context);
    await until(
      () => exporter.series('messages{'),
      (lines) => lines.some((line) => line.includes('contoso-orders')),
    );
    expect(Date.now() - startMs).toBeLessThan(25_000);
    const line = await exporter.logged(({ code }) => code === 'AZ3001', 60_000);
    expect(Date.now() - startMs).toBeGreaterThanOrEqual(30_000);
    expect(line).toMatchObject({ level: 'error', resources: ['contoso-audit'] });
    expect(line['msg']).toMatch(/^localhost:\d+ did not answer within 30 s; check /);
    expect(await codes(exporter)).toEqual(['AZ3001']);
    await until(
      () => exporter.series('messages{'),
      (lines) => lines.some((one) => one.includes('contoso-audit')),
      75_000,
    );
  }, 180_000);
});
