import { expect, it } from 'vitest';
import { aMetric, aResource } from '../fakes/declaration.ts';
import { bench, minute } from './bench.ts';

const resources = 100;
const perRun = 60;

it('a declaration that asks for more than a run can bring is stretched evenly, and nothing starves', async () => {
  let asked = 0;
  let stop = new AbortController();
  const metric = aMetric({
    resourceType: 'RedisCache',
    resources: Array.from({ length: resources }, (_, index) => aResource({ cacheName: `redis-${index}` })),
  });
  const b = bench(
    metric,
    () => [{ value: () => 1 }],
    (source) => ({
      ...source,
      query(request, signal) {
        asked += 1;
        if (asked === perRun) stop.abort('period');
        return source.query(request, signal);
      },
    }),
  );
  for (let run = 0; run < 10; run += 1) {
    asked = 0;
    stop = new AbortController();
    await b.scraper.run(b.planner.current().groups, () => [], stop.signal);
    await b.clock.advance(minute);
  }
  const times = Map.groupBy(b.source.requests, ({ resourceIds }) => resourceIds[0]);
  const counts = [...times.values()].map((requests) => requests.length);
  expect(counts).toHaveLength(resources);
  expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
});
