import { stringify } from 'yaml';
import { metricsReference } from '../catalogue/recommended/lookup.ts';
import type { RecommendedMetric, RecommendedType } from '../catalogue/recommended/types.ts';
import type { Landscape } from '../core/discovery.ts';
import { armTypesOfRecommended, type Inventory } from '../discovery/inventory.ts';

/** What a written declaration takes over from the configuration in force. */
export interface WrittenFrom {
  /** Texts of `azureMetadata`. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly landscapes: readonly Landscape[];
}

/** A metrics declaration for everything that exists: one discovery group a type, its recommended metrics, sources. */
export function writtenDeclaration({ metadata, landscapes }: WrittenFrom, { types }: Inventory): string {
  return [
    '# Written by `azimuth discover --write`. Resources are found anew while it runs; edit at will.',
    yaml({ version: 'v1', azureMetadata: metadata }),
    yaml({ metricDefaults: { aggregation: { interval: '00:05:00' }, scraping: { schedule: '*/5 * * * *' } } }),
    ...(isHome(metadata, landscapes) ? [] : [yaml({ azureLandscape: landscapeOf(landscapes) })]),
    yaml({ resourceDiscoveryGroups: types.map(({ type }) => groupOf(type)) }),
    'metrics:',
    ...types.flatMap(({ type, count }) => [
      `  # ${type.type}: ${count} found. Metrics of the type:`,
      ...armTypesOfRecommended(type).map((armType) => `  # ${metricsReference(armType)}`),
      indented(yaml(type.metrics.map((metric) => metricOf(type, metric)))),
    ]),
    '',
  ].join('\n');
}

/** Scalars stay the texts that they are; the declaration is read without guessing types. */
function yaml(value: unknown): string {
  return stringify(value, { schema: 'failsafe', lineWidth: 0 }).trimEnd();
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}

/** Without a landscape, resources are looked for where `azureMetadata` says. */
function isHome(metadata: WrittenFrom['metadata'], [first, ...others]: readonly Landscape[]): boolean {
  if (first === undefined || others.length > 0 || first.subscriptions.length !== 1) return first === undefined;
  return first.tenantId === metadata['tenantId'] && first.subscriptions[0] === metadata['subscriptionId'];
}

function landscapeOf([first, ...others]: readonly Landscape[]) {
  return { ...first, ...(others.length === 0 ? {} : { additionalTenants: others }) };
}

function groupName({ prefix }: RecommendedType): string {
  return prefix.replace(/^azure_/, '').replaceAll('_', '-');
}

function groupOf(type: RecommendedType) {
  const { excludeNames } = type;
  return {
    name: groupName(type),
    type: type.type,
    ...(excludeNames === undefined ? {} : { criteria: { exclude: { names: excludeNames } } }),
  };
}

function metricOf(type: RecommendedType, { name, help, metric, aggregation, interval }: RecommendedMetric) {
  return {
    name: `${type.prefix}_${name}`,
    description: help,
    resourceType: type.type,
    azureMetricConfiguration: {
      metricName: metric,
      aggregation: { type: aggregation, ...(interval === undefined ? {} : { interval }) },
    },
    // A value that changes once an hour needs no call every five minutes.
    ...(interval === undefined ? {} : { scraping: { schedule: '*/30 * * * *' } }),
    resourceDiscoveryGroups: [{ name: groupName(type) }],
  };
}
