import { ok } from '../../core/outcome.ts';
import type { RemoteWriteSinkConfig } from '../../core/runtime-config.ts';
import type { Authorization, TokenReader } from './ports.ts';

/** What a receiver is told of who we are. Secrets are read at each request. `entra` is needed for that kind alone. */
export function createAuthorization(
  config: RemoteWriteSinkConfig['authentication'],
  entra?: { readonly tokens: TokenReader; readonly scope: string },
): Authorization {
  switch (config.kind) {
    case 'none':
      return withHeader(() => undefined);
    case 'bearer':
      return withHeader(() => `Bearer ${config.token.reveal()}`);
    case 'basic':
      return withHeader(() => {
        const pair = Buffer.from(`${config.username}:${config.password.reveal()}`);
        return `Basic ${pair.toString('base64')}`;
      });
    case 'entra':
      if (entra === undefined) throw new Error('a source of tokens is needed');
      return withTokens(config.scope ?? entra.scope, entra.tokens);
  }
}

function withHeader(header: () => string | undefined): Authorization {
  return { header: () => Promise.resolve(ok(header())), refused: () => undefined };
}

function withTokens(scope: string, tokens: TokenReader): Authorization {
  return {
    async header(signal) {
      const outcome = await tokens.get(scope, signal);
      return outcome.kind === 'ok' ? ok(`Bearer ${outcome.value}`) : outcome;
    },
    refused: (header) => tokens.renew(header),
  };
}
