import { describe, expect, it } from 'vitest';
import { declarationText, declare, type Parts } from './support/declare.ts';

const found = (parts: Parts): readonly string[] => declare(declarationText(parts)).problems.map((item) => item.path);

describe('one mistake', () => {
  it.each<[string, Parts, string]>([
    ['a metric name of the wrong structure', { query: '      metricName: [x]' }, 'metricName'],
    ['a list of metric names with a wrong entry', { query: '      metricNames: [{a: b}]' }, 'metricNames[0]'],
    ['an unknown aggregation', { aggregation: '        type: Sum' }, 'aggregation.type'],
    ['an unknown aggregation in a list', { aggregation: '        types: [Total, Sum]' }, 'aggregation.types[1]'],
    ['a dimension that is a text', { query: '      metricName: x\n      dimensions: [Port]' }, 'dimensions[0]'],
    ['an interval that is none', { aggregation: '        type: Total\n        interval: x' }, 'aggregation.interval'],
  ])('is reported once: %s', (_, parts, path) => {
    expect(found(parts)).toEqual([`metrics[0].azureMetricConfiguration.${path}`]);
  });

  it.each<[string, Parts, string]>([
    [
      'limit',
      { defaults: 'metricDefaults:\n  limit: 0\n  aggregation: {}\n  scraping: {schedule: "* * * * *"}' },
      'limit',
    ],
    [
      'delay',
      {
        defaults:
          'metricDefaults:\n  azureMetricConfiguration: {delay: x}\n  aggregation: {}\n  scraping: {schedule: "* * * * *"}',
      },
      'azureMetricConfiguration.delay',
    ],
    ['schedule', { defaults: 'metricDefaults:\n  aggregation: {}\n  scraping: {schedule: x}' }, 'scraping.schedule'],
    ['scraping', { defaults: 'metricDefaults:\n  aggregation: {}\n  scraping: [x]' }, 'scraping'],
    [
      'aggregation',
      { defaults: 'metricDefaults:\n  aggregation: [x]\n  scraping: {schedule: "* * * * *"}' },
      'aggregation',
    ],
    [
      'azureMetricConfiguration',
      {
        defaults:
          'metricDefaults:\n  azureMetricConfiguration: x\n  aggregation: {}\n  scraping: {schedule: "* * * * *"}',
      },
      'azureMetricConfiguration',
    ],
    [
      'a near miss',
      { defaults: 'metricDefaults:\n  agregation: {}\n  scraping: {schedule: "* * * * *"}' },
      'aggregation',
    ],
  ])('in a default is reported once, and the metric that needs it is invalid: %s', (_, parts, path) => {
    const read = declare(declarationText(parts));
    expect(read.problems.map((item) => item.path)).toEqual([`metricDefaults.${path}`]);
    expect(read.invalidMetrics.map((item) => [item.name, item.problems.map((one) => one.path)])).toEqual([
      ['redis_hits', [`metricDefaults.${path}`]],
    ]);
  });

  it('in the type of a resource leaves its fields alone, and what does not depend on it is read', () => {
    const text = declarationText({ query: '      metricName: x\n      limit: 0' }).replace('RedisCache', 'Redis');
    expect(declare(text).problems.map((item) => item.path)).toEqual([
      'metrics[0].resourceType',
      'metrics[0].azureMetricConfiguration.limit',
    ]);
  });

  it('in the cloud is not repeated by the metrics', () => {
    const text = declarationText({ metadata: '  cloud: Moon' }).replace('RedisCache', 'LogAnalytics');
    const paths = declare(text).problems.map((item) => item.path);
    expect(paths).toContain('azureMetadata.cloud');
    expect(declare(text).problems.map((item) => item.code)).not.toContain('AZ1106');
  });
});
