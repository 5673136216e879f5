import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Effect } from '../../src/emulator/control/faults.ts';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { collectsOnSignal, emulate, type Started, startExporter } from './harness.ts';
import { busMetric, declarationOf, type Sample, samplesOf, worldOf } from './landscape.ts';

interface Fault {
  readonly name: string;
  readonly effect: Effect;
  readonly code: string;
  /** Has a lane of its own, so that faults do not share runs. Attempts with pauses need the longer periods. */
  readonly schedule: string;
  /** The series leaves at the first failure, not after its bound. */
  readonly atOnce?: true;
}

const says = (code: string, message = `${code}, the test says.`): unknown => ({ error: { code, message } });
const faults: readonly Fault[] = [
  {
    name: 'refused-token',
    code: 'AZ3401',
    schedule: '0/3 * * * * *',
    effect: { status: 401, body: says('InvalidAuthenticationToken') },
  },
  {
    name: 'no-role',
    code: 'AZ3403',
    schedule: '1/3 * * * * *',
    effect: { status: 403, body: says('AuthorizationFailed') },
  },
  {
    name: 'gone',
    code: 'AZ3404',
    schedule: '2/3 * * * * *',
    atOnce: true,
    effect: { status: 404, body: says('ResourceNotFound') },
  },
  {
    name: 'throttled-for-a-minute',
    code: 'AZ3429',
    schedule: '0/4 * * * * *',
    effect: { status: 429, body: says('TooManyRequests'), headers: { 'retry-after': '60' } },
  },
  {
    name: 'throttled',
    code: 'AZ3429',
    schedule: '1/4 * * * * *',
    effect: { status: 429, body: says('TooManyRequests') },
  },
  {
    name: 'broken',
    code: 'AZ3500',
    schedule: '2/4 * * * * *',
    effect: { status: 500, body: says('InternalServerError') },
  },
  {
    name: 'unavailable',
    code: 'AZ3500',
    schedule: '3/4 * * * * *',
    effect: { status: 503, body: '<h1>Service unavailable</h1>' },
  },
  { name: 'reset', code: 'AZ3002', schedule: '0/5 * * * * *', effect: { reset: true } },
  { name: 'truncated', code: 'AZ3004', schedule: '1/5 * * * * *', effect: { truncate: true } },
  { name: 'malformed', code: 'AZ3004', schedule: '2/5 * * * * *', effect: { malformed: true } },
  {
    name: 'wrong-shape',
    code: 'AZ3004',
    schedule: '3/5 * * * * *',
    effect: { status: 200, body: { value: 'nothing' } },
  },
  // The query group is cut off by concurrency.mutexTimeoutSeconds, before the deadline of the call.
  { name: 'hanging', code: 'AZ3006', schedule: '4/5 * * * * *', effect: { hang: true } },
];
// Longer than a period and the time-out of a group, so that a first failure is seen while the value still stands.
const staleAfterMs = 10_000;
const metricOf = ({ name }: Fault): string => `messages_${name.replaceAll('-', '_')}`;
const sick = ({ name }: Fault): string => `${name}-sick`;
const well = ({ name }: Fault): string => `${name}-well`;
const runtime = `
authentication: { mode: SystemAssignedManagedIdentity }
concurrency: { mutexTimeoutSeconds: 3 }
metricSinks: { prometheusScrapingEndpoint: { enableMetricTimestamps: true } }
`;

let emulator: Emulator;
let exporter: Started;
beforeAll(async () => {
  emulator = await emulate(worldOf({ namespaces: faults.flatMap((fault) => [sick(fault), well(fault)]) }));
  const metrics = faults.map((fault) =>
    busMetric({
      name: metricOf(fault),
      namespaces: [sick(fault), well(fault)],
      schedule: fault.schedule,
      staleAfter: `${staleAfterMs / 1000}s`,
    }),
  );
  exporter = await startExporter(
    emulator,
    { runtime, declaration: declarationOf(emulator, metrics) },
    { env: collectsOnSignal },
  );
});
afterAll(async () => {
  await exporter.stop();
  await emulator.close();
});

const metricsText = async (): Promise<string> => (await exporter.get('/metrics')).text();

async function sampleOf(metric: string, resource: string): Promise<Sample | undefined> {
  return samplesOf(await metricsText(), metric, resource)[0];
}

/** Failures by code, counted for one metric. */
async function failuresOf(metric: string): Promise<Record<string, number>> {
  const samples = samplesOf(await metricsText(), 'azimuth_scrape_failures_total', metric);
  return Object.fromEntries(
    samples.map(({ line, value }) => [
      `${/resource_name="([^"]*)"/.exec(line)?.[1]} ${/code="([^"]*)"/.exec(line)?.[1]}`,
      value,
    ]),
  );
}

/** Log lines of a level that name the resource. */
function linesOf(level: string, resource: string): string[] {
  return exporter.log
    .filter((line) => line['level'] === level && JSON.stringify(line).includes(resource))
    .map((line) => String(line['msg']));
}

function ownMetric(text: string, name: string): number {
  return samplesOf(text, name)[0]?.value ?? Number.NaN;
}

describe.concurrent('a fault of one resource', () => {
  it.each(faults)(
    '$name: the other stays fresh, this one leaves in time, is told once, and recovers',
    async (fault) => {
      const metric = metricOf(fault);
      const resource = sick(fault);
      const key = `${resource} ${fault.code}`;
      const present = (one: Sample | undefined): boolean => one !== undefined;
      const before = await exporter.until(() => sampleOf(metric, resource), present);
      await exporter.until(() => sampleOf(metric, well(fault)), present);

      const id = emulator.control.addFault({ resource, effect: fault.effect });
      const faultMs = Date.now();
      await exporter.until(
        () => failuresOf(metric),
        (failures) => (failures[key] ?? 0) >= 1,
      );
      const kept = await sampleOf(metric, resource);
      if (fault.atOnce) expect(kept).toBeUndefined();
      else {
        expect(kept?.value).toBeGreaterThanOrEqual(0);
        expect(kept?.timeMs).toBeGreaterThanOrEqual(before?.timeMs ?? Number.NaN);
        expect(kept?.timeMs).toBeLessThanOrEqual(faultMs);
      }

      await exporter.until(
        () => sampleOf(metric, resource),
        (one) => one === undefined,
      );
      const outlivedMs = Date.now() - (kept?.timeMs ?? Date.now());
      if (!fault.atOnce) expect(outlivedMs).toBeGreaterThanOrEqual(staleAfterMs);
      // Housekeeping comes every five seconds; the rest is what a loaded machine may take.
      expect(outlivedMs).toBeLessThan(staleAfterMs + 8_000);
      await exporter.until(
        () => failuresOf(metric),
        (failures) => (failures[key] ?? 0) >= 2,
      );
      const outcome = samplesOf(await metricsText(), 'azimuth_scrape_error', metric, resource)[0];
      expect(outcome?.value).toBe(1);
      const other = await sampleOf(metric, well(fault));
      expect(other?.timeMs).toBeGreaterThan(faultMs);
      expect(Object.keys(await failuresOf(metric))).toEqual([key]);
      expect(linesOf('error', resource)).toEqual([expect.stringMatching(/\w+ .*[.)]$/)]);
      expect(linesOf('error', well(fault))).toEqual([]);
      expect(linesOf('info', resource)).toEqual([expect.stringContaining('are removed')]);

      emulator.control.removeFault(id);
      const freeMs = Date.now();
      const after = await exporter.until(() => sampleOf(metric, resource), present);
      expect(after?.timeMs).toBeGreaterThanOrEqual(freeMs - 5_000);
      expect(after?.value).toBeGreaterThanOrEqual(0);
      await exporter.until(
        async () => linesOf('info', resource),
        (lines) => lines.length >= 2,
      );
      expect(linesOf('info', resource)).toEqual([
        expect.stringContaining('are removed'),
        `No longer failing with ${fault.code}: 1 item.`,
      ]);
      expect(linesOf('error', resource)).toHaveLength(1);
    },
  );
});

describe('after many failures', () => {
  it('open files and heap are where they were', async () => {
    const before = await atRest();
    const effects: readonly Effect[] = [{ hang: true }, { reset: true }, { truncate: true }, { status: 503 }];
    for (const effect of effects) emulator.control.addFault({ api: 'metrics', share: 0.4, effect });
    const failed = (text: string): number =>
      samplesOf(text, 'azimuth_scrape_failures_total').reduce((sum, { value }) => sum + value, 0);
    const start = failed(await metricsText());
    await exporter.until(
      async () => failed(await metricsText()) - start,
      (count) => count >= 100,
      90_000,
    );
    emulator.control.removeFault();
    await exporter.until(metricsText, (text) =>
      samplesOf(text, 'azimuth_scrape_error').every(({ value }) => value === 0),
    );
    const after = await atRest();
    // 100 failures: a leak of one file or socket in twenty-five of them would show. Kept-alive connections come and go.
    expect(after.files).toBeLessThanOrEqual(before.files + 4);
    // A leak of 150 kB a failure would show.
    expect(after.heapMb).toBeLessThan(before.heapMb + 15);
  });

  /** The lowest readings of six seconds, each after a collection: in between calls are in flight. */
  async function atRest(): Promise<{ files: number; heapMb: number }> {
    const readings: { files: number; heapMb: number }[] = [];
    const endMs = Date.now() + 6_000;
    await exporter.until(
      async () => {
        exporter.child.kill('SIGUSR2');
        const text = await metricsText();
        const heapMb = ownMetric(text, 'nodejs_heap_size_used_bytes') / 1e6;
        readings.push({ files: ownMetric(text, 'process_open_fds'), heapMb });
      },
      () => Date.now() > endMs,
    );
    return {
      files: Math.min(...readings.map(({ files }) => files)),
      heapMb: Math.min(...readings.map(({ heapMb }) => heapMb)),
    };
  }
});
