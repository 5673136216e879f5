import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { resourceTypes } from '../src/catalogue/lookup.ts';
import type { ResourceTypeRow } from '../src/catalogue/types.ts';
import { roleAssignment } from '../src/check/az.ts';
import { permissions } from '../src/check/permissions.ts';
import { jsonSchema } from '../src/config/json-schema.ts';
import { type ErrorRow, errorCatalogue } from '../src/core/errors.ts';
import { everywhere, type RouteRow, routeTable } from '../src/http/routes.ts';
import { type OwnMetric, type OwnMetricRow, ownMetricName, ownMetrics } from '../src/telemetry/own-metrics.ts';
import { commandsPage } from './commands-page.ts';
import { dashboardPages } from './dashboards.ts';
import { decisionsPage } from './decisions-page.ts';
import { differencePage } from './difference-page.ts';
import { valueRows, valuesSchema } from './helm-values.ts';
import { table } from './markdown.ts';

/**
 * Writes the reference pages from the tables that the program itself uses. With `--check` nothing is written and a
 * page that differs fails, so that the pages tell the truth about this commit.
 */
const docs = resolve(import.meta.dirname, '../docs');
const chart = resolve(import.meta.dirname, '../charts/azimuth');
const check = process.argv.includes('--check');

interface Schema {
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly required?: readonly string[];
}

const pages: Readonly<Record<string, () => string>> = {
  'errors.md': errorsPage,
  'metrics.md': metricsPage,
  'configuration.md': configurationPage,
  'resource-types.md': resourceTypesPage,
  'permissions.md': permissionsPage,
  'http.md': httpPage,
  'helm-values.md': helmValuesPage,
  'commands.md': commandsPage,
  'adr/README.md': () => decisionsPage(join(docs, 'adr')),
  'promitor-differences.md': differencePage,
  '../charts/azimuth/values.schema.json': helmValuesSchema,
  ...Object.fromEntries(Object.entries(dashboardPages()).map(([name, text]) => [`../dashboards/${name}`, () => text])),
};

/** Values that each way of authentication needs. */
const identities = [
  [
    'Workload identity',
    '`mode: WorkloadIdentity`, `identity.id`; without the webhook also `workloadIdentity.projectToken`',
  ],
  [
    'AAD Pod Identity',
    '`mode: UserAssignedManagedIdentity`, `identity.id`, `identity.binding`; `aadPodIdentity.create` for its objects',
  ],
  [
    'Identity of the node',
    '`mode: SystemAssignedManagedIdentity`, or `UserAssignedManagedIdentity` with `identity.id`; `aadPodIdentity.exception` where AAD Pod Identity is installed',
  ],
  [
    'Service principal, secret',
    '`mode: ServicePrincipal`, `identity.id`, `identity.key` or `secrets.createSecret: false` and `secrets.secretName`',
  ],
  [
    'Service principal, certificate',
    '`mode: ServicePrincipal`, `identity.id`, `certificate.secretName`, or `certificate.filePath` with `extraVolumes`',
  ],
  ['Default chain of the Azure SDK', '`mode: SdkDefault`; `workloadIdentity.enabled` to take part in the webhook'],
];

let stale = 0;
for (const [name, page] of Object.entries(pages)) {
  const path = join(docs, name);
  const text = page();
  if (!check) writeFileSync(path, text);
  else if (readOr(path) !== text) {
    stale += 1;
    process.stderr.write(`${relative(resolve(docs, '..'), path)} is out of date: run npm run docs\n`);
  }
}
process.exitCode = stale === 0 ? 0 : 1;

function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function errorsPage(): string {
  const rows = Object.entries<ErrorRow>(errorCatalogue).map(([code, { title, remedy }]) => [
    `\`${code}\``,
    title,
    remedy,
  ]);
  const part = (prefix: string): string =>
    table(
      ['code', 'what happened', 'what to do'],
      rows.filter(([code = '']) => code.startsWith(`\`${prefix}`)),
    );
  return `# Errors

Every problem that Azimuth reports has a code that does not change. It stands in \`azimuth validate\`, in the field
\`code\` of log lines, and in the label \`code\` of \`azimuth_scrape_failures_total\`. This page is made from the
catalogue in \`src/core/errors\`.

## Configuration (AZ1xxx)

${part('AZ1')}

## Start-up and operation (AZ2xxx)

${part('AZ2')}

## Calls to Azure (AZ3xxx)

${part('AZ3')}

## Sinks (AZ4xxx)

${part('AZ4')}
`;
}

function metricsPage(): string {
  const rows = Object.entries<OwnMetricRow>(ownMetrics).map(([key, row]) => {
    const promitor = row.promitor === true ? `\`${ownMetricName(key as OwnMetric, 'promitor')}\`` : '';
    const labels = row.labels.map((label) => `\`${label}\``).join(', ');
    return [`\`${ownMetricName(key as OwnMetric, 'azimuth')}\``, row.type, labels, row.help, promitor];
  });
  return `# Metrics of Azimuth itself

They stand beside the scraped series on \`/metrics\`. Those in the last column take Promitor's name with
\`metricSinks.prometheusScrapingEndpoint.systemMetricsPrefix: promitor\`. Metrics of the process and of the Node runtime
(\`process_*\`, \`nodejs_*\`) come from prom-client. This page is made from \`src/telemetry/own-metrics.ts\`.

${table(['name', 'type', 'labels', 'meaning', 'as Promitor'], rows)}
`;
}

function configurationPage(): string {
  const runtime = rowsOf(jsonSchema('runtime') as Schema, '');
  const declaration = rowsOf(jsonSchema('declaration') as Schema, '');
  const discovery = rowsOf(jsonSchema('discovery') as Schema, '');
  const head = ['key', 'type', 'default', 'meaning'];
  return `# Configuration

A folder holds \`runtime.yaml\` (how Azimuth runs) and the metrics declaration (what is scraped). The folder is the first
of: \`--config-folder\`, \`AZIMUTH_CONFIG_FOLDER\`, \`PROMITOR_CONFIG_FOLDER\`, \`/config\` if it exists, \`config\`.
A third file, \`resource-discovery-declaration.yaml\`, is optional. \`azimuth validate\` reports every mistake in all of
them at once; \`azimuth schema runtime\`, \`azimuth schema declaration\` and \`azimuth schema discovery\` print JSON
Schemas for completion in editors. This page is made from the same tables.

## runtime.yaml

Keys and the values of enumerations compare without case. Every key can be overridden by a variable:
\`AZIMUTH_YAML_OVERRIDE_server__httpPort=9090\` (or \`PROMITOR_YAML_OVERRIDE_…\`; levels joined by \`__\`, list items by
index). Flags win over variables, variables over the file.

${table(head, runtime)}

Secrets come from the environment: \`AZIMUTH_AUTH_APPID\` and \`AZIMUTH_AUTH_APPKEY\` (or \`PROMITOR_AUTH_…\`) for a service
principal, \`AZIMUTH_AUTH_CERTIFICATE_PASSWORD\` for its certificate,
\`AZIMUTH_ATLASSIAN_STATUSPAGE_APIKEY\` for Statuspage ([sinks.md](sinks.md)). \`authentication.secretFilePath\` and
\`secretFileName\` name a file instead; it is read again at each use, so a rotated secret is picked up.

## Metrics declaration

Keys and values compare exactly, as in Promitor. The fields of \`resources\` depend on \`resourceType\`: see
[resource-types.md](resource-types.md).

Durations are written \`hh:mm:ss\`, \`d.hh:mm:ss\`, in ISO 8601 (\`PT5M\`), or as \`30s\`, \`5m\`, \`1h\`, \`2d\`. Cron
expressions have five fields, or six with the second first; everything that Promitor's parser takes runs with the same
meaning, in the time zone of the process (\`TZ\`, else UTC).

${table(head, declaration)}

## resource-discovery-declaration.yaml

Keys and the values of enumerations compare without case, as in Promitor. \`azureLandscape\` and
\`resourceDiscoveryGroups\` may stand in the metrics declaration instead. What they mean: [discovery.md](discovery.md).

${table(head, discovery)}
`;
}

function rowsOf(schema: Schema, path: string): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const here = path === '' ? name : `${path}.${name}`;
    const inner = field.items?.properties === undefined ? field : field.items;
    const key = inner === field ? here : `${here}[]`;
    if (inner.properties !== undefined) return rowsOf(inner, key);
    const type =
      field.enum === undefined
        ? [field.type ?? ''].flat().join(' or ')
        : field.enum.map((one) => `\`${String(one)}\``).join(', ');
    const fallback =
      field.default === undefined
        ? schema.required?.includes(name) === true
          ? 'required'
          : ''
        : `\`${JSON.stringify(field.default)}\``;
    return [[`\`${key}\``, type, fallback, field.description ?? '']];
  });
}

function resourceTypesPage(): string {
  const rows = [...resourceTypes].sort((a, b) => a.name.localeCompare(b.name)).map(typeRow);
  return `# Resource types

The ${rows.length} values of \`resourceType\`. Every resource also takes \`subscriptionId\` and \`resourceGroupName\`, which
default to those of \`azureMetadata\`. Fields with \`?\` are optional. This page is made from \`src/catalogue\`.

${table(['resourceType', 'Azure service', 'fields', 'extra labels', 'without the optional entity'], rows)}
`;
}

function permissionsPage(): string {
  const code = (text: string | undefined): string => (text === undefined ? '' : `\`${text}\``);
  const rows = permissions.map(({ api, use, action, role, scope, refusal, tried }) => [
    code(api),
    use,
    code(action),
    role ?? '',
    scope,
    refusal,
    tried,
  ]);
  const head = ['api', 'used for', 'action', 'role', 'scope', 'how Azure refuses', 'tried by `azimuth check`'];
  const line = roleAssignment('Monitoring Reader', '/subscriptions/0c9f1d52-7a41-4f0e-9b36-5d2f8e61a7c4', {
    objectId: '5e8a2f90-13c7-4db4-a6f2-91b7c0d4e835',
  });
  const actions = [...new Set(permissions.flatMap(({ action }) => action ?? []))].map((action) => `- \`${action}\``);
  return `# Permissions

Azimuth only reads. For most declarations one role is enough: Monitoring Reader on the subscription, given to the
identity that the pod runs with:

\`\`\`sh
${line}
\`\`\`

A new assignment takes some minutes until Azure heeds it. \`azimuth check\` tries every kind of call that the
configuration needs, as few times as it can, and says which role is missing where, with the line that mends it. It ends
with 0 when all is well and with 6 when something is missing; \`--format json\` gives the same for programs. The running
exporter does the same beside its first runs: what they come to already tells most of it, so that only shared calls and
Resource Graph are tried in addition. Each finding is one log line that begins with \`Preflight:\`.

Where the identity can read nothing of a subscription, or where calls are shared (\`batch\`, \`subscription\`), the line
gives the role on the subscription. Where the identity can read some of it, roles are given narrowly, and the line names
the resource group. A narrower scope than that (the resource) works for single calls, too.

${table(head, rows)}

A custom role needs these actions, those of the calls that are used:

${actions.join('\n')}

Resource Graph asks for read access to what it is to find (\`*/read\`, as the role Reader has it). It is refused only when
none of the subscriptions can be read; of those that cannot, it says nothing. This page is made from
\`src/check/permissions.ts\`.
`;
}

function typeRow(row: ResourceTypeRow): string[] {
  const fields = row.fields.map(({ name, required, values }) => {
    const choice = values === undefined ? '' : ` (${values.join(', ')})`;
    return `\`${name}\`${required ? '' : '?'}${choice}`;
  });
  const labels = [
    ...(row.labels ?? []).map(({ name }) => name),
    ...(row.entity === undefined ? [] : [row.entity.label]),
  ];
  const entity = row.entity?.withoutEntity === 'split' ? `one series per \`${row.entity.dimension}\`` : '';
  return [
    `\`${row.name}\``,
    row.displayName,
    fields.join(', '),
    labels.map((label) => `\`${label}\``).join(', '),
    entity,
  ];
}

function readValues() {
  return valuesSchema(readFileSync(join(chart, 'values.yaml'), 'utf8'));
}

function helmValuesSchema(): string {
  const head = { $schema: 'http://json-schema.org/draft-07/schema#', title: 'Values of the chart azimuth' };
  return `${JSON.stringify({ ...head, ...readValues() }, null, 2)}\n`;
}

function helmValuesPage(): string {
  return `# Values of the Helm chart

\`helm install azimuth charts/azimuth --values values.yaml\`. This page is made from \`charts/azimuth/values.yaml\`.

**Coming from Promitor.** Both of its charts' values are taken as they are, deprecated names too. Set
\`fullnameOverride: promitor-agent-scraper\` and every object, the Service included, has the name that existing scrape
configurations ask for. What differs: samples carry no timestamps unless \`enableMetricTimestamps\` is set, logs begin at
\`Information\`, and the container listens on 8888. \`rbac.podSecurityPolicyEnabled\` and \`verifyDependencies\` have no
effect. \`resourceDiscoveryGroups\` and \`azureLandscape\` become \`resource-discovery-declaration.yaml\`.

**Wrong values.** An unknown key, or a value of the wrong type, is refused with its place and the known names. A word
out of a fixed list (\`mode\`, levels, \`cloud\`) is taken in any case and written as Azimuth spells it; a wrong one is
refused with the nearest right one.

**Raw configuration.** What stands in \`config.runtime\`, \`config.declaration\` and \`config.discovery\` is laid over what
all other values say, key by key: mappings are merged; lists, texts, numbers and \`false\` replace. Keys are spelled as in
[configuration.md](configuration.md). The port is the exception: it is \`service.targetPort\`.

**Identities.** The mode is \`azureAuthentication.mode\`.

${table(['identity', 'values'], identities)}

The webhook of workload identity mounts the token; the chart annotates the service account with client id and tenant and
labels the pod. The subject of the federated credential is
\`system:serviceaccount:<namespace>:<name of the release's objects>\`.

**Pods.** They meet the restricted profile of pod security, use no API of Kubernetes, and write to \`/tmp\` alone. The
Service leads to pods that are not ready too, so that \`/metrics\` tells why a pod is not.

${table(['value', 'type', 'default', 'meaning'], valueRows(readValues()))}
`;
}

function httpPage(): string {
  const routes = routeTable('/metrics');
  const tags = [...new Set(routes.map(({ tag }) => tag))];
  const common = Object.entries(everywhere).map(([status, { meaning }]) => `| ${status} | ${meaning} |`);
  return `# HTTP

One port (\`server.httpPort\`), answered from memory: no request waits for Azure. This page is made from the table
behind \`/api/v1/openapi.json\`; a test holds it against the routes that are registered and the statuses that they give.

Every answer carries \`X-Version\`, \`X-Transaction-Id\` (the caller's, when it is well formed) and \`RequestId\`.
\`HEAD\` is answered like \`GET\`. Routes of resource discovery are there when groups are declared. The path of the metrics
is \`metricSinks.prometheusScrapingEndpoint.baseUriPath\`.

${tags.map((tag) => `## ${tag}\n\n${httpTable(routes.filter((route) => route.tag === tag))}`).join('\n\n')}

## Everywhere

| status | meaning |
| --- | --- |
${common.join('\n')}
`;
}

function httpTable(routes: readonly RouteRow[]): string {
  const rows = routes.map(({ method, path, summary, parameters = [], responses }) => {
    const asked = parameters.filter((row) => row.in === 'query').map(({ name, meaning }) => `\`${name}\`: ${meaning}`);
    const answered = Object.entries(responses).map(([status, { meaning }]) => `${status}: ${meaning}`);
    const cells = [`\`${method.toUpperCase()} ${path}\``, summary, asked.join(' '), answered.join('<br>')];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return ['| route | answers with | parameters | statuses |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
