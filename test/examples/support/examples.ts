import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parse } from 'yaml';
import { describeQuery, describeResource } from '../../../src/catalogue/describe.ts';
import { findResourceType } from '../../../src/catalogue/lookup.ts';
import { nodeFileSystem } from '../../../src/config/file-system.ts';
import { type LoadedConfiguration, loadConfiguration } from '../../../src/config/load.ts';
import type { Declaration } from '../../../src/core/declaration.ts';

const root = join(import.meta.dirname, '../../..');

/** Names of the example declarations, of which each has a dashboard and a file of alerts. */
export const examples: readonly string[] = globSync('config/examples/*/metrics-declaration.yaml', { cwd: root })
  .map((file) => basename(dirname(file)))
  .sort();

export const folderOf = (name: string): string => join(root, 'config/examples', name);

export function loadExample(name: string): LoadedConfiguration {
  return loadConfiguration({ folderFlag: folderOf(name), env: {}, fileSystem: nodeFileSystem });
}

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly datasource: unknown;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly { readonly expr: string; readonly legendFormat: string; readonly datasource: unknown }[];
}

interface Dashboard {
  readonly uid: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
}

export function dashboardOf(name: string): Dashboard {
  return JSON.parse(readFileSync(join(root, 'dashboards', `${name}.json`), 'utf8')) as Dashboard;
}

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: Readonly<Record<string, string>>;
}

export const alertsFile = (name: string): string => join(root, 'alerts/examples', `${name}.yaml`);

export function alertsOf(name: string): readonly Rule[] {
  const { groups } = parse(readFileSync(alertsFile(name), 'utf8')) as {
    groups: readonly { rules: readonly Rule[] }[];
  };
  return groups.flatMap(({ rules }) => rules);
}

const everywhere = ['tenant_id', 'subscription_id', 'resource_uri', 'resource_group', 'instance_name'];

/** Labels of the series of each metric, as the declaration and the catalogue promise them. */
export function declaredLabels({ metrics }: Declaration): ReadonlyMap<string, readonly string[]> {
  return new Map(
    metrics.map(({ name, resourceType, query, resources }) => {
      const [row, resource] = [findResourceType(resourceType), resources[0]];
      if (row === undefined || resource === undefined || query.kind !== 'azureMonitor') return [name, []];
      const asked = describeQuery(row, resource, query.metricNames[0] ?? '', query.dimensions);
      const labels = [
        ...everywhere,
        ...describeResource(row, resource).labels.map(([label]) => label),
        ...asked.dimensions.map(({ label }) => label),
      ];
      return [name, labels.sort()] as const;
    }),
  );
}
