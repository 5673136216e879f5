import type { Logger } from 'pino';
import type { Clock } from './core/clock.ts';
import { publicClouds } from './core/clouds.ts';
import type { Declaration } from './core/declaration.ts';
import type { AuthenticationConfig, RuntimeConfig } from './core/runtime-config.ts';
import { createHub, type Hub } from './sinks/hub/hub.ts';
import type { TokenReader } from './sinks/remote-write/ports.ts';
import type { OwnRegistry } from './telemetry/registry.ts';
import { createSinkLog } from './telemetry/sink-log.ts';
import { sinkMetrics } from './telemetry/sink-metrics.ts';

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

/**
 * The sinks that are pushed to, with their queues and the progress of remote write. They may outlive the core that
 * they serve: whoever replaces a core passes them on while {@link fits} holds, and stops them otherwise.
 */
export interface ComposedSinks extends Hub {
  /** Serves a core from now on; to be called before the first run of it. */
  attach(around: SinkSurroundings): void;
  /** True when a configuration asks for these very sinks. */
  fits(input: Pick<SinksInput, 'runtime' | 'declaration'>): boolean;
}

/** Undefined without a sink to push to. */
export function composeSinks(input: SinksInput): ComposedSinks | undefined {
  const { clock, random, version, runtime } = input;
  if (input.scrapedOnly === true || Object.keys(runtime.sinks).length === 0) return undefined;
  const own = fingerprint(input);
  const log = createSinkLog(input.logger);
  let tokens = noTokens;
  let measure: ReturnType<typeof sinkMetrics> = () => undefined;
  const hub = createHub({
    config: runtime.sinks,
    clock,
    random,
    version,
    remoteWrite: {
      historyMs: runtime.azureMonitor.historyMs,
      scope: scopeOf(input),
      tokens: (identity) => ({
        get: (scope, signal) => tokens(identity).get(scope, signal),
        renew: (authorization) => tokens(identity).renew(authorization),
      }),
    },
    observe: (event) => {
      measure(event);
      log(event);
    },
  });
  return {
    ...hub,
    attach({ registry, tokensFor }) {
      measure = sinkMetrics(registry);
      tokens = readersOf(tokensFor);
    },
    fits: (other) => fingerprint(other) === own,
  };
}

function scopeOf({ declaration }: Pick<SinksInput, 'declaration'>): string {
  return declaration.cloud.workspaceScope ?? publicClouds.Global.workspaceScope;
}

/** Everything that a hub is made of, secrets as they are now; it is compared and never shown. */
function fingerprint(input: Pick<SinksInput, 'runtime' | 'declaration'>): string {
  const { sinks, azureMonitor } = input.runtime;
  return JSON.stringify([revealed(sinks), azureMonitor.historyMs, scopeOf(input)]);
}

function revealed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('reveal' in value && typeof value.reveal === 'function') return [value.reveal()];
  if (Array.isArray(value)) return value.map(revealed);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, revealed(member)]));
}

const noTokens: SinkSurroundings['tokensFor'] = () => ({
  get: () => Promise.resolve({ kind: 'retry', error: { code: 'AZ3006', message: 'No core is there yet.' } }),
  renew: () => undefined,
});

/** One reader for each identity, so that a token is kept from request to request. */
function readersOf(tokensFor: SinkSurroundings['tokensFor']): SinkSurroundings['tokensFor'] {
  const readers = new Map<AuthenticationConfig | undefined, TokenReader>();
  return (identity) => {
    const known = readers.get(identity) ?? tokensFor(identity);
    readers.set(identity, known);
    return known;
  };
}
