import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDuration, parseTime, parseTimespan, printDuration } from '../../src/emulator/iso-time.ts';

describe('durations', () => {
  it.each([
    ['PT1M', 60_000],
    ['PT5M', 300_000],
    ['PT1H30M', 5_400_000],
    ['P1D', 86_400_000],
    ['P1DT1S', 86_401_000],
    ['P1W', 604_800_000],
    ['PT0.5S', 500],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', 'P', 'PT', '5M', 'P1M', '00:05:00'])('refuses %s', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('reads what it prints', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000 }), (seconds) => {
        expect(parseDuration(printDuration(seconds * 1_000))).toBe(seconds * 1_000);
      }),
    );
  });
});

describe('timespans', () => {
  const now = Date.UTC(2026, 2, 10, 9);
  const eight = Date.UTC(2026, 2, 10, 8);

  it.each([
    ['2026-03-10T08:00:00Z/2026-03-10T08:05:00Z', [eight, eight + 300_000]],
    ['2026-03-10T08:00:00.000Z/PT5M', [eight, eight + 300_000]],
    ['PT5M/2026-03-10T08:05:00Z', [eight, eight + 300_000]],
    ['PT1H', [eight, now]],
    ['2026-03-10T10:00:00+02:00/2026-03-10T10:05:00 02:00', [eight, eight + 300_000]],
    ['2026-03-10T08:00:00/2026-03-10T08:05:00', [eight, eight + 300_000]],
  ])('reads %s', (text, [start, end]) => {
    expect(parseTimespan(text, now)).toEqual({ startMs: start, endMs: end });
  });

  it.each(['', 'yesterday', 'PT5M/PT5M', '2026-03-10T08:05:00Z/2026-03-10T08:00:00Z', 'PT1H/PT1H/PT1H'])(
    'refuses %s',
    (text) => {
      expect(parseTimespan(text, now)).toBeUndefined();
    },
  );

  it('refuses a time that is none', () => {
    expect(parseTime('2026-13-45T00:00:00Z')).toBeUndefined();
  });
});
