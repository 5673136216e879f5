import { expect, it } from 'vitest';
import { ownMetricsText } from '../../../src/sinks/prometheus/own-metrics.ts';

const own = [
  '# HELP azimuth_up Up',
  '# TYPE azimuth_up gauge',
  'azimuth_up 1',
  '',
  '# HELP calls Calls',
  '# TYPE calls counter',
  'calls_total{api="metrics"} 2',
  'calls_created{api="metrics"} 3',
  '# TYPE seconds histogram',
  'seconds_bucket{le="+Inf"} 1',
  'seconds_sum 1',
  'seconds_count 1',
  '# EOF',
  '',
].join('\n');

it('strips the end marker and blank lines and nothing else', () => {
  const kept = own.split('\n').filter((line) => line !== '' && line !== '# EOF');
  expect(ownMetricsText(own, new Set(['other']), () => undefined)).toBe(`${kept.join('\n')}\n`);
  expect(ownMetricsText('', new Set(), () => undefined)).toBe('');
});

it.each([
  ['azimuth_up', 'azimuth_up'],
  ['calls', 'calls_total'],
  ['calls_total', 'calls_total'],
  ['seconds_bucket', 'seconds_sum'],
])('leaves a family out whose name or sample is scraped: %s', (scraped, line) => {
  const collisions: string[] = [];
  const text = ownMetricsText(own, new Set([scraped]), (name) => collisions.push(name));
  expect(text).not.toContain(line);
  expect(text.split('\n').filter((kept) => kept.startsWith('# TYPE'))).toHaveLength(2);
  expect(collisions).toEqual([scraped]);
});
