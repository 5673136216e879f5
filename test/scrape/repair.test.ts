import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../src/core/errors.ts';
import type { Outcome } from '../../src/core/outcome.ts';
import type { Capabilities } from '../../src/plan/types.ts';
import type { MetricsAnswer, MetricsRequest } from '../../src/scrape/ports.ts';
import { aMetric, aResource } from '../fakes/declaration.ts';
import { type Bench, bench, minute } from './bench.ts';

const resources = 50;
const names = 20;
const batch: Partial<Capabilities> = { queryMode: 'batch', regionOf: () => 'westeurope' };

/** Fifty caches with twenty metrics each, one batch call. */
function fiftyByTwenty(capabilities: Partial<Capabilities> = batch): Bench {
  const metric = aMetric({
    resourceType: 'RedisCache',
    resources: Array.from({ length: resources }, (_, index) => aResource({ cacheName: `redis-${index}-` })),
    query: { metricNames: Array.from({ length: names }, (_, index) => `metric-${index}-`), nameByMetric: true },
  });
  return bench(metric, () => [{ value: () => 1 }], undefined, [], capabilities);
}

type Culprit = (request: MetricsRequest) => ErrorCode | undefined;

const wrongName =
  (name: number): Culprit =>
  ({ metricNames }) =>
    metricNames.includes(`metric-${name}-`) ? 'AZ3400' : undefined;
const gone =
  (resource: number): Culprit =>
  ({ resourceIds }) =>
    resourceIds.some((id) => id.includes(`redis-${resource}-`)) ? 'AZ3404' : undefined;
const lacks =
  (resource: number, name: number): Culprit =>
  (request) =>
    gone(resource)(request) !== undefined && wrongName(name)(request) !== undefined ? 'AZ3400' : undefined;
const tooLarge =
  (resource: number): Culprit =>
  (request) =>
    gone(resource)(request) === undefined ? undefined : 'AZ3413';

function refuse(b: Bench, ...culprits: Culprit[]): void {
  b.source.intercept = (request): Outcome<MetricsAnswer> | undefined => {
    const code = culprits.flatMap((culprit) => culprit(request) ?? [])[0];
    return code === undefined ? undefined : { kind: 'failed', error: { code, message: code } };
  };
}

const shown = (b: Bench): number => b.events.filter(({ kind }) => kind === 'succeeded').length;
const failedIn = (b: Bench): number => b.events.filter(({ kind }) => kind === 'failed').length;
async function run(b: Bench, afterMs = 0): Promise<number> {
  b.events.length = 0;
  b.source.requests.length = 0;
  await b.run(afterMs);
  return b.source.requests.length;
}

describe('a healthy group', () => {
  it('is one call', async () => {
    const b = fiftyByTwenty();
    expect(await run(b)).toBe(1);
    expect(shown(b)).toBe(resources * names);
  });
});

describe('culprits in a group of fifty by twenty', () => {
  it.each([
    ['a wrong name', [wrongName(7)], resources],
    ['a resource that is gone', [gone(31)], names],
    ['a resource without the metric', [lacks(3, 4)], 1],
    ['a resource with too many series', [tooLarge(44)], names],
    ['all four', [wrongName(7), gone(31), lacks(3, 4), tooLarge(44)], resources + 2 * (names - 1) + 1],
  ] as const)(
    '%s: everything else is delivered in the same run, and the next run is cheap',
    async (_, culprits, failing) => {
      const b = fiftyByTwenty();
      refuse(b, ...culprits);
      await run(b);
      expect(failedIn(b)).toBe(failing);
      expect(shown(b)).toBe(resources * names - failing);
      expect(await run(b, minute)).toBeLessThanOrEqual(6);
      expect(shown(b)).toBe(resources * names - failing);
    },
  );

  it('that fail wherever they are asked are not asked one by one', async () => {
    const b = fiftyByTwenty();
    refuse(b, wrongName(7));
    expect(await run(b)).toBeLessThanOrEqual(24);
    const c = fiftyByTwenty();
    refuse(c, tooLarge(44));
    expect(await run(c)).toBeLessThanOrEqual(24);
  });

  it('are not looked for again when they are due, and one that has healed is found among many that have not', async () => {
    const b = fiftyByTwenty();
    refuse(b, wrongName(7));
    await run(b);
    expect(await run(b, 5 * minute)).toBe(2);
    refuse(b, (request) => {
      const healed = request.resourceIds.every((id) => id.includes('redis-20-'));
      return healed ? undefined : wrongName(7)(request);
    });
    for (let runs = 0; failedIn(b) === resources && runs < 12; runs += 1)
      expect(await run(b, 60 * minute)).toBeLessThan(60);
    expect(failedIn(b)).toBe(resources - 1);
  });

  it('that were found resource by resource are asked again in one batch call', async () => {
    const regions = new Map<string, string>();
    const b = fiftyByTwenty({ queryMode: 'batch', regionOf: (key) => regions.get(key) });
    refuse(b, wrongName(7));
    await run(b);
    expect(failedIn(b)).toBe(resources);
    for (const { items } of b.planner.current().groups)
      for (const { resource } of items) regions.set(resource.key, 'westeurope');
    b.knowledge.changed();
    expect(await run(b, minute)).toBe(1);
    expect(await run(b, 5 * minute)).toBe(2);
  });

  it('are not convicted by a throttle that comes in between', async () => {
    const b = fiftyByTwenty();
    refuse(b, (request) => {
      if (request.resourceIds.length === resources && request.metricNames.length === names) return 'AZ3400';
      return 'AZ3429';
    });
    await run(b);
    b.source.intercept = undefined;
    expect(await run(b, minute)).toBe(1);
    expect(shown(b)).toBe(resources * names);
  });

  it('come back by themselves once they are asked apart and answer', async () => {
    const b = fiftyByTwenty();
    refuse(b, wrongName(7), gone(31));
    await run(b);
    b.source.intercept = undefined;
    await run(b, 5 * minute);
    expect(shown(b)).toBe(resources * names);
    expect(await run(b, minute)).toBe(1);
    expect(shown(b)).toBe(resources * names);
  });

  it('never make the series of their neighbours leave', async () => {
    const b = fiftyByTwenty();
    await run(b);
    refuse(b, gone(31));
    await run(b, minute);
    const left = b.events.flatMap((event) => (event.kind === 'left' ? [event.item.resource.instanceName] : []));
    expect(new Set(left)).toEqual(new Set(['redis-31-']));
  });

  it('are found wherever they are', async () => {
    const one = fc.oneof(
      fc.nat(names - 1).map(wrongName),
      fc.nat(resources - 1).map(gone),
      fc.nat(resources - 1).map(tooLarge),
      fc.tuple(fc.nat(resources - 1), fc.nat(names - 1)).map(([resource, name]) => lacks(resource, name)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(one, { minLength: 1, maxLength: 3 }), async (culprits) => {
        const b = fiftyByTwenty();
        refuse(b, ...culprits);
        const calls = await run(b);
        const guilty = (request: MetricsRequest): boolean => culprits.some((culprit) => culprit(request) !== undefined);
        const asked = b.events.flatMap((event) => (event.kind === 'failed' ? [event.item] : []));
        for (const item of asked) {
          const alone = { resourceIds: [item.resource.id], metricNames: [item.families[0]?.metricName ?? ''] };
          expect(guilty({ ...(b.source.requests[0] as MetricsRequest), ...alone })).toBe(true);
        }
        expect(calls).toBeLessThan(512);
        expect(asked.length + shown(b)).toBe(resources * names);
      }),
      { numRuns: 40 },
    );
  });
});

describe('the weather', () => {
  it('is not searched for culprits beyond one try, and by one group of the run only', async () => {
    const metric = aMetric({
      resourceType: 'RedisCache',
      resources: Array.from({ length: 200 }, (_, index) => aResource({ cacheName: `redis-${index}-` })),
      query: { metricNames: ['a', 'b'], nameByMetric: true },
    });
    const b = bench(metric, () => [{ value: () => 1 }], undefined, [], batch);
    refuse(b, () => 'AZ3500');
    expect(await run(b)).toBeLessThanOrEqual(4 + 4 * 4);
    expect(failedIn(b)).toBe(400);
    b.source.intercept = undefined;
    expect(await run(b, minute)).toBe(4);
    expect(shown(b)).toBe(400);
  });

  it('over one metric alone holds up no other, and passes with the next run', async () => {
    const b = fiftyByTwenty();
    refuse(b, (request) => (wrongName(7)(request) === undefined ? undefined : 'AZ3500'));
    await run(b);
    expect(failedIn(b)).toBe(resources);
    b.source.intercept = undefined;
    await run(b, minute);
    expect(shown(b)).toBe(resources * names);
  });
});

describe('batch calls that are refused', () => {
  const metric = aMetric({
    resourceType: 'RedisCache',
    resources: Array.from({ length: 3 }, (_, index) => aResource({ cacheName: `redis-${index}-` })),
  });
  const make = (): Bench => bench(metric, () => [{ value: () => 1 }], undefined, [], batch);
  const onlyBatch =
    (code: ErrorCode): Culprit =>
    ({ mode }) =>
      mode === 'batch' ? code : undefined;

  it.each([
    ['for want of permission', 'AZ3401', /refused for subscription .* Monitoring Reader on the subscription/],
    ['because the type is not supported', 'AZ3400', /do not serve microsoft.cache\/redis/],
  ] as const)('%s give way to single calls, with the reason in the plan, for a while', async (_, code, reason) => {
    const b = make();
    refuse(b, onlyBatch(code));
    await run(b);
    expect(shown(b)).toBe(3);
    expect(await run(b, minute)).toBe(3);
    expect(b.source.requests.every(({ mode }) => mode === 'single')).toBe(true);
    expect(b.planner.current().groups[0]?.why).toMatch(reason);
    await b.clock.advance(25 * 60 * minute);
    b.source.intercept = undefined;
    expect(await run(b)).toBe(1);
  });

  it('cost a large group no search for culprits that are not there', async () => {
    const b = fiftyByTwenty();
    refuse(b, onlyBatch('AZ3400'));
    expect(await run(b)).toBeLessThanOrEqual(resources + 16);
    expect(shown(b)).toBe(resources * names);
    expect(await run(b, minute)).toBe(resources);
  });

  it('are not blamed when single calls are refused as well', async () => {
    const b = make();
    refuse(b, () => 'AZ3403');
    await run(b);
    expect(b.knowledge.refusals()).toEqual([]);
    expect(failedIn(b)).toBe(3);
  });
});
