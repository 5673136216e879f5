import type { Clock } from '../../core/clock.ts';
import type { PushSinksConfig } from '../../core/runtime-config.ts';
import { createFeed } from '../feed/feed.ts';
import type { FamilySamples, Feed, FeedObserver, RunSamples, SinkState } from '../feed/ports.ts';
import { newestFamilies, selectFamilies } from '../feed/samples.ts';
import { mapToIds } from '../statuspage/mapping.ts';

export interface HubOptions {
  readonly config: PushSinksConfig;
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly observe: FeedObserver;
  /** Version of this program. */
  readonly version: string;
}

/** All sinks that are pushed to. */
export interface Hub {
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
  return {
    offer(batch) {
      for (const { feed, select } of outlets) feed.offer(select(batch));
    },
    states: () => outlets.map(({ feed }) => feed.state()),
    async stop(graceMs) {
      await Promise.all(outlets.map(({ feed }) => feed.stop(graceMs)));
    },
  };
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
