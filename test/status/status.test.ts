import { describe, expect, it } from 'vitest';
import type { ConfigurationView, StatusExtras } from '../../src/status/ports.ts';
import type { Running } from '../../src/status/status.ts';
import { everyMinute } from '../fakes/declaration.ts';
import { type Scene, sceneOf } from './scene.ts';

const noon = Date.UTC(2026, 0, 1, 12);
const minute = 60_000;

function sourceOf(scene: Scene, changes: Partial<Running> = {}) {
  return scene.status.source({
    schedules: () => [{ schedule: everyMinute, sinceMs: 0, running: true, lastSuccessMs: noon, nextMs: noon + minute }],
    unhealthy: () => [],
    ready: () => true,
    concerns: () => [],
    extras: () => ({}),
    ...changes,
  });
}

const configuration: ConfigurationView = { files: ['runtime.yaml'], loadedMs: noon, problems: [] };
const mistake = { severity: 'error', code: 'AZ1012', where: 'declaration.yaml:3:5', message: 'No such type.' } as const;

describe('the overview', () => {
  it('counts series, metrics and items, and what fails', async () => {
    const scene = sceneOf(3, 4);
    await scene.run();
    await scene.run((index) => index < 2);
    const overview = sourceOf(scene).overview();
    expect(overview.counts).toEqual({ series: 12, metrics: 3, items: 12, failingItems: 2 });
    expect(overview).toMatchObject({ healthy: true, ready: true, nowMs: noon, startedMs: noon });
    expect(overview.problems.rows).toMatchObject([{ code: 'AZ3404', items: 2, sinceMs: noon + 2 * minute }]);
  });

  it('shows of every metric the values, the last means, age, lag and next run; failing ones first', async () => {
    const scene = sceneOf(3, 4);
    await scene.run();
    await scene.run((index) => scene.items[index]?.metric.name === 'demo_metric_2');
    scene.status.note({
      kind: 'lag',
      resourceType: 'ServiceBusNamespace',
      metricName: 'activemessages',
      lagMs: 90_000,
    });
    const { rows } = sourceOf(scene).overview().metrics;
    expect(rows.map(({ name, failingItems }) => [name, failingItems])).toEqual([
      ['demo_metric_2', 4],
      ['demo_metric_0', 0],
      ['demo_metric_1', 0],
    ]);
    const indexes = scene.items.flatMap(({ metric }, index) => (metric.name === 'demo_metric_0' ? [index] : []));
    const mean = indexes.reduce((sum, index) => sum + index, 0) / indexes.length;
    expect(rows[1]).toMatchObject({
      series: 4,
      values: { mean: mean + 2, min: Math.min(...indexes) + 2, max: Math.max(...indexes) + 2 },
      history: [
        { atMs: noon + minute, mean: mean + 1 },
        { atMs: noon + 2 * minute, mean: mean + 2 },
      ],
      lagSeconds: 90,
      nextMs: noon + minute,
      schedule: '* * * * *',
      azureMetric: 'ActiveMessages',
    });
  });

  it('tells what the plan takes of the limits and costs', async () => {
    const scene = sceneOf(2, 3);
    await scene.run();
    const { quota, groups } = sourceOf(scene).overview();
    expect(quota.callsPerHour).toBe(360);
    expect(quota.planned).toMatchObject([{ api: 'metrics', callsPerHour: 360, limitPerHour: 90_000, share: 0.004 }]);
    expect(quota.cost).toMatchObject({ perMonth: 0, currency: 'USD' });
    expect(groups.total).toBe(6);
    expect(groups.rows[0]).toMatchObject({ mode: 'single', resources: 1, metricNames: ['ActiveMessages'] });
  });

  it('tells of schedules how the last run went, and how many were skipped', () => {
    const scene = sceneOf(1, 1);
    const { status } = scene;
    status.schedule({
      kind: 'runFinished',
      schedule: everyMinute,
      nowMs: noon,
      durationMs: 800,
      succeeded: 5,
      failed: 1,
    });
    status.schedule({ kind: 'runSkipped', schedule: everyMinute });
    const { schedules } = sourceOf(scene).overview();
    expect(schedules.rows).toEqual([
      {
        text: '* * * * *',
        running: true,
        stride: 1,
        lastSuccessMs: noon,
        nextMs: noon + minute,
        lastDurationMs: 800,
        succeeded: 5,
        failed: 1,
        skipped: 1,
      },
    ]);
  });
});

describe('problems', () => {
  const codes = (scene: Scene, changes: Partial<Running> = {}): string[] =>
    sourceOf(scene, changes)
      .problems({ page: 1, text: '' })
      .rows.map(({ code, message }) => `${code} ${message}`);

  it('come in the order of urgency: the program, the files, what fails, what warns', async () => {
    const scene = sceneOf(1, 1);
    await scene.run(() => true);
    scene.status.schedule({ kind: 'runCrashed', schedule: everyMinute, error: new Error('defect') });
    scene.status.schedule({ kind: 'runSkipped', schedule: everyMinute });
    const extras: StatusExtras = {
      configuration: {
        ...configuration,
        problems: [{ ...mistake, severity: 'warning', metric: 'demo' }],
        lastReload: { atMs: noon, accepted: false, problems: [mistake] },
      },
      discovery: [{ name: 'all', resources: 0, problem: { code: 'AZ3403', message: 'Not allowed.' } }],
      sinks: [{ name: 'StatsD', healthy: false, queued: 0, dropped: 3, problem: { code: 'AZ2007', message: 'Lost.' } }],
    };
    const unhealthy = [{ code: 'AZ2003', message: 'It stands still.' }];
    const concerns = [{ code: 'AZ2082', message: '3 log lines are lost.' }];
    expect(codes(scene, { extras: () => extras, unhealthy: () => unhealthy, concerns: () => concerns })).toEqual([
      'AZ2003 It stands still.',
      'AZ2082 3 log lines are lost.',
      'AZ1012 declaration.yaml:3:5: No such type.',
      expect.stringMatching(/^AZ3404 subscriptions.* does not exist\.$/),
      'AZ2004 The last run of schedule * * * * * crashed.',
      'AZ2005 A run of schedule * * * * * was skipped, because the run before it was still going.',
      'AZ1012 declaration.yaml:3:5: No such type.',
      'AZ3403 Not allowed.',
      'AZ2007 Lost.',
    ]);
  });

  it('name a schedule without a result, unless its items tell why', () => {
    const scene = sceneOf(1, 1);
    const schedules: Running['schedules'] = () => [{ schedule: everyMinute, sinceMs: 0, running: true }];
    expect(codes(scene, { schedules })).toEqual(['AZ2002 Schedule * * * * * has no result yet.']);
    const overdue = { code: 'AZ2080', message: 'Overdue.', schedule: everyMinute.cron };
    expect(codes(scene, { schedules, concerns: () => [overdue] })).toEqual(['AZ2080 Overdue.']);
    const finished = { kind: 'runFinished', schedule: everyMinute, nowMs: noon, durationMs: 1 } as const;
    scene.status.schedule({ ...finished, succeeded: 0, failed: 1 });
    expect(codes(scene, { schedules })).toEqual([]);
  });

  it('are found by any of their words', async () => {
    const scene = sceneOf(2, 1);
    await scene.run(() => true);
    const source = sourceOf(scene);
    expect(source.problems({ page: 1, text: '' }).total).toBe(2);
    expect(source.problems({ page: 1, text: 'DEMO_METRIC_1' }).total).toBe(1);
  });
});

describe('the lists of metrics and query groups', () => {
  it('are searched', async () => {
    const scene = sceneOf(12, 2);
    await scene.run();
    const source = sourceOf(scene);
    expect(source.metrics({ page: 1, text: 'kind 11' }).rows.map(({ name }) => name)).toEqual(['demo_metric_11']);
    expect((await source.groups({ page: 1, text: 'contoso-1-' })).total).toBe(2);
    expect((await source.groups({ page: 1, text: 'nowhere' })).total).toBe(0);
  });
});

describe('an explanation', () => {
  it('is given for a selector, or says why not', async () => {
    const scene = sceneOf(2, 2);
    await scene.run();
    const source = sourceOf(scene);
    expect(source.explain('demo_metric_1{entity_name="queue-0"}')).toMatchObject({ found: 1 });
    expect(source.explain('demo_metric_1{instance_name!="contoso-1-0"}')).toMatchObject({ found: 1 });
    expect(source.explain('{entity_name="queue-1"}')).toMatchObject({ found: 2 });
    expect(source.explain('demo{a=~"b"}')).toEqual({
      problem: '`=~` is not taken; write a="value" or a!="value".',
    });
  });
});
