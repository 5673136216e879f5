import { Writable } from 'node:stream';
import type { ExpositionResponse } from '../../http/ports.ts';
import type { Command } from '../command.ts';
import { accept, load, loggerFor } from '../configuration.ts';
import { text, UsageError } from '../options.ts';
import { printingCore } from '../printing-core.ts';

export const scrapeCommand: Command = {
  name: 'scrape',
  summary: 'scrape everything once and print the exposition text',
  flags: { metric: { type: 'string', value: 'NAME', help: 'only this metric of the declaration' } },
  async run(input) {
    const loaded = load(input);
    const logger = loggerFor(input, loaded.runtime);
    const runnable = accept(loaded, logger);
    if (typeof runnable === 'number') return runnable;
    const { runtime } = runnable;
    const only = text(input.given, 'metric');
    const metrics = runnable.declaration.metrics.filter(({ name }) => only === undefined || name === only);
    if (only !== undefined && metrics.length === 0) throw new UsageError(`the declaration has no valid metric ${only}`);
    const core = printingCore({
      runtime,
      declaration: { ...runnable.declaration, metrics },
      logger,
      version: input.version,
    });
    try {
      const stop = new AbortController();
      await core.discovery()?.lists.refresh(stop.signal);
      const unknown =
        core
          .discovery()
          ?.lists.groups()
          .some(({ problem }) => problem !== undefined) ?? false;
      const { schedules } = core.planner.current();
      const results = await Promise.all(schedules.map(({ cron }) => core.run(cron, 'start', stop.signal)));
      await core.exposition().serve(
        {},
        collector((chunk) => input.io.out(chunk)),
      );
      return unknown || results.some(({ failed }) => failed > 0) ? 5 : 0;
    } finally {
      await core.close();
    }
  },
};

/** A response without headers, whose body goes to standard output. */
function collector(write: (chunk: string) => Promise<void>): ExpositionResponse {
  const headers = { headersSent: false, setHeader: () => undefined, removeHeader: () => undefined };
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      write(chunk.toString('utf8')).then(() => done(), done);
    },
  });
  return Object.assign(stream, headers);
}
