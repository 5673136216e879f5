import { isNothing, type MapEntry, type MapNode, memberPath, type Place, type YamlNode } from './node.ts';
import { type Problem, problem } from './problem.ts';
import {
  absent,
  type Field,
  fieldName,
  type JsonSchema,
  present,
  type Reader,
  type Slot,
  type Spec,
  wrongStructure,
} from './spec.ts';
import { didYouMean, nearest } from './suggest.ts';

export type Fields = Readonly<Record<string, Field<unknown>>>;

/** The slots of a mapping, one per field of its table. */
export type ValuesOf<F extends Fields> = { readonly [K in keyof F]: Slot<F[K] extends Field<infer T> ? T : never> };

export interface ObjectSpec<F extends Fields> extends Spec<ValuesOf<F>> {
  readonly fields: F;
  /** What an absent mapping amounts to: every field absent or at its default. */
  empty(place: Place): ValuesOf<F>;
}

export interface ObjectOptions {
  /** Unknown keys are not quoted, because a secret may stand in their place. */
  readonly secret?: boolean;
  /** A text in place of the mapping is ignored with a warning, where Promitor ignores it. */
  readonly lenient?: boolean;
  /** What unknown keys are advised to be, where Promitor had another name. */
  readonly hints?: Readonly<Record<string, string>>;
}

/** A mapping with known fields. Unknown ones are warnings with suggestions, missing required ones errors. */
export function object<F extends Fields>(fields: F, options: ObjectOptions = {}): ObjectSpec<F> {
  return {
    fields,
    empty: (place) =>
      slotsOf(fields, (name) => emptySlot(fields[name], { at: place.at, path: memberPath(place.path, name) })),
    read: (node, path, reader) => readObject(fields, options, node, path, reader),
    schema: () => objectSchema(fields),
  };
}

/** A mapping that is always there: without it every field has its default. */
export function section<F extends Fields>(spec: ObjectSpec<F>, about: string): Field<ValuesOf<F>> {
  return { spec, about, required: false, fallback: (place) => spec.empty(place) };
}

function slotsOf<F extends Fields>(fields: F, slot: (name: string) => Slot<unknown>): ValuesOf<F> {
  // The table decides the type of every slot; the compiler cannot follow it through Object.fromEntries.
  return Object.fromEntries(Object.keys(fields).map((name) => [name, slot(name)])) as ValuesOf<F>;
}

function emptySlot(field: Field<unknown> | undefined, place: Place): Slot<unknown> {
  return { ...absent(place), value: field?.fallback(place) };
}

function readObject<F extends Fields>(
  fields: F,
  options: ObjectOptions,
  node: YamlNode,
  path: string,
  reader: Reader,
): Slot<ValuesOf<F> | undefined> {
  const place = { at: node.at, path };
  if (isNothing(node)) return absent(place, true);
  if (node.kind === 'scalar' && options.lenient) {
    const message = `${fieldName(path)} must be a mapping; the text in its place is ignored.`;
    reader.report(problem('warning', 'AZ1020', place, message));
    return absent(place, true);
  }
  if (node.kind !== 'map') return wrongStructure(node, path, 'map', reader);
  const { entries, misspelled } = assignEntries(fields, options, node, path, reader);
  const slots = slotsOf(fields, (name) => {
    const wrong = misspelled.get(name);
    if (wrong !== undefined) return readMisspelled(name, fields[name], wrong, place, reader);
    return readField(fields[name], entries.get(name), memberPath(path, name), place, reader);
  });
  const broken = Object.values(slots).some((slot: Slot<unknown>) => slot.broken);
  return { ...present(slots, place), broken };
}

interface AssignedEntries {
  readonly entries: ReadonlyMap<string, MapEntry>;
  /** Entries whose key is a near miss of a field that is needed and absent. */
  readonly misspelled: ReadonlyMap<string, MapEntry>;
}

function assignEntries(
  fields: Fields,
  options: ObjectOptions,
  node: MapNode,
  path: string,
  reader: Reader,
): AssignedEntries {
  const names = Object.keys(fields);
  const entries = new Map<string, MapEntry>();
  const misspelled = new Map<string, MapEntry>();
  const unknown: MapEntry[] = [];
  for (const entry of node.entries) {
    const name = reader.exactCase
      ? names.find((candidate) => candidate === entry.key)
      : names.find((candidate) => candidate.toLowerCase() === entry.key.toLowerCase());
    if (name === undefined) unknown.push(entry);
    else if (!entries.has(name)) entries.set(name, entry);
    else {
      const place = { at: entry.keyAt, path: memberPath(path, entry.key) };
      const message = `The key \`${entry.key}\` was already given in line ${entries.get(name)?.keyAt.line}.`;
      reader.report(problem('error', 'AZ1002', place, message, { found: entry.key }));
    }
  }
  for (const entry of unknown) {
    const intended = options.secret ? undefined : nearest(entry.key, names)[0];
    const field = intended === undefined ? undefined : fields[intended];
    const free = intended !== undefined && !entries.has(intended) && !misspelled.has(intended);
    // That the field is missing would only follow from the misspelling; the two are one mistake.
    if (free && (field?.required || field?.expected)) misspelled.set(intended, entry);
    else reader.report(unknownEntry(entry, names, options, path, reader));
  }
  return { entries, misspelled };
}

/** Reports the key, and what is wrong below it too; the value is broken whatever it is. */
function readMisspelled(
  name: string,
  field: Field<unknown> | undefined,
  { key, keyAt, value }: MapEntry,
  parent: Place,
  reader: Reader,
): Slot<unknown> {
  const path = memberPath(parent.path, name);
  const message = `Required field \`${name}\` is missing${insideOf(parent)}: \`${key}\` is not known; did you mean \`${name}\`?`;
  reader.report(problem('error', 'AZ1011', { at: keyAt, path }, message, { found: key, suggestions: [name] }));
  return { ...readField(field, { key, keyAt, value }, path, parent, reader), broken: true, misspelled: true };
}

function insideOf(parent: Place): string {
  return parent.path === '' ? '' : ` in ${fieldName(parent.path)}`;
}

function unknownEntry(
  { key, keyAt }: MapEntry,
  names: readonly string[],
  options: ObjectOptions,
  path: string,
  { refuseUnknown }: Reader,
): Problem {
  const item = unknownField(key, names, options, { at: keyAt, path: memberPath(path, key) });
  if (!refuseUnknown) return item;
  return { ...item, severity: 'error', message: item.message.replace(' is ignored', ' is refused') };
}

function unknownField(key: string, names: readonly string[], options: ObjectOptions, place: Place) {
  if (options.secret) {
    const message = `An unknown field is ignored; known are ${names.map((name) => `\`${name}\``).join(', ')}.`;
    return problem('warning', 'AZ1010', { ...place, path: place.path.replace(/\.[^.]*$/, '') }, message);
  }
  if (key === '<<') {
    const message = 'Merge keys (`<<`) are not applied; repeat the fields, or use an alias for a whole value.';
    return problem('warning', 'AZ1010', place, message, { found: key });
  }
  const suggestions = nearest(key, names);
  const hints = options.hints ?? {};
  const advice = (Object.hasOwn(hints, key) ? hints[key] : undefined) ?? didYouMean(suggestions);
  const message = `Unknown field \`${key}\` is ignored${advice === '' ? '.' : `; ${advice}`}`;
  return problem('warning', 'AZ1010', place, message, { found: key, suggestions });
}

function readField(
  field: Field<unknown> | undefined,
  entry: MapEntry | undefined,
  path: string,
  parent: Place,
  reader: Reader,
): Slot<unknown> {
  if (field === undefined) return absent(parent);
  if (entry === undefined) {
    const place = { at: parent.at, path };
    if (!field.required) return emptySlot(field, place);
    reader.report(
      problem('error', 'AZ1011', place, `Required field ${fieldName(path)} is missing${insideOf(parent)}.`),
    );
    return { ...absent(place), broken: true };
  }
  const slot = field.spec.read(entry.value, path, reader);
  if (slot.value !== undefined) return slot;
  if (!slot.broken && field.required) {
    reader.report(problem('error', 'AZ1018', slot.place, `${fieldName(path)} must not be blank.`));
    return { ...slot, broken: true };
  }
  return { ...slot, value: field.fallback(slot.place) };
}

function objectSchema(fields: Fields): JsonSchema {
  const properties = Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [
      name,
      {
        description: field.about,
        ...field.spec.schema(),
        ...(isJson(field.shown) ? { default: field.shown } : {}),
      },
    ]),
  );
  const names = Object.keys(fields).filter((name) => fields[name]?.required);
  return {
    type: 'object',
    properties,
    ...(names.length > 0 ? { required: names } : {}),
    additionalProperties: false,
  };
}

function isJson(value: unknown): boolean {
  return ['string', 'boolean'].includes(typeof value) || (typeof value === 'number' && Number.isFinite(value));
}
