/** Thrown by readers: the answer is not of the expected form. The message says what was missing where. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

export type Json = Readonly<Record<string, unknown>>;

/** The JSON object that a body holds; throws {@link Unreadable} for anything else. */
export function parseBody(body: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new Unreadable(describeText(body));
  }
  return asObject(value, 'the answer');
}

/** `of`: whose it is, apart because texts for failures that hardly ever happen would be made for every series. */
export function asObject(value: unknown, what: string, of?: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Unreadable(`${named(what, of)} is no object`);
  return value as Json;
}

export function asArray(value: unknown, what: string, of?: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Unreadable(`${named(what, of)} is no list`);
  return value;
}

function named(what: string, of: string | undefined): string {
  return of === undefined ? what : `${what} of ${of}`;
}

export function asText(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new Unreadable(`${what} is no text`);
  return value;
}

/** A name as Azure writes it: `{value, localizedValue}`, in newer APIs the bare text. */
export function asName(value: unknown, what: string): string {
  return typeof value === 'string' ? value : asText(asObject(value, what)['value'], `${what}.value`);
}

export function optionalText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function describeText(body: string): string {
  const text = body.trim();
  if (text === '') return 'its body is empty';
  if (text.startsWith('<')) return 'it is a page instead of JSON';
  return /^[[{]/.test(text) ? `its JSON is broken or breaks off (${body.length} characters)` : 'it is no JSON';
}
