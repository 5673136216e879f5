import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { text as textOf } from 'node:stream/consumers';
import type { Command, CommandInput } from '../command.ts';
import { load } from '../configuration.ts';
import { text, UsageError } from '../options.ts';

const timeoutMs = 5_000;

export const healthCommand: Command = {
  name: 'health',
  summary: 'ask a running exporter whether it is alive (for container health checks)',
  flags: {
    url: { type: 'string', value: 'URL', help: 'base URL (default: 127.0.0.1 with the configured port)' },
  },
  async run(input) {
    const given = text(input.given, 'url');
    const base = given ?? ownAddress(input);
    if (!URL.canParse(base) || !/^https?:/.test(base))
      throw new UsageError(`--url takes a URL such as http://127.0.0.1:8888, not ${base}`);
    try {
      const answer = await ask(new URL('/-/healthy', base), given !== undefined);
      await input.io.out(await textOf(answer));
      return answer.statusCode === 200 ? 0 : 1;
    } catch (error) {
      input.io.err(`${base} does not answer: ${error instanceof Error ? error.message : String(error)}\n`);
      return 1;
    }
  },
};

function ownAddress(input: CommandInput): string {
  const { runtime, web } = load(input);
  return `${web?.tls === undefined ? 'http' : 'https'}://127.0.0.1:${runtime?.server.httpPort ?? 8888}`;
}

/** The certificate of this very machine's exporter is for its outer name, which 127.0.0.1 is not; so it is not checked. */
function ask(url: URL, checkCertificate: boolean): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const outgoing =
      url.protocol === 'https:'
        ? requestTls(url, { agent: false, rejectUnauthorized: checkCertificate, signal }, resolve)
        : requestPlain(url, { agent: false, signal }, resolve);
    outgoing.on('error', (error) =>
      reject(signal.aborted ? new Error(`no answer within ${timeoutMs / 1000} s`) : error),
    );
    outgoing.end();
  });
}
