import type { FieldRow, ResourceTypeRow } from '../../catalogue/types.ts';
import type { DeclaredResource } from '../../core/declaration.ts';
import { type Secret, secret } from '../../core/secret.ts';
import type { Environment } from '../environment.ts';
import type { Place, YamlNode } from '../node.ts';
import { type ObjectSpec, object, type ValuesOf } from '../object.ts';
import { problem } from '../problem.ts';
import { choice, text } from '../scalars.ts';
import { type Field, optional, type Reader, reject, required, type Slot, type Spec } from '../spec.ts';

const sasToken = object(
  {
    environmentVariable: optional(text(), 'Name of the environment variable that holds the token; read at each use.'),
    rawValue: optional(text(), 'The token itself; an environment variable is safer.'),
  },
  { secret: true },
);

type SasTokenValues = ValuesOf<typeof sasToken.fields>;

const commonFields = {
  subscriptionId: optional(text(), 'Subscription of the resource, if not the default one.'),
  resourceGroupName: optional(text(), 'Resource group of the resource, if not the default one.'),
};

/** Fields of `resources` for a type: those of its row, and the two that every resource takes. */
export function resourceSpec(row: ResourceTypeRow): ObjectSpec<Record<string, Field<unknown>>> {
  const own = row.fields.map((field): [string, Field<unknown>] => {
    const about = `${field.required ? 'Required field' : 'Field'} of ${row.displayName}.`;
    const spec = specOf(field);
    return [field.name, field.required ? required(spec, about) : { ...optional(spec, about), shown: field.default }];
  });
  return object({ ...Object.fromEntries(own), ...commonFields });
}

function specOf(field: FieldRow): Spec<unknown> {
  if (field.kind === 'secret') return sasToken;
  if (field.kind === 'text') return text();
  const values = field.values ?? [];
  const refused = (field.refusedValues ?? []).map((value) => {
    const message = `The \`${field.name}\` ${value} is not supported; use ${values.join(', ')}.`;
    return [value, { code: 'AZ1144' as const, message }] as const;
  });
  return choice(values, { refused: Object.fromEntries(refused) });
}

/** What resources inherit from `azureMetadata`, and what their rules look at. */
export interface ResourceScope {
  readonly subscriptionId: string;
  readonly resourceGroupName: string;
  readonly env: Environment;
  /** Azure metric names of the metric; empty when they could not be read. */
  readonly metricNames: readonly string[];
  readonly dimensions: readonly string[];
}

/** One element of `resources`; undefined when an error was reported. */
export function readResource(
  node: YamlNode,
  path: string,
  row: ResourceTypeRow,
  scope: ResourceScope,
  reader: Reader,
): DeclaredResource | undefined {
  const slot = resourceSpec(row).read(node, path, reader);
  if (slot.value === undefined) {
    if (!slot.broken) reject(reader, 'AZ1018', slot.place, `An element of \`resources\` must not be blank.`);
    return undefined;
  }
  const { values, given } = collectFields(row, slot.value);
  const token = slot.value['sasToken'];
  const broken = [
    slot.broken,
    !entityFits(row, given, slot.place, scope, reader),
    !namesFit(row, values, given, reader),
    token !== undefined && !token.broken && !secretResolves(token, scope.env, reader),
  ].some(Boolean);
  if (broken) return undefined;
  const declaredToken = token === undefined ? undefined : tokenOf(token, scope.env);
  return {
    subscriptionId: textOf(slot.value['subscriptionId']) ?? scope.subscriptionId,
    resourceGroupName: textOf(slot.value['resourceGroupName']) ?? scope.resourceGroupName,
    fields: values,
    ...(declaredToken === undefined ? {} : { sasToken: declaredToken }),
  };
}

function textOf(slot: Slot<unknown> | undefined): string | undefined {
  return typeof slot?.value === 'string' ? slot.value : undefined;
}

function collectFields(row: ResourceTypeRow, slots: Readonly<Record<string, Slot<unknown>>>) {
  const given = new Map<string, Place>();
  const values: Record<string, string> = {};
  for (const field of row.fields) {
    const slot = slots[field.name];
    const value = textOf(slot);
    if (slot === undefined || value === undefined) continue;
    given.set(field.name, slot.place);
    values[field.name] = value;
  }
  return { values, given };
}

/** Names stand in the URL of a call; no resource of Azure has one with these characters. Entities stand in filters. */
function namesFit(
  row: ResourceTypeRow,
  values: Readonly<Record<string, string>>,
  given: ReadonlyMap<string, Place>,
  reader: Reader,
): boolean {
  let fit = true;
  for (const { name } of row.fields) {
    const place = given.get(name);
    const inPath = row.paths.some(({ path }) => path.includes(`{${name}}`));
    if (place === undefined || !inPath) continue;
    const wrong = (name === 'resourceUri' ? /[?#%\\\p{Cc}]/u : /[/?#%\\\p{Cc}]/u).exec(values[name] ?? '')?.[0];
    if (wrong === undefined) continue;
    const message = `\`${name}\` holds ${JSON.stringify(wrong)}, which no name of an Azure resource does.`;
    fit = !reject(reader, 'AZ1149', place, message, { found: values[name] ?? '' }).broken;
  }
  return fit;
}

/** Rules of the part of a resource that a metric is about: a queue, a runbook, a pipeline. */
function entityFits(
  row: ResourceTypeRow,
  given: ReadonlyMap<string, Place>,
  place: Place,
  scope: ResourceScope,
  reader: Reader,
): boolean {
  const { entity } = row;
  const declared = entity?.fields.filter((name) => given.has(name)) ?? [];
  const [first, second] = declared;
  if (entity === undefined || first === undefined) return true;
  const at = given.get(first) ?? place;
  if (second !== undefined) {
    const message = `\`${first}\` and \`${second}\` exclude each other; declare two resources to have both.`;
    return !reject(reader, 'AZ1124', given.get(second) ?? place, message).broken;
  }
  if (entity.refusesOwnDimension && scope.dimensions.some((name) => sameText(name, entity.dimension))) {
    const message = `\`${first}\` selects one value of the dimension \`${entity.dimension}\`, by which the metric is split as well; remove one of the two.`;
    return !reject(reader, 'AZ1141', at, message).broken;
  }
  const only = entity.onlyForMetrics;
  const misfit = only && scope.metricNames.find((name) => !only.some((allowed) => sameText(allowed, name)));
  if (only === undefined || misfit === undefined) return true;
  const message = `\`${first}\` works with the metric ${only.join(', ')} only, not with \`${misfit}\`.`;
  return !reject(reader, 'AZ1143', at, message, { found: misfit, suggestions: only }).broken;
}

function sameText(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function isToken(value: unknown): value is SasTokenValues {
  return typeof value === 'object' && value !== null && 'rawValue' in value;
}

function secretResolves(slot: Slot<unknown>, env: Environment, reader: Reader): boolean {
  if (!isToken(slot.value)) return true;
  const variable = slot.value.environmentVariable.value;
  if (variable === undefined && slot.value.rawValue.value === undefined) {
    const message =
      '`sasToken` needs `environmentVariable`, the name of a variable that holds the token (or `rawValue`).';
    return !reject(reader, 'AZ1146', slot.place, message).broken;
  }
  if (variable === undefined) return true;
  if (slot.value.rawValue.value !== undefined) {
    const message = '`sasToken` has both `environmentVariable` and `rawValue`; the environment variable is used.';
    reader.report(problem('warning', 'AZ1147', slot.place, message));
  }
  if ((env[variable] ?? '').trim() !== '') return true;
  // A token pasted in place of a variable's name must not be repeated.
  const known = /^[A-Za-z_][A-Za-z0-9_]*$/.test(variable);
  const message = `The environment variable ${known ? `\`${variable}\`` : 'of `sasToken`'} is not set or is blank.`;
  return !reject(reader, 'AZ1148', slot.value.environmentVariable.place, message, known ? { found: variable } : {})
    .broken;
}

function tokenOf(slot: Slot<unknown>, env: Environment): Secret | undefined {
  if (!isToken(slot.value)) return undefined;
  const variable = slot.value.environmentVariable.value;
  const raw = slot.value.rawValue.value ?? '';
  return secret(() => (variable === undefined ? raw : (env[variable] ?? '')));
}
