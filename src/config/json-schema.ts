import { resourceTypes } from '../catalogue/lookup.ts';
import { declarationSpec, metricSpec } from './declaration/fields.ts';
import { resourceSpec } from './declaration/resources.ts';
import { discoverySpec } from './discovery/fields.ts';
import { runtimeSpec } from './runtime/fields.ts';
import type { JsonSchema } from './spec.ts';

const dialect = 'https://json-schema.org/draft/2020-12/schema';

/** `if` and `then`; by way of pairs, because an object with a literal member `then` would pass for a promise. */
function implication(condition: JsonSchema, consequence: JsonSchema): JsonSchema {
  const parts = [condition, consequence];
  return Object.fromEntries(['if', 'then'].map((keyword, index) => [keyword, parts[index]]));
}

/** JSON Schema of a file for completion in editors, made of the same tables that read it. */
export function jsonSchema(kind: 'declaration' | 'runtime' | 'discovery'): JsonSchema {
  if (kind === 'runtime') {
    return { $schema: dialect, title: 'Azimuth runtime configuration', ...runtimeSpec.schema() };
  }
  if (kind === 'discovery') {
    return { $schema: dialect, title: 'Azimuth resource discovery declaration', ...discoverySpec.schema() };
  }
  const declaration = declarationSpec.schema();
  const properties = Object.assign({}, declaration['properties'], {
    metrics: { description: declarationSpec.fields.metrics.about, type: 'array', items: metricSchema() },
  });
  return { $schema: dialect, title: 'Azimuth metrics declaration', ...declaration, properties };
}

/** The fields of a resource follow from the type of its metric. */
function metricSchema(): JsonSchema {
  const allOf = resourceTypes.map((row) =>
    implication(
      { properties: { resourceType: { const: row.name } }, required: ['resourceType'] },
      { properties: { resources: { items: resourceSpec(row).schema() } } },
    ),
  );
  return {
    ...metricSpec.schema(),
    anyOf: [{ required: ['resources'] }, { required: ['resourceDiscoveryGroups'] }],
    allOf,
  };
}
