import { isMap, isScalar, type Pair, parseDocument, type YAMLMap } from 'yaml';

/** A part of the schema of the chart's values. */
export interface ValuesSchema {
  readonly description?: string;
  readonly type: string | readonly string[];
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, ValuesSchema>>;
  readonly additionalProperties?: boolean;
  readonly propertyNames?: { readonly enum: readonly string[] };
  readonly required?: readonly string[];
}

/**
 * Schema of the chart's values, from `values.yaml` alone: its comments are the descriptions and its defaults give the
 * types. A line `@type a|b` names the types where the default does not show them, `@open` lets a section take more keys
 * than it shows. A mapping in braces is a value whose keys are free. Null leaves a value out, as everywhere in Helm,
 * but a section cannot be null, because the templates look into it.
 */
export function valuesSchema(source: string): ValuesSchema {
  const { contents } = parseDocument(source);
  if (!isMap(contents)) throw new Error('values.yaml holds no mapping');
  return sectionSchema(contents, false);
}

function sectionSchema(map: YAMLMap, isOpen: boolean): ValuesSchema {
  const entries = map.items.map((pair, index) => [String(pair.key), pairSchema(pair, index === 0 ? map : undefined)]);
  const properties = Object.fromEntries(entries) as Record<string, ValuesSchema>;
  const required = Object.keys(properties).filter((key) => properties[key]?.properties !== undefined);
  return {
    type: 'object',
    properties,
    // Both of them: one names the place of an unknown key, the other lists the known ones.
    ...(isOpen ? {} : { additionalProperties: false, propertyNames: { enum: Object.keys(properties) } }),
    ...(required.length === 0 ? {} : { required }),
  };
}

function pairSchema({ key, value }: Pair, first: YAMLMap | undefined): ValuesSchema {
  // The parser gives the comment above the first key to the mapping.
  const own = isScalar(key) ? key.commentBefore : undefined;
  const { description, types, isOpen } = readComment(own ?? first?.commentBefore ?? '');
  const said = description === '' ? {} : { description };
  if (isMap(value) && value.flow !== true) return { ...said, ...sectionSchema(value, isOpen) };
  const fallback: unknown = isMap(value) || !isScalar(value) ? toPlain(value) : value.value;
  const all = [...(types ?? [typeOf(fallback)]), 'null'];
  return { ...said, type: all, ...(fallback === null ? {} : { default: fallback }) };
}

function toPlain(node: unknown): unknown {
  return (node as { toJSON(): unknown }).toJSON();
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (value === null) throw new Error('a value without a default needs @type');
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

/** The text of a comment and its marks; a blank line ends what belongs to something above. */
function readComment(comment: string): { description: string; types?: string[]; isOpen: boolean } {
  const lines = (comment.split('\n\n').at(-1) ?? '').split('\n').map((line) => line.trim());
  const types = lines.find((line) => line.startsWith('@type '))?.slice('@type '.length);
  const description = lines.filter((line) => !line.startsWith('@')).join(' ');
  return {
    description,
    ...(types === undefined ? {} : { types: types.split('|').map((one) => one.trim()) }),
    isOpen: lines.includes('@open'),
  };
}

/** Rows of the page of values: path, type, default, meaning. */
export function valueRows(schema: ValuesSchema, path = ''): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const key = path === '' ? name : `${path}.${name}`;
    if (field.properties !== undefined) return valueRows(field, key);
    const types = [field.type].flat().filter((type) => type !== 'null');
    const fallback = field.default === undefined || field.default === '' ? '' : `\`${JSON.stringify(field.default)}\``;
    return [[`\`${key}\``, types.join(' or '), fallback, field.description ?? '']];
  });
}
