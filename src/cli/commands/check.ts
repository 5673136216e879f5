import { isFine, reportAsJson, reportAsText } from '../../check/report.ts';
import type { Command } from '../command.ts';
import { accept, load, loggerFor } from '../configuration.ts';
import { formatFlag, oneOf } from '../options.ts';
import { printingCore } from '../printing-core.ts';

const somethingMissing = 6;

export const checkCommand: Command = {
  name: 'check',
  summary: 'try what the identity may read, and say which role is missing where',
  flags: formatFlag,
  async run(input) {
    const format = oneOf(input.given, 'format', ['text', 'json']) ?? 'text';
    const loaded = load(input);
    const logger = loggerFor(input, loaded.runtime);
    const runnable = accept(loaded, logger);
    if (typeof runnable === 'number') return runnable;
    const core = printingCore({ ...runnable, logger, version: input.version });
    try {
      const { signal } = new AbortController();
      // What discovery finds is read too; what it fails for is told by the row of Resource Graph.
      await core.discovery()?.lists.refresh(signal);
      await core.planner.prepare();
      const rows = await core.check(signal);
      await input.io.out(format === 'json' ? reportAsJson(rows) : reportAsText(rows));
      return isFine(rows) ? 0 : somethingMissing;
    } finally {
      await core.close();
    }
  },
};
