import { describe, expect, it } from 'vitest';
import { mergeDeclarations } from '../../src/config/declaration/merge.ts';
import type { MapNode } from '../../src/config/node.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { readYaml } from '../../src/config/yaml.ts';

function rootOf(file: string, text: string): MapNode {
  const { root } = readYaml(text, file);
  if (root?.kind !== 'map') throw new Error(`${file} is no mapping`);
  return root;
}

function merge(files: Record<string, string>) {
  const { root, problems } = mergeDeclarations(Object.entries(files).map(([name, text]) => rootOf(name, text)));
  const list = root.entries.find(({ key }) => key === 'metrics')?.value;
  return {
    keys: root.entries.map(({ key }) => key),
    metrics: list?.kind === 'list' ? list.items.map(({ at }) => `${at.file}:${at.line}`) : [],
    problems: problems.map(formatProblem),
  };
}

describe('a declaration of several files', () => {
  it('has the metrics of all, each at its own line', () => {
    const { keys, metrics, problems } = merge({
      'a.yaml': 'version: v1\nmetrics:\n  - name: a\n',
      'b.yaml': 'metrics:\n  - name: b\n  - name: c\n',
    });
    expect([keys, metrics, problems]).toEqual([['version', 'metrics'], ['a.yaml:3', 'b.yaml:2', 'b.yaml:3'], []]);
  });

  it('may say the same twice, in other quotes and places', () => {
    const { problems } = merge({
      'a.yaml': 'version: v1\nazureMetadata:\n  tenantId: "1"\n  subscriptionId: 2\n',
      'b.yaml': '\n\nversion: "v1"\nazureMetadata: { tenantId: 1, subscriptionId: "2" }\n',
    });
    expect(problems).toEqual([]);
  });

  it('reports a contradiction at its line, with the line of the other', () => {
    const { problems } = merge({
      'a.yaml': 'version: v1\nmetricDefaults:\n  limit: 5\n',
      'b.yaml': 'metrics: []\nmetricDefaults:\n  limit: 6\n',
    });
    expect(problems).toEqual([
      'b.yaml:2:1: error AZ1159: `metricDefaults` says something else than in a.yaml:2; that one is used. Keep it in one file.',
    ]);
  });

  it('reports a list that is none in one of the files', () => {
    const { problems } = merge({ 'a.yaml': 'metrics:\n  - name: a\n', 'b.yaml': 'metrics: none\n' });
    expect(problems).toEqual([
      'b.yaml:1:1: error AZ1159: `metrics` says something else than in a.yaml:1; that one is used. Keep it in one file.',
    ]);
  });
});
