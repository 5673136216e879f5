import { afterEach, describe, expect, it } from 'vitest';
import type { CallRecord } from '../../src/emulator/control/calls.ts';
import { aggregate, type SeriesOfWorld } from './arithmetic.ts';
import { type Proof, prove, resourceUri, startMs, worldOf } from './in-process.ts';

const minute = 60_000;
const counter = { kind: 'counter', perMinute: 1, resetEvery: 100_000 } as const;

let proof: Proof;
afterEach(() => proof.close());

/** A world of App Service plans by name, each with one metric of the given make. */
function plansWorld(plans: Readonly<Record<string, object>>, more: object = {}) {
  return worldOf({
    resources: Object.entries(plans).map(([name, metric]) => ({
      type: 'Microsoft.Web/serverfarms',
      name,
      metrics: [{ name: 'Load', generator: counter, ...metric }],
    })),
    ...more,
  });
}

/** A metric of the declaration over these plans. */
function load(plans: readonly string[], changes: Readonly<Record<string, unknown>> = {}, interval = '00:05:00') {
  return {
    name: 'load',
    description: 'Load',
    resourceType: 'AppPlan',
    azureMetricConfiguration: { metricName: 'Load', aggregation: { type: 'Total', interval }, ...changes },
    resources: plans.map((appPlanName) => ({ appPlanName })),
  };
}

function series(plan: string): SeriesOfWorld {
  const uri = resourceUri(`Microsoft.Web/serverfarms/${plan}`);
  return { seed: 7, uri, metric: 'Load', dimensions: [], rule: counter };
}

/** Total of the counter over the interval that ended so many minutes before 12:00. */
function totalUntil(plan: string, ago: number, interval: number): number | undefined {
  const endMs = Date.UTC(2026, 0, 1, 12) - ago * minute;
  return aggregate([series(plan)], 'Total', endMs - interval * minute, endMs);
}

const aeon = 2 ** 26;
const minuteOf = (ms: number): number => Math.floor(ms / minute);

/** A gap that leaves data only in so many minutes, which ended so many minutes ago. */
function onlyFor(minutes: number, endedAgo: number) {
  const from = minuteOf(startMs) - endedAgo - minutes;
  return { every: aeon, length: aeon - minutes, offset: aeon - minutes - from };
}

/** A gap that began so many minutes ago (negative: that will begin) and does not end. */
function noneSince(ago: number) {
  return { every: aeon, length: aeon / 2, offset: aeon - (minuteOf(startMs) - ago) };
}

/** Window of a call in minutes before the time of the run: `[start, end]`. */
function windowOf(call: CallRecord | undefined, nowMs: number): number[] {
  return (call?.parameters['timespan'] ?? '').split('/').map((text) => (nowMs - Date.parse(text)) / minute);
}
const windows = (): number[][] => proof.calls('metrics').map((call) => windowOf(call, startMs));

describe('newest buckets without a value', () => {
  const cases = [1, 5].flatMap((interval) => [0, 1, 2, 3].map((nulls) => [nulls, interval] as const));

  it.each(cases)('%i of them, %i min each: the one before is shown', async (nulls, interval) => {
    const world = plansWorld({ plan: {} }, { variants: { newestNullBuckets: nulls } });
    proof = await prove({ world, declaration: { metrics: [load(['plan'], {}, `00:0${interval}:00`)] } });
    await proof.run();
    expect(await proof.values('load')).toEqual({ plan: totalUntil('plan', 1 + nulls * interval, interval) });
    await proof.run(minute);
    expect(await proof.values('load')).toEqual({ plan: totalUntil('plan', nulls * interval, interval) });
    expect(proof.calls('metrics')).toHaveLength(1);
  });
});

describe('an hour of ingestion lag', () => {
  it('is found, remembered, and costs one call a run from then on', async () => {
    const plans = ['one', 'two'];
    const world = plansWorld({ one: { lag: 'PT1H' }, two: { lag: 'PT1H' } });
    proof = await prove({ world, declaration: { metrics: [load(plans)] } });
    await proof.run();
    expect(await proof.values('load')).toEqual({ one: totalUntil('one', 61, 5), two: totalUntil('two', 61, 5) });
    expect(proof.calls('metrics').length).toBeLessThanOrEqual(2 * 3);
    for (let run = 1; run <= 20; run += 1) {
      await proof.run(minute);
      expect(proof.calls('metrics')).toHaveLength(2);
      for (const call of proof.calls('metrics')) {
        const [start = 0, end = 0] = windowOf(call, proof.now());
        expect(start - end).toBeGreaterThan(60);
        expect(start - end).toBeLessThan(100);
      }
      const ago = 61 - run;
      expect(await proof.values('load')).toEqual({ one: totalUntil('one', ago, 5), two: totalUntil('two', ago, 5) });
    }
    const [lag] = await proof.lines('azimuth_metric_lag_seconds');
    expect(lag?.labels).toEqual({ resource_type: 'AppPlan', azure_metric: 'Load' });
    expect(lag?.value).toBeGreaterThanOrEqual(3600);
    expect(lag?.value).toBeLessThan(66 * 60);
  });
});

describe('a lag that grows', () => {
  it('is learned anew, and unlearned when it shrinks, at one call a run', async () => {
    proof = await prove({ world: plansWorld({ plan: {} }), declaration: { metrics: [load(['plan'])] } });
    await proof.run();
    const ages: string[] = [];
    for (let run = 1; run <= 150; run += 1) {
      if (run === 10) proof.emulator.control.setWorld(plansWorld({ plan: { lag: 'PT50M' } }));
      if (run === 120) proof.emulator.control.setWorld(plansWorld({ plan: {} }));
      await proof.run(minute);
      expect(proof.calls('metrics')).toHaveLength(1);
      const { plan = Number.NaN } = await proof.values('load');
      // The counter tells the age of the bucket: each minute adds five to its total of five minutes.
      const fresh = totalUntil('plan', 1 - run, 5) ?? Number.NaN;
      ages.push(Number.isNaN(plan) ? '-' : String((fresh - plan) / 5));
    }
    const stretch = (from: number, to: number): string[] => [...new Set(ages.slice(from - 1, to))];
    expect(stretch(1, 9)).toEqual(['0']);
    expect(ages[9]).toBe('1');
    expect(stretch(10, 22)).not.toContain('-');
    // Nothing new can be had before 13:03, when the bucket arrives that follows the last one seen.
    expect(stretch(23, 62)).toEqual(['-']);
    expect(stretch(68, 119)).toEqual(['50']);
    expect(stretch(120, 150)).toEqual(['0']);
  });
});

describe('a value of four hours ago', () => {
  it.each([
    ['a minute', 1],
    ['five minutes', 5],
    ['a quarter of an hour', 15],
    ['an hour', 60],
  ])('that was there for %s is never shown as current', async (_name, minutes) => {
    const world = plansWorld({ plan: { gaps: [onlyFor(minutes, 240)] } });
    proof = await prove({ world, declaration: { metrics: [load(['plan'], {}, '00:01:00')] } });
    for (const wait of [0, 1, 1, 5, 10, 15, 30, 60]) {
      expect(await proof.run(wait * minute)).toEqual({ succeeded: 1, failed: 0 });
      expect([wait, await proof.values('load')]).toEqual([wait, { plan: Number.NaN }]);
      if (wait > 0) expect(proof.calls('metrics')).toHaveLength(1);
    }
  });

  it('is looked for once over the whole history, then rarely, and always in the ordinary call', async () => {
    const world = plansWorld({ plan: { gaps: [onlyFor(5, 240)] } });
    proof = await prove({ world, declaration: { metrics: [load(['plan'])] } });
    await proof.run();
    const first = windows();
    expect(first[0]).toEqual([16 + 1 / 3, 1 + 1 / 3]);
    expect(first.at(-1)?.[0]).toBe(12 * 60 + 1 + 1 / 3);
    const wide: number[] = [];
    for (let run = 1; run <= 60; run += 1) {
      await proof.run(minute);
      const [call, ...others] = proof.calls('metrics');
      expect(others).toEqual([]);
      if ((windowOf(call, proof.now())[0] ?? 0) > 30) wide.push(run);
    }
    expect(wide).toEqual([15, 45]);
  });
});

describe('late and idle', () => {
  it('are told apart: the late one stays, the idle one leaves once it is too old', async () => {
    const world = plansWorld({ late: { lag: 'PT20M' }, idle: { gaps: [noneSince(-5)] } });
    proof = await prove({ world, declaration: { metrics: [load(['late', 'idle'])] } });
    await proof.run();
    const seen: number[] = [];
    for (let run = 1; run <= 40; run += 1) {
      await proof.run(minute);
      const { late, idle } = await proof.values('load');
      expect(late).toBeGreaterThan(0);
      if (!Number.isNaN(idle)) seen.push(run);
    }
    // Its last minute is 12:04, its newest bucket that holds any ends at 12:09; fifteen minutes later it is too old.
    expect(seen).toEqual(Array.from({ length: 23 }, (_, at) => at + 1));
  });

  it('an idle metric is shown again with its first new value', async () => {
    const world = plansWorld({ plan: { gaps: [{ every: aeon, length: minuteOf(startMs) + 30, offset: 0 }] } });
    proof = await prove({ world, declaration: { metrics: [load(['plan'], {}, '00:01:00')] } });
    for (let run = 0; run < 32; run += 1) {
      await proof.run(run === 0 ? 0 : minute);
      const { plan } = await proof.values('load');
      expect([run, plan]).toEqual([run, Number.NaN]);
    }
    await proof.run(minute);
    expect(await proof.values('load')).toEqual({ plan: totalUntil('plan', -31, 1) });
  });
});

describe('freshness from the declaration', () => {
  it('delay moves the window and the value', async () => {
    proof = await prove({
      world: plansWorld({ plan: { lag: 'PT0S' } }),
      declaration: { metrics: [load(['plan'], { delay: '00:10:00' })] },
    });
    await proof.run();
    expect(windows()).toEqual([[25 + 1 / 3, 10 + 1 / 3]]);
    expect(await proof.values('load')).toEqual({ plan: totalUntil('plan', 10, 5) });
  });

  it('alignment lays the buckets on the grid of the clock', async () => {
    proof = await prove({
      world: plansWorld({ plan: { lag: 'PT0S' } }),
      declaration: { metrics: [load(['plan'], { alignment: 'grain' })] },
    });
    await proof.run(3 * minute);
    expect(proof.calls('metrics')[0]?.parameters['timespan']).toBe('2026-01-01T11:45:00.000Z/2026-01-01T12:00:00.000Z');
    expect(await proof.values('load')).toEqual({ plan: totalUntil('plan', 0, 5) });
  });

  it('maxAge bounds how long an idle value is shown, and noData says what follows', async () => {
    const policies = ['unavailableValue', 'absent', 'last'];
    const world = plansWorld({ plan: { gaps: [noneSince(0)] } });
    const own = { maxAge: '00:30:00', staleAfter: '00:20:00' };
    const metrics = policies.map((noData) => ({ ...load(['plan'], { ...own, noData }), name: noData }));
    proof = await prove({ world, declaration: { metrics } });
    const history: string[] = [];
    for (let run = 0; run <= 60; run += 5) {
      await proof.run(run === 0 ? 0 : 5 * minute);
      const shown = await Promise.all(policies.map(async (name) => (await proof.values(name))['plan']));
      history.push(shown.map((value) => (value === undefined ? '-' : Number.isNaN(value) ? 'N' : 'v')).join(''));
    }
    // The newest bucket with data ends at 12:04: too old from 12:34 on, and past the staleness bound from 12:54 on.
    expect(history.join(' ')).toBe('vvv vvv vvv vvv vvv vvv vvv N-v N-v N-v N-v N-- N--');
  });

  it('staleAfter bounds how long a value outlives failures', async () => {
    const metrics = [
      { ...load(['plan'], { staleAfter: '00:05:00' }), name: 'short' },
      { ...load(['plan']), name: 'long' },
    ];
    proof = await prove({ world: plansWorld({ plan: {} }), declaration: { metrics } });
    await proof.run();
    proof.emulator.control.addFault({ api: 'metrics', effect: { status: 403, body: { error: { code: 'X' } } } });
    const shown: string[] = [];
    for (let run = 1; run <= 16; run += 1) {
      expect(await proof.run(minute)).toEqual({ succeeded: 0, failed: 2 });
      const each = [await proof.values('short'), await proof.values('long')].map((one) => Object.keys(one).length);
      shown.push(each.join(''));
    }
    expect(shown).toEqual([...Array<string>(4).fill('11'), ...Array<string>(10).fill('01'), '00', '00']);
    expect(await proof.values('azimuth_scrape_error', 'metric_name')).toEqual({ short: 1, long: 1 });
    proof.emulator.control.removeFault();
    await proof.run(minute);
    expect(await proof.values('azimuth_scrape_success', 'metric_name')).toEqual({ short: 1, long: 1 });
    expect(Object.keys(await proof.values('short'))).toEqual(['plan']);
  });

  it('comes from metricDefaults unless the metric has its own', async () => {
    const defaults = { delay: '00:10:00', alignment: 'grain', noData: 'absent' };
    const metricDefaults = {
      aggregation: { interval: '00:05:00' },
      scraping: { schedule: '* * * * *' },
      azureMetricConfiguration: defaults,
    };
    const world = plansWorld({ plan: { gaps: [noneSince(600)] } });
    const metrics = [load(['plan']), { ...load(['plan'], { delay: '00:00:00', noData: 'last' }), name: 'own' }];
    proof = await prove({ world, declaration: { metricDefaults, metrics } });
    await proof.run(3 * minute);
    const ends = proof.calls('metrics').map((call) => call.parameters['timespan']?.split('/')[1] ?? '');
    expect([...new Set(ends)].sort()).toEqual(['2026-01-01T11:50:00.000Z', '2026-01-01T12:00:00.000Z']);
    expect(await proof.lines('load')).toEqual([]);
    expect(await proof.lines('own')).toEqual([]);
  });
});
