import type { Aggregation, DataPoint } from '../core/aggregation.ts';
import type { SeriesFamily } from '../core/family.ts';
import type { CodedError, Outcome } from '../core/outcome.ts';
import type { ResourceId } from '../core/resource-id.ts';
import type { Secret } from '../core/secret.ts';
import type { ScrapeItem } from '../plan/types.ts';

/** Azure Monitor as the scraper needs it. Implementations never throw; they never outlive `signal`. */
export interface MetricsSource {
  query(request: MetricsRequest, signal: AbortSignal): Promise<Outcome<MetricsAnswer>>;
  /** Definitions of a resource's metrics: which grains, aggregations and dimensions Azure offers. */
  definitions(
    resourceId: ResourceId,
    namespace: string | undefined,
    signal: AbortSignal,
    /** Tenant of the resource; the main one unless given. */
    tenantId?: string,
  ): Promise<Outcome<MetricOffer[]>>;
}

export interface MetricsRequest {
  readonly mode: 'single' | 'batch' | 'subscription';
  /** Tenant of the resources, whose token the call needs; the main one unless given. */
  readonly tenantId?: string;
  readonly subscriptionId: string;
  /** One for `single`; up to 50 for `batch`. Without leading slashes. */
  readonly resourceIds: readonly ResourceId[];
  /** Needed for `batch` and `subscription`. */
  readonly region?: string;
  readonly namespace?: string;
  /** 1 to 20 names. */
  readonly metricNames: readonly string[];
  readonly aggregations: readonly Aggregation[];
  readonly intervalMs: number;
  /** Window `[startMs, endMs)`, milliseconds since the epoch. */
  readonly startMs: number;
  readonly endMs: number;
  /** Azure Monitor filter without `$filter=`. */
  readonly filter?: string;
  /** Azure's `top`. */
  readonly limit: number;
}

export interface MetricsAnswer {
  readonly resources: readonly ResourceAnswer[];
  /** Azure's id of the request, for logs and `explain`. */
  readonly requestId?: string;
}

export interface ResourceAnswer {
  /** As Azure spelled it; join by `resourceKey`. */
  readonly resourceId: string;
  /** Grain that was really used, ISO 8601, when Azure said so. */
  readonly interval?: string;
  /** ARM location of the resource (lower case, no blanks), when Azure said so; not at subscription scope. */
  readonly region?: string;
  readonly metrics: readonly MetricAnswer[];
}

export interface MetricAnswer {
  /** Azure's metric name; join without case. */
  readonly name: string;
  /** Set when this metric alone failed inside an otherwise good answer. */
  readonly error?: { readonly code: string; readonly message: string };
  readonly series: readonly SeriesAnswer[];
}

export interface SeriesAnswer {
  /** Dimension values by dimension name in lower case. */
  readonly dimensions: Readonly<Record<string, string>>;
  /** Buckets as sent; order is not promised. */
  readonly points: readonly DataPoint[];
}

/** What a metric definition offers. */
export interface MetricOffer {
  readonly name: string;
  readonly namespace?: string;
  readonly unit?: string;
  readonly aggregations: readonly string[];
  /** Offered grains in milliseconds. */
  readonly intervalsMs: readonly number[];
  readonly dimensions: readonly string[];
}

export interface LogsSource {
  /** Runs the query over `[startMs, endMs)`; the value of the one row's column `result`. */
  query(request: LogsRequest, signal: AbortSignal): Promise<Outcome<number | null>>;
}

export interface LogsRequest {
  readonly workspaceId: string;
  readonly query: string;
  readonly startMs: number;
  readonly endMs: number;
}

export interface QueueSource {
  /** Reads one metric of a storage queue at `nowMs`. */
  read(request: QueueRequest, signal: AbortSignal): Promise<Outcome<number>>;
}

export interface QueueRequest {
  readonly accountName: string;
  readonly queueName: string;
  readonly sasToken: Secret;
  readonly metricName: 'MessageCount' | 'TimeSpentInQueue';
  readonly nowMs: number;
}

export type { ScrapeItem };

/** What a scrape tells the rest of the program; telemetry turns it into metrics and log lines. */
export type ScrapeEvent =
  | { readonly kind: 'succeeded'; readonly item: ScrapeItem; readonly nowMs: number }
  | { readonly kind: 'failed'; readonly item: ScrapeItem; readonly error: CodedError; readonly nowMs: number }
  /** Series of the item left the store: it failed for too long, Azure says it is gone, or the plan no longer has it. */
  | { readonly kind: 'left'; readonly item: ScrapeItem; readonly reason: 'stale' | 'gone' | 'unplanned' }
  | { readonly kind: 'truncated'; readonly item: ScrapeItem; readonly truncated: boolean; readonly limit: number }
  | { readonly kind: 'dropped'; readonly item: ScrapeItem; readonly series: number }
  /** Age of the newest bucket shown for an item, milliseconds; absent when it shows nothing with a bucket. */
  | { readonly kind: 'age'; readonly item: ScrapeItem; readonly ageMs?: number }
  /** A call for metrics is about to go out. */
  | { readonly kind: 'asked'; readonly mode: 'single' | 'batch' | 'subscription'; readonly resources: number }
  /** Calls that a group spent on finding culprits. */
  | { readonly kind: 'repaired'; readonly calls: number }
  /** Items in quarantine by error code, after a run. */
  | { readonly kind: 'quarantined'; readonly byCode: ReadonlyMap<string, number> }
  | { readonly kind: 'lag'; readonly resourceType: string; readonly metricName: string; readonly lagMs: number }
  | {
      readonly kind: 'grainReplaced';
      readonly item: ScrapeItem;
      readonly metricName: string;
      readonly declaredMs: number;
      readonly usedMs: number;
    };

export type ScrapeObserver = (event: ScrapeEvent) => void;

/** Who wants every complete bucket, and not the newest alone. */
export interface BucketBook {
  /**
   * How far back from its newest complete bucket the next query of an item has to reach, milliseconds; 0 when the
   * ordinary window will do.
   */
  reach(item: ScrapeItem, at: { readonly nowMs: number; readonly completeMs: number }): number;
  /** Everything that an answer shows of an item. */
  offer(answer: BucketOffer): void;
}

export interface BucketOffer {
  readonly item: ScrapeItem;
  /** Reference time of the run, milliseconds since the epoch. */
  readonly nowMs: number;
  /** Grain that was used, milliseconds; 0 for values that are of no bucket but of the moment of the run. */
  readonly intervalMs: number;
  /** Start of the window that was asked for. */
  readonly startMs: number;
  /** Buckets that end after this moment are not complete, and not among the series. */
  readonly completeMs: number;
  /** Learned lag of the item, 0 when none is known: from the end of a bucket to the run that sees it. */
  readonly lagMs: number;
  readonly series: readonly OfferedSeries[];
}

export interface OfferedSeries {
  readonly family: SeriesFamily;
  /** In the order of the item's dimensions. */
  readonly dimensionValues: readonly string[];
  /** Complete buckets with data, in no particular order. */
  readonly buckets: readonly { readonly endMs: number; readonly value: number }[];
}
