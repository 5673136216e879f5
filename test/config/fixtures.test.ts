import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatProblem, problemsAsJson, problemsAsText } from '../../src/config/problem.ts';
import { configErrors } from '../../src/core/errors/config.ts';
import { problemsOf } from './support/fixture.ts';

const folder = new URL('../fixtures/', import.meta.url);
const load = (path: string): string => readFileSync(new URL(path, folder), 'utf8');
const ruleFiles = readdirSync(new URL('bad/', folder)).filter((name) =>
  /^(declaration|runtime|discovery|web)-/.test(name),
);

/** A bad fixture ends in comments that spell what must be reported: `# expect 12:5 error AZ1012: message`. */
function expected(name: string, text: string): readonly string[] {
  return [...text.matchAll(/^# expect (.*)$/gm)].map((match) => `${name}:${match[1]?.replace(' ', ': ')}`);
}

describe('one bad and one good file per rule', () => {
  it.each(ruleFiles)('%s', (name) => {
    const bad = load(`bad/${name}`);
    const wanted = expected(name, bad);
    expect(wanted.length).toBeGreaterThan(0);
    expect(problemsOf(name, bad).map(formatProblem)).toEqual(wanted);
    expect(problemsOf(name, load(`good/${name}`)).map(formatProblem)).toEqual([]);
  });

  it('covers every code that the content of a file can give', () => {
    // Too large or binary, and problems of folders and of the environment, have tests of their own.
    const elsewhere = ['AZ1004', 'AZ1008', 'AZ1007', 'AZ1159', 'AZ1220', 'AZ1221', 'AZ1222'];
    const seen = ruleFiles.flatMap((name) => problemsOf(name, load(`bad/${name}`)).map((item) => item.code));
    const missing = Object.keys(configErrors).filter((code) => !seen.some((one) => one === code));
    expect(missing).toEqual(elsewhere);
  });

  it('never repeats a secret', () => {
    const withSecrets = ruleFiles.filter((name) => load(`bad/${name}`).includes('hunter2'));
    expect(withSecrets.length).toBeGreaterThan(5);
    for (const name of withSecrets) {
      expect(JSON.stringify(problemsOf(name, load(`bad/${name}`)))).not.toContain('hunter2');
    }
  });
});

describe('a file with forty mistakes', () => {
  const name = 'declaration.yaml';
  const text = load('bad/forty-mistakes.yaml');
  const marks = text.split('\n').flatMap((line, index) => {
    const code = /# ! (AZ\d+)$/.exec(line)?.[1];
    return code === undefined ? [] : [`${index + 1} ${code}`];
  });
  const problems = problemsOf(name, text);

  it('reports each once, at its line and in order', () => {
    expect(marks).toHaveLength(40);
    expect(problems.map((item) => `${item.line} ${item.code}`)).toEqual(marks);
  });

  it('reports them as text, with a total', () => {
    const lines = problemsAsText(problems, [name]).trimEnd().split('\n');
    expect(lines).toHaveLength(41);
    expect(lines[0]).toBe(
      'declaration.yaml:2:10: error AZ1100: `V1` is not a valid `version`: allowed is v1; did you mean `v1`?',
    );
    expect(lines.at(-1)).toBe('invalid: 33 errors, 7 warnings in 1 file');
  });

  it('reports them as JSON, each with its metric', () => {
    const report = JSON.parse(problemsAsJson(problems, [name]));
    expect(Object.keys(report)).toEqual(['valid', 'problems', 'files']);
    expect(report.valid).toBe(false);
    expect(report.files).toEqual([name]);
    expect(report.problems).toHaveLength(40);
    expect(report.problems.find((item: { code: string }) => item.code === 'AZ1121')).toEqual({
      code: 'AZ1121',
      severity: 'error',
      file: name,
      line: 73,
      column: 5,
      path: 'metrics[3].logAnalyticsConfiguration',
      message: '`logAnalyticsConfiguration` is missing: LogAnalytics needs it.',
      found: null,
      suggestions: [],
      metric: 'third',
    });
  });

  it('keeps the secret that stands in the wrong place to itself', () => {
    expect(problemsAsJson(problems, [name])).not.toContain('hunter2');
  });
});

describe('a large declaration as users of Promitor have it', () => {
  it('is valid, with one remark about its deprecated dimension', () => {
    const problems = problemsOf('declaration-landscape.yaml', load('good/landscape.yaml'));
    expect(problems.map((item) => item.code)).toEqual(['AZ1127']);
  });
});
