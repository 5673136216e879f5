import type { Command } from '../command.ts';
import { load } from '../configuration.ts';
import { text } from '../options.ts';

const timeoutMs = 5_000;

export const healthCommand: Command = {
  name: 'health',
  summary: 'ask a running exporter whether it is alive (for container health checks)',
  flags: {
    url: { type: 'string', value: 'URL', help: 'base URL (default: http://127.0.0.1 with the configured port)' },
  },
  async run(input) {
    const base = text(input.given, 'url') ?? `http://127.0.0.1:${load(input).runtime?.server.httpPort ?? 8888}`;
    try {
      const answer = await fetch(new URL('/-/healthy', base), { signal: AbortSignal.timeout(timeoutMs) });
      await input.io.out(await answer.text());
      return answer.ok ? 0 : 1;
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      input.io.err(`${base} does not answer: ${cause}\n`);
      return 1;
    }
  },
};
