import type { Clock } from '../core/clock.ts';
import { type Bucket, type BucketState, type BucketTurn, createBucket, type Limit, type QuotaNews } from './bucket.ts';
import type { AzureApi, PaceState } from './ports.ts';
import { createWindow } from './window.ts';

/** Limit of the resource manager unless configured: bucket of 250 reads, 25 more a second (Azure, since 2024). */
const defaultReads: Limit = { perSecond: 25, burst: 250 };

/**
 * Limit of the metrics data plane. Azure publishes none; 360,000 calls an hour are reported, which is 100 a second. The
 * answers correct it.
 */
const batchLimit: Limit = { perSecond: 100, burst: 1_000 };

/** Azure allows 400 reads of metric definitions in five minutes: 100 at once and one a second stay within. */
const definitionsLimit: Limit = { perSecond: 1, burst: 100 };

/** Resource Graph allows a user 15 queries in five seconds, and counts every page as one (Azure). */
const graphLimit = { count: 15, windowMs: 5_000 };

/** A call as the pace sees it. */
export interface PacedCall {
  readonly api: AzureApi;
  readonly subscriptionId?: string;
  readonly tenantId?: string;
  readonly region?: string;
  /** What it asks about: a resource, a workspace. */
  readonly subject: string;
}

/** Spreads the calls so that Azure has no need to refuse any. Other APIs than ARM's and the data plane's go at once. */
export interface Pace {
  /** Waits for the right to send, on every quota that the call is counted on; undefined when `signal` aborts first. Every attempt needs one. */
  turn(call: PacedCall, signal: AbortSignal): Promise<BucketTurn | undefined>;
  /** The quota that holds the call up most. Undefined when nothing does. */
  hurdle(call: PacedCall): PaceState | undefined;
  state(): PaceState[];
}

interface Lane {
  readonly api: PaceState['api'];
  readonly subscription: string;
  readonly tenant?: string;
  readonly region?: string;
}

/**
 * One bucket per subscription for ARM, per subscription and region for the data plane, one window per tenant for
 * Resource Graph; none ever waits for another.
 */
export function createPace(clock: Clock, reads: Limit = defaultReads): Pace {
  const limits = { arm: reads, batch: batchLimit, definitions: definitionsLimit };
  const buckets = new Map<string, { readonly lane: Lane; readonly bucket: Bucket }>();
  const bucketOf = (lane: Lane): Bucket => {
    const { api } = lane;
    const key = [api, lane.subscription, lane.tenant, lane.region].join(' ');
    const held = buckets.get(key) ?? {
      lane,
      bucket: api === 'resourceGraph' ? createWindow(graphLimit, clock) : createBucket(limits[api], clock),
    };
    buckets.set(key, held);
    return held.bucket;
  };
  const stateOf = (lane: Lane): PaceState => describe(lane, bucketOf(lane).state());

  return {
    turn: async (call, signal) => {
      const turns: { api: Lane['api']; turn: BucketTurn }[] = [];
      for (const lane of lanesOf(call)) {
        const turn = await bucketOf(lane).take(call.subject, signal);
        if (turn === undefined) {
          for (const taken of turns) taken.turn.giveBack();
          return undefined;
        }
        turns.push({ api: lane.api, turn });
      }
      return {
        waitedMs: turns.reduce((sum, { turn }) => sum + turn.waitedMs, 0),
        answered: (news) => {
          for (const { api, turn } of turns) turn.answered(newsFor(api, call.api, news));
        },
        giveBack: () => {
          for (const { turn } of turns) turn.giveBack();
        },
      };
    },
    hurdle: (call) => {
      const states = lanesOf(call).map(stateOf);
      const blocked = states.filter(({ blockedUntilMs }) => blockedUntilMs !== undefined);
      const [longest] = blocked.sort((a, b) => (b.blockedUntilMs ?? 0) - (a.blockedUntilMs ?? 0));
      return longest ?? states.find(({ tokens }) => tokens < 1);
    },
    state: () => [...buckets.values()].map(({ lane, bucket }) => describe(lane, bucket.state())),
  };
}

function describe(lane: Lane, state: BucketState): PaceState {
  return { ...lane, ...state };
}

function lanesOf({ api, subscriptionId, tenantId, region }: PacedCall): Lane[] {
  if (api === 'resourceGraph') return [{ api, subscription: '', tenant: tenantId?.toLowerCase() ?? '' }];
  const subscription = subscriptionId?.toLowerCase();
  if (subscription === undefined) return [];
  if (api === 'metrics' || api === 'subscription') return [{ api: 'arm', subscription }];
  if (api === 'batch') return [{ api, subscription, ...(region === undefined ? {} : { region }) }];
  if (api === 'definitions')
    return [
      { api, subscription },
      { api: 'arm', subscription },
    ];
  return [];
}

/** Definitions have a limit of their own; when it is reached, metrics go on. */
function newsFor(lane: Lane['api'], api: AzureApi, news: QuotaNews): QuotaNews {
  if (api !== 'definitions') return news;
  const { throttle, ...left } = news;
  if (lane === 'arm') return throttle?.whole === true ? news : left;
  if (throttle === undefined || throttle.whole) return {};
  return { throttle: { ...throttle, whole: true } };
}
