import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it, onTestFinished } from 'vitest';
import { secret } from '../../../src/core/secret.ts';
import { createCollector } from '../../../src/sinks/feed/collector.ts';
import { createHub, type Hub } from '../../../src/sinks/hub/hub.ts';
import { createSeriesStore } from '../../../src/store/series-store.ts';
import { realClock } from '../../../src/telemetry/clock.ts';
import { remoteWriteConfig } from '../../fakes/point-batch.ts';
import { recorder } from '../../fakes/sink.ts';
import { anItem, minute, shown } from '../remote-write/support.ts';

const series = 20_000;
const runs = 75;
/** A port that nobody listens on, since it takes a privilege. */
const nowhere = 'http://127.0.0.1:9';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function heapMb(): number {
  collect();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}

/** All sinks, none of whose receivers is there. */
function hubWithoutReceivers(observe: Parameters<typeof createHub>[0]['observe']): Hub {
  const hub = createHub({
    config: {
      statsd: {
        target: { kind: 'socket', path: '/nowhere/statsd', framing: 'newline' },
        format: { kind: 'Default', tags: 'none' },
        maxDatagramBytes: 1432,
      },
      openTelemetryCollector: {
        collectorUri: nowhere,
        protocol: 'http/protobuf',
        compression: 'none',
        timeoutMs: 10_000,
        headers: [],
        tls: {},
        resourceAttributes: {},
      },
      atlassianStatuspage: {
        pageId: 'p',
        apiKey: secret(() => 'key'),
        apiUri: nowhere,
        mapping: [{ id: 'a', metricName: 'azure_load' }],
      },
      prometheusRemoteWrite: remoteWriteConfig({ url: nowhere, resumeFromMs: 2 * minute }),
    },
    clock: realClock,
    random: () => 0.5,
    version: '0',
    observe,
    remoteWrite: { historyMs: 12 * 60 * minute, scope: '', tokens: () => ({ get: never, renew: () => undefined }) },
  });
  onTestFinished(() => hub.stop(0));
  return hub;
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}

it('receivers that are away for long: queues and memory within bounds, the rest counted, no run held up', async () => {
  const record = recorder();
  const emptyMb = heapMb();
  const hub = hubWithoutReceivers(record.observe);
  const collector = createCollector();
  const store = collector.watch(createSeriesStore({ perMetricLimit: series, totalLimit: series }));
  const item = anItem();
  const [family] = item.families;
  if (family === undefined) throw new Error('no family');
  const zones = Array.from({ length: series }, (_, at) => `zone-${at}`);
  const startMs = Math.floor(Date.now() / minute) * minute;
  const heaps: number[] = [];
  const offerMs: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const runMs = startMs + run * minute;
    const values = zones.map((zone, at) => ({ dimensionValues: [zone], value: at + run, bucketEndMs: runMs }));
    store.replace({
      owner: item.id,
      family: { name: family.name, help: family.help },
      labels: item.labels,
      dimensionLabels: ['zone'],
      series: values,
      runMs,
      staleAtMs: runMs + 15 * minute,
    });
    const at = { nowMs: runMs + minute, completeMs: runMs };
    const reachMs = hub.book?.reach(item, at) ?? 0;
    // Two buckets of each series, as the ordinary window would hold.
    const answer = zones.map((zone, index) => shown(item, zone, { [runMs - minute]: index, [runMs]: index }));
    const before = performance.now();
    hub.book?.offer({
      item,
      ...at,
      intervalMs: minute,
      startMs: runMs - Math.max(2 * minute, reachMs),
      lagMs: 0,
      series: answer,
    });
    hub.offer(collector.take(runMs));
    offerMs.push(performance.now() - before);
    await new Promise((resolve) => setImmediate(resolve));
    if (run % 25 === 24) heaps.push(heapMb());
  }
  const waiting = Object.fromEntries(hub.states().map(({ name, queueSamples }) => [name, queueSamples]));
  const offered = series * runs;
  expect(waiting).toEqual({
    statsd: 500_000,
    openTelemetryCollector: 500_000,
    // The run that is being sent, and the newest, which takes the place of those between.
    atlassianStatuspage: 2 * series,
    prometheusRemoteWrite: 500_000,
  });
  const lost = (sink: string, fate: string): number =>
    record.events.reduce(
      (sum, event) =>
        event.kind === 'samples' && event.sink === sink && event.fate === fate ? sum + event.count : sum,
      0,
    );
  expect(lost('statsd', 'dropped')).toBe(offered - 500_000);
  expect(lost('openTelemetryCollector', 'dropped')).toBe(offered - 500_000);
  expect(lost('atlassianStatuspage', 'replaced')).toBe(offered - 2 * series);
  // What it had no room for it asks Azure for again later.
  expect(lost('prometheusRemoteWrite', 'dropped')).toBe(0);
  expect(hub.book?.reach(item, { nowMs: startMs + runs * minute, completeMs: startMs + runs * minute })).toBe(0);
  const [full = 0, , later = 0] = heaps;
  expect(later - full, `heap of ${heaps.map((mb) => mb.toFixed(1)).join(', ')} MB`).toBeLessThan(8);
  // Half a million samples in three queues, which share what they hold.
  expect(later - emptyMb, `heap of ${emptyMb.toFixed(1)} MB before`).toBeLessThan(112);
  const slowest = offerMs.toSorted((a, b) => a - b).at(-1);
  expect(slowest, 'milliseconds of the slowest offer').toBeLessThan(1_000);
});
