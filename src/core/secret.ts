import { inspect } from 'node:util';

/** A value that must never be printed. Only `reveal` gives it away; every way of turning it to text gives `***`. */
export interface Secret {
  /** The value now; read at each use, so that a rotated secret is picked up. Empty when it is not set. */
  reveal(): string;
  toString(): string;
  toJSON(): string;
}

export function secret(read: () => string): Secret {
  const hidden = (): string => '***';
  const value = { reveal: read, toString: hidden, toJSON: hidden };
  Object.defineProperty(value, inspect.custom, { value: hidden, enumerable: false });
  return value;
}
