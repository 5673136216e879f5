import type { ExporterCore } from '../src/compose/core.ts';
import { windowBack, windowEnd } from '../src/core/window.ts';
import type { MetricsRequest } from '../src/scrape/ports.ts';
import { inParallel, openRivals } from './engine-rivals.ts';
import { type EngineScene, metricNames, openEngineScene } from './engine-scene.ts';

/**
 * A full run over many resources with ten metrics each in batch mode, against the emulator in another process, next
 * to Promitor's queries through the same package (on a tenth of the resources, scaled up: they take long) and to plain
 * undici that makes the same batch calls and parses the answers. Ratios decide; absolute times are the machine's.
 * Run: node --expose-gc bench/engine.ts [resources]. Needs a build, for the emulator. Bounded by five minutes.
 */
const resources = Number(process.argv[2] ?? 10_000);
const rounds = 5;
const scale = 10;
const cron = '0 * * * * *';
const series = resources * metricNames.length;

const tooLong = setTimeout(() => {
  process.stderr.write('the bench took longer than five minutes\n');
  process.exit(1);
}, 300_000);
const scene = await openEngineScene(resources);
try {
  await bench(scene);
} finally {
  scene.close();
  clearTimeout(tooLong);
}

interface Cost {
  readonly cpuMs: number;
  readonly wallMs: number;
  /** CPU time of the emulator meanwhile. */
  readonly emulatorMs: number;
  readonly calls: number;
  readonly bytes: number;
}

async function bench(on: EngineScene): Promise<void> {
  const core = on.compose();
  const first = await measure(on, () => fullRun(core));
  const second = await measure(on, () => fullRun(core));
  const peakMb = process.resourceUsage().maxRSS / 1024;
  const rivals = await openRivals(on);
  await rivals.floor();
  const own = [second];
  const bare: Cost[] = [];
  const floor: Cost[] = [];
  for (let round = 0; round < rounds; round += 1) {
    if (round > 0) own.push(await measure(on, () => fullRun(core)));
    bare.push(await measure(on, () => callsAlone(core)));
    floor.push(await measure(on, () => rivals.floor()));
  }
  const some = Math.ceil(resources / scale);
  const promitor = scaled(await measure(on, () => rivals.promitor(some)), resources / some);
  await rivals.close();
  await core.close();
  report({ first, own: middle(own), bare: middle(bare), floor: middle(floor), promitor, peakMb });
}

async function measure(on: EngineScene, work: () => Promise<number>): Promise<Cost> {
  await on.countCalls();
  globalThis.gc?.();
  const emulatorBefore = on.emulatorCpuMs() ?? 0;
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  const bytes = await work();
  const { user, system } = process.cpuUsage(cpu);
  const wallMs = performance.now() - startMs;
  const emulatorMs = (on.emulatorCpuMs() ?? 0) - emulatorBefore;
  return { cpuMs: (user + system) / 1000, wallMs, emulatorMs, calls: await on.countCalls(), bytes };
}

/** From the calls to the finished exposition. */
async function fullRun(core: ExporterCore): Promise<number> {
  const before = await bytesOf(core);
  const result = await core.run(cron, 'start', new AbortController().signal);
  if (result.succeeded !== series) throw new Error(`${result.failed} of ${series} failed`);
  return (await bytesOf(core)) - before;
}

/** The calls of a run through Azimuth's client, answers read and thrown away. */
async function callsAlone(core: ExporterCore): Promise<number> {
  const { signal } = new AbortController();
  const before = await bytesOf(core);
  await inParallel(core.planner.current().groups, async (group) => {
    const { kind } = await core.azure.metrics.query(requestOf(group), signal);
    if (kind !== 'ok') throw new Error('a call failed');
  });
  return (await bytesOf(core)) - before;
}

/** Bytes of all answers to batch calls so far, as Azimuth counts them. */
async function bytesOf(core: ExporterCore): Promise<number> {
  const text = await core.registry.text('text');
  return Number(/^azimuth_azure_response_bytes_total\{api="batch"\} (\S+)$/m.exec(text)?.[1] ?? 0);
}

function requestOf(group: ReturnType<ExporterCore['planner']['current']>['groups'][number]): MetricsRequest {
  const { metrics } = group;
  if (metrics === undefined || group.region === undefined || group.mode !== 'batch') throw new Error('not a batch');
  const { intervalMs, delayMs, alignment } = metrics;
  return {
    mode: 'batch',
    subscriptionId: group.subscriptionId,
    region: group.region,
    resourceIds: [...new Set(group.items.map(({ resource }) => resource.id))],
    ...(metrics.namespace === undefined ? {} : { namespace: metrics.namespace }),
    metricNames: metrics.metricNames,
    aggregations: metrics.aggregations,
    intervalMs,
    limit: metrics.limit,
    ...windowBack(windowEnd(Date.now(), delayMs, intervalMs, alignment), 3 * intervalMs, intervalMs),
  };
}

function scaled(cost: Cost, by: number): Cost {
  const { cpuMs, wallMs, emulatorMs, calls, bytes } = cost;
  return { cpuMs: cpuMs * by, wallMs: wallMs * by, emulatorMs: emulatorMs * by, calls: calls * by, bytes: bytes * by };
}

function middle(costs: readonly Cost[]): Cost {
  const sorted = [...costs].sort((a, b) => a.cpuMs - b.cpuMs);
  const found = sorted[Math.floor(sorted.length / 2)];
  if (found === undefined) throw new Error('nothing was measured');
  return found;
}

interface Results {
  readonly first: Cost;
  readonly own: Cost;
  readonly bare: Cost;
  readonly floor: Cost;
  readonly promitor: Cost;
  readonly peakMb: number;
}

function report({ first, own, bare, floor, promitor, peakMb }: Results): void {
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
  const line = (name: string, { cpuMs, wallMs, emulatorMs, calls, bytes }: Cost): string => {
    const size = bytes === 0 ? '' : `, ${(bytes / 1e6).toFixed(0)} MB`;
    return `${name.padEnd(44)} ${seconds(cpuMs)} CPU, ${seconds(wallMs)} (emulator ${seconds(emulatorMs)} CPU), ${calls} calls${size}`;
  };
  const target = (name: string, value: number, limit: number): string =>
    `${value <= limit ? 'PASS' : 'MISS'} ${name}: ${value.toFixed(3)} (target ${limit})`;
  const calls = bare.cpuMs / own.cpuMs;
  process.stdout.write(
    [
      `${resources} resources with ${metricNames.length} metrics each: ${series} series; median of ${rounds} rounds`,
      line('azimuth, first run', first),
      line('azimuth, later run, exposition included', own),
      line('azimuth, its calls alone', bare),
      line('undici and JSON.parse, the same calls', floor),
      line(`Promitor's queries, a tenth measured`, promitor),
      `peak memory of azimuth's process: ${peakMb.toFixed(0)} MB, before the others ran`,
      target(`calls of Promitor's queries`, own.calls / promitor.calls, 0.1),
      target(`bytes of Promitor's queries`, own.bytes / promitor.bytes, 0.125),
      target(`CPU of the floor, the calls alone`, bare.cpuMs / floor.cpuMs, 1.5),
      target('CPU of the floor, the whole run', own.cpuMs / floor.cpuMs, 1.5),
      target('minutes of a full run', own.wallMs / 60_000, 1),
      `what limits it: ${(calls * 100).toFixed(0)}% of the CPU of a run are its calls, the rest is choosing buckets, the store and the compressed exposition; the emulator takes ${((own.emulatorMs / own.wallMs) * 100).toFixed(0)}% of the run on its own core`,
      '',
    ].join('\n'),
  );
}
