import type { Io } from './io.ts';
import type { Flags, Given } from './options.ts';

export interface CommandInput {
  readonly given: Given;
  /** Words after the command that are not flags. */
  readonly words: readonly string[];
  readonly io: Io;
  readonly version: string;
}

/** One command: its flags beside the common ones, and what it does. The result is the exit code. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** Words that it takes, for the usage line. */
  readonly words?: string;
  readonly flags: Flags;
  run(input: CommandInput): Promise<number>;
}
