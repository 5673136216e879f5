import { describe, expect, it } from 'vitest';
import type { YamlNode } from '../../src/config/node.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { readYaml } from '../../src/config/yaml.ts';

function plain(node: YamlNode | undefined): unknown {
  if (node === undefined) return undefined;
  if (node.kind === 'scalar') return node.text;
  if (node.kind === 'list') return node.items.map(plain);
  return Object.fromEntries(node.entries.map((entry) => [entry.key, plain(entry.value)]));
}

const problemsIn = (text: string): readonly string[] => readYaml(text, 'f').problems.map(formatProblem);

describe('readYaml', () => {
  it('keeps every scalar as it was written', () => {
    const text = 'a: 00:05:00\nb: 1.10\nc: yes\nd: NaN\ne: 0x1F\nf: null\ng: "q"\nh: |\n  two\n  lines\n';
    expect(plain(readYaml(text, 'f').root)).toEqual({
      a: '00:05:00',
      b: '1.10',
      c: 'yes',
      d: 'NaN',
      e: '0x1F',
      f: 'null',
      g: 'q',
      h: 'two\nlines\n',
    });
  });

  it('resolves aliases and leaves merge keys as keys', () => {
    const text = 'a: &x {k: 1}\nb: *x\nc:\n  <<: *x\n';
    expect(plain(readYaml(text, 'f').root)).toEqual({ a: { k: '1' }, b: { k: '1' }, c: { '<<': { k: '1' } } });
  });

  it('counts lines and columns from one, in spite of a byte order mark and carriage returns', () => {
    const { root, problems } = readYaml('\uFEFFa: 1\r\nb:\r\n  - x\r\n', 'f');
    expect(problems).toEqual([]);
    const entries = root?.kind === 'map' ? root.entries : [];
    expect(entries.map((entry) => [entry.key, entry.keyAt.line, entry.keyAt.column])).toEqual([
      ['a', 1, 1],
      ['b', 2, 1],
    ]);
    expect(entries[1]?.value.at).toEqual({ file: 'f', line: 3, column: 3 });
  });

  it.each([
    ['', 'f:1:1: error AZ1003: The file is empty.'],
    ['# only a comment\n', 'f:1:1: error AZ1003: The file is empty.'],
    ['---\n~\n', 'f:1:1: error AZ1003: The file is empty.'],
    ['a: 1\nb: \u0001', 'f:2:4: error AZ1004: The file is not UTF-8 text: byte or control character U+0001.'],
    ['\uFFFDPNG', 'f:1:1: error AZ1004: The file is not UTF-8 text: byte or control character U+FFFD.'],
    ['a: "x\n', 'f:2:1: error AZ1001: A closing quote or bracket, or a colon, is missing.'],
    ['a: b: c', 'f:1:4: error AZ1001: A second `: ` stands on the line; quote the value, or start a new line.'],
    ['a: @b', 'f:1:4: error AZ1001: A value begins with a character that YAML reserves; put the value in quotes.'],
    ['? [a]\n: b\n', 'f:1:3: error AZ1001: A key must be a text.'],
    ['a: &x [*x]', 'f:1:8: error AZ1005: An alias stands inside the value that it repeats.'],
    ['a: *x', 'f:1:4: error AZ1005: No anchor with the name of this alias stands before it.'],
    ['a:\n\tb: 1', 'f:2:1: error AZ1001: A tab stands in the indentation; YAML wants spaces.'],
  ])('%j', (text, message) => {
    expect(problemsIn(text)).toEqual([message]);
  });

  it('reports syntax errors that lie apart, each at its place', () => {
    const text = 'a: @b\nc: 1\nd: 2\ne: `f\n';
    expect(problemsIn(text).map((line) => line.split(': ')[0])).toEqual(['f:1:4', 'f:4:4']);
    expect(readYaml(text, 'f').root).toBeUndefined();
  });

  it('names the line of the first of two equal keys and reads on', () => {
    const read = readYaml('a: 1\nb: 2\na: 3\n', 'f');
    expect(read.problems.map(formatProblem)).toEqual(['f:3:1: error AZ1002: The key `a` was already given in line 1.']);
    expect(plain(read.root)).toEqual({ a: '1', b: '2' });
  });

  it('refuses aliases that multiply', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let level = 1; level < 12; level++) {
      lines.push(`a${level}: &a${level} [${Array.from({ length: 10 }, () => `*a${level - 1}`).join(', ')}]`);
    }
    expect(problemsIn(lines.join('\n'))).toEqual([
      'f:1:1: error AZ1005: Aliases of aliases multiply to more values than can be read.',
    ]);
  });

  it('refuses what is nested too deeply', () => {
    expect(problemsIn(`a: ${'['.repeat(80)}${']'.repeat(80)}`)[0]).toContain('nested more than 60 levels deep');
    expect(problemsIn('['.repeat(50_000)).length).toBeGreaterThan(0);
  });

  it('refuses a file of absurd size', () => {
    expect(problemsIn('a'.repeat(20_000_001))).toEqual([
      'f:1:1: error AZ1004: The file has 20000001 characters; the limit is 20000000.',
    ]);
  });

  it('does not quote the file in syntax errors', () => {
    expect(JSON.stringify(readYaml('a: "hunter2 \\q"\nb: *hunter2\nc: !hunter2 x\nd: [hunter2', 'f'))).not.toContain(
      'hunter2',
    );
  });
});
