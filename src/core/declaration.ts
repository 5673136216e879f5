import type { Aggregation } from './aggregation.ts';
import type { CloudEndpoints } from './clouds.ts';
import type { DiscoveryDeclaration } from './discovery.ts';
import type { Schedule } from './schedule.ts';
import type { Secret } from './secret.ts';

/** A metrics declaration after validation: defaults applied, only metrics without errors, nothing of YAML left. */
export interface Declaration {
  readonly tenantId: string;
  readonly cloud: CloudEndpoints;
  readonly metrics: readonly MetricDefinition[];
  /** Resource discovery groups of both files; undefined when there is none that can be used. */
  readonly discovery?: DiscoveryDeclaration;
  /** What Azure knows of resources and becomes labels; undefined when nothing was declared. */
  readonly resourceLabels?: ResourceLabels;
}

/** Tags and properties of resources that are shown; nothing else of a resource ever is. */
export interface ResourceLabels {
  /** Names of tags (Azure compares them without case) and the labels that carry their values. */
  readonly tags: readonly { readonly tag: string; readonly label: string }[];
  /** Paths below a resource, such as `sku.name`, in Azure's case, and their labels. */
  readonly properties: readonly { readonly path: string; readonly label: string }[];
  /** Label of the display name of the subscription. */
  readonly subscriptionName?: string;
  /** `labels`: on every series; `info`: on one series a resource, `azimuth_resource_info`. */
  readonly as: 'labels' | 'info';
}

/** One entry of `metrics` in the declaration. */
export interface MetricDefinition {
  /** Prometheus name. With several metric names or aggregations it is the stem; see {@link SeriesFamily}. */
  readonly name: string;
  /** Prometheus HELP text. */
  readonly description: string;
  /** Name of a row of the catalogue. */
  readonly resourceType: string;
  /** Labels of this metric, as declared. */
  readonly labels: Readonly<Record<string, string>>;
  /** Labels of `metricDefaults.labels`. */
  readonly defaultLabels: Readonly<Record<string, string>>;
  readonly schedule: Schedule;
  readonly query: AzureMetricQuery | LogAnalyticsQuery | StorageQueueQuery;
  readonly freshness: Freshness;
  readonly resources: readonly DeclaredResource[];
  /** Names of resource discovery groups. */
  readonly resourceDiscoveryGroups: readonly string[];
}

export interface AzureMetricQuery {
  readonly kind: 'azureMonitor';
  /** Azure's metric names; one unless `metricNames` was declared. */
  readonly metricNames: readonly string[];
  /** One unless `aggregation.types` was declared. */
  readonly aggregations: readonly Aggregation[];
  /** Time grain in milliseconds. */
  readonly intervalMs: number;
  /** Distinct dimension names as declared, without blanks; `dimension` and `dimensions` alike. */
  readonly dimensions: readonly string[];
  /** Azure's `top`: 1 to 10000; 10000 when not declared (Promitor's default). */
  readonly limit: number;
  /** Where multi-minute buckets are laid: on the trailing minute, or on the clock's grid. */
  readonly alignment: 'minute' | 'grain';
  /** Metric namespace, when declared; otherwise the resource type's own. */
  readonly metricNamespace?: string;
  /** True with several `metricNames`: the family name gets the Azure name in snake case. */
  readonly nameByMetric: boolean;
  /** True with several `aggregation.types`: the family name gets the aggregation. */
  readonly nameByAggregation: boolean;
}

export interface LogAnalyticsQuery {
  readonly kind: 'logAnalytics';
  /** KQL that ends in `project result`. */
  readonly query: string;
  /** The query runs over `[now - intervalMs, now]`. */
  readonly intervalMs: number;
}

export interface StorageQueueQuery {
  readonly kind: 'storageQueue';
  /** `MessageCount`: approximate number of messages. `TimeSpentInQueue`: age in seconds of the head message, 0 when empty. */
  readonly metricName: 'MessageCount' | 'TimeSpentInQueue';
}

/** How old a value may be, and what is shown instead. Additions to Promitor's declaration. */
export interface Freshness {
  /** Azure's newest buckets still change; a bucket counts as complete this many milliseconds after its end. */
  readonly delayMs: number;
  /** Age in milliseconds of a bucket's end up to which its value is shown; undefined: derived from grain and lag. */
  readonly maxAgeMs?: number;
  /** Time in milliseconds that a series outlives its last successful scrape. */
  readonly staleAfterMs: number;
  readonly noData: 'unavailableValue' | 'absent' | 'last';
}

/** One element of `resources`, with subscription and resource group resolved. */
export interface DeclaredResource {
  readonly subscriptionId: string;
  readonly resourceGroupName: string;
  /** Fields of the resource type, as declared; only those that were given and are not blank. */
  readonly fields: Readonly<Record<string, string>>;
  /** SAS token of a storage queue. */
  readonly sasToken?: Secret;
}
