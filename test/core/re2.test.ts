import { describe, expect, it } from 'vitest';
import { readRe2, wholeValuePattern } from '../../src/core/re2.ts';

function matches(pattern: string, text: string): boolean {
  const reading = readRe2(pattern);
  if (!reading.ok) throw new Error(reading.reason);
  return reading.regex.test(text);
}

describe('a pattern in the syntax of RE2', () => {
  it.each([
    ['^(?i)SHOP$', ['shop', 'Shop'], ['shops']],
    ['^a(?i)b|c$', ['ab', 'aB', 'xC'], ['Ab']],
    ['^(a(?i)b)c$', ['aBc'], ['aBC', 'Abc']],
    ['^(?i:x)y$', ['Xy'], ['XY']],
    ['(?i)^(?-i)a$', ['a'], ['A']],
    ['^(?P<kind>web|api)-(?<n>\\d+)$', ['web-12'], ['app-1']],
    ['^[[:alpha:]_]+[[:^digit:]]$', ['ab_c'], ['ab1']],
    ['^[]a]+$', [']a]'], ['b']],
    ['^[^]a]$', ['b'], [']']],
    ['^[a\\-z-]+$', ['a-z'], ['b']],
    ['^\\Qa.b*\\E$', ['a.b*'], ['axb']],
    ['\\Aab\\z', ['ab'], ['abc', 'a\nab']],
    ['(?m)^b$', ['a\nb'], ['ab']],
    ['^\\x41\\x{1F600}\\pL\\p{Greek}\\P{Lu}$', ['A😀öωx'], ['A😀1ωx']],
    ['^a{2,3}$', ['aa', 'aaa'], ['a', 'aaaa']],
    ['^a{,2}$', ['a{,2}'], ['aa']],
    ['^a.b$', ['axb', 'a😀b'], ['a\nb', 'ab']],
    ['(?s)^a.b$', ['a\nb'], []],
    ['^rg-shop_/#&"\'@~`<>=!%:;, x{}]$', ['rg-shop_/#&"\'@~`<>=!%:;, x{}]'], ['rg']],
    ['^\\_\\-$', ['_-'], ['-']],
    ['^a*?b+?c??$', ['aab'], ['c']],
    ['', ['', 'x'], []],
    ['\\bshop\\b', ['my shop'], ['shops']],
    ['^\\0\\07\\t$', ['\u0000\u0007\t'], []],
  ])('%s', (pattern, fitting, others) => {
    for (const text of fitting) expect([text, matches(pattern, text)]).toEqual([text, true]);
    for (const text of others) expect([text, matches(pattern, text)]).toEqual([text, false]);
  });

  it.each([
    ['a(?=b)', 'uses look-around, which RE2 does not have'],
    ['(?<!a)b', 'uses look-around, which RE2 does not have'],
    ['(a)\\1', 'refers back to a group, which RE2 does not have'],
    ['(?<n>a)\\k<n>', 'refers back to a group, which RE2 does not have'],
    ['(?>a)', 'has a group `(?…)` that RE2 does not know'],
    ['(?#x)', 'has a group `(?…)` that RE2 does not know'],
    ['(a', 'lacks a closing `)`'],
    ['a)', 'has a `)` without its `(`'],
    ['[a', 'lacks a closing `]`'],
    ['[[:alfa:]]', 'has the class `[:alfa:]`, which RE2 does not know'],
    ['[z-a]', 'has a range in brackets whose end is not an end'],
    ['[a-\\d]', 'has a range in brackets whose end is not an end'],
    ['*a', 'has nothing to repeat before `*`'],
    ['a**', 'has nothing to repeat before `*`'],
    ['a|+', 'has nothing to repeat before `+`'],
    ['a{3,2}', 'repeats `{3,2}`: write {n} or {n,m} with n up to m, and m up to 1000'],
    ['a{1001}', 'repeats `{1001}`: write {n} or {n,m} with n up to m, and m up to 1000'],
    ['a\\', 'ends in a backslash'],
    ['\\ö', 'has the escape `\\ö`, which RE2 does not know'],
    ['\\h', 'has the escape `\\h`, which RE2 does not know'],
    ['\\p{Elvish}', 'has the class `\\p{Elvish}`, which RE2 does not know'],
  ])('refuses %s', (pattern, reason) => {
    expect(readRe2(pattern)).toEqual({ ok: false, reason });
  });

  it('matches a whole value without case when it is asked to', () => {
    const pattern = wholeValuePattern('a|b');
    expect(['a', 'B', 'ab', 'xb'].map((text) => matches(pattern, text))).toEqual([true, true, false, false]);
  });
});
