/**
 * What a scrape costs: the store and its sink against prom-client with the same series, and against sending the
 * same bytes from a resident Buffer (the floor). Ratios of medians of one run, so they hold on any machine.
 *
 *   node --expose-gc bench/exposition.ts [--series N]… [--per-slot N]
 */
import { parseArgs } from 'node:util';
import { type Measured, median, type Server, startServer } from './exposition-client.ts';
import type { Shape } from './exposition-data.ts';

const openmetrics = 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
const plain = { path: '/store', headers: {} };
const gzip = { path: '/store', headers: { accept: openmetrics, 'accept-encoding': 'gzip' } };
const prom = { path: '/prom', headers: {} };
const floor = { path: '/floor', headers: {} };

interface Row {
  readonly name: string;
  readonly before?: 'rewrite' | 'refresh';
  readonly measured: readonly Measured[];
}

function print(shape: Shape, rows: readonly Row[]): void {
  const base = rows.find((row) => row.name === 'floor');
  const baseCpu = base ? median(base.measured.map((one) => one.cpuMs)) : Number.NaN;
  console.log(`\n${shape.series} series, ${shape.perSlot} per slot`);
  console.log('                     cpu ms   us/series   x floor   first byte ms   block ms        MB');
  for (const { name, measured } of rows) {
    const cpu = median(measured.map((one) => one.cpuMs));
    const cells = [
      cpu.toFixed(1).padStart(9),
      ((cpu * 1000) / shape.series).toFixed(3).padStart(12),
      (cpu / baseCpu).toFixed(2).padStart(10),
      median(measured.map((one) => one.firstByteMs))
        .toFixed(1)
        .padStart(16),
      Math.max(...measured.map((one) => one.blockMs))
        .toFixed(1)
        .padStart(11),
      ((measured[0]?.bytes ?? 0) / 1e6).toFixed(2).padStart(10),
    ];
    console.log(name.padEnd(18) + cells.join(''));
  }
}

function target(met: boolean, text: string): void {
  console.log(`${met ? 'PASS' : 'MISS'}  ${text}`);
}

const cpuOf = (rows: readonly Row[], name: string): number =>
  median(rows.filter((row) => row.name === name).flatMap((row) => row.measured.map((one) => one.cpuMs)));

/** CPU, first byte and blocks, all variants in turn in one process. prom-client stays out where it takes gigabytes. */
async function compare(shape: Shape): Promise<void> {
  const withProm = shape.series <= 100_000;
  const variants = [
    { name: 'plain', request: plain, before: 'rewrite' as const },
    { name: 'gzip', request: gzip, before: 'refresh' as const },
    { name: 'floor', request: floor },
    ...(withProm ? [{ name: 'prom-client', request: prom }] : []),
  ];
  const rows = variants.map((variant) => ({ ...variant, measured: [] as Measured[] }));
  await using(async (server) => {
    await server.order({ do: 'load', what: 'floor', shape });
    await server.order({ do: 'load', what: 'store', shape });
    if (withProm) await server.order({ do: 'load', what: 'prom', shape });
    const repetitions = shape.series > 100_000 ? 3 : 9;
    for (let round = -1; round < repetitions; round += 1) {
      for (const row of rows) {
        if (row.before) await server.order({ do: row.before });
        const one = await server.scrape(row.request);
        if (round >= 0) row.measured.push(one);
      }
    }
  });
  print(shape, rows);
  const overFloor = cpuOf(rows, 'gzip') / cpuOf(rows, 'floor');
  target(overFloor <= 1.2, `gzip scrape / floor: ${overFloor.toFixed(2)} (at most 1.2)`);
  if (!withProm) return;
  const plainRatio = cpuOf(rows, 'prom-client') / cpuOf(rows, 'plain');
  const gzipRatio = cpuOf(rows, 'prom-client') / cpuOf(rows, 'gzip');
  const asked = shape.series === 100_000;
  const judge = asked ? target : (_: boolean, text: string) => console.log(`      ${text}`);
  judge(plainRatio >= 8, `prom-client / plain: ${plainRatio.toFixed(1)} (at least 8 at 100,000)`);
  judge(gzipRatio >= 50, `prom-client / gzip: ${gzipRatio.toFixed(0)} (at least 50 at 100,000)`);
}

/** A process of its own, as a deployment has it: load, refresh, scrapes, all values new, refresh, scrapes. */
async function alone(shape: Shape): Promise<void> {
  const rows: Row[] = [];
  let peak = 0;
  await using(async (server) => {
    await server.order({ do: 'load', what: 'store', shape });
    const measured = {
      refresh: [] as Measured[],
      gzip: [] as Measured[],
      plain: [] as Measured[],
      cold: [] as Measured[],
    };
    for (let round = 0; round < 2; round += 1) {
      measured.refresh.push(await server.timed({ do: 'refresh' }));
      measured.gzip.push(await server.scrape(gzip));
      measured.plain.push(await server.scrape(plain));
      await server.order({ do: 'rewrite' });
    }
    measured.cold.push(await server.scrape(gzip));
    for (const [name, list] of Object.entries(measured)) rows.push({ name, measured: list });
    peak = (await server.order({ do: 'measure' })).peakRssMb;
  });
  print(shape, rows);
  console.log('(refresh: all values new; cold: gzip scrape without a refresh before)');
  const scrapes = rows.filter((row) => row.name !== 'refresh').flatMap((row) => row.measured);
  const first = Math.max(...scrapes.map((one) => one.firstByteMs));
  const block = Math.max(...rows.flatMap((row) => row.measured.map((one) => one.blockMs)));
  target(first <= 1000, `first byte: ${first.toFixed(0)} ms (at most 1,000)`);
  target(block <= 120, `longest block of the event loop: ${block.toFixed(0)} ms (at most 120)`);
  target(peak <= 450, `peak RSS: ${peak.toFixed(0)} MB (at most 450)`);
}

async function promMemory(shape: Shape): Promise<void> {
  await using(async (server) => {
    await server.order({ do: 'load', what: 'prom', shape });
    await server.scrape(prom);
    const { peakRssMb } = await server.order({ do: 'measure' });
    console.log(`      prom-client alone: peak RSS ${peakRssMb.toFixed(0)} MB`);
  });
}

async function using(work: (server: Server) => Promise<void>): Promise<void> {
  const server = await startServer();
  try {
    await work(server);
  } finally {
    await server.stop();
  }
}

const { values } = parseArgs({
  options: { series: { type: 'string', multiple: true }, 'per-slot': { type: 'string', default: '10' } },
});
for (const text of values.series ?? ['10000', '100000', '1000000']) {
  const shape: Shape = { series: Number(text), perSlot: Number(values['per-slot']) };
  await compare(shape);
  await alone(shape);
  if (shape.series <= 100_000) await promMemory(shape);
}
