import type { DeclaredResource } from '../core/declaration.ts';
import { distinctNames, equalsTerm, joinTerms, splitFilter, splitTerm } from '../core/filter.ts';
import { type LabelPair, labelName } from '../core/labels.ts';
import type { ResourceId } from '../core/resource-id.ts';
import type { EntityRow, PathRow, ResourceTypeRow } from './types.ts';

/** What identifies a resource on the outside. */
export interface ResourceDescription {
  readonly id: ResourceId;
  /** Label `instance_name`; empty when the type has none. */
  readonly instanceName: string;
  /** Labels of the type, with the declared entity's last. Only those that have a value. */
  readonly labels: readonly LabelPair[];
}

/** How a metric of a resource is asked for. */
export interface QueryDescription {
  /** Dimensions that tell the series apart, and the labels that their values become. */
  readonly dimensions: readonly { readonly name: string; readonly label: string }[];
  /** Azure Monitor filter; absent when nothing is filtered or split. */
  readonly filter?: string;
  /** The declared entity that the filter holds the metric to, when there is one. */
  readonly entity?: { readonly dimension: string; readonly value: string };
}

/**
 * Id, instance name and labels of a declared resource, by Promitor's templates. Names are put into the id as declared;
 * whoever sends it encodes it. Log Analytics uses the effective resource group, which Promitor leaves empty.
 */
export function describeResource(row: ResourceTypeRow, resource: DeclaredResource): ResourceDescription {
  const value = fieldValues(row, resource);
  const scope = `subscriptions/${resource.subscriptionId}/resourceGroups/${resource.resourceGroupName}`;
  const path = fill(pathOf(row, value).path, value).replace(/^\/+|\/+$/g, '');
  const labels: LabelPair[] = (row.labels ?? []).map((label) => [label.name, fill(label.value, value)]);
  const entity = declaredEntity(row.entity, value);
  if (row.entity !== undefined && entity !== undefined) labels.push([row.entity.label, entity]);
  return {
    id: `${scope}/providers/${path}`,
    instanceName: fill(row.instanceName, value),
    labels: labels.filter(([, text]) => text !== ''),
  };
}

/**
 * Filter and dimensions of one Azure metric of a resource. A declared entity becomes a filter beside the declared
 * dimensions. Without one, Service Bus, Event Hubs, Data Factory and Data Share are split by entity, and the declared
 * dimensions are ignored (Promitor's rule). A filter of `Generic` is kept word for word.
 */
export function describeQuery(
  row: ResourceTypeRow,
  resource: DeclaredResource,
  metricName: string,
  dimensions: readonly string[],
): QueryDescription {
  const value = fieldValues(row, resource);
  const declared = distinctNames(dimensions);
  const filter = row.filterField === undefined ? '' : value(row.filterField);
  if (filter !== '') return query(declared, splitFilter(filter, declared));
  if (row.entity === undefined) return query(declared, joinTerms(declared.map(splitTerm)));
  const entityDimension = entityDimensionOf(row.entity, metricName);
  const entity = declaredEntity(row.entity, value);
  if (entity !== undefined) {
    const held = query(declared, splitFilter(equalsTerm(entityDimension, entity), declared));
    return { ...held, entity: { dimension: entityDimension, value: entity } };
  }
  if (row.entity.withoutEntity === 'none') return query(declared, joinTerms(declared.map(splitTerm)));
  const label = row.entity.splitLabel ?? labelName(entityDimension);
  return { dimensions: [{ name: entityDimension, label }], filter: splitTerm(entityDimension) };
}

/**
 * ARM type of a resource id in the id's own spelling: provider and every type segment after the last `providers` that
 * stands for one (a resource may bear that name). It is also the resource's metric namespace. Empty when the id has no
 * provider.
 */
export function armTypeOf(id: ResourceId): string {
  const segments = id.split('/').filter((segment) => segment !== '');
  let type: string[] = [];
  for (let index = 0; index < segments.length; index += 2) {
    const [word = '', name = ''] = segments.slice(index, index + 2);
    if (word.toLowerCase() === 'providers') type = [name];
    else if (type.length > 0) type.push(word);
  }
  return type.join('/');
}

/** Every ARM type that resources of the row can have: `Microsoft.Web/sites` and `Microsoft.Web/sites/slots`, say. */
export function armTypesOf(row: ResourceTypeRow): string[] {
  return row.armType === undefined ? [] : row.paths.map((each) => armTypeOf(`/providers/${each.path}`));
}

function query(declared: readonly string[], filter: string | undefined): QueryDescription {
  const dimensions = declared.map((name) => ({ name, label: labelName(name) }));
  return filter === undefined ? { dimensions } : { dimensions, filter };
}

function entityDimensionOf(entity: EntityRow, metricName: string): string {
  return entity.dimensionFor?.[metricName.toLowerCase()] ?? entity.dimension;
}

function declaredEntity(entity: EntityRow | undefined, value: (field: string) => string): string | undefined {
  return entity?.fields.map(value).find((text) => text !== '');
}

/** Declared value of a field, else its default, else nothing. */
function fieldValues(row: ResourceTypeRow, resource: DeclaredResource): (field: string) => string {
  return (name) => resource.fields[name] || (row.fields.find((field) => field.name === name)?.default ?? '');
}

/**
 * The last path stands in when no condition holds: validation refuses such values, and one that came from elsewhere
 * then fails as a resource that does not exist, without harm to the others.
 */
function pathOf(row: ResourceTypeRow, value: (field: string) => string): PathRow {
  const holds = (each: PathRow): boolean => each.when === undefined || value(each.when.field) === each.when.is;
  return row.paths.find(holds) ?? row.paths.at(-1) ?? { path: '' };
}

function fill(template: string, value: (field: string) => string): string {
  return template.replace(/\{(\w+)\}/g, (_, field: string) => value(field));
}
