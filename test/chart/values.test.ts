import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { valueRows, valuesSchema } from '../../scripts/helm-values.ts';
import { jsonSchema } from '../../src/config/json-schema.ts';
import { chart, root } from './support/helm.ts';
import { configFiles } from './support/pod.ts';

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** Settings without effect, for which there is no value; `config.runtime` takes them. */
const withoutValue = ['metricsConfiguration.absolutePath', 'resourceDiscovery.enabled', 'prometheus'];

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const schema = valuesSchema(read('charts/azimuth/values.yaml'));

function leaves({ properties }: Schema, path = ''): readonly string[] {
  if (properties === undefined) return [path];
  return Object.entries(properties).flatMap(([name, field]) => leaves(field, path === '' ? name : `${path}.${name}`));
}

function has(value: unknown, path: string): boolean {
  return (
    path
      .split('.')
      .reduce<readonly unknown[]>(
        (found, key) =>
          found.flatMap((one) =>
            typeof one === 'object' && one !== null && key in one ? [Reflect.get(one, key)] : [],
          ),
        [value],
      ).length > 0
  );
}

describe('the values', () => {
  it('reach every setting of the runtime file', () => {
    // Some settings of sinks exclude each other, so that one file cannot have them all.
    const files: readonly unknown[] = ['everything', 'sinks', 'secret-file'].map((name) =>
      parse(configFiles(name)['runtime.yaml'] ?? ''),
    );
    const missing = leaves(jsonSchema('runtime') as Schema).filter((path) => !files.some((file) => has(file, path)));
    expect(missing).toEqual(withoutValue);
  });

  it('reach every setting of the declaration that is not of a metric', () => {
    const known = leaves(schema);
    const settings = leaves(jsonSchema('declaration') as Schema).filter((path) =>
      /^(azureMetadata|metricDefaults)/.test(path),
    );
    expect(settings.length).toBeGreaterThan(15);
    // A value such as `azureMetadata.endpoints` takes everything below it.
    expect(settings.filter((path) => !known.some((key) => path === key || path.startsWith(`${key}.`)))).toEqual([]);
  });

  it('each have a meaning that the page and the schema tell', () => {
    const rows = valueRows(schema);
    expect(rows.length).toBeGreaterThan(150);
    for (const [key = '', , , meaning = ''] of rows) expect(meaning, key).toMatch(/^[^\s].*\.$/);
  });
});

describe('the versions', () => {
  it('of chart, application and package are one', () => {
    const { version, appVersion } = parse(readFileSync(join(chart, 'Chart.yaml'), 'utf8')) as Record<string, string>;
    const { version: own } = JSON.parse(read('package.json')) as { version: string };
    expect([version, appVersion]).toEqual([own, own]);
  });
});
