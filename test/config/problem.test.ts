import { describe, expect, it } from 'vitest';
import { formatProblem, orderProblems, problem, problemsAsJson, problemsAsText } from '../../src/config/problem.ts';

const at = (file: string, line: number, column = 1) => ({ at: { file, line, column }, path: 'a.b' });
const error = problem('error', 'AZ1012', at('b.yaml', 4, 2), 'wrong', { found: 'x', suggestions: ['y'] });
const warning = problem('warning', 'AZ1010', at('b.yaml', 3), 'odd');

describe('problems', () => {
  it('are one line of text each', () => {
    expect(formatProblem(error)).toBe('b.yaml:4:2: error AZ1012: wrong');
    expect(problemsAsText([warning, error], ['a.yaml', 'b.yaml'])).toBe(
      'b.yaml:3:1: warning AZ1010: odd\nb.yaml:4:2: error AZ1012: wrong\ninvalid: 1 error, 1 warning in 2 files\n',
    );
    expect(problemsAsText([], ['a.yaml'])).toBe('valid: 0 errors, 0 warnings in 1 file\n');
    expect(problemsAsText([warning], ['a.yaml'], true)).toMatch(/invalid: 0 errors, 1 warning in 1 file\n$/);
  });

  it('are JSON with every member present', () => {
    expect(JSON.parse(problemsAsJson([error], ['b.yaml']))).toEqual({
      valid: false,
      problems: [
        {
          code: 'AZ1012',
          severity: 'error',
          file: 'b.yaml',
          line: 4,
          column: 2,
          path: 'a.b',
          message: 'wrong',
          found: 'x',
          suggestions: ['y'],
          metric: null,
        },
      ],
      files: ['b.yaml'],
    });
  });

  it('make a configuration invalid as errors always, as warnings only when strict', () => {
    const valid = (...args: Parameters<typeof problemsAsJson>): unknown => JSON.parse(problemsAsJson(...args)).valid;
    expect(valid([error], [])).toBe(false);
    expect(valid([warning], [])).toBe(true);
    expect(valid([warning], [], true)).toBe(false);
    expect(valid([], [], true)).toBe(true);
  });

  it('are ordered by file as given, line and column; unknown files come last', () => {
    const all = [
      problem('error', 'AZ1220', at('environment X', 1), 'e'),
      error,
      problem('error', 'AZ1012', at('b.yaml', 4, 1), 'd'),
      problem('error', 'AZ1012', at('z.yaml', 9), 'z'),
      warning,
    ];
    expect(orderProblems(all, ['z.yaml', 'b.yaml']).map((item) => item.message)).toEqual([
      'z',
      'odd',
      'd',
      'wrong',
      'e',
    ]);
  });

  it('are kept once where an alias repeats them', () => {
    expect(orderProblems([error, { ...error, path: 'c.d', metric: 'm' }, warning], ['b.yaml'])).toEqual([
      warning,
      error,
    ]);
  });
});
