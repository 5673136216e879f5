import { describe, expect, it } from 'vitest';
import type { YamlNode } from '../../src/config/node.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { applyOverrides } from '../../src/config/runtime/overrides.ts';
import { readYaml } from '../../src/config/yaml.ts';

function plain(node: YamlNode): unknown {
  if (node.kind === 'scalar') return node.text;
  if (node.kind === 'list') return node.items.map(plain);
  return Object.fromEntries(node.entries.map((entry) => [entry.key, plain(entry.value)]));
}

function override(text: string, env: Record<string, string>) {
  const { root } = readYaml(text, 'runtime.yaml');
  if (root === undefined) throw new Error('the text must be valid');
  const { root: result, problems } = applyOverrides(root, env);
  return { value: plain(result), problems: problems.map(formatProblem), root: result };
}

const P = 'PROMITOR_YAML_OVERRIDE_';
const A = 'AZIMUTH_YAML_OVERRIDE_';

describe('applyOverrides', () => {
  it('replaces and adds values, without regard to case', () => {
    const { value } = override('server:\n  httpPort: 80\n', { [`${P}SERVER__HTTPPORT`]: '81', [`${P}a__b__c`]: 'x' });
    expect(value).toEqual({ server: { httpPort: '81' }, a: { b: { c: 'x' } } });
  });

  it("prefers Azimuth's variable to Promitor's", () => {
    expect(override('a: 1\n', { [`${P}a`]: '2', [`${A}A`]: '3' }).value).toEqual({ a: '3' });
    expect(override('a: 1\n', { [`azimuth_yaml_override_a`]: '4' }).value).toEqual({ a: '4' });
  });

  it('names list items by index, and appends in order', () => {
    const text = 'list:\n  - id: one\n    name: x\n';
    const { value } = override(text, { [`${P}list__0__id`]: 'uno', [`${P}list__1__id`]: 'due' });
    expect(value).toEqual({ list: [{ id: 'uno', name: 'x' }, { id: 'due' }] });
    const made = override('a: x\n', Object.fromEntries([...Array(11).keys()].map((i) => [`${P}new__${i}`, `${i}`])));
    expect(made.value).toEqual({ a: 'x', new: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '10'] });
  });

  it('gives values the name of the variable as their place', () => {
    const { root } = override('a: 1\n', { [`${P}b`]: '2' });
    const entry = root.kind === 'map' ? root.entries[1] : undefined;
    expect(entry?.value.at).toEqual({ file: `environment ${P}b`, line: 1, column: 1 });
  });

  it('says what does not fit', () => {
    const { problems, value } = override('list: [x]\n', {
      [`${P}list__first`]: '1',
      [`${P}list__7`]: '1',
      [`${P}a____b`]: '1',
    });
    expect(problems).toEqual([
      `environment ${P}a____b:1:1: error AZ1220: The name \`${P}a____b\` has an empty level; levels are joined by two underscores.`,
      `environment ${P}list__7:1:1: error AZ1220: \`${P}list__7\` names an item of a list; write its index, at most the length of the list.`,
      `environment ${P}list__first:1:1: error AZ1220: \`${P}list__first\` names an item of a list; write its index, at most the length of the list.`,
    ]);
    expect(value).toEqual({ list: ['x'] });
  });

  it('warns about variables that only Promitor would take', () => {
    expect(override('a: 1\n', { PROMITOR_server__httpPort: '80', PROMITOR_AUTH_APPID: 'x' }).problems).toEqual([
      'environment PROMITOR_server__httpPort:1:1: warning AZ1221: `PROMITOR_server__httpPort` has no effect; to override a value of the runtime file, name it `AZIMUTH_YAML_OVERRIDE_server__httpPort`.',
    ]);
  });
});
