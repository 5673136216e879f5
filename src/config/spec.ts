import { isNothing, memberPath, type Place, type YamlNode } from './node.ts';
import { type Problem, type ProblemCode, type ProblemDetails, problem } from './problem.ts';

/** A JSON Schema, or a part of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What reading needs to know beside the node. */
export interface Reader {
  /** The declaration compares keys and enums with their case, the runtime file without (both as Promitor does). */
  readonly exactCase: boolean;
  /** Unknown fields are errors: where one that is not heeded would leave a door open. */
  readonly refuseUnknown?: boolean;
  report(item: Problem): void;
}

/** What came of one field. */
export interface Slot<T> {
  /** Undefined when absent, and when broken without a default. */
  readonly value: T;
  /** An error was reported about it; what follows from its absence is no further mistake. */
  readonly broken: boolean;
  /** Read from a key that is a near miss; good for finding more mistakes and for nothing else. */
  readonly misspelled?: boolean;
  /** The key was there, whatever stood behind it. */
  readonly written: boolean;
  /** Of the value; of the enclosing mapping when the key was not there. */
  readonly place: Place;
}

/**
 * Shape of a value: how it is read and how an editor is told about it, in one object, so that reading, suggestions
 * and JSON Schema cannot drift apart.
 */
export interface Spec<T> {
  read(node: YamlNode, path: string, reader: Reader): Slot<T | undefined>;
  schema(): JsonSchema;
}

/** One field of a mapping. `T` includes undefined unless there is a default. */
export interface Field<T> {
  readonly spec: Spec<unknown>;
  /** One sentence for docs and editors. */
  readonly about: string;
  readonly required: boolean;
  /** Needed under conditions that other rules know; a near miss of its name is an error and not a warning. */
  readonly expected?: boolean;
  /** Value when the field is absent. */
  readonly fallback: (place: Place) => T;
  /** The default as a user would write it. */
  readonly shown?: unknown;
}

export function required<T>(spec: Spec<T>, about: string): Field<T | undefined> {
  return { spec, about, required: true, fallback: () => undefined };
}

export function optional<T>(spec: Spec<T>, about: string): Field<T | undefined> {
  return { spec, about, required: false, fallback: () => undefined };
}

export function expected<T>(spec: Spec<T>, about: string): Field<T | undefined> {
  return { ...optional(spec, about), expected: true };
}

export function defaulted<T>(spec: Spec<T>, about: string, value: T, shown: unknown = value): Field<T> {
  return { spec, about, required: false, fallback: () => value, shown };
}

export function absent(place: Place, written = false): Slot<undefined> {
  return { value: undefined, broken: false, written, place };
}

export function present<T>(value: T, place: Place): Slot<T> {
  return { value, broken: false, written: true, place };
}

/** Reports an error and gives the slot of a value that cannot be used. */
export function reject(
  reader: Reader,
  code: ProblemCode,
  place: Place,
  message: string,
  details?: ProblemDetails,
): Slot<undefined> {
  reader.report(problem('error', code, place, message, details));
  return { value: undefined, broken: true, written: true, place };
}

/** Last name of a path in backticks, for messages: `metrics[3].resources[0].namespace` gives `` `namespace` ``. */
export function fieldName(path: string): string {
  const name = path.split('.').at(-1) ?? '';
  return name === '' ? 'The file' : `\`${name}\``;
}

const kinds = { scalar: 'a text', map: 'a mapping', list: 'a list' } as const;

/** The text itself is not quoted: what stands in the wrong place may be a secret. */
export function wrongStructure(
  node: YamlNode,
  path: string,
  wanted: 'scalar' | 'map' | 'list',
  reader: Reader,
): Slot<undefined> {
  const message = `${fieldName(path)} must be ${kinds[wanted]}, not ${kinds[node.kind]}.`;
  return reject(reader, 'AZ1019', { at: node.at, path }, message);
}

/** A list of values of one shape. Elements that are nothing are kept as absent slots, so that indexes stay true. */
export function list<T>(element: Spec<T>): Spec<readonly Slot<T | undefined>[]> {
  return {
    read(node, path, reader) {
      const place = { at: node.at, path };
      if (isNothing(node)) return absent(place, true);
      if (node.kind !== 'list') return wrongStructure(node, path, 'list', reader);
      const slots = node.items.map((item, index) => element.read(item, memberPath(path, index), reader));
      return { ...present(slots, place), broken: slots.some((slot) => slot.broken) };
    },
    schema: () => ({ type: 'array', items: element.schema() }),
  };
}

export interface TextEntry {
  readonly name: string;
  readonly value: string;
  readonly place: Place;
}

/** A mapping of free names to texts. */
export function textMap(): Spec<readonly TextEntry[]> {
  return {
    read(node, path, reader) {
      const place = { at: node.at, path };
      if (isNothing(node)) return absent(place, true);
      if (node.kind !== 'map') return wrongStructure(node, path, 'map', reader);
      let broken = false;
      const entries: TextEntry[] = [];
      for (const { key, keyAt, value } of node.entries) {
        const own = memberPath(path, key);
        if (value.kind === 'scalar') entries.push({ name: key, value: value.text, place: { at: keyAt, path: own } });
        else broken = wrongStructure(value, own, 'scalar', reader).broken;
      }
      return { ...present(entries, place), broken };
    },
    schema: () => ({ type: 'object', additionalProperties: { type: ['string', 'number', 'boolean', 'null'] } }),
  };
}

/** A value whose shape depends on another field; it is read later. */
export function deferred(schema: JsonSchema): Spec<YamlNode> {
  return {
    read: (node, path) =>
      isNothing(node) ? absent({ at: node.at, path }, true) : present(node, { at: node.at, path }),
    schema: () => schema,
  };
}
