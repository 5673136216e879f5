import { describe, expect, it } from 'vitest';
import { htmlText } from '../../../src/http/html.ts';
import { sparkline } from '../../../src/http/page/sparkline.ts';
import { count, duration, moment, number } from '../../../src/http/page/words.ts';
import { noonMs } from '../../fakes/status-source.ts';

describe('words of the page', () => {
  it.each([
    [0, '0 s'],
    [0.2, 'under 1 s'],
    [59.4, '59 s'],
    [60, '1 min'],
    [95, '1 min 35 s'],
    [3600, '1 h'],
    [9_000, '2 h 30 min'],
    [273_600, '3 d 4 h'],
    [86_405, '1 d'],
  ])('%s seconds are %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });

  it.each([
    [12_345, '12,345'],
    [0.123456, '0.1235'],
    [1234.56, '1,234.6'],
    [-3.5, '-3.5'],
  ])('%s is %s', (value, text) => {
    expect(number(value)).toBe(text);
  });

  it('count in the plural', () => {
    expect([count(1, 'series'), count(2, 'series'), count(1, 'query'), count(0, 'query'), count(2, 'item')]).toEqual([
      '1 series',
      '2 series',
      '1 query',
      '0 queries',
      '2 items',
    ]);
  });

  it('tell moments from here, and exactly on demand', () => {
    expect(htmlText(moment(noonMs - 90_000, noonMs))).toBe(
      '<time datetime="2026-01-01T11:58:30.000Z" title="2026-01-01T11:58:30.000Z">1 min 30 s ago</time>',
    );
    expect(htmlText(moment(noonMs + 5_000, noonMs))).toContain('>in 5 s<');
    expect(htmlText(moment(undefined, noonMs))).toBe('never');
  });
});

describe('a sparkline', () => {
  it('leaves gaps, and says in words what it shows', () => {
    const svg = htmlText(sparkline([1, 3, null, 2], 'Values'));
    expect(svg).toContain('aria-label="Values: 3 values from 1 to 3, the last is 2"');
    expect([...svg.matchAll(/points="([^"]*)"/g)].map(([, points]) => points)).toEqual([
      '2,22 40.7,2',
      '118,12 118,12',
    ]);
  });

  it('is flat in the middle for equal values, and says when there are too few', () => {
    expect(htmlText(sparkline([5, 5], 'Values'))).toContain('points="2,12 118,12"');
    expect(htmlText(sparkline([null, 5], 'Values'))).toBe('<span class="quiet">too few values</span>');
  });
});
