/**
 * What the status page costs at 50,000 series, next to an empty one in the same run. Ratios of medians decide; absolute
 * times are the machine's. Run: node bench/page.ts [series]. Bounded by a minute or so.
 */
import { type Cost, measured, median, sceneOf, watchStalls } from '../test/status/scene.ts';

const series = Number(process.argv[2] ?? 50_000);
const metrics = Math.max(1, Math.round(series / 100));
const rounds = 15;
const targets = { ratio: 20, firstMs: 300, bytes: 200_000, stallMs: 50 };

const empty = await measured(sceneOf(0, 0).source);
const scene = sceneOf(metrics, Math.round(series / metrics));
await scene.run((index) => index % 3 === 0, false);
const stallAfterRun = watchStalls();
await scene.status.afterRun();
console.log(`after a first run the event loop is kept busy for ${stallAfterRun().toFixed(1)} ms at a time`);
const full = await measured(scene.source);

const one = scene.items[Math.floor(scene.items.length / 2)];
const selector = `demo_metric_1{entity_name="${one?.resource.fields['queueName'] ?? ''}"}`;
const pages = [
  '/',
  '/-/problems',
  '/-/metrics',
  '/-/series',
  `/-/series?page=${Math.ceil(series / 50)}`,
  '/-/series?q=queue-7%20contoso',
  '/-/series?outcome=failing',
  '/-/series?outcome=noData',
  '/-/groups?q=queue',
  `/-/explain?selector=${encodeURIComponent(selector)}`,
  '/api/v1/status',
];

console.log(`\n${series} series of ${metrics} metrics, a third of them failing`);
console.log('page                                    first ms   median ms   x empty   longest stall ms       kB');
let missed = 0;
await empty.ask('/');
for (const path of pages) {
  const first = await full.ask(path);
  const costs: Cost[] = [];
  const floor: Cost[] = [];
  for (let round = 0; round < rounds; round += 1) {
    floor.push(await empty.ask('/'));
    costs.push(await full.ask(path));
  }
  const ms = median(costs.map((cost) => cost.ms));
  const ratio = ms / median(floor.map((cost) => cost.ms));
  const stallMs = Math.max(first.stallMs, ...costs.map((cost) => cost.stallMs));
  const cells = [
    first.ms.toFixed(1),
    ms.toFixed(1),
    ratio.toFixed(1),
    stallMs.toFixed(1),
    (first.bytes / 1e3).toFixed(1),
  ];
  console.log(path.slice(0, 38).padEnd(38) + cells.map((cell) => cell.padStart(11)).join(''));
  const met = first.bytes < targets.bytes && stallMs < targets.stallMs && first.ms < targets.firstMs;
  if (!met || (path === '/' && ratio > targets.ratio)) missed += 1;
}
console.log(missed === 0 ? 'PASS' : `MISS  ${missed} of ${pages.length} pages`);
await Promise.all([empty.close(), full.close()]);
