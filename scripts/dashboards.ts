import { type DashboardRow, dashboards } from './dashboard-rows.ts';

const datasource = { type: 'prometheus', uid: '$datasource' };

/** Labels of every scraped series that the dashboards can be narrowed by. */
export const commonLabels = ['subscription_id', 'resource_group', 'instance_name'] as const;

const selector = commonLabels.map((label) => `${label}=~"$${label}"`).join(',');

/** Pages of `dashboards/` by file name, as Grafana imports them: made from the rows, the same text each time. */
export function dashboardPages(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    dashboards.map((row) => [`${row.name}.json`, `${JSON.stringify(dashboardOf(row), null, 1)}\n`]),
  );
}

function dashboardOf({ name, title, about, panels }: DashboardRow) {
  const first = metricOf(panels[0]?.[2] ?? '');
  return {
    uid: `azimuth-${name}`,
    title,
    description: `${about} From the metrics of config/examples/${name}.`,
    tags: ['azimuth', 'azure'],
    schemaVersion: 39,
    version: 1,
    editable: true,
    graphTooltip: 1,
    refresh: '1m',
    time: { from: 'now-6h', to: 'now' },
    timezone: 'browser',
    templating: {
      list: [datasourceVariable, ...commonLabels.map((label, index) => labelVariable(first, label, index))],
    },
    annotations: { list: [] },
    links: [],
    panels: panels.map(panelOf),
  };
}

const datasourceVariable = {
  name: 'datasource',
  label: 'Data source',
  type: 'datasource',
  query: 'prometheus',
  current: {},
};

/** Each variable offers what is left by those before it. */
function labelVariable(metric: string, label: string, index: number) {
  const before = commonLabels.slice(0, index).map((one) => `${one}=~"$${one}"`);
  const definition = `label_values(${metric}${before.length === 0 ? '' : `{${before.join(',')}}`}, ${label})`;
  return {
    name: label,
    label,
    type: 'query',
    datasource,
    query: { query: definition, refId: label },
    definition,
    refresh: 2,
    includeAll: true,
    multi: true,
    allValue: '.*',
    current: { selected: true, text: ['All'], value: ['$__all'] },
  };
}

const width = 12;
const height = 8;

/** Two panels to a line. `{@}` in an expression is the selection by the common labels. */
function panelOf([title, unit, query, legend]: DashboardRow['panels'][number], index: number) {
  return {
    id: index + 1,
    type: 'timeseries',
    title,
    datasource,
    gridPos: { x: (index % 2) * width, y: Math.floor(index / 2) * height, w: width, h: height },
    fieldConfig: { defaults: { unit }, overrides: [] },
    options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
    targets: [{ refId: 'A', datasource, expr: query.replaceAll('{@}', `{${selector}}`), legendFormat: legend }],
  };
}

function metricOf(query: string): string {
  return /\bazure_\w+/.exec(query)?.[0] ?? '';
}
