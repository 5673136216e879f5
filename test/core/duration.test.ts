import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isoDuration, parseDuration, parseIsoDuration } from '../../src/core/duration.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const two = (value: number): string => String(value).padStart(2, '0');

describe('parseDuration', () => {
  it.each([
    ['00:05:00', 5 * minute],
    ['00:05', 5 * minute],
    ['1:2', hour + 2 * minute],
    ['23:59:59', day - second],
    ['1.00:00:00', day],
    ['1.12:30', day + 12.5 * hour],
    ['7:00:00:00', 7 * day],
    ['7:01:02:03.5', 7 * day + hour + 2 * minute + 3.5 * second],
    ['00:00:00.5', 500],
    ['00:00:01.0019999', 1001],
    ['00:00:00.0000001', 0],
    ['00:00:00', 0],
    ['  00:01:00\n', minute],
    ['PT5M', 5 * minute],
    ['pt1h30m', 1.5 * hour],
    ['P1DT12H', 1.5 * day],
    ['P1W', 7 * day],
    ['PT0.25S', 250],
    ['P0D', 0],
    ['30s', 30 * second],
    ['5m', 5 * minute],
    ['12H', 12 * hour],
    ['7d', 7 * day],
  ])('reads %j', (text, ms) => {
    expect(parseDuration(text)).toEqual({ ok: true, ms });
  });

  it.each([
    ['5', '"5" would be 5 days in Promitor; write 5.00:00:00 for days, 5m for minutes or 5s for seconds'],
    ['24:00:00', '"24:00:00" would be 24 days in Promitor; write 1.00:00:00 for one day, 24.00:00:00 for 24 days'],
    ['36:15:00', '"36:15:00" would be 36 days in Promitor; write 1.12:15:00 for 36 hours, 36.15:00:00 for 36 days'],
    ['36:30:00', '"36:30:00" has 36 hours; 0 to 23 are allowed; write 1.12:30:00 for 36 hours'],
    ['24:00', '"24:00" has 24 hours; 0 to 23 are allowed; write 1.00:00:00 for one day'],
    ['1.24:00:00', '"1.24:00:00" has 24 hours; 0 to 23 are allowed; write 2.00:00:00'],
    ['00:60', '"00:60" has 60 minutes; 0 to 59 are allowed'],
    ['00:00:75', '"00:00:75" has 75 seconds; 0 to 59 are allowed'],
    ['-00:05:00', '"-00:05:00" is negative; a duration cannot be'],
    ['-5m', '"-5m" is negative; a duration cannot be'],
    ['P1M', '"P1M" has years or months, which differ in length; write days (P30D), or PT5M for five minutes'],
    ['P1Y', '"P1Y" has years or months, which differ in length; write days (P30D), or PT5M for five minutes'],
    ['10675200d', '"10675200d" is longer than 10675199 days'],
  ])('refuses %j with what to write', (text, reason) => {
    expect(parseDuration(text)).toEqual({ ok: false, reason });
  });

  it.each([
    '',
    '  ',
    'five',
    '1h30m',
    '1.5h',
    '5 m',
    'P',
    'PT',
    'P1DT',
    '00:00:00.12345678',
    '+00:05',
    '1:2:3:4:5',
    ':',
    '5ms',
  ])('refuses %j with the forms there are', (text) => {
    const result = parseDuration(text);
    expect(result.ok ? '' : result.reason).toMatch(/(is empty|is not a duration); write hh:mm:ss .*PT5M.*5m/);
  });

  it('reads back every time span that .NET would write', () => {
    const parts = [fc.nat(10_000), fc.nat(23), fc.nat(59), fc.nat(59), fc.nat(999)] as const;
    fc.assert(
      fc.property(...parts, (days, hours, minutes, seconds, ms) => {
        const clock = `${two(hours)}:${two(minutes)}:${two(seconds)}.${String(ms).padStart(3, '0')}`;
        const expected = days * day + hours * hour + minutes * minute + seconds * second + ms;
        expect(parseDuration(`${days}.${clock}`)).toEqual({ ok: true, ms: expected });
        expect(parseDuration(`${days}:${clock}0000`)).toEqual({ ok: true, ms: expected });
      }),
    );
  });

  it('never throws and never yields a negative or broken number', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[-+0-9:.PTDHMSWYdhms ]{0,16}$/), (text) => {
        const result = parseDuration(text);
        expect(result.ok ? result.ms >= 0 && Number.isFinite(result.ms) : result.reason.length > 10).toBe(true);
      }),
    );
  });
});

describe('isoDuration', () => {
  it.each([
    [minute, 'PT1M'],
    [5 * minute, 'PT5M'],
    [hour, 'PT1H'],
    [90 * minute, 'PT1H30M'],
    [12 * hour, 'PT12H'],
    [day, 'P1D'],
    [36 * hour, 'P1DT12H'],
    [1500, 'PT1.5S'],
    [0, 'PT0S'],
  ])('writes %d as %s', (ms, text) => {
    expect(isoDuration(ms)).toBe(text);
  });

  it('is read back', () => {
    fc.assert(
      fc.property(fc.nat(), (ms) => {
        expect(parseIsoDuration(isoDuration(ms))).toBe(ms);
      }),
    );
  });
});

describe('parseIsoDuration', () => {
  it('knows ISO 8601 only', () => {
    expect(parseIsoDuration(' PT5M ')).toBe(5 * minute);
    expect(parseIsoDuration('00:05:00')).toBeUndefined();
    expect(parseIsoDuration('P1M')).toBeUndefined();
    expect(parseIsoDuration('FULL')).toBeUndefined();
  });
});
