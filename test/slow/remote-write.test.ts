import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { realClock } from '../../src/telemetry/clock.ts';
import { aggregate } from '../e2e/arithmetic.ts';
import { until } from '../e2e/harness.ts';
import { type Proof, prove, resourceUri, startMs, worldOf } from '../e2e/in-process.ts';
import { requireProgram } from '../e2e/programs.ts';
import { startReceiver, type Wire, wireTo } from '../e2e/remote-write-scene.ts';

const prometheus = requireProgram('prometheus');
const minute = 60_000;
/** World seconds per second. */
const rate = 30;
const minutes = 30;

const metrics = ['hits', 'load', 'slow'] as const;
const shards = ['0', '1'];

/** The metric `slow` shows its buckets `lag` minutes late. */
function worldWith(lagMinutes: number) {
  const generator = { kind: 'sine', base: 100, amplitude: 60, period: 45 };
  return worldOf({
    resources: [
      {
        type: 'Microsoft.Cache/Redis',
        name: 'cache',
        metrics: [
          { name: 'hits', generator },
          { name: 'load', generator, dimensions: [{ name: 'ShardId', values: shards }] },
          { name: 'slow', generator, lag: `PT${lagMinutes}M` },
        ],
      },
    ],
  });
}

const metric = (name: string, interval: string, dimensions: readonly string[] = []) => ({
  name: `cache_${name}`,
  description: `About ${name}`,
  resourceType: 'RedisCache',
  azureMetricConfiguration: {
    metricName: name,
    aggregation: { type: 'Total', interval },
    dimensions: dimensions.map((dimension) => ({ name: dimension })),
  },
  resources: [{ cacheName: 'cache' }],
});

const declaration = {
  metrics: [metric('hits', '00:05:00'), metric('load', '00:01:00', ['ShardId']), metric('slow', '00:01:00')],
};

interface Told {
  readonly emulator: Emulator;
  readonly wires: readonly Wire[];
  readonly missed: () => Promise<number>;
  readonly endMs: number;
}

/** Thirty minutes of the world in which everything goes wrong once. */
async function live(port: number, sink: Readonly<Record<string, unknown>>): Promise<Told> {
  const emulator = await startEmulator({ world: worldWith(0), clock: realClock });
  onTestFinished(() => emulator.close());
  emulator.control.setTime({ setMs: startMs, rate, pause: false });
  const wires: Wire[] = [];
  let missedBefore = 0;
  let proof: Proof | undefined;
  const missed = async (): Promise<number> => {
    const lines = (await proof?.lines('azimuth_remote_write_missed_buckets_total')) ?? [];
    return missedBefore + lines.reduce((sum, { value }) => sum + value, 0);
  };
  const start = async (): Promise<void> => {
    const wire = await wireTo(port);
    wire.up = wires.at(-1)?.up ?? true;
    wires.push(wire);
    const prometheusRemoteWrite = { url: wire.url, ...sink };
    const metricSinks = { prometheusScrapingEndpoint: {}, prometheusRemoteWrite };
    proof = await prove({ world: worldWith(0), declaration, runtime: { metricSinks }, emulator, rate });
  };
  const kill = async (): Promise<void> => {
    missedBefore = await missed();
    await wires.at(-1)?.cut();
    void proof?.stopSinks(0);
    await proof?.close();
  };
  const up = (is: boolean): void => {
    for (const wire of wires) wire.up = is;
  };
  const events: Readonly<Record<number, () => void | Promise<void>>> = {
    3: () => up(false),
    9: async () => {
      await kill();
      await start();
    },
    13: () => up(true),
    15: () => void emulator.control.addFault({ api: 'metrics', effect: { status: 503 } }),
    20: async () => {
      await kill();
      await start();
    },
    25: () => {
      emulator.control.removeFault();
      emulator.control.setWorld(worldWith(6));
    },
    [minutes]: () => emulator.control.setWorld(worldWith(0)),
  };
  await start();
  for (let at = 0; at < minutes + 12; at += 1) {
    await until(
      async () => emulator.now(),
      (nowMs) => nowMs >= startMs + at * minute,
    );
    await events[at]?.();
    await proof?.run();
  }
  const waiting = async () => (await proof?.lines('azimuth_sink_queue_samples')) ?? [];
  await until(waiting, (lines) => lines.every(({ value }) => value === 0), 60_000);
  onTestFinished(() => proof?.close());
  return { emulator, wires, missed, endMs: startMs + minutes * minute };
}

describe.skipIf(prometheus === undefined)('thirty minutes into a real Prometheus (needs prometheus)', () => {
  it('with a state folder and an out-of-order window: every bucket of every series once', async () => {
    const receiver = await startReceiver(prometheus ?? '', '2h');
    const stateFolder = mkdtempSync(join(tmpdir(), 'azimuth-state-'));
    onTestFinished(() => rmSync(stateFolder, { recursive: true, force: true }));
    const told = await live(receiver.port, { stateFolder, lateness: '15m' });
    const held = await receiver.samples('{__name__=~"cache_.*"}', told.endMs);
    expect(held.size).toBe(4);
    for (const [text, samples] of held) expect(samples).toEqual(expectedOf(text, told.endMs));
    expect(await told.missed()).toBe(0);
  }, 240_000);

  it('with neither: no gap but for buckets later than the lateness, each of them counted', async () => {
    const receiver = await startReceiver(prometheus ?? '');
    const told = await live(receiver.port, { lateness: '3m', resumeFrom: '50m' });
    const held = await receiver.samples('{__name__=~"cache_.*"}', told.endMs);
    expect(held.size).toBe(4);
    let gaps = 0;
    for (const [text, samples] of held) {
      const expected = expectedOf(text, told.endMs, samples[0]?.[0]);
      const times = new Set(samples.map(([time]) => time));
      expect(samples).toEqual(expected.filter(([time]) => times.has(time)));
      const lacking = expected.filter(([time]) => !times.has(time));
      gaps += lacking.length;
      if (!text.includes('cache_slow')) expect(lacking).toEqual([]);
    }
    expect(gaps).toBeGreaterThan(0);
    expect(await told.missed()).toBe(gaps);
    // Both restarts began an hour back, and what the receiver had was refused sample by sample.
    expect(told.wires.at(-1)?.answers.get(400)).toBeGreaterThan(0);
  }, 240_000);
});

/** All buckets of a series from the hour before the start. */
function expectedOf(labelsText: string, endMs: number, fromMs = startMs - 60 * minute): [number, number][] {
  const labels = JSON.parse(labelsText) as Record<string, string>;
  const name = metrics.find((one) => labels['__name__'] === `cache_${one}`) ?? 'hits';
  const grain = name === 'hits' ? 5 * minute : minute;
  const series = {
    seed: 7,
    uri: resourceUri('Microsoft.Cache/Redis/cache'),
    metric: name,
    dimensions: labels['shardid'] === undefined ? [] : [['ShardId', labels['shardid']] as const],
    rule: { kind: 'sine', base: 100, amplitude: 60, period: 45 } as const,
  };
  const buckets: [number, number][] = [];
  for (let end = Math.ceil(fromMs / grain) * grain; end <= endMs; end += grain)
    buckets.push([end, aggregate([series], 'Total', end - grain, end) ?? Number.NaN]);
  return buckets;
}
