import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type OwnMetric, type OwnMetricRow, ownMetricName, ownMetrics } from '../../src/telemetry/own-metrics.ts';
import { requireProgram } from '../e2e/programs.ts';
import { manifests, only, root } from './support/helm.ts';
import { addedLabels, unknownNames } from './support/promql.ts';

const promtool = requireProgram('promtool', 'prometheus');
const folder = mkdtempSync(join(tmpdir(), 'azimuth-rules-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface RuleGroups {
  readonly groups: readonly {
    readonly name: string;
    readonly interval?: string;
    readonly rules: readonly { readonly alert: string; readonly expr: string; readonly labels: object }[];
  }[];
}

const rulesText = readFileSync(join(root, 'alerts/azimuth.yaml'), 'utf8');
const rules = parse(rulesText) as RuleGroups;
const dashboardText = readFileSync(join(root, 'dashboards/azimuth.json'), 'utf8');
const renderedRules = (name: string) => only(manifests(name), 'PrometheusRule')['spec'] as RuleGroups;

/** Names that a metric of the process has; they are prom-client's. */
const processMetrics = ['process_resident_memory_bytes'];

/** Own metrics under their exposed names, with their labels; a histogram's parts count as names. */
function known(prefix: 'azimuth' | 'promitor'): ReadonlyMap<string, readonly string[]> {
  const rows = Object.entries<OwnMetricRow>(ownMetrics).flatMap(([key, row]) => {
    const name = ownMetricName(key as OwnMetric, prefix);
    const parts = row.type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
    return parts.map((part) => [`${name}${part}`, row.labels] as const);
  });
  return new Map([...rows, ...processMetrics.map((name) => [name, []] as const)]);
}

/** What an expression names and does not exist. */
function unknownIn(expression: string, prefix: 'azimuth' | 'promitor' = 'azimuth'): readonly string[] {
  return unknownNames(expression, known(prefix), ['azimuth', 'promitor', 'process', 'nodejs']);
}

describe('the rules', () => {
  it('name metrics and labels that exist', () => {
    for (const { alert, expr } of rules.groups.flatMap((group) => group.rules)) {
      expect(unknownIn(expr), alert).toEqual([]);
    }
    const named = rulesText.replace(/^#.*$/gm, '').match(/\bazimuth_\w+/g) ?? [];
    expect(named.filter((name) => !known('azimuth').has(name))).toEqual([]);
  });

  it('keep doing so under the prefix of Promitor', () => {
    for (const { alert, expr } of renderedRules('promitor-prefix').groups.flatMap((group) => group.rules)) {
      expect(unknownIn(expr, 'promitor'), alert).toEqual([]);
    }
    expect(JSON.stringify(renderedRules('promitor-prefix'))).toContain('promitor_scrape_error');
  });

  it('the check sees names and labels that do not exist', () => {
    expect(unknownIn('sum by (metric) (azimuth_scrape_errors{metric_name="a",code=~"b"})')).toEqual([
      'azimuth_scrape_errors',
      'metric_name',
      'code',
      'metric',
    ]);
  });

  it.skipIf(promtool === undefined)('are good in the eyes of promtool, plain and as rendered', () => {
    for (const name of ['promitor', 'promitor-prefix', 'everything']) {
      writeFileSync(join(folder, `${name}.yaml`), JSON.stringify(renderedRules(name)));
    }
    const files = ['promitor', 'promitor-prefix', 'everything'].map((name) => join(folder, `${name}.yaml`));
    const { status, stdout, stderr } = spawnSync(
      promtool ?? '',
      ['check', 'rules', join(root, 'alerts/azimuth.yaml'), ...files],
      { encoding: 'utf8' },
    );
    expect(stderr).toBe('');
    expect(stdout.match(/SUCCESS: \d+ rules found/g)).toEqual([
      'SUCCESS: 15 rules found',
      'SUCCESS: 16 rules found',
      'SUCCESS: 15 rules found',
      'SUCCESS: 16 rules found',
    ]);
    expect(status).toBe(0);
  });

  it.skipIf(promtool === undefined)('pass their unit tests', () => {
    const { status, stdout, stderr } = spawnSync(
      promtool ?? '',
      ['test', 'rules', join(import.meta.dirname, 'alerts.yaml')],
      { encoding: 'utf8' },
    );
    expect(`${stdout}${stderr}`).toContain('SUCCESS');
    expect(status).toBe(0);
  });

  it('each have a unit test in which they fire and one in which they do not', () => {
    const { tests } = parse(readFileSync(join(import.meta.dirname, 'alerts.yaml'), 'utf8')) as {
      tests: readonly { alert_rule_test: readonly { alertname: string; exp_alerts: readonly unknown[] }[] }[];
    };
    const all = tests.flatMap((one) => one.alert_rule_test);
    const names = (fires: boolean) =>
      new Set(all.filter((one) => one.exp_alerts.length > 0 === fires).map((one) => one.alertname));
    const alerts = new Set(rules.groups.flatMap((group) => group.rules).map(({ alert }) => alert));
    expect(names(true)).toEqual(alerts);
    expect(names(false)).toEqual(alerts);
  });

  it('are the ones that the chart installs, with those of the values after them', () => {
    const { groups } = renderedRules('promitor');
    expect(groups.map(({ name, interval }) => [name, interval])).toEqual([
      ['azimuth', '1m'],
      ['promitor-agent-scraper-values', '1m'],
    ]);
    expect(groups[0]?.rules).toEqual(rules.groups[0]?.rules);
    expect(groups[1]?.rules).toEqual([
      {
        alert: 'PromitorRemainingArmCalls',
        expr: 'azimuth_ratelimit_arm{service="azimuth"} < 11999\n',
        for: '5m',
        labels: { severity: 'warning' },
        annotations: { description: 'Release azimuth has {{ $value }} calls left.\n' },
      },
    ]);
  });
});

describe('the dashboard', () => {
  interface Panel {
    readonly id: number;
    readonly title: string;
    readonly type: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
  }
  const { panels, templating } = JSON.parse(dashboardText) as {
    panels: readonly Panel[];
    templating: { list: readonly { definition?: string }[] };
  };
  const queries = panels.flatMap(({ title, targets = [] }) => targets.map((target) => ({ title, ...target })));

  it('names metrics and labels that exist', () => {
    expect(queries.length).toBeGreaterThan(20);
    for (const { title, expr, legendFormat } of queries) {
      expect(unknownIn(expr), title).toEqual([]);
      const legend = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
      const metrics = known('azimuth');
      const labels = (expr.match(/\b(?:azimuth|process)_\w+/g) ?? []).flatMap((name) => metrics.get(name) ?? []);
      expect(
        legend.filter((label) => ![...labels, ...addedLabels].includes(label)),
        title,
      ).toEqual([]);
    }
    for (const { definition } of templating.list) expect(unknownIn(definition ?? '')).toEqual([]);
  });

  it('keeps doing so under the prefix of Promitor', () => {
    const rendered = only(
      manifests('promitor-prefix').filter(({ metadata }) => metadata.name.endsWith('-dashboard')),
      'ConfigMap',
    )['data'] as { 'azimuth.json': string };
    const promitor = JSON.parse(rendered['azimuth.json']) as { panels: readonly Panel[] };
    for (const { expr } of promitor.panels.flatMap(({ targets = [] }) => targets)) {
      expect(unknownIn(expr, 'promitor'), expr).toEqual([]);
    }
  });

  it('is the one that the chart installs', () => {
    const configMap = only(
      manifests('everything').filter(({ metadata }) => metadata.name.endsWith('-dashboard')),
      'ConfigMap',
    );
    expect(configMap.metadata.labels).toMatchObject({ grafana_dashboard: '1' });
    expect(configMap['data']).toEqual({ 'azimuth.json': dashboardText });
  });

  it('has panels that do not overlap', () => {
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)}:${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });

  it.skipIf(promtool === undefined)('has expressions that Prometheus can read', () => {
    const plain = queries.map(({ expr }, index) => ({
      record: `panel:${index}`,
      expr: expr.replaceAll('$__rate_interval', '5m'),
    }));
    const file = join(folder, 'panels.yaml');
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'panels', rules: plain }] }));
    const { status, stderr } = spawnSync(promtool ?? '', ['check', 'rules', '--lint=none', file], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });
});
