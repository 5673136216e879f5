import { problemsAsJson, problemsAsText } from '../../config/problem.ts';
import type { Command } from '../command.ts';
import { load } from '../configuration.ts';
import { formatFlag, isSet, oneOf } from '../options.ts';

export const validateCommand: Command = {
  name: 'validate',
  summary: 'report every problem of all configuration files',
  flags: {
    strict: { type: 'boolean', help: 'warnings make the configuration invalid too' },
    ...formatFlag,
  },
  async run(input) {
    const loaded = load(input);
    const strict = isSet(input.given, 'strict');
    const format = oneOf(input.given, 'format', ['text', 'json']) ?? 'text';
    const print = format === 'json' ? problemsAsJson : problemsAsText;
    await input.io.out(print(loaded.problems, loaded.files, strict));
    if (loaded.refusal !== undefined && loaded.refusal.exitCode !== 2) {
      input.io.err(`${loaded.refusal.message}\n`);
      return loaded.refusal.exitCode;
    }
    const invalid = loaded.problems.some(({ severity }) => strict || severity === 'error');
    return invalid ? 2 : 0;
  },
};
