import { paths } from './page/paths.ts';

/** One route, for the OpenAPI document, the page and the docs. Tests hold it against what is registered. */
export interface RouteRow {
  readonly method: 'get' | 'post';
  /** `{name}` stands for a parameter. */
  readonly path: string;
  readonly operationId: string;
  readonly tag:
    | 'Status page'
    | 'Operations'
    | 'Configuration'
    | 'Series'
    | 'Resource discovery'
    | 'Lifecycle'
    | 'Documentation';
  readonly summary: string;
  readonly parameters?: readonly ParameterRow[];
  /** By status. What every route may answer is in {@link everywhere}. */
  readonly responses: Readonly<Record<number, ResponseRow>>;
}

export interface ParameterRow {
  readonly name: string;
  readonly in: 'query' | 'path';
  readonly type: 'string' | 'integer' | 'boolean';
  readonly meaning: string;
  readonly default?: string | number | boolean;
}

export interface ResponseRow {
  readonly meaning: string;
  /** Media type of the body; absent: none. */
  readonly type?: string;
  /** Name of a schema of `schemas.ts`. */
  readonly schema?: string;
}

const json = 'application/json';
const text = 'text/plain';
const html = 'text/html';
const notJson: ResponseRow = { meaning: '`Accept` excludes JSON.' };
const switchedOff: ResponseRow = { meaning: '`server.enableLifecycle` is not set.', type: text };
const otherSite: ResponseRow = { meaning: 'The request comes from a page of another site.', type: text };

const selector: ParameterRow = {
  name: 'selector',
  in: 'query',
  type: 'string',
  meaning: 'Like `name{label="value"}`.',
};

/** What any route may answer beside its own statuses. */
export const everywhere: Readonly<Record<number, ResponseRow>> = {
  401: { meaning: 'Users are declared in `server.webConfigFile`, and the password is missing or wrong.', type: text },
  404: { meaning: 'There is no such path.', type: text },
  405: { meaning: 'The path is only read, or not written in this way.', type: text },
  429: { meaning: 'Too many passwords are being checked; `Retry-After` says when to try again.', type: text },
  500: { meaning: 'A defect; the log tells it.', type: text },
};

/** All routes, the metrics under `metricsPath`. Those of discovery are there when groups are declared. */
export function routeTable(metricsPath: string | undefined): readonly RouteRow[] {
  return [
    ...(metricsPath === undefined ? [] : [metrics(metricsPath)]),
    ...statusPage,
    ...operations,
    ...discovery,
    ...documentation,
  ];
}

function metrics(path: string): RouteRow {
  const meaning = 'Scraped series and own metrics; OpenMetrics 1.0 when `Accept` asks for it.';
  return {
    method: 'get',
    path,
    operationId: 'Metrics_Get',
    tag: 'Series',
    summary: 'What Prometheus scrapes.',
    responses: { 200: { meaning, type: text } },
  };
}

const pageNumber: ParameterRow = { name: 'page', in: 'query', type: 'integer', meaning: 'From 1.', default: 1 };
const lookedFor: ParameterRow = { name: 'q', in: 'query', type: 'string', meaning: 'Text to look for.' };
const seriesQuery: readonly ParameterRow[] = [
  pageNumber,
  lookedFor,
  { name: 'metric', in: 'query', type: 'string', meaning: 'Name on `/metrics`, or a part of it.' },
  { name: 'outcome', in: 'query', type: 'string', meaning: '`ok`, `noData`, `failing`, `quarantine` or `waiting`.' },
];

function pageOf(path: string, name: string, summary: string, parameters: readonly ParameterRow[] = []): RouteRow {
  return {
    method: 'get',
    path,
    operationId: `Page_${name}`,
    tag: 'Status page',
    summary,
    parameters,
    responses: { 200: { meaning: 'The page.', type: html } },
  };
}

const statusPage: readonly RouteRow[] = [
  pageOf(paths.overview, 'Status', 'What is wrong, and how everything is.'),
  pageOf(paths.problems, 'Problems', 'All problems.', [pageNumber, lookedFor]),
  pageOf(paths.metrics, 'Metrics', 'All metrics.', [pageNumber, lookedFor]),
  pageOf(paths.series, 'Series', 'All series.', seriesQuery),
  pageOf(paths.groups, 'QueryGroups', 'All query groups.', [pageNumber, lookedFor]),
  pageOf(paths.explain, 'Explain', 'Why a series shows what it shows.', [selector]),
  {
    method: 'get',
    path: '/-/assets/{file}',
    operationId: 'Page_GetAsset',
    tag: 'Status page',
    summary: 'Style and script of the pages.',
    parameters: [{ name: 'file', in: 'path', type: 'string', meaning: 'Name that a page refers to.' }],
    responses: { 200: { meaning: 'The file.' } },
  },
  {
    method: 'get',
    path: '/api/v1/status',
    operationId: 'Status_Get',
    tag: 'Operations',
    summary: 'What the first page shows.',
    responses: { 200: { meaning: 'The same as data.', type: json, schema: 'Status' } },
  },
  {
    method: 'get',
    path: '/api/v1/series',
    operationId: 'Series_List',
    tag: 'Series',
    summary: 'Series with value, age and outcome.',
    parameters: seriesQuery,
    responses: { 200: { meaning: 'One page of them.', type: json, schema: 'SeriesPage' } },
  },
];

const operations: readonly RouteRow[] = [
  {
    method: 'get',
    path: '/-/healthy',
    operationId: 'Liveness_Get',
    tag: 'Operations',
    summary: 'Whether the scheduler is alive, whatever Azure does; asks for no password.',
    responses: {
      200: { meaning: 'It is.', type: text },
      503: { meaning: 'It stands still; one reason a line.', type: text },
    },
  },
  {
    method: 'get',
    path: '/-/ready',
    operationId: 'Readiness_Get',
    tag: 'Operations',
    summary: 'Whether every schedule has had a run with a result; asks for no password.',
    responses: {
      200: { meaning: 'Every one has; further lines tell what has gone wrong since.', type: text },
      503: { meaning: 'Not yet; one reason a line.', type: text },
    },
  },
  {
    method: 'get',
    path: '/-/log-level',
    operationId: 'LogLevel_Get',
    tag: 'Lifecycle',
    summary: 'The level of the log.',
    responses: { 200: { meaning: 'The level.', type: json, schema: 'LogLevel' }, 404: switchedOff },
  },
  {
    method: 'post',
    path: '/-/log-level',
    operationId: 'LogLevel_Set',
    tag: 'Lifecycle',
    summary: 'Changes the level of the log until the next change or restart.',
    parameters: [{ name: 'level', in: 'query', type: 'string', meaning: 'A level, whatever its case.' }],
    responses: {
      200: { meaning: 'The level in force.', type: json, schema: 'LogLevel' },
      400: { meaning: 'The level is missing or unknown.', type: text },
      403: otherSite,
      404: switchedOff,
    },
  },
  {
    method: 'post',
    path: '/-/reload',
    operationId: 'Configuration_Reload',
    tag: 'Lifecycle',
    summary: 'Loads the configuration anew.',
    responses: {
      200: { meaning: 'It is in force.', type: text },
      400: { meaning: 'It is not used; one problem a line.', type: text },
      403: otherSite,
      404: switchedOff,
    },
  },
  {
    method: 'get',
    path: '/api/v1/health',
    operationId: 'Health_Get',
    tag: 'Operations',
    summary: 'Health by entry, as Promitor tells it.',
    parameters: [
      {
        name: 'includeDependencies',
        in: 'query',
        type: 'boolean',
        meaning: '`false`: no entries, always healthy.',
        default: true,
      },
    ],
    responses: {
      200: { meaning: 'Healthy.', type: json, schema: 'HealthReport' },
      406: notJson,
      503: { meaning: 'Degraded or unhealthy.', type: json, schema: 'HealthReport' },
    },
  },
  {
    method: 'get',
    path: '/api/v1/system',
    operationId: 'System_Get',
    tag: 'Operations',
    summary: 'The version.',
    responses: { 200: { meaning: 'The version.', type: json, schema: 'SystemInfo' }, 406: notJson },
  },
  {
    method: 'get',
    path: '/api/v1/configuration/runtime',
    operationId: 'Configuration_GetRuntime',
    tag: 'Configuration',
    summary: 'The runtime configuration in force; secrets read `***`.',
    responses: {
      200: { meaning: 'The configuration.', type: json, schema: 'RuntimeConfiguration' },
      406: notJson,
    },
  },
  {
    method: 'get',
    path: '/api/v1/configuration/metric-declaration',
    operationId: 'Configuration_GetMetricDeclaration',
    tag: 'Configuration',
    summary: 'The metrics in force; secrets read `***`.',
    responses: {
      200: { meaning: 'The metrics.', type: json, schema: 'MetricDefinitions' },
      406: notJson,
    },
  },
  {
    method: 'get',
    path: '/api/v1/explain',
    operationId: 'Series_Explain',
    tag: 'Series',
    summary: 'Why series show what they show.',
    parameters: [selector],
    responses: {
      200: { meaning: 'The explanations.', type: json, schema: 'Explanations' },
      400: { meaning: 'The selector cannot be read.', type: json, schema: 'Problem' },
    },
  },
];

const group: ParameterRow = { name: 'group', in: 'path', type: 'string', meaning: 'Name, whatever its case.' };
const paging: readonly ParameterRow[] = [
  { name: 'pageSize', in: 'query', type: 'integer', meaning: '1 to 1000.', default: 1000 },
  { name: 'currentPage', in: 'query', type: 'integer', meaning: 'From 1.', default: 1 },
];
const problem = 'application/problem+json';
const refusedPages: Readonly<Record<number, ResponseRow>> = {
  400: { meaning: 'The page is out of bounds.', type: problem, schema: 'ProblemDetails' },
  404: { meaning: 'There is no such group.', type: json, schema: 'Refusal' },
  406: notJson,
  501: { meaning: 'Resources of this type cannot be discovered.', type: json, schema: 'Refusal' },
  503: { meaning: 'The group has no list yet.', type: json, schema: 'Refusal' },
};

const discovery: readonly RouteRow[] = [
  {
    method: 'get',
    path: '/api/v1/resources/groups',
    operationId: 'ResourceDiscovery_GetGroups',
    tag: 'Resource discovery',
    summary: 'The declared groups.',
    responses: { 200: { meaning: 'The groups.', type: json, schema: 'Groups' }, 406: notJson },
  },
  {
    method: 'get',
    path: '/api/v1/resources/groups/{group}/discover',
    operationId: 'ResourceDiscovery_GetList',
    tag: 'Resource discovery',
    summary: 'Resources of a group; paging in headers.',
    parameters: [group, ...paging],
    responses: { 200: { meaning: 'One page.', type: json, schema: 'Resources' }, ...refusedPages },
  },
  {
    method: 'get',
    path: '/api/v2/resources/groups/{group}/discover',
    operationId: 'ResourceDiscovery_GetPage',
    tag: 'Resource discovery',
    summary: 'Resources of a group; paging in the body.',
    parameters: [group, ...paging],
    responses: { 200: { meaning: 'One page.', type: json, schema: 'ResourcePage' }, ...refusedPages },
  },
];

const document: ResponseRow = { meaning: 'The document.', type: json, schema: 'OpenApi' };

const documentation: readonly RouteRow[] = [
  {
    method: 'get',
    path: '/api/v1/openapi.json',
    operationId: 'Documentation_GetOpenApi',
    tag: 'Documentation',
    summary: 'This API as an OpenAPI 3 document.',
    responses: { 200: document, 406: notJson },
  },
  {
    method: 'get',
    path: '/api/v1/docs.json',
    operationId: 'Documentation_GetDocs',
    tag: 'Documentation',
    summary: "The same under Promitor's path.",
    responses: { 200: document, 406: notJson },
  },
  {
    method: 'get',
    path: '/api/docs',
    operationId: 'Documentation_Find',
    tag: 'Documentation',
    summary: 'Leads to the page.',
    responses: { 301: { meaning: 'To `/api/docs/index.html`.' } },
  },
  {
    method: 'get',
    path: '/api/docs/index.html',
    operationId: 'Documentation_GetPage',
    tag: 'Documentation',
    summary: 'This API as a page.',
    responses: { 200: { meaning: 'The page.', type: html } },
  },
];
