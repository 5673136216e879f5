import { differencesAsJson, differencesAsText, findDifferences } from '../../config/differences/find.ts';
import { nodeFileSystem } from '../../config/file-system.ts';
import type { LoadedConfiguration } from '../../config/load.ts';
import { problemsAsJson, problemsAsText } from '../../config/problem.ts';
import type { Command } from '../command.ts';
import { load } from '../configuration.ts';
import { formatFlag, isSet, oneOf } from '../options.ts';

export const validateCommand: Command = {
  name: 'validate',
  summary: 'report every problem of all configuration files',
  flags: {
    strict: { type: 'boolean', help: 'warnings make the configuration invalid too' },
    'report-differences': {
      type: 'boolean',
      help: 'list instead where Azimuth differs from Promitor with these files',
    },
    ...formatFlag,
  },
  async run(input) {
    const { given, io } = input;
    const loaded = load(input);
    const strict = isSet(given, 'strict');
    const asJson = oneOf(given, 'format', ['text', 'json']) === 'json';
    const invalid = loaded.problems.some(({ severity }) => strict || severity === 'error');
    if (isSet(given, 'report-differences')) {
      const differences = findDifferences(loaded, nodeFileSystem, io.env);
      await io.out((asJson ? differencesAsJson : differencesAsText)(differences));
      if (invalid) io.err('The configuration has problems, too: run azimuth validate without --report-differences.\n');
    } else {
      await io.out((asJson ? problemsAsJson : problemsAsText)(loaded.problems, loaded.files, strict));
    }
    const exitCode = missingExitCode(loaded);
    if (exitCode === undefined) return invalid ? 2 : 0;
    io.err(`${loaded.refusal?.message ?? ''}\n`);
    return exitCode;
  },
};

/** Exit code when the folder or a file is missing. */
function missingExitCode({ refusal }: LoadedConfiguration): 3 | 4 | undefined {
  return refusal === undefined || refusal.exitCode === 2 ? undefined : refusal.exitCode;
}
