import { expect, it } from 'vitest';
import { timeSpan } from '../../src/promitor/time-span.ts';

it.each([
  [0, '00:00:00'],
  [300_000, '00:05:00'],
  [0.5, '00:00:00.0005000'],
  [3_661_250, '01:01:01.2500000'],
  [7 * 24 * 3_600_000, '7.00:00:00'],
])('a time span of %s ms is written as .NET writes it', (ms, text) => {
  expect(timeSpan(ms)).toBe(text);
});
