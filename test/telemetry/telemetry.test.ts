import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { planScrape } from '../../src/plan/plan.ts';
import type { ScrapeItem } from '../../src/plan/types.ts';
import { createSeriesStore } from '../../src/store/series-store.ts';
import { createItemStatus, itemMetrics } from '../../src/telemetry/item-status.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { ownMetricName, ownMetrics } from '../../src/telemetry/own-metrics.ts';
import { createOwnRegistry } from '../../src/telemetry/registry.ts';
import { createScrapeLog } from '../../src/telemetry/scrape-log.ts';
import { createScrapeMetrics } from '../../src/telemetry/scrape-metrics.ts';
import { aDeclaration, aMetric, aResource, everyMinute } from '../fakes/declaration.ts';

function collect(): { lines: string[]; stream: Writable } {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(
        ...chunk
          .toString()
          .split('\n')
          .filter((line) => line !== ''),
      );
      done();
    },
  });
  return { lines, stream };
}

function items(...queues: string[]): ScrapeItem[] {
  const resources = queues.map((queueName) => aResource({ namespace: 'contoso', queueName }));
  return planScrape(aDeclaration(aMetric({ resources }))).groups.flatMap((group) => group.items);
}

const [orders, audit] = items('orders', 'audit');
if (orders === undefined || audit === undefined) throw new Error('no items');
const failed = (item: ScrapeItem, code: 'AZ3400' | 'AZ3500' | 'AZ3404' = 'AZ3400') =>
  ({ kind: 'failed', item, error: { code, message: `${code} happened`, requestId: 'r1' }, nowMs: 0 }) as const;

const identity = { tenantId: 't', appId: 'a', cloud: 'Global', authMode: 'ServicePrincipal' };

describe('own metrics', () => {
  it('take the names of Promitor on demand, and only those that Promitor has', () => {
    const promitor = Object.keys(ownMetrics).filter((key) =>
      ownMetricName(key as never, 'promitor').startsWith('promitor_'),
    );
    expect(promitor.sort((a, b) => a.localeCompare(b))).toEqual([
      'batchSize',
      'ratelimitArm',
      'ratelimitArmThrottled',
      'ratelimitGraph',
      'ratelimitGraphThrottled',
      'resourceGroupInfo',
      'scrapeError',
      'scrapeSuccess',
      'subscriptionInfo',
    ]);
  });

  it('are the same in both formats, without families that are rendered elsewhere or that promtool objects to', async () => {
    const registry = createOwnRegistry({ prefix: 'azimuth', elsewhere: itemMetrics, runtime: true });
    registry.set('buildInfo', { version: '1', node_version: 'v24' }, 1);
    registry.add('scrapeSkipped', { schedule: '* * * * *' });
    registry.observe('azureRequestDuration', { api: 'metrics' }, 0.2);
    const text = await registry.text('text');
    const openMetrics = await registry.text('openmetrics');
    const samples = (body: string): string[] =>
      body
        .split('\n')
        .filter((line) => line.startsWith('azimuth_'))
        .sort();
    expect(samples(text)).toEqual(samples(openMetrics));
    expect(text).toContain('azimuth_scrape_skipped_total{schedule="* * * * *"} 1');
    expect(openMetrics.endsWith('# EOF\n')).toBe(true);
    expect(text).not.toMatch(/scrape_success|nodejs_active_/);
    expect(text).toContain('process_start_time_seconds');
    registry.close();
  });

  it('count what Azure answered and what it still allows', async () => {
    const registry = createOwnRegistry({ prefix: 'promitor', elsewhere: itemMetrics, runtime: false });
    const metrics = createScrapeMetrics(registry, identity);
    const event = {
      api: 'metrics',
      code: '429',
      durationMs: 100,
      bytes: 0,
      subscriptionId: 's',
      throttled: true,
      attempt: 1,
    } as const;
    metrics.azure({ ...event, remainingReads: 17 });
    metrics.azure({ ...event, api: 'token', code: '200', throttled: false });
    const text = await registry.text('text');
    expect(text).toContain('azimuth_azure_requests_total{api="metrics",code="429"} 1');
    expect(text).toContain('azimuth_azure_requests_total{api="token",code="200"} 1');
    expect(text).toContain('promitor_ratelimit_arm{tenant_id="t",subscription_id="s",app_id="a"} 17');
    expect(text).toContain('promitor_ratelimit_arm_throttled{tenant_id="t",subscription_id="s",app_id="a"} 1');
    registry.close();
  });

  it('tell what Resource Graph still allows, by tenant', async () => {
    const registry = createOwnRegistry({ prefix: 'promitor', elsewhere: itemMetrics, runtime: false });
    const metrics = createScrapeMetrics(registry, identity);
    const event = { api: 'resourceGraph', durationMs: 100, bytes: 0, attempt: 1 } as const;
    metrics.azure({ ...event, code: '200', throttled: false, remainingQueries: 14 });
    metrics.azure({ ...event, code: '429', throttled: true, remainingQueries: 0, tenantId: 'other' });
    const text = await registry.text('text');
    const labels = 'cloud="Global",app_id="a",auth_mode="ServicePrincipal"';
    for (const line of [
      `promitor_ratelimit_resource_graph_remaining{tenant_id="t",${labels}} 14`,
      `promitor_ratelimit_resource_graph_remaining{tenant_id="other",${labels}} 0`,
      `promitor_ratelimit_resource_graph_throttled{tenant_id="t",${labels}} 0`,
      `promitor_ratelimit_resource_graph_throttled{tenant_id="other",${labels}} 1`,
    ]) {
      expect(text).toContain(line);
    }
    expect(text).not.toContain('promitor_ratelimit_arm{');
    registry.close();
  });

  it('tell failures, truncation, age and lag of scrapes', async () => {
    const registry = createOwnRegistry({ prefix: 'azimuth', elsewhere: itemMetrics, runtime: false });
    const metrics = createScrapeMetrics(registry, identity);
    metrics.scrape(failed(orders));
    metrics.scrape({ kind: 'truncated', item: orders, truncated: true, limit: 3 });
    metrics.scrape({ kind: 'age', item: orders, ageMs: 60_000 });
    metrics.scrape({ kind: 'age', item: audit, ageMs: 90_000 });
    metrics.scrape({ kind: 'lag', resourceType: 'RedisCache', metricName: 'errors', lagMs: 1500 });
    metrics.schedule({
      kind: 'runFinished',
      reason: 'tick',
      schedule: everyMinute,
      nowMs: 5000,
      durationMs: 250,
      succeeded: 1,
      failed: 1,
    });
    // A run of what a reload changed says nothing of how long a whole one takes.
    metrics.schedule({
      kind: 'runFinished',
      reason: 'changed',
      schedule: everyMinute,
      nowMs: 5000,
      durationMs: 1,
      succeeded: 1,
      failed: 0,
    });
    const text = await registry.text('text');
    for (const line of [
      'azimuth_scrape_failures_total{metric_name="demo_queue_size",resource_name="contoso",code="AZ3400"} 1',
      'azimuth_series_truncated{metric_name="demo_queue_size"} 1',
      'azimuth_sample_age_seconds{metric_name="demo_queue_size"} 90',
      'azimuth_metric_lag_seconds{resource_type="RedisCache",azure_metric="errors"} 1.5',
      'azimuth_scrape_duration_seconds{schedule="* * * * *"} 0.25',
      'azimuth_scrape_last_success_timestamp_seconds{schedule="* * * * *"} 5',
    ]) {
      expect(text).toContain(line);
    }
    registry.close();
  });

  it('forget the age of what left or shows nothing', async () => {
    const registry = createOwnRegistry({ prefix: 'azimuth', elsewhere: itemMetrics, runtime: false });
    const metrics = createScrapeMetrics(registry, identity);
    const end = {
      kind: 'runFinished',
      reason: 'tick',
      schedule: everyMinute,
      nowMs: 0,
      durationMs: 0,
      succeeded: 1,
      failed: 0,
    } as const;
    metrics.scrape({ kind: 'age', item: orders, ageMs: 60_000 });
    metrics.scrape({ kind: 'age', item: audit, ageMs: 90_000 });
    metrics.schedule(end);
    metrics.scrape({ kind: 'left', item: audit, reason: 'gone' });
    metrics.schedule(end);
    expect(await registry.text('text')).toContain('azimuth_sample_age_seconds{metric_name="demo_queue_size"} 60');
    metrics.scrape({ kind: 'age', item: orders });
    metrics.schedule(end);
    expect(await registry.text('text')).not.toContain('azimuth_sample_age_seconds{');
    registry.close();
  });

  it('forget a metric that is no longer declared, and failures of what left the plan', async () => {
    const registry = createOwnRegistry({ prefix: 'azimuth', elsewhere: itemMetrics, runtime: false });
    const metrics = createScrapeMetrics(registry, identity);
    const samples = async (): Promise<string[]> =>
      (await registry.text('text'))
        .split('\n')
        .filter((line) => /^azimuth_(scrape_failures|series_|sample)/.test(line));
    metrics.scrape(failed(orders));
    metrics.scrape({ kind: 'truncated', item: orders, truncated: true, limit: 3 });
    metrics.scrape({ kind: 'dropped', item: orders, series: 2 });
    metrics.scrape({ kind: 'age', item: orders, ageMs: 60_000 });
    metrics.schedule({
      kind: 'runFinished',
      reason: 'tick',
      schedule: everyMinute,
      nowMs: 0,
      durationMs: 0,
      succeeded: 1,
      failed: 0,
    });
    metrics.scrape({ kind: 'left', item: orders, reason: 'stale' });
    expect(await samples()).toHaveLength(4);
    metrics.scrape({ kind: 'left', item: orders, reason: 'unplanned' });
    expect((await samples()).sort()).toEqual([
      'azimuth_sample_age_seconds{metric_name="demo_queue_size"} 60',
      'azimuth_series_dropped_total{metric_name="demo_queue_size"} 2',
      'azimuth_series_truncated{metric_name="demo_queue_size"} 0',
    ]);
    metrics.forget('demo_queue_size');
    expect(await samples()).toEqual([]);
    registry.close();
  });

  it('spell a value that is none as the formats do', async () => {
    const registry = createOwnRegistry({ prefix: 'azimuth', elsewhere: itemMetrics, runtime: false });
    registry.set('configReloadTimestamp', {}, Number.NaN);
    expect(await registry.text('text')).toContain('azimuth_config_last_reload_success_timestamp_seconds NaN');
    registry.close();
  });
});

describe('status of metrics and resources', () => {
  it('is an error while one entity of the resource fails', () => {
    const store = createSeriesStore({ perMetricLimit: 10, totalLimit: 10 });
    const status = createItemStatus(store, 'azimuth');
    const shown = (): Record<string, number> =>
      Object.fromEntries(
        store.snapshot().map((family) => [family.name, family.blocks[0]?.pieces[0]?.values[0] ?? Number.NaN]),
      );
    status({ kind: 'succeeded', item: orders, nowMs: 0 });
    expect(shown()).toEqual({ azimuth_scrape_error: 0, azimuth_scrape_success: 1 });
    status(failed(audit));
    status({ kind: 'succeeded', item: orders, nowMs: 0 });
    expect(shown()).toEqual({ azimuth_scrape_error: 1, azimuth_scrape_success: 0 });
    status({ kind: 'succeeded', item: audit, nowMs: 0 });
    expect(shown()).toEqual({ azimuth_scrape_error: 0, azimuth_scrape_success: 1 });
    expect([...store.counts().values()]).toEqual([1, 1]);
  });

  it('leaves when discovery no longer finds the resource, and not when its series are only stale', () => {
    const store = createSeriesStore({ perMetricLimit: 10, totalLimit: 10 });
    const status = createItemStatus(store, 'azimuth');
    status(failed(orders));
    status({ kind: 'left', item: orders, reason: 'stale' });
    expect([...store.counts().values()]).toEqual([1, 1]);
    status({ kind: 'left', item: orders, reason: 'unplanned' });
    expect([...store.counts().values()]).toEqual([]);
    status({ kind: 'succeeded', item: audit, nowMs: 0 });
    expect([...store.counts().values()]).toEqual([1, 1]);
  });
});

describe('the log of scrapes', () => {
  const setUp = () => {
    const { lines, stream } = collect();
    const log = createScrapeLog(
      createLogger({
        level: 'Information',
        container: { enabled: true },
        format: 'json',
        color: false,
        destination: stream,
      }),
    );
    const cron = everyMinute.cron;
    const run = (...events: Parameters<typeof log.note>[0][]): Record<string, unknown>[] => {
      const before = lines.length;
      for (const event of events) log.note(event);
      log.endRun(cron);
      return lines.slice(before).map((line) => JSON.parse(line) as Record<string, unknown>);
    };
    return { log, run, cron };
  };

  it('has one line per problem, and none while it lasts', () => {
    const { run } = setUp();
    const first = run(failed(orders), failed(audit));
    expect(first).toHaveLength(1);
    expect(first[0]).toMatchObject({
      level: 'error',
      code: 'AZ3400',
      requestId: 'r1',
      items: 2,
      metrics: ['demo_queue_size'],
      resources: ['contoso'],
      msg: 'AZ3400 happened (2 items)',
    });
    expect(run(failed(orders), failed(audit))).toEqual([]);
  });

  it('tells when more items join a problem, when the problem changes, and when it ends', () => {
    const { run } = setUp();
    run(failed(orders));
    expect(run(failed(orders), failed(audit))).toHaveLength(1);
    expect(run(failed(orders, 'AZ3404')).map(({ msg }) => msg)).toEqual([
      'AZ3404 happened',
      'No longer failing with AZ3400: 1 item.',
    ]);
    expect(run()).toMatchObject([{ level: 'info', msg: 'No longer failing with AZ3404: 1 item.' }]);
  });

  it('tells a cause that changes under the same code, but not a number that does', () => {
    const { run } = setUp();
    const because = (message: string) => ({ ...failed(orders), error: { code: 'AZ3004', message } }) as const;
    run(because('broke off after 441 bytes'));
    expect(run(because('broke off after 12 bytes'))).toEqual([]);
    expect(run(because('is not JSON')).map(({ msg }) => msg)).toEqual(['is not JSON']);
  });

  it('says what fails in words, for readiness', () => {
    const { run, log, cron } = setUp();
    run(failed(orders, 'AZ3500'), failed(audit, 'AZ3500'));
    expect(log.problems(cron)).toEqual(['AZ3500: AZ3500 happened (2 items)']);
  });
});

describe('the logger', () => {
  it('writes text lines without colours, and nothing below its level or when switched off', () => {
    const { lines, stream } = collect();
    const options = { level: 'Warning', format: 'text', color: false, destination: stream } as const;
    const logger = createLogger({ ...options, container: { enabled: true } });
    logger.info('quiet');
    logger.warn({ code: 'AZ2005' }, 'loud');
    createLogger({ ...options, container: { enabled: false } }).error('off');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\[\d\d:\d\d:\d\d\] WARN: loud \{"code":"AZ2005"\}$/);
  });

  it('gives the container and the other target what each wants', () => {
    const { lines, stream } = collect();
    const sent: string[] = [];
    const logger = createLogger({
      level: 'Debug',
      container: { enabled: true, level: 'Error' },
      format: 'json',
      color: false,
      destination: stream,
      target: { level: 'Warning', write: (line) => void sent.push(line) },
    });
    logger.debug('one');
    logger.warn('two');
    logger.error({ code: 'AZ2005' }, 'three');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { level: 'error', time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/), code: 'AZ2005', msg: 'three' },
    ]);
    expect(sent.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['two', 'three']);
  });

  it('still feeds the other target when the container is silent', () => {
    const { lines, stream } = collect();
    const sent: string[] = [];
    const target = { write: (line: string) => void sent.push(line) };
    createLogger({
      level: 'Information',
      container: { enabled: false },
      format: 'text',
      color: false,
      destination: stream,
      target,
    }).info('one');
    expect([lines.length, sent.length]).toEqual([0, 1]);
  });
});
