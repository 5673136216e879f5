import { type ReadDeclaration, readDeclaration } from '../../../src/config/declaration/declaration.ts';
import { readYaml } from '../../../src/config/yaml.ts';
import type { AzureMetricQuery, MetricDefinition } from '../../../src/core/declaration.ts';

const defaults = `metricDefaults:
  aggregation:
    interval: 00:05:00
  scraping:
    schedule: "*/5 * * * *"
`;

export interface Parts {
  readonly metadata?: string;
  readonly defaults?: string;
  readonly metric?: string;
  readonly query?: string;
  readonly aggregation?: string;
}

/** A declaration with one Redis cache metric, into which lines are put at the named places. */
export function declarationText(parts: Parts = {}): string {
  const lines = [
    'version: v1',
    'azureMetadata:',
    '  tenantId: tenant',
    '  subscriptionId: subscription',
    '  resourceGroupName: group',
    parts.metadata,
    parts.defaults ?? defaults,
    'metrics:',
    '  - name: redis_hits',
    '    description: Hits',
    '    resourceType: RedisCache',
    parts.metric,
    '    azureMetricConfiguration:',
    parts.query ?? '      metricName: cachehits',
    '      aggregation:',
    parts.aggregation ?? '        type: Total',
    '    resources:',
    '      - cacheName: one',
  ];
  return lines.filter((line) => line !== undefined).join('\n');
}

export function declare(text: string, env: Record<string, string> = {}): ReadDeclaration {
  const { root, problems } = readYaml(text, 'declaration.yaml');
  if (root === undefined) throw new Error(JSON.stringify(problems));
  return readDeclaration(root, { env });
}

/** The only metric of a declaration without errors. */
export function onlyMetric(parts: Parts = {}): MetricDefinition {
  const read = declare(declarationText(parts));
  const metric = read.declaration?.metrics[0];
  if (metric === undefined) throw new Error(JSON.stringify(read.problems));
  return metric;
}

export function onlyQuery(parts: Parts = {}): AzureMetricQuery {
  const { query } = onlyMetric(parts);
  if (query.kind !== 'azureMonitor') throw new Error(query.kind);
  return query;
}
