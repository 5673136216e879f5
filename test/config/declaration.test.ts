import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { publicClouds } from '../../src/core/clouds.ts';
import { declarationText, declare, onlyMetric, onlyQuery } from './support/declare.ts';

const schedule = '  scraping:\n    schedule: "*/5 * * * *"';

describe('a metric with nothing but what is required', () => {
  it('gets every default', () => {
    expect(onlyMetric()).toEqual({
      name: 'redis_hits',
      description: 'Hits',
      resourceType: 'RedisCache',
      labels: {},
      defaultLabels: {},
      schedule: { text: '*/5 * * * *', cron: '0 */5 * * * *', periodMs: 300_000 },
      query: {
        kind: 'azureMonitor',
        metricNames: ['cachehits'],
        aggregations: ['Total'],
        intervalMs: 300_000,
        dimensions: [],
        limit: 10_000,
        alignment: 'minute',
        nameByMetric: false,
        nameByAggregation: false,
      },
      freshness: { delayMs: 60_000, staleAfterMs: 900_000, noData: 'unavailableValue' },
      resources: [{ subscriptionId: 'subscription', resourceGroupName: 'group', fields: { cacheName: 'one' } }],
      resourceDiscoveryGroups: [],
    });
  });
});

describe('inheritance', () => {
  it('takes the interval of the metric before that of the defaults', () => {
    expect(onlyQuery({ aggregation: '        type: Total\n        interval: PT1H' }).intervalMs).toBe(3_600_000);
  });

  it('means five minutes by a default aggregation without an interval', () => {
    expect(onlyQuery({ defaults: `metricDefaults:\n  aggregation: {}\n${schedule}` }).intervalMs).toBe(300_000);
  });

  it('takes the limit of the metric, else of the defaults', () => {
    const defaults = `metricDefaults:\n  limit: 7\n  aggregation: {}\n${schedule}`;
    expect(onlyQuery({ defaults }).limit).toBe(7);
    expect(onlyQuery({ defaults, query: '      metricName: x\n      limit: 9' }).limit).toBe(9);
    expect(onlyQuery({ defaults, query: '      metricName: x\n      limit: many' }).limit).toBe(7);
  });

  it('takes the schedule of the metric, and a staleness that follows from it', () => {
    const metric = onlyMetric({ metric: '    scraping:\n      schedule: "0 0 * * * *"' });
    expect(metric.schedule).toEqual({ text: '0 0 * * * *', cron: '0 0 * * * *', periodMs: 3_600_000 });
    expect(metric.freshness.staleAfterMs).toBe(3 * 3_600_000);
  });

  it('keeps labels of the metric and of the defaults apart', () => {
    const defaults = `metricDefaults:\n  aggregation: {}\n  labels:\n    geo: europe\n${schedule}`;
    const metric = onlyMetric({ defaults, metric: '    labels:\n      geo: 1.10\n      empty: ""' });
    expect(metric.labels).toEqual({ geo: '1.10', empty: '' });
    expect(metric.defaultLabels).toEqual({ geo: 'europe' });
  });

  it('takes the scope of a resource before the default one; blank counts as absent', () => {
    const text = `${declarationText()}
      - cacheName: two
        subscriptionId: other
        resourceGroupName: elsewhere
      - cacheName: three
        subscriptionId: ""
        resourceGroupName:`;
    expect(declare(text).declaration?.metrics[0]?.resources.slice(1)).toEqual([
      { subscriptionId: 'other', resourceGroupName: 'elsewhere', fields: { cacheName: 'two' } },
      { subscriptionId: 'subscription', resourceGroupName: 'group', fields: { cacheName: 'three' } },
    ]);
  });
});

describe('additions to the declaration', () => {
  const additions = (indent: string): string =>
    [
      'delay: 2m',
      'maxAge: 1h',
      'staleAfter: 01:30:00',
      'noData: last',
      'alignment: grain',
      'metricNamespace: custom/ns',
    ]
      .map((line) => `${indent}${line}`)
      .join('\n');

  it('are taken from the metric', () => {
    const metric = onlyMetric({ query: `      metricName: x\n${additions('      ')}` });
    expect(metric.freshness).toEqual({
      delayMs: 120_000,
      maxAgeMs: 3_600_000,
      staleAfterMs: 5_400_000,
      noData: 'last',
    });
    expect(metric.query).toMatchObject({ alignment: 'grain', metricNamespace: 'custom/ns' });
  });

  it('are taken from the same path below metricDefaults, after the metric', () => {
    const defaults = `metricDefaults:\n  aggregation: {}\n${schedule}\n  azureMetricConfiguration:\n${additions('    ')}`;
    expect(onlyMetric({ defaults }).freshness.staleAfterMs).toBe(5_400_000);
    const metric = onlyMetric({ defaults, query: '      metricName: x\n      delay: 0s\n      alignment: minute' });
    expect(metric.freshness).toMatchObject({ delayMs: 0, maxAgeMs: 3_600_000, noData: 'last' });
    expect(metric.query).toMatchObject({ alignment: 'minute', metricNamespace: 'custom/ns' });
  });

  it('list metric names and aggregations, which extend the name only when there are several', () => {
    const several = onlyQuery({
      query: '      metricNames: [Cache Hits, Errors]',
      aggregation: '        types: [Total, Maximum]',
    });
    expect(several).toMatchObject({
      metricNames: ['Cache Hits', 'Errors'],
      aggregations: ['Total', 'Maximum'],
      nameByMetric: true,
      nameByAggregation: true,
    });
    expect(onlyQuery({ query: '      metricNames: [Errors]', aggregation: '        types: [Total]' })).toMatchObject({
      nameByMetric: false,
      nameByAggregation: false,
    });
  });

  it('list aggregations for all metrics, and the single type of a metric wins', () => {
    const defaults = `metricDefaults:\n  aggregation: {}\n${schedule}\n  azureMetricConfiguration:\n    aggregation:\n      types: [Average, Count]`;
    expect(onlyQuery({ defaults, aggregation: '        interval: 5m' }).aggregations).toEqual(['Average', 'Count']);
    expect(onlyQuery({ defaults }).aggregations).toEqual(['Total']);
  });
});

describe('clouds', () => {
  const endpoints = `  endpoints:
    authenticationEndpoint: https://localhost:9001/authority/
    resourceManagerEndpoint: https://localhost:9001
    graphEndpoint: https://localhost:9001
    managementEndpoint: https://localhost:9001
    storageEndpointSuffix: .storage.example
    keyVaultSuffix: vault.example
    metricsQueryAudience: https://localhost:9001
    metricsClientAudience: https://eu.metrics.example/metrics`;

  it('are Global unless named', () => {
    expect(declare(declarationText()).declaration?.cloud).toBe(publicClouds.Global);
    expect(declare(declarationText({ metadata: '  cloud: China' })).declaration?.cloud).toBe(publicClouds.China);
  });

  it('take endpoints of a custom cloud, wherever `cloud` stands', () => {
    const wanted = {
      name: 'Custom',
      authority: 'https://localhost:9001/authority',
      resourceManager: 'https://localhost:9001',
      resourceManagerAudience: 'https://localhost:9001',
      metricsDataPlane: 'https://eu.{region}.metrics.example/metrics',
      metricsDataPlaneAudience: 'https://eu.metrics.example/metrics',
      storageQueue: 'https://{account}.queue.storage.example',
    };
    for (const metadata of [`${endpoints}\n  cloud: Custom`, `  cloud: Custom\n${endpoints}`]) {
      expect(declare(declarationText({ metadata })).declaration?.cloud).toEqual(wanted);
    }
  });

  it('take full base URLs where the derived ones do not fit', () => {
    const own = `    metricsDataPlaneEndpoint: https://localhost:9001/{region}
    storageQueueEndpoint: http://127.0.0.1:9002/{account}/
    logAnalyticsEndpoint: https://localhost:9003`;
    expect(
      declare(declarationText({ metadata: `  cloud: Custom\n${endpoints}\n${own}` })).declaration?.cloud,
    ).toMatchObject({
      metricsDataPlane: 'https://localhost:9001/{region}',
      storageQueue: 'http://127.0.0.1:9002/{account}',
      logAnalytics: 'https://localhost:9003',
      logAnalyticsAudience: 'https://localhost:9003',
    });
  });
});

describe('one bad metric', () => {
  const two = `${declarationText()}
  - name: redis_misses
    description: Misses
    resourceType: RedisCache
    azureMetricConfiguration:
      metricName: cachemisses
      aggregation:
        type: Sum
    resources:
      - cacheName: one`;

  it('is left out, and the others stay', () => {
    const read = declare(two);
    expect(read.declaration?.metrics.map((metric) => metric.name)).toEqual(['redis_hits']);
    expect(read.invalidMetrics.map((item) => [item.name, item.problems.map((one) => one.code)])).toEqual([
      ['redis_misses', ['AZ1012']],
    ]);
    expect(read.problems.map((item) => item.metric)).toEqual(['redis_misses']);
  });

  it('is called by its place when it has no name', () => {
    expect(declare(two.replace('- name: redis_misses', '- nothing: x')).invalidMetrics[0]?.name).toBe('metrics[1]');
  });

  it('may also be bad because of a default, if it needs that', () => {
    const broken = two.replace('type: Sum', 'type: Total\n        interval: 1h').replace('00:05:00', 'often');
    const read = declare(broken);
    expect(read.problems.map((item) => [item.code, item.metric])).toEqual([['AZ1015', null]]);
    expect(read.declaration?.metrics.map((metric) => metric.name)).toEqual(['redis_misses']);
    expect(read.invalidMetrics.map((item) => [item.name, item.problems.map((one) => one.path)])).toEqual([
      ['redis_hits', ['metricDefaults.aggregation.interval']],
    ]);
  });

  it.each([
    ['version: v1', 'version: v3'],
    ['  tenantId: tenant', '  tenantId: ""'],
    ['    schedule: "*/5 * * * *"', '    schedule: often'],
    ['metrics:', 'metric:'],
  ])('is not all when %s reads %s: nothing of the file can be trusted', (good, bad) => {
    expect(declare(declarationText()).declaration).toBeDefined();
    expect(declare(declarationText().replace(good, bad)).declaration).toBeUndefined();
  });
});

describe('a storage queue', () => {
  const text = readFileSync(new URL('../fixtures/good/declaration-secret-variable.yaml', import.meta.url), 'utf8');

  it('reads its token anew at each use and never shows it', () => {
    const env = { NORTHWIND_SAS: 'hunter2' };
    const read = declare(text, env);
    const token = read.declaration?.metrics[0]?.resources[0]?.sasToken;
    expect(token?.reveal()).toBe('hunter2');
    env.NORTHWIND_SAS = 'hunter3';
    expect(token?.reveal()).toBe('hunter3');
    expect(inspect(read, { depth: 20 }) + JSON.stringify(read)).not.toContain('hunter');
  });

  it('needs no interval, and gives its metric the canonical name', () => {
    const read = declare(text.replace('MessageCount', 'messagecount'), { NORTHWIND_SAS: 'x' });
    expect(read.declaration?.metrics[0]?.query).toEqual({ kind: 'storageQueue', metricName: 'MessageCount' });
  });
});

describe('a log query', () => {
  const text = (aggregation: string, defaults: string): string => `version: v1
azureMetadata:
  tenantId: tenant
  subscriptionId: subscription
  resourceGroupName: group
metricDefaults:
${defaults}${schedule}
metrics:
  - name: heartbeats
    description: ""
    resourceType: LogAnalytics
    logAnalyticsConfiguration:
      query: Heartbeat | summarize result = count() | project result
${aggregation}
    resources:
      - workspaceId: w
        workspaceName: n`;

  it.each([
    ['      aggregation:\n        interval: 7:00:00:00', '', 604_800_000],
    ['      aggregation: {}', '  aggregation:\n    interval: 1h\n', 300_000],
    ['', '  aggregation:\n    interval: 1h\n', 3_600_000],
  ])('covers %j with defaults %j: %i ms', (aggregation, defaults, intervalMs) => {
    expect(declare(text(aggregation, defaults)).declaration?.metrics[0]?.query).toEqual({
      kind: 'logAnalytics',
      query: 'Heartbeat | summarize result = count() | project result',
      intervalMs,
    });
  });

  it('needs an interval from somewhere', () => {
    expect(declare(text('', '')).problems.map((item) => item.code)).toEqual(['AZ1125']);
  });
});

describe('aliases', () => {
  it('repeat a value, and a mistake in it is reported for its place once per metric', () => {
    const text = `${declarationText({ metric: '    labels: &labels\n      a-b: x' })}
  - name: redis_misses
    description: Misses
    resourceType: RedisCache
    labels: *labels
    azureMetricConfiguration:
      metricName: cachemisses
      aggregation:
        type: Total
    resources:
      - cacheName: one`;
    const read = declare(text);
    expect(read.declaration?.metrics.map((metric) => metric.labels)).toEqual([{ 'a-b': 'x' }, { 'a-b': 'x' }]);
    expect(read.problems.map((item) => [item.code, item.line])).toEqual([
      ['AZ1114', 17],
      ['AZ1114', 17],
    ]);
  });
});
