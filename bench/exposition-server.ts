/** The measured process of bench/exposition.ts: one HTTP server on loopback, told what to do through messages. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Gauge, Registry } from 'prom-client';
import type { Exposition } from '../src/http/ports.ts';
import { createExposition } from '../src/sinks/prometheus/exposition.ts';
import { createSeriesStore } from '../src/store/series-store.ts';
import { labelNames, resourcesOf, type Shape, slots } from './exposition-data.ts';

/** What the parent sends; every message is answered by one {@link Reply}. */
export type Order =
  | { readonly do: 'load'; readonly what: 'store' | 'prom' | 'floor'; readonly shape: Shape }
  | { readonly do: 'rewrite' | 'refresh' | 'mark' | 'measure' | 'port' };

export interface Reply {
  readonly port: number;
  /** CPU of the process since `mark`, milliseconds. */
  readonly cpuMs: number;
  /** Longest delay of the event loop since `mark`, milliseconds. */
  readonly blockMs: number;
  readonly peakRssMb: number;
}

interface Target {
  readonly exposition?: Exposition;
  readonly rewrite: () => void;
}

const delay = monitorEventLoopDelay({ resolution: 1 });
let cpu = process.cpuUsage();
let store: Target | undefined;
let registry: Registry | undefined;
let floor: Buffer | undefined;
let seed = 1;

function loadStore(shape: Shape): Target {
  const series = createSeriesStore({ perMetricLimit: 1_000_000, totalLimit: 2_000_000 });
  const resources = resourcesOf(shape);
  const rewrite = (): void => {
    for (const slot of slots(shape, seed, resources)) series.replace(slot);
    seed += 1;
  };
  rewrite();
  const exposition = createExposition({
    store: series,
    ownMetrics: () => Promise.resolve('# TYPE bench_own gauge\nbench_own 1\n'),
    unavailableValue: Number.NaN,
    timestamps: 'none',
    labelTransformation: 'None',
    now: Date.now,
  });
  return { exposition, rewrite };
}

function loadProm(shape: Shape): Registry {
  const created = new Registry();
  const gauges = new Map<string, Gauge>();
  for (const slot of slots(shape, 1, resourcesOf(shape))) {
    let gauge = gauges.get(slot.family.name);
    if (!gauge) {
      gauge = new Gauge({ name: slot.family.name, help: slot.family.help, labelNames, registers: [created] });
      gauges.set(slot.family.name, gauge);
    }
    const shared = Object.fromEntries(slot.labels);
    for (const row of slot.series) {
      const [apiname] = row.dimensionValues;
      gauge.set(apiname === undefined ? shared : { ...shared, apiname }, row.value ?? Number.NaN);
    }
  }
  return created;
}

/** The same bytes that the store gives, resident: nothing can send them for less. */
async function loadFloor(shape: Shape): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const sink = {
    destroyed: false,
    headersSent: false,
    writableNeedDrain: false,
    setHeader: () => undefined,
    removeHeader: () => undefined,
    // A copy, since the sink uses its Buffers again.
    write: (chunk: Buffer) => chunks.push(Buffer.from(chunk)) > 0,
    end: () => undefined,
    destroy: () => undefined,
    on: () => undefined,
    off: () => undefined,
  };
  await loadStore(shape).exposition?.serve({}, sink);
  return Buffer.concat(chunks);
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url === '/store') {
    const { accept, 'accept-encoding': acceptEncoding } = request.headers;
    await store?.exposition?.serve({ accept, acceptEncoding }, response);
  } else if (request.url === '/prom') {
    response.end(await registry?.metrics());
  } else {
    response.end(floor);
  }
}

const server = createServer((request, response) => void answer(request, response));

async function obey(order: Order): Promise<void> {
  if (order.do === 'load') {
    if (order.what === 'store') store = loadStore(order.shape);
    else if (order.what === 'prom') registry = loadProm(order.shape);
    else floor = await loadFloor(order.shape);
    globalThis.gc?.();
  } else if (order.do === 'rewrite') {
    store?.rewrite();
  } else if (order.do === 'refresh') {
    await store?.exposition?.refresh();
  } else if (order.do === 'mark') {
    delay.reset();
    cpu = process.cpuUsage();
  }
}

async function reply(order: Order): Promise<void> {
  await obey(order);
  const used = process.cpuUsage(cpu);
  const address = server.address();
  const message: Reply = {
    port: typeof address === 'object' && address ? address.port : 0,
    cpuMs: (used.user + used.system) / 1000,
    blockMs: delay.max / 1e6,
    peakRssMb: process.resourceUsage().maxRSS / 1024,
  };
  process.send?.(message);
}

delay.enable();
server.listen(0, '127.0.0.1', () => {
  process.on('message', (order: Order) => void reply(order));
  process.on('disconnect', () => process.exit(0));
});
