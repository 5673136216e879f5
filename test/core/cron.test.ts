import { afterEach, describe, expect, it, vi } from 'vitest';
import { matchesCron, nextRuns, parseCron, schedulePeriodMs } from '../../src/core/cron.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

function parsed(text: string): Extract<ReturnType<typeof parseCron>, { ok: true }> {
  const result = parseCron(text);
  if (!result.ok) throw new Error(result.reason);
  return result;
}

const local = (text: string): number => new Date(text.replace(' ', 'T')).getTime();

/** Runs after a local time, as local times, so that the time zone of the machine does not matter. */
function runsAfter(text: string, from: string, count: number): string[] {
  return nextRuns(parsed(text).schedule, local(from), count).map((ms) => {
    const at = new Date(ms);
    const date = [at.getFullYear(), at.getMonth() + 1, at.getDate()];
    const time = [at.getHours(), at.getMinutes(), at.getSeconds()];
    const pad = (value: number): string => String(value).padStart(2, '0');
    return `${date.map(pad).join('-')} ${time.map(pad).join(':')}`;
  });
}

describe('parseCron', () => {
  it.each([
    ['*/5 * * * *', '0 */5 * * * *'],
    ['  0/5\t*  * * ? ', '0 */5 * * * *'],
    ['0,5,10,15,20,25,30,35,40,45,50,55 * * * *', '0 */5 * * * *'],
    ['?/5 ? ? ? ? ?', '*/5 * * * * *'],
    ['? ? ? ? ? ?', '* * * * * *'],
    ['30 * * * * *', '30 * * * * *'],
    ['2/7 * * * *', '0 2,9,16,23,30,37,44,51,58 * * * *'],
    ['00 09-17 * * mon-FRI', '0 0 9-17 * * 1-5'],
    ['0 22-2 * * *', '0 0 0-2,22-23 * * *'],
    ['0 23-5/2 * * *', '0 0 1,3,5,23 * * *'],
    ['0 0 * DEC-FEB *', '0 0 0 * 1-2,12 *'],
    ['0 0 * nov-mar/2 *', '0 0 0 * 1,3,11 *'],
    ['0 0 * * FRI-MON', '0 0 0 * * 0-1,5-6'],
    ['0 0 * * 5-7', '0 0 0 * * 0,5-6'],
    ['0 0 * * 7-2', '0 0 0 * * 0-2'],
    ['0 0 * * 0-7', '0 0 0 * * *'],
    ['0 0 * * 1/2', '0 0 0 * * 0-1,3,5'],
    ['0 0 * * 5-1/2', '0 0 0 * * 0,5'],
    ['0 0 * * 7-3/2', '0 0 0 * * 0,2'],
    ['0,30 * * * *', '0 0,30 * * * *'],
    ['0 0 * * 7', '0 0 0 * * 0'],
    ['0 0 L * *', '0 0 0 L * *'],
    ['0 0 L-0 * *', '0 0 0 L * *'],
    ['0 0 l-3 * *', '0 0 0 L-3 * *'],
    ['0 0 Lw * *', '0 0 0 LW * *'],
    ['0 0 L-0W * *', '0 0 0 LW * *'],
    ['0 0 15W * *', '0 0 0 15W * *'],
    ['0 0 L-3W * *', '0 0 0 23-30,L-3 * *'],
    ['0 0 23-30,L-3 * *', '0 0 0 23-30,L-3 * *'],
    ['0 0 * * 5L', '0 0 0 * * 5L'],
    ['0 0 * * 7l', '0 0 0 * * 0L'],
    ['0 0 * * FRIL', '0 0 0 * * 5L'],
    ['0 0 * * Mon#2', '0 0 0 * * 1#2'],
    ['0 0 * * 7#5', '0 0 0 * * 0#5'],
    ['0 0 13 * 5', '0 0 0 13 * 5'],
    ['0 0 31 1/2 *', '0 0 0 31 */2 *'],
    ['@every_second', '* * * * * *'],
    ['@Every_Minute', '0 * * * * *'],
    ['@hourly', '0 0 * * * *'],
    ['@DAILY', '0 0 0 * * *'],
    ['@midnight', '0 0 0 * * *'],
    ['@weekly', '0 0 0 * * 0'],
    ['@monthly', '0 0 0 1 * *'],
    ['@yearly', '0 0 0 1 1 *'],
    [' @annually ', '0 0 0 1 1 *'],
  ])('translates %j', (text, cron) => {
    expect(parsed(text).cron).toBe(cron);
  });

  it.each([
    ['', 'the cron expression is empty; */5 * * * * means every five minutes'],
    [
      '* * * *',
      'the cron expression has 4 fields; allowed are five (minute, hour, day of month, month, day of week) or six (second first)',
    ],
    [
      '0 0 12 ? * WED 2030',
      'the cron expression has 7 fields; allowed are five (minute, hour, day of month, month, day of week) or six (second first); a year field is not supported',
    ],
    ['60 * * * * *', 'second "60" is not valid: 0 to 59 are allowed'],
    ['60 * * * *', 'minute "60" is not valid: 0 to 59 are allowed'],
    ['* 24 * * *', 'hour "24" is not valid: 0 to 23 are allowed'],
    ['* * 0 * *', 'day of month "0" is not valid: 1 to 31 are allowed'],
    ['* * 32W * *', 'day of month "32" is not valid: 1 to 31 are allowed'],
    ['* * L-31 * *', 'day of month "L-31" is not valid: 0 to 30 days before the last are allowed'],
    ['* * * 13 *', 'month "13" is not valid: 1 to 12 are allowed'],
    ['* * * * 8', 'day of week "8" is not valid: 0 to 7 are allowed'],
    ['* * * * 9L', 'day of week "9" is not valid: 0 to 7 are allowed'],
    ['* * * * 1#6', 'day of week "1#6" is not valid: after # a number from 1 to 5 is allowed'],
    ['007 * * * *', 'minute "007" is not valid: 0 to 59 are allowed'],
    ['*/90 * * * *', 'minute "*/90" is not valid: the step must be a number from 1 to 59'],
    ['*/0 * * * *', 'minute "*/0" is not valid: the step must be a number from 1 to 59'],
    ['* 5/24 * * *', 'hour "5/24" is not valid: the step must be a number from 1 to 23'],
    ['1-5/x * * * *', 'minute "1-5/x" is not valid: the step must be a number from 1 to 59'],
    ['x * * * *', 'minute "x" is not valid: write a number from 0 to 59, a-b, a/n, a list of these, or alone *, */n'],
    ['*,5 * * * *', 'minute "*" is not valid: write a number from 0 to 59, a-b, a/n, a list of these, or alone *, */n'],
    ['1,,2 * * * *', 'minute "" is not valid: write a number from 0 to 59, a-b, a/n, a list of these, or alone *, */n'],
    [
      '* * 1,L * *',
      'day of month "L" is not valid: write a number from 1 to 31, a-b, a/n, a list of these, or alone *, */n, L, L-3, LW, 15W',
    ],
    [
      '* * 1-30,L-3 * *',
      'day of month "L" is not valid: write a number from 1 to 31, a-b, a/n, a list of these, or alone *, */n, L, L-3, LW, 15W',
    ],
    [
      '* * * January *',
      'month "January" is not valid: write a number from 1 to 12 or a name such as JAN, a-b, a/n, a list of these, or alone *, */n',
    ],
    [
      '* * * * MON,L',
      'day of week "L" is not valid: write a number from 0 to 7 or a name such as SUN, a-b, a/n, a list of these, or alone *, */n, 5L, 2#1',
    ],
    [
      '0 0 31 2,4 *',
      'no date fits day of month "31", month "2,4", day of week "*", so it would never run; change one of the three',
    ],
    [
      '0 0 L-30 4 *',
      'no date fits day of month "L-30", month "4", day of week "*", so it would never run; change one of the three',
    ],
    [
      '0 0 1 * MON#2',
      'no date fits day of month "1", month "*", day of week "MON#2", so it would never run; change one of the three',
    ],
  ])('refuses %j', (text, reason) => {
    expect(parseCron(text)).toEqual({ ok: false, reason });
  });

  it('lists the macros for an unknown one', () => {
    const result = parseCron('@reboot');
    expect(result.ok ? '' : result.reason).toBe(
      'the macro "@reboot" is unknown; allowed are @every_second, @every_minute, @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually',
    );
  });
});

describe('nextRuns', () => {
  it.each([
    ['*/5 * * * *', ['2026-11-22 12:05:00', '2026-11-22 12:10:00', '2026-11-22 12:15:00']],
    ['30 15,45 * * * *', ['2026-11-22 12:15:30', '2026-11-22 12:45:30', '2026-11-22 13:15:30']],
    ['0 22-2 * * *', ['2026-11-22 22:00:00', '2026-11-22 23:00:00', '2026-11-23 00:00:00']],
    ['0 0 L * *', ['2026-11-30 00:00:00', '2026-12-31 00:00:00', '2027-01-31 00:00:00']],
    ['0 0 L-2 2 *', ['2027-02-26 00:00:00', '2028-02-27 00:00:00', '2029-02-26 00:00:00']],
    // The last of January 2027 is a Sunday, of October 2026 a Saturday.
    ['0 0 LW 1 *', ['2027-01-29 00:00:00', '2028-01-31 00:00:00', '2029-01-31 00:00:00']],
    // 1 August 2026 and 1 May 2027 are Saturdays: the weekday before would be in another month.
    ['0 0 1W 5 *', ['2027-05-03 00:00:00', '2028-05-01 00:00:00', '2029-05-01 00:00:00']],
    ['0 0 15W 11 *', ['2027-11-15 00:00:00', '2028-11-15 00:00:00', '2029-11-15 00:00:00']],
    // 15 May 2027 is a Saturday, 15 August 2027 a Sunday.
    ['0 0 15W 5,8 *', ['2027-05-14 00:00:00', '2027-08-16 00:00:00', '2028-05-15 00:00:00']],
    // Three days before the end: 28 August 2027 is a Saturday, 28 March 2027 a Sunday.
    ['0 0 L-3W 3,8 *', ['2027-03-29 00:00:00', '2027-08-27 00:00:00', '2028-03-28 00:00:00']],
    ['0 0 31W * *', ['2026-12-31 00:00:00', '2027-01-29 00:00:00', '2027-03-31 00:00:00']],
    ['0 0 * * 5L', ['2026-11-27 00:00:00', '2026-12-25 00:00:00', '2027-01-29 00:00:00']],
    // 30 April 2027 is a Friday; the one a week before is not the last.
    ['0 0 * 4 5L', ['2027-04-30 00:00:00', '2028-04-28 00:00:00', '2029-04-27 00:00:00']],
    ['0 0 * * SUN#5', ['2026-11-29 00:00:00', '2027-01-31 00:00:00', '2027-05-30 00:00:00']],
    ['0 0 13 * FRI', ['2027-08-13 00:00:00', '2028-10-13 00:00:00', '2029-04-13 00:00:00']],
    ['0 0 29 2 *', ['2028-02-29 00:00:00', '2032-02-29 00:00:00', '2036-02-29 00:00:00']],
    ['0 0 29 2 MON', ['2044-02-29 00:00:00', '2072-02-29 00:00:00', '2112-02-29 00:00:00']],
  ])('of %j after noon of 22 November 2026', (text, runs) => {
    expect(runsAfter(text, '2026-11-22 12:00:00', 3)).toEqual(runs);
  });

  it('begins after the given instant, to the millisecond', () => {
    const { schedule } = parsed('* * * * * *');
    const at = local('2026-11-22 23:59:59');
    expect(nextRuns(schedule, at, 1)).toEqual([at + 1000]);
    expect(nextRuns(schedule, at - 1, 2)).toEqual([at, at + 1000]);
    expect(nextRuns(schedule, at, 0)).toEqual([]);
  });
});

describe('summer time', () => {
  afterEach(() => void vi.unstubAllEnvs());

  it.each([
    ['30 2 * * *', '2026-03-28T23:00:00Z', ['2026-03-30T00:30', '2026-03-31T00:30']],
    ['30 1-3 * * *', '2026-03-28T23:00:00Z', ['2026-03-29T00:30', '2026-03-29T01:30', '2026-03-29T23:30']],
    ['30 2 * * *', '2026-10-24T23:00:00Z', ['2026-10-25T00:30', '2026-10-25T01:30', '2026-10-26T01:30']],
    ['*/30 * * * *', '2026-10-25T00:10:00Z', ['2026-10-25T00:30', '2026-10-25T01:00', '2026-10-25T01:30']],
    ['*/30 * * * *', '2026-10-25T01:10:00Z', ['2026-10-25T01:30', '2026-10-25T02:00', '2026-10-25T02:30']],
  ])('%s in Berlin after %s', (text, from, runs) => {
    vi.stubEnv('TZ', 'Europe/Berlin');
    const found = nextRuns(parsed(text).schedule, Date.parse(from), runs.length);
    expect(found.map((ms) => new Date(ms).toISOString().slice(0, 16))).toEqual(runs);
  });

  // Clocks move by an hour at two, by half an hour at two, and by an hour at midnight.
  it.each([
    ['America/New_York', ['2026-03-08', '2026-11-01']],
    ['Australia/Lord_Howe', ['2026-04-05', '2026-10-04']],
    ['Africa/Cairo', ['2026-04-24', '2026-10-30']],
  ])('every instant of a changing day in %s is found or left out as matchesCron says', (zone, days) => {
    vi.stubEnv('TZ', zone);
    for (const text of ['*/10 * * * *', '15 1,2,23 * * *', '45 0 * * *', '0 */7 * * *']) {
      const { schedule } = parsed(text);
      for (const each of days) {
        const from = Date.parse(`${each}T00:00:00Z`) - day;
        const instants = Array.from({ length: (3 * day) / minute }, (_, index) => from + (index + 1) * minute);
        const expected = instants.filter((ms) => matchesCron(schedule, new Date(ms)));
        expect(nextRuns(schedule, from, expected.length)).toEqual(expected);
      }
    }
  });
});

describe('matchesCron', () => {
  it.each([
    ['2027-08-27 06:30:00', true],
    ['2027-08-27 06:30:01', false],
    ['2027-08-27 06:31:00', false],
    ['2027-08-27 07:30:00', false],
    ['2027-08-28 06:30:00', false],
    ['2027-07-28 06:30:00', false],
  ])('at %s', (at, expected) => {
    expect(matchesCron(parsed('30 6 L-3W 8 *').schedule, new Date(local(at)))).toBe(expected);
  });
});

describe('schedulePeriodMs', () => {
  const from = local('2026-11-22 12:00:00');

  it.each([
    ['* * * * * *', 1000],
    ['*/5 * * * *', 5 * minute],
    ['0,59 * * * *', minute],
    ['*/40 * * * *', 20 * minute],
    ['0 0 * * 1-5', day],
    ['0 8-18 * * *', hour],
    ['0 0 * * 1', 7 * day],
  ])('of %j', (text, ms) => {
    expect(schedulePeriodMs(parsed(text).schedule, from)).toBe(ms);
  });
});
