import type { Aggregation } from '../core/aggregation.ts';
import type { Freshness, MetricDefinition } from '../core/declaration.ts';
import type { DiscoveredResource } from '../core/discovery.ts';
import type { SeriesFamily } from '../core/family.ts';
import type { LabelPair } from '../core/labels.ts';
import type { ResourceId } from '../core/resource-id.ts';
import type { Schedule } from '../core/schedule.ts';
import type { Secret } from '../core/secret.ts';

/** How metrics are asked for: one resource a call, or many. `auto` chooses. */
export type QueryMode = 'single' | 'batch' | 'subscription' | 'auto';

/** What is known of Azure beyond the declaration. Everything here may change between runs; then the plan is made anew. */
export interface Capabilities {
  readonly queryMode: QueryMode;
  /** Resources of one batch call, 1 to 50. */
  readonly maxBatchSize: number;
  /** Region of resources whose own is not known (`metricsBatching.azureRegion`). */
  readonly defaultRegion?: string;
  /** Calls to ARM that one subscription is allowed in an hour; `auto` stays below half of it. */
  readonly armCallsPerHour: number;
  /** ARM location of a resource, by its key. */
  regionOf(resourceKey: string): string | undefined;
  /** Why batch calls do not serve this subscription or type for now; undefined when they do. */
  batchRefusal(subscriptionId: string, armType: string): string | undefined;
  /** Labels that Azure's tags and properties give a resource, by its key; in order, names sanitised. */
  labelsOf(resourceKey: string): readonly LabelPair[];
  /** Grain that stands in for one that Azure does not offer, milliseconds. */
  grainOf(armType: string, metricName: string, intervalMs: number): number;
}

/** Everything that will be asked of Azure, and how answers become series. `azimuth plan` prints this very object. */
export interface ScrapePlan {
  readonly groups: readonly QueryGroup[];
  /** Distinct schedules of the declared metrics, by their six-field form; also those that have nothing to ask now. */
  readonly schedules: readonly Schedule[];
  /** Things a reader should know: renamed dimensions, ignored labels. */
  readonly warnings: readonly PlanWarning[];
}

export interface PlanWarning {
  readonly metric: string;
  readonly message: string;
}

/** One Azure call per run, for every metric name and every resource of its items. */
export interface QueryGroup {
  /** Stable across runs and restarts; derived from what is asked. */
  readonly id: string;
  readonly mode: 'single' | 'batch' | 'subscription' | 'logs' | 'queue';
  readonly schedule: Schedule;
  /** Tenant of the subscription; calls carry a token of it. */
  readonly tenantId: string;
  readonly subscriptionId: string;
  readonly region?: string;
  readonly items: readonly ScrapeItem[];
  /** Undefined for log and queue groups. */
  readonly metrics?: MetricsQueryShape;
  /** Why these items share a call, in words. */
  readonly why: string;
}

/** What all items of a metrics group have in common: the parameters of the call. */
export interface MetricsQueryShape {
  readonly namespace?: string;
  readonly metricNames: readonly string[];
  readonly aggregations: readonly Aggregation[];
  readonly intervalMs: number;
  readonly delayMs: number;
  readonly alignment: 'minute' | 'grain';
  readonly filter?: string;
  readonly limit: number;
}

/** Resources of a discovery group; none while nothing is known of it. */
export type Found = (groupName: string) => readonly DiscoveredResource[];

/** One declared metric of one resource (and entity): what is shown, fails, ages and leaves as one. */
export interface ScrapeItem {
  /** Stable identity: metric name, resource key and entity. */
  readonly id: string;
  readonly metric: MetricDefinition;
  readonly resource: PlannedResource;
  /** Families that the item writes: one per Azure metric and aggregation. */
  readonly families: readonly SeriesFamily[];
  /** Dimensions of the query and the labels that their values become. */
  readonly dimensions: readonly { readonly name: string; readonly label: string }[];
  /** All other labels in order of precedence, names sanitised, no duplicates. */
  readonly labels: readonly LabelPair[];
  /**
   * Labels whose declared name is another, by label: sinks without Prometheus's rules for names use those. Items of a
   * metric with equal names share one map.
   */
  readonly declaredNames: ReadonlyMap<string, string>;
  readonly freshness: Freshness;
  /** The entity that the item is held to; in a call that several entities share, its series are told by it. */
  readonly entity?: { readonly dimension: string; readonly value: string };
}

export interface PlannedResource {
  /** ARM id without a leading slash; label `resource_uri`. */
  readonly id: ResourceId;
  /** `resourceKey(id)`. */
  readonly key: string;
  readonly tenantId: string;
  readonly subscriptionId: string;
  readonly resourceGroupName: string;
  readonly resourceType: string;
  /** ARM type in lower case. Resources of one declared type can differ in it (`Generic`, slots, flexible servers). */
  readonly armType: string;
  /** Label `instance_name`; empty when the type has none. */
  readonly instanceName: string;
  /** Declared fields, which log and queue sources need. */
  readonly fields: Readonly<Record<string, string>>;
  readonly sasToken?: Secret;
}
