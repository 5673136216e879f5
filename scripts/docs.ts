import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { resourceTypes } from '../src/catalogue/lookup.ts';
import type { ResourceTypeRow } from '../src/catalogue/types.ts';
import { jsonSchema } from '../src/config/json-schema.ts';
import { type ErrorRow, errorCatalogue } from '../src/core/errors.ts';
import { type OwnMetric, type OwnMetricRow, ownMetricName, ownMetrics } from '../src/telemetry/own-metrics.ts';

/**
 * Writes the reference pages from the tables that the program itself uses. With `--check` nothing is written and a
 * page that differs fails, so that the pages tell the truth about this commit.
 */
const docs = resolve(import.meta.dirname, '../docs');
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
};

let stale = 0;
for (const [name, page] of Object.entries(pages)) {
  const path = join(docs, name);
  const text = page();
  if (!check) writeFileSync(path, text);
  else if (readOr(path) !== text) {
    stale += 1;
    process.stderr.write(`docs/${name} is out of date: run npm run docs\n`);
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

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
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
  const head = ['key', 'type', 'default', 'meaning'];
  return `# Configuration

A folder holds \`runtime.yaml\` (how Azimuth runs) and the metrics declaration (what is scraped). The folder is the first
of: \`--config-folder\`, \`AZIMUTH_CONFIG_FOLDER\`, \`PROMITOR_CONFIG_FOLDER\`, \`/config\` if it exists, \`config\`.
\`azimuth validate\` reports every mistake in both files at once; \`azimuth schema runtime\` and
\`azimuth schema declaration\` print JSON Schemas for completion in editors. This page is made from the same tables.

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
