import { describe, expect, it } from 'vitest';
import { resourceTypeNames } from '../../src/catalogue/lookup.ts';
import { jsonSchema } from '../../src/config/json-schema.ts';

interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: unknown;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly string[];
  readonly allOf?: readonly { readonly if: Schema; readonly then: Schema; readonly const?: string }[];
  readonly const?: string;
  readonly $schema?: string;
}

const schemaOf = (kind: 'declaration' | 'runtime' | 'discovery'): Schema =>
  JSON.parse(JSON.stringify(jsonSchema(kind)));

/** Every mapping with known fields, by path. */
function mappings(schema: Schema, path: string): readonly [string, Schema][] {
  const own: [string, Schema][] = schema.properties === undefined ? [] : [[path, schema]];
  const below = Object.entries(schema.properties ?? {}).flatMap(([name, part]) => mappings(part, `${path}.${name}`));
  return [...own, ...below, ...(schema.items === undefined ? [] : mappings(schema.items, `${path}[]`))];
}

function at(schema: Schema, path: string): Schema | undefined {
  return path.split('.').reduce<Schema | undefined>((part, name) => part?.properties?.[name], schema);
}

describe.each(['declaration', 'runtime', 'discovery'] as const)('the JSON Schema of the %s', (kind) => {
  const schema = schemaOf(kind);
  const all = mappings(schema, kind);

  it('names its dialect', () => {
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
  });

  it('describes every field and takes no other', () => {
    expect(all.length).toBeGreaterThan(kind === 'discovery' ? 6 : 10);
    for (const [path, part] of all) {
      expect([path, part.additionalProperties]).toEqual([path, false]);
      for (const [name, field] of Object.entries(part.properties ?? {})) {
        expect([`${path}.${name}`, field.description]).toEqual([
          `${path}.${name}`,
          expect.stringMatching(/^\S.{3,}[.;]/),
        ]);
      }
    }
  });
});

describe('the JSON Schema of the declaration', () => {
  const schema = schemaOf('declaration');
  const metric = schema.properties?.['metrics']?.items;

  it('lists what is required, enums and defaults', () => {
    expect(schema.required).toEqual(['version', 'azureMetadata', 'metricDefaults', 'metrics']);
    expect(at(schema, 'version')?.enum).toEqual(['v1']);
    expect(at(schema, 'azureMetadata.cloud')?.default).toBe('Global');
    expect(at(schema, 'metricDefaults.aggregation.interval')?.default).toBe('00:05:00');
    expect(metric?.properties?.['resourceType']?.enum).toEqual(resourceTypeNames);
  });

  it('gives every resource type its own fields', () => {
    const rules = metric?.allOf ?? [];
    expect(rules.map((rule) => rule.if.properties?.['resourceType']?.const)).toEqual(resourceTypeNames);
    const fieldsOf = (type: string): Schema | undefined =>
      rules.find((rule) => rule.if.properties?.['resourceType']?.const === type)?.then.properties?.['resources']?.items;
    expect(Object.keys(fieldsOf('ServiceBusNamespace')?.properties ?? {})).toEqual([
      'namespace',
      'queueName',
      'topicName',
      'subscriptionId',
      'resourceGroupName',
    ]);
    expect(fieldsOf('ServiceBusNamespace')?.required).toEqual(['namespace']);
    expect(fieldsOf('PostgreSql')?.properties?.['type']).toMatchObject({
      enum: ['Single', 'Flexible', 'Hyperscale'],
      default: 'Single',
    });
    expect(Object.keys(fieldsOf('StorageQueue')?.properties?.['sasToken']?.properties ?? {})).toEqual([
      'environmentVariable',
      'rawValue',
    ]);
  });
});

describe('the JSON Schema of the runtime file', () => {
  const schema = schemaOf('runtime');

  it.each([
    ['server.httpPort', 8888],
    ['server.shutdownGraceSeconds', 3],
    ['authentication.mode', 'ServicePrincipal'],
    ['metricsConfiguration.absolutePath', 'metrics-declaration.yaml'],
    ['metricSinks.prometheusScrapingEndpoint.metricUnavailableValue', 'NaN'],
    ['metricSinks.statsd.port', 8125],
    ['azureMonitor.integration.history.startingFromInHours', 12],
    ['resourceDiscovery.shrinkThreshold', 0.5],
    ['seriesLimit.total', 1_000_000],
  ])('says the default of %s', (path, value) => {
    expect(at(schema, path)?.default).toBe(value);
  });
});

describe('the JSON Schema of the discovery declaration', () => {
  const schema = schemaOf('discovery');
  const group = schema.properties?.['resourceDiscoveryGroups']?.items;

  it('lists the types that can be discovered', () => {
    const types = group?.properties?.['type']?.enum ?? [];
    expect(resourceTypeNames.filter((name) => !types.includes(name))).toEqual(['LogAnalytics', 'StorageQueue']);
    expect(group?.required).toEqual(['name', 'type']);
  });

  it('has the same criteria to include and to exclude, beside a query', () => {
    const criteria = group?.properties?.['criteria']?.properties ?? {};
    expect(Object.keys(criteria)).toEqual(['include', 'exclude', 'query']);
    const kinds = ['subscriptions', 'resourceGroups', 'regions', 'names', 'tags'];
    expect(Object.keys(criteria['include']?.properties ?? {})).toEqual(kinds);
    expect(Object.keys(criteria['exclude']?.properties ?? {})).toEqual(kinds);
  });
});
