import { parseArgs } from 'node:util';
import type { LogLevel } from '../core/runtime-config.ts';

/** A flag of the command line. */
interface Flag {
  readonly type: 'string' | 'boolean';
  /** Placeholder of the value in the help text. */
  readonly value?: string;
  readonly help: string;
}

export type Flags = Readonly<Record<string, Flag>>;

/** Values of the flags that were given. */
export type Given = Readonly<Record<string, string | boolean | undefined>>;

export const commonFlags = {
  'config-folder': { type: 'string', value: 'DIR', help: 'folder of runtime.yaml and the metrics declaration' },
  'log-format': { type: 'string', value: 'text|json', help: 'form of the log on standard error (default: text)' },
  'log-level': { type: 'string', value: 'LEVEL', help: 'Trace, Debug, Information, Warning, Error, Critical or None' },
  help: { type: 'boolean', help: 'show this help' },
  version: { type: 'boolean', help: 'show the version' },
} as const satisfies Flags;

export const formatFlag = {
  format: { type: 'string', value: 'text|json', help: 'form of the output (default: text)' },
} as const satisfies Flags;

/** The command line does not fit; the message says how. */
export class UsageError extends Error {}

export function parseFlags(args: readonly string[], flags: Flags): { given: Given; words: string[] } {
  const options = Object.fromEntries(Object.entries(flags).map(([name, { type }]) => [name, { type }]));
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    return { given: values as Given, words: positionals };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

export function text(given: Given, name: string): string | undefined {
  const value = given[name];
  return typeof value === 'string' ? value : undefined;
}

export function isSet(given: Given, name: string): boolean {
  return given[name] === true;
}

/** A port from 0 (any free one) to 65535. */
export function port(given: Given, name: string): number | undefined {
  const value = text(given, name);
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!/^\d+$/.test(value) || number > 65_535)
    throw new UsageError(`--${name} takes a port from 0 to 65535, not ${value}`);
  return number;
}

export function oneOf<T extends string>(given: Given, name: string, allowed: readonly T[]): T | undefined {
  const value = text(given, name);
  if (value === undefined) return undefined;
  const found = allowed.find((candidate) => candidate.toLowerCase() === value.toLowerCase());
  if (found === undefined) throw new UsageError(`--${name} takes ${allowed.join(', ')}, not ${value}`);
  return found;
}

const levels = ['Trace', 'Debug', 'Information', 'Warning', 'Error', 'Critical', 'None'] as const;

export function logLevel(given: Given): LogLevel | undefined {
  return oneOf(given, 'log-level', levels);
}
