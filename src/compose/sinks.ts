import type { Logger } from 'pino';
import type { Clock } from '../core/clock.ts';
import { publicClouds } from '../core/clouds.ts';
import type { Declaration } from '../core/declaration.ts';
import type { AuthenticationConfig, RuntimeConfig } from '../core/runtime-config.ts';
import { createHub, type Hub } from '../sinks/hub/hub.ts';
import type { TokenReader } from '../sinks/remote-write/ports.ts';
import type { OwnRegistry } from '../telemetry/registry.ts';
import { createSinkLog } from '../telemetry/sink-log.ts';
import { sinkMetrics } from '../telemetry/sink-metrics.ts';

export interface SinksInput {
  readonly runtime: RuntimeConfig;
  readonly declaration: Pick<Declaration, 'cloud'>;
  readonly logger: Logger;
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly version: string;
  /** True for commands that only print: they push nothing. */
  readonly scrapedOnly?: boolean;
}

/** What sinks need of the core that they serve. */
export interface SinkSurroundings {
  /** Where their metrics are kept. */
  readonly registry: OwnRegistry;
  /** Tokens of an identity; undefined: the one that scrapes. */
  readonly tokensFor: (identity: AuthenticationConfig | undefined) => TokenReader;
}

/** The sinks that are pushed to, with their queues and the progress of remote write; undefined without any. */
export function composeSinks(input: SinksInput, { registry, tokensFor }: SinkSurroundings): Hub | undefined {
  const { clock, random, version, runtime } = input;
  if (input.scrapedOnly === true || Object.keys(runtime.sinks).length === 0) return undefined;
  const log = createSinkLog(input.logger);
  const measure = sinkMetrics(registry);
  return createHub({
    config: runtime.sinks,
    clock,
    random,
    version,
    remoteWrite: { historyMs: runtime.azureMonitor.historyMs, scope: scopeOf(input), tokens: readersOf(tokensFor) },
    observe: (event) => {
      measure(event);
      log(event);
    },
  });
}

function scopeOf({ declaration }: Pick<SinksInput, 'declaration'>): string {
  return declaration.cloud.workspaceScope ?? publicClouds.Global.workspaceScope;
}

/** One reader for each identity, so that a token is kept from request to request. */
function readersOf(tokensFor: SinkSurroundings['tokensFor']): SinkSurroundings['tokensFor'] {
  const readers = new Map<AuthenticationConfig | undefined, TokenReader>();
  return (identity) => {
    const known = readers.get(identity) ?? tokensFor(identity);
    readers.set(identity, known);
    return known;
  };
}
