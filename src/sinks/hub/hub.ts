import type { Clock } from '../../core/clock.ts';
import type { AuthenticationConfig, PushSinksConfig } from '../../core/runtime-config.ts';
import type { BucketBook } from '../../scrape/ports.ts';
import { createFeed } from '../feed/feed.ts';
import type { FamilySamples, Feed, FeedObserver, RunSamples, SinkState } from '../feed/ports.ts';
import { newestFamilies, selectFamilies } from '../feed/samples.ts';
import { createAuthorization } from '../remote-write/authorization.ts';
import { createRemoteWriteOutlet, type RemoteWriteOutlet } from '../remote-write/outlet.ts';
import type { Authorization, TokenReader } from '../remote-write/ports.ts';
import { openProgressFile } from '../remote-write/progress-file.ts';
import { mapToIds } from '../statuspage/mapping.ts';

export interface HubOptions {
  readonly config: PushSinksConfig;
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly observe: FeedObserver;
  /** Version of this program. */
  readonly version: string;
  /** What remote write needs beside its configuration. */
  readonly remoteWrite: {
    /** Longest lookback of a query, milliseconds. */
    readonly historyMs: number;
    /** Token scope of an Azure Monitor workspace of the declared cloud. */
    readonly scope: string;
    readonly tokens: (identity: AuthenticationConfig | undefined) => TokenReader;
  };
}

/** All sinks that are pushed to. */
export interface Hub {
  /** Wants every bucket; absent unless a sink does. */
  readonly book?: BucketBook;
  /** Gives what a run wrote to every sink; never waits. */
  offer(batch: RunSamples): void;
  states(): readonly SinkState[];
  /** Lets every sink deliver what it has, for at most `graceMs`. */
  stop(graceMs: number): Promise<void>;
}

/** A feed and what of a run it is given. */
interface Outlet {
  readonly feed: Feed<RunSamples>;
  readonly select: (batch: RunSamples) => RunSamples;
}

/**
 * Half a million samples are five runs of a large installation; 64 MB are what they hold when their resources come
 * and go all the time.
 */
const limits = { samples: 500_000, bytes: 64 * 1024 * 1024 };

const minuteMs = 60_000;

/** The sinks of a configuration; code of those that are not configured is never loaded. */
export function createHub(options: HubOptions): Hub {
  const outlets = [statsd(options), openTelemetry(options), statuspage(options)].filter((one) => one !== undefined);
  const written = remoteWrite(options);
  return {
    ...(written === undefined ? {} : { book: written.book }),
    offer(batch) {
      for (const { feed, select } of outlets) feed.offer(select(batch));
      written?.flush(batch.runMs);
    },
    states: () => [...outlets.map(({ feed }) => feed.state()), ...(written === undefined ? [] : [written.state()])],
    async stop(graceMs) {
      await Promise.all([...outlets.map(({ feed }) => feed.stop(graceMs)), written?.stop(graceMs)]);
    },
  };
}

function remoteWrite(options: HubOptions): RemoteWriteOutlet | undefined {
  const { clock, random, observe, version } = options;
  const { prometheusRemoteWrite: config } = options.config;
  if (config === undefined) return undefined;
  const { historyMs, scope, tokens } = options.remoteWrite;
  const { authentication, stateFolder } = config;
  // One for all shards, so that a token is fetched once; made when first needed.
  let shared: Authorization | undefined;
  const authorize = (): Authorization => {
    if (shared !== undefined) return shared;
    const entra = authentication.kind === 'entra' ? { scope, tokens: tokens(authentication.identity) } : undefined;
    shared = createAuthorization(authentication, entra);
    return shared;
  };
  const userAgent = `Azimuth/${version}`;
  return createRemoteWriteOutlet({
    config,
    historyMs,
    clock,
    random,
    observe,
    open: async () => {
      const { createRemoteWriteSink } = await import('../remote-write/remote-write.ts');
      return createRemoteWriteSink(config, { now: () => clock.now(), userAgent, authorization: authorize() });
    },
    ...(stateFolder === undefined ? {} : { file: openProgressFile(stateFolder) }),
  });
}

function statsd({ config, ...around }: HubOptions): Outlet | undefined {
  const { statsd: own } = config;
  if (own === undefined) return undefined;
  const feed = createFeed<RunSamples>({
    ...around,
    name: 'statsd',
    open: async () => (await import('../statsd/statsd.ts')).createStatsdSink(own),
    limits,
    deadlineMs: 5_000,
    // StatsD knows no time: a value that is much older than its turn would be taken for current.
    patienceMs: minuteMs,
    // The usual socket buffer of a receiver holds a burst; the next gives it time to read.
    gapMs: 2,
  });
  return { feed, select: (batch) => selectFamilies(batch, forStatsd) };
}

/** Of its own metrics Promitor gives the number of reads that Azure still allows to StatsD. */
function forStatsd({ name, origin }: FamilySamples): boolean {
  return origin === 'scraped' || (origin === 'azure' && name.endsWith('_ratelimit_arm'));
}

function openTelemetry({ config, ...around }: HubOptions): Outlet | undefined {
  const { openTelemetryCollector: own } = config;
  if (own === undefined) return undefined;
  const { version, clock } = around;
  const feed = createFeed<RunSamples>({
    ...around,
    name: 'openTelemetryCollector',
    open: async () => (await import('../otlp/otlp.ts')).openOtlpSink(own, { version, now: () => clock.now() }),
    limits,
    deadlineMs: own.timeoutMs,
    patienceMs: 30 * minuteMs,
  });
  return { feed, select: (batch) => batch };
}

function statuspage({ config, ...around }: HubOptions): Outlet | undefined {
  const { atlassianStatuspage: own } = config;
  if (own === undefined) return undefined;
  const feed = createFeed<RunSamples>({
    ...around,
    name: 'atlassianStatuspage',
    open: async () => {
      const { createStatuspageSink } = await import('../statuspage/statuspage.ts');
      return createStatuspageSink(own, () => around.clock.now());
    },
    limits,
    deadlineMs: 10_000,
    patienceMs: 5 * minuteMs,
    // Statuspage allows a key one request a second, over a minute; requests do not arrive as evenly as they leave.
    gapMs: 1_020,
    merge: newestFamilies,
  });
  return { feed, select: (batch) => mapToIds(own.mapping, batch) };
}
