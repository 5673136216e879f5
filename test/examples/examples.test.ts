import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { recommendedTypes } from '../../src/catalogue/recommended/lookup.ts';
import type { Declaration } from '../../src/core/declaration.ts';
import { addedLabels, labelsInText, unknownNames } from '../chart/support/promql.ts';
import { requireProgram } from '../e2e/programs.ts';
import { alertsFile, alertsOf, dashboardOf, declaredLabels, examples, loadExample } from './support/examples.ts';

const promtool = requireProgram('promtool', 'prometheus');
const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'azimuth-examples-'));
afterAll(() => rmSync(folder, { recursive: true }));

function declarationOf(name: string): Declaration {
  const { declaration, problems } = loadExample(name);
  expect(problems).toEqual([]);
  if (declaration === undefined) throw new Error(`${name} has no declaration`);
  return declaration;
}

/** Labels that Prometheus, or its operator, gives to targets: a series with one of them has it renamed `exported_…`. */
const targetLabels = [...addedLabels, 'namespace', 'pod', 'service', 'endpoint', 'container', 'node_name'];

/** Labels that none of the metrics of an expression has. */
function foreignLabels(expr: string, texts: readonly string[], metrics: ReadonlyMap<string, readonly string[]>) {
  const labels = (expr.match(/\bazure_\w+/g) ?? []).flatMap((name) => metrics.get(name) ?? []);
  return texts.flatMap(labelsInText).filter((label) => !labels.includes(label));
}

describe('the examples', () => {
  it('are five, each with a declaration, a dashboard and alerts', () => {
    expect(examples).toEqual(['aks', 'app-service', 'service-bus', 'sql', 'storage']);
    const names = (pattern: string): string[] =>
      globSync(pattern, { cwd: root })
        .map((file) => basename(file).replace(/\.\w+$/, ''))
        .sort();
    expect(names('alerts/examples/*.yaml')).toEqual(examples);
    expect(names('dashboards/*.json').filter((name) => name !== 'azimuth')).toEqual(examples);
  });

  it.each(examples)('%s has no label that Prometheus would rename', (name) => {
    const labels = [...declaredLabels(declarationOf(name)).values()].flat();
    expect(labels.length).toBeGreaterThan(0);
    expect(labels.filter((label) => targetLabels.includes(label))).toEqual([]);
  });

  it.each(examples)('%s means by the names of azimuth discover --write what these mean', (name) => {
    const meant = new Map<string, readonly [string, string]>(
      recommendedTypes.flatMap(({ type, prefix, metrics }) =>
        metrics.map((one) => [`${prefix}_${one.name}`, [type, one.metric]] as const),
      ),
    );
    const same = declarationOf(name).metrics.filter((metric) => meant.has(metric.name));
    expect(same.length).toBeGreaterThan(2);
    for (const { name: metric, resourceType, query } of same) {
      expect([resourceType, query.kind === 'azureMonitor' ? query.metricNames[0] : ''], metric).toEqual(
        meant.get(metric),
      );
    }
  });
});

describe.each(examples)('the dashboard %s', (name) => {
  const { uid, panels, templating } = dashboardOf(name);
  const targets = panels.flatMap((panel) => panel.targets.map((target) => ({ title: panel.title, ...target })));

  it('names metrics and labels of its declaration, and every metric of it', () => {
    const metrics = declaredLabels(declarationOf(name));
    for (const { title, expr, legendFormat } of targets) {
      expect(unknownNames(expr, metrics, ['azure']), title).toEqual([]);
      expect(foreignLabels(expr, [legendFormat], metrics), title).toEqual([]);
    }
    const shown = new Set(targets.flatMap(({ expr }) => expr.match(/\bazure_\w+/g) ?? []));
    expect([...shown].sort()).toEqual([...metrics.keys()].sort());
    for (const { definition = '' } of templating.list) {
      expect(unknownNames(definition, metrics, ['azure'])).toEqual([]);
      const [, metric = '', label = ''] = /^label_values\((\w+).*, (\w+)\)$/.exec(definition) ?? [];
      if (definition !== '') expect(metrics.get(metric), definition).toContain(label);
    }
  });

  it('asks the chosen data source, narrowed by the common labels', () => {
    expect(templating.list.map((variable) => variable.name)).toEqual([
      'datasource',
      'subscription_id',
      'resource_group',
      'instance_name',
    ]);
    const chosen = { type: 'prometheus', uid: '$datasource' };
    for (const { datasource } of [...panels, ...targets]) expect(datasource).toEqual(chosen);
    for (const { title, expr } of targets) {
      expect(expr, title).toContain(
        '{subscription_id=~"$subscription_id",resource_group=~"$resource_group",instance_name=~"$instance_name"}',
      );
    }
  });

  it('has panels that do not overlap, under an address of its own', () => {
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)}:${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(new Set(examples.map((one) => dashboardOf(one).uid)).size).toBe(examples.length);
    expect(uid).toBe(`azimuth-${name}`);
  });

  it.skipIf(promtool === undefined)('has expressions that Prometheus can read', () => {
    const rules = targets.map(({ expr }, index) => ({ record: `panel:${index}`, expr }));
    const file = join(folder, `${name}.yaml`);
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'panels', rules }] }));
    const check = spawnSync(promtool ?? '', ['check', 'rules', '--lint=none', file], { encoding: 'utf8' });
    expect(check.stderr).toBe('');
    expect(check.status).toBe(0);
  });
});

describe('the example alerts', () => {
  it.each(examples)('of %s name metrics and labels of their declaration', (name) => {
    const metrics = declaredLabels(declarationOf(name));
    const alerts = alertsOf(name);
    expect(alerts.length).toBeGreaterThan(1);
    for (const { alert, expr, annotations } of alerts) {
      expect(unknownNames(expr, metrics, ['azure']), alert).toEqual([]);
      expect(foreignLabels(expr, Object.values(annotations), metrics), alert).toEqual([]);
    }
  });

  it('the check sees names and labels that do not exist', () => {
    const metrics = new Map([['azure_a', ['x']]]);
    expect(unknownNames('sum by (z) (azure_a{x="1"} / azure_b{y="2"})', metrics, ['azure'])).toEqual([
      'azure_b',
      'y',
      'z',
    ]);
    expect(foreignLabels('azure_a', ['{{x}} {{ $labels.y }} {{ $value }}'], metrics)).toEqual(['y']);
  });

  it.skipIf(promtool === undefined)('are good in the eyes of promtool', () => {
    const check = spawnSync(promtool ?? '', ['check', 'rules', ...examples.map(alertsFile)], { encoding: 'utf8' });
    expect(check.stderr).toBe('');
    expect(check.stdout.match(/SUCCESS: \d+ rules found/g)).toEqual(
      examples.map((name) => `SUCCESS: ${alertsOf(name).length} rules found`),
    );
  });

  const unitTests = join(import.meta.dirname, 'alerts.yaml');

  it.skipIf(promtool === undefined)('pass their unit tests', () => {
    const test = spawnSync(promtool ?? '', ['test', 'rules', unitTests], { encoding: 'utf8' });
    expect(`${test.stdout}${test.stderr}`).toContain('SUCCESS');
    expect(test.status).toBe(0);
  });

  it('each have a unit test in which they fire and one in which they do not', () => {
    const { tests } = parse(readFileSync(unitTests, 'utf8')) as {
      tests: readonly { alert_rule_test: readonly { alertname: string; exp_alerts: readonly unknown[] }[] }[];
    };
    const all = tests.flatMap((one) => one.alert_rule_test);
    const names = (fires: boolean) =>
      new Set(all.filter((one) => one.exp_alerts.length > 0 === fires).map((one) => one.alertname));
    const alerts = new Set(examples.flatMap(alertsOf).map(({ alert }) => alert));
    expect(names(true)).toEqual(alerts);
    expect(names(false)).toEqual(alerts);
  });
});

describe('the page of the examples', () => {
  const page = readFileSync(join(root, 'docs/examples.md'), 'utf8');

  it.each(examples)('leads to the three files of %s', (name) => {
    for (const link of [`config/examples/${name}`, `dashboards/${name}.json`, `alerts/examples/${name}.yaml`])
      expect(page).toContain(`](../${link})`);
  });

  it('names files that exist, in its commands too', () => {
    const named = page.match(/\b(?:dashboards|alerts)\/[\w/-]+\.(?:json|yaml)/g) ?? [];
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  it('makes of a file of rules the object that the Prometheus Operator reads', () => {
    const [, script = ''] = /^(\{\n.*?^\}) \| kubectl apply/ms.exec(page) ?? [];
    const made = spawnSync('sh', ['-c', script], { cwd: root, encoding: 'utf8' });
    expect(made.stderr).toBe('');
    expect(parse(made.stdout)).toEqual({
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: { name: 'azure-service-bus' },
      spec: parse(readFileSync(alertsFile('service-bus'), 'utf8')),
    });
  });
});
