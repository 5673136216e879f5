import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { describe, expect, it, type TestContext } from 'vitest';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { startExporter } from '../../src/exporter.ts';
import type { HealthReport } from '../../src/promitor/ports.ts';
import type { Overview } from '../../src/status/ports.ts';
import { realClock } from '../../src/telemetry/clock.ts';
import { createFakeClock } from '../fakes/clock.ts';
import { until } from './harness.ts';
import { configure, worldOf } from './in-process.ts';

const minute = 60_000;
/** The exporter and an emulated Azure in one process; time and ticks come by hand. */
async function watched({ onTestFinished }: TestContext) {
  const emulator = await startEmulator({
    world: worldOf({
      tokens: { clientSeconds: 30 },
      resources: [{ type: 'Microsoft.ServiceBus/namespaces', name: 'contoso-orders' }],
    }),
    clock: realClock,
  });
  setDefaultCACertificates([...getCACertificates('default'), emulator.caPem]);
  // Tokens expire by real time, so the other begins with it.
  const startMs = Date.now();
  const clock = createFakeClock(startMs);
  const setTime = (): void => emulator.control.setTime({ setMs: clock.now(), pause: true });
  setTime();
  const declaration = {
    metrics: [
      {
        name: 'messages',
        description: 'Messages',
        resourceType: 'ServiceBusNamespace',
        azureMetricConfiguration: { metricName: 'ActiveMessages', aggregation: { type: 'Total' } },
        resources: [{ namespace: 'contoso-orders' }],
      },
    ],
  };
  const { log, ...configured } = configure({ declaration, runtime: { server: { httpPort: 0 } } }, emulator);
  const ticks: (() => void)[] = [];
  const ticker = {
    start: (_schedule: unknown, onTick: () => void) => {
      ticks.push(onTick);
      return () => undefined;
    },
  };
  const exporter = await startExporter({ ...configured, clock, ticker });
  onTestFinished(async () => {
    const stopped = exporter.stop();
    await clock.advance(5_000);
    await stopped;
    await emulator.close();
  });
  const get = async (path: string): Promise<[number, string]> => {
    const answer = await fetch(`http://127.0.0.1:${exporter.port}${path}`);
    return [answer.status, await answer.text()];
  };
  const advance = async (ms: number): Promise<void> => {
    await clock.advance(ms);
    setTime();
  };
  const proof = {
    emulator,
    log,
    startMs,
    get,
    tick: () => {
      for (const tick of ticks) tick();
    },
    advance,
    /** Moves on to a time after the start. */
    advanceTo: (ms: number) => advance(Math.max(0, startMs + ms - clock.now())),
    /** Problems on the status page, each as its code and sentence. */
    async problems() {
      const { problems } = JSON.parse((await get('/api/v1/status'))[1]) as Pick<Overview, 'problems'>;
      return problems.rows.map(({ code, message }) => `${code}: ${message}`);
    },
    async freshness() {
      const [status, text] = await get('/api/v1/health');
      const entry = (JSON.parse(text) as HealthReport).entries['Promitor Scraper Data Freshness'];
      return { status, entry: entry?.status, words: entry?.description ?? '' };
    },
  };
  const ready = await until(
    () => get('/-/ready'),
    ([status]) => status === 200,
  );
  expect(ready[1]).toBe('Azimuth is ready.\n');
  expect(await proof.freshness()).toEqual({
    status: 200,
    entry: 'Healthy',
    words: 'Every schedule has had a result in time.',
  });
  return proof;
}

type Proof = Awaited<ReturnType<typeof watched>>;

/** Two intervals whose runs come to nothing, up to a second after the second tick that had to bring a result. */
async function twoIntervals(proof: Proof): Promise<void> {
  await proof.advanceTo(40_000);
  proof.tick();
  // Azure answers in real time, deadlines and pauses pass in the other.
  await until(async () => {
    await proof.advance(2_000);
    return proof.log.some(({ level }) => level === 'error');
  }, Boolean);
  await proof.advanceTo(100_000);
  proof.tick();
  await proof.advanceTo(121_000);
}

describe('health and readiness tell within two intervals', () => {
  it('that the source of the ticks is dead', async (context) => {
    const proof = await watched(context);
    const stale = `AZ2080: schedule * * * * * has had no result since ${new Date(proof.startMs).toISOString()}`;
    await proof.advanceTo(2 * minute + 1);
    expect(await proof.freshness()).toMatchObject({ status: 503, entry: 'Unhealthy' });
    const dueMs = Math.floor(proof.startMs / minute) * minute + minute;
    await proof.advanceTo(dueMs - proof.startMs + 91_000);
    const due = new Date(dueMs).toISOString();
    const still = `AZ2003: schedule * * * * * was due at ${due} and has not run; the scheduler stands still`;
    expect(await proof.get('/-/healthy')).toEqual([503, `${still}\n`]);
    expect(await proof.freshness()).toEqual({ status: 503, entry: 'Unhealthy', words: `${still}; ${stale}` });
    expect(await proof.get('/-/ready')).toEqual([200, `Azimuth is ready.\n${stale}\n`]);
    expect(await proof.problems()).toEqual([still, stale]);
    await proof.advance(5_000);
    expect(proof.log.filter(({ code }) => code === 'AZ2003')).toMatchObject([
      {
        level: 'error',
        schedule: '* * * * *',
        msg: `Schedule * * * * * was due at ${due} and has not run; the scheduler stands still.`,
      },
    ]);
    proof.tick();
    await proof.advance(5_000);
    expect((await proof.get('/-/healthy'))[0]).toBe(200);
    expect(proof.log.at(-1)).toMatchObject({ level: 'info', msg: 'Schedule * * * * * runs again.' });
  });

  it('that a call to Azure hangs', async (context) => {
    const proof = await watched(context);
    proof.emulator.control.addFault({ api: 'metrics', effect: { hang: true } });
    await twoIntervals(proof);
    const { status, entry, words } = await proof.freshness();
    expect([status, entry]).toEqual([503, 'Unhealthy']);
    expect(words).toMatch(/^AZ2080: schedule \* \* \* \* \* has had no result since /);
    expect(words).toMatch(/AZ3001: localhost:\d+ did not answer within 30 s; check egress, firewalls and proxies/);
    expect((await proof.get('/-/ready'))[1]).toBe(`Azimuth is ready.\n${words}\n`);
    expect((await proof.problems())[0]).toBe(words);
    expect((await proof.get('/-/healthy'))[0]).toBe(200);
  });

  it('that a credential has expired', async (context) => {
    const proof = await watched(context);
    const body = {
      error: 'invalid_client',
      error_description: 'AADSTS7000222: The provided client secret keys are expired.',
    };
    proof.emulator.control.addFault({ api: 'token', effect: { status: 401, body } });
    await twoIntervals(proof);
    const { status, entry, words } = await proof.freshness();
    expect([status, entry]).toEqual([503, 'Unhealthy']);
    expect(words).toMatch(/^AZ2080: schedule \* \* \* \* \* has had no result since .*: waiting for an access token/);
    expect(words).toContain('the client secret has expired: make a new one');
    expect((await proof.get('/-/ready'))[1]).toBe(`Azimuth is ready.\n${words}\n`);
    expect((await proof.problems())[0]).toBe(words);
  });
});
