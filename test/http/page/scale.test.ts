import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cost, measured, median, type Scene, sceneOf } from '../../status/scene.ts';

const rounds = 7;
let empty: Awaited<ReturnType<typeof measured>>;
let full: Awaited<ReturnType<typeof measured>>;
let scene: Scene;
beforeAll(async () => {
  scene = sceneOf(500, 100);
  expect(scene.items).toHaveLength(50_000);
  await scene.run();
  await scene.run((index) => index % 3 === 0);
  empty = await measured(sceneOf(0, 0).source);
  full = await measured(scene.source);
}, 60_000);
afterAll(() => Promise.all([empty.close(), full.close()]));

async function costs(server: typeof full, path: string): Promise<Cost[]> {
  const all: Cost[] = [];
  for (let round = 0; round < rounds; round += 1) all.push(await server.ask(path));
  return all;
}

describe('the page at 50,000 series, a third of them failing', () => {
  it('answers in at most 20 times what an empty page takes', async () => {
    await costs(empty, '/');
    const floor = median((await costs(empty, '/')).map(({ ms }) => ms));
    const own = median((await costs(full, '/')).map(({ ms }) => ms));
    expect(own / floor).toBeLessThan(20);
  });

  it.each([
    '/',
    '/-/problems',
    '/-/metrics',
    '/-/series',
    '/-/series?page=1000',
    '/-/series?q=queue-7+contoso',
    '/-/series?outcome=failing',
    '/-/series?outcome=noData',
    '/-/groups?q=queue',
    '/-/explain?selector=demo_metric_1%7Bentity_name%3D%22queue-7%22%7D',
    '/api/v1/status',
    '/api/v1/series',
  ])('%s is under 200 kB and leaves the event loop free', async (path) => {
    const all = await costs(full, path);
    expect(Math.max(...all.map(({ bytes }) => bytes))).toBeLessThan(200_000);
    // What blocks for long does so every time; a collection of garbage or a busy machine does not.
    expect(Math.min(...all.map(({ stallMs }) => stallMs))).toBeLessThan(50);
  });

  it('finds every series by paging, and none twice', async () => {
    const seen = new Set<string>();
    const query = { metric: 'demo_metric_7', outcome: '', text: '' } as const;
    const first = await scene.source.series({ ...query, page: 1 });
    expect([first.total, first.pages]).toEqual([100, 2]);
    for (let page = 1; page <= first.pages; page += 1)
      for (const { selector } of (await scene.source.series({ ...query, page })).rows) seen.add(selector);
    expect(seen.size).toBe(100);
    expect((await scene.source.series({ ...query, metric: '', page: 1000 })).rows).toHaveLength(50);
  });
});
