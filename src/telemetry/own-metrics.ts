/** One of the metrics that Azimuth tells of itself. `docs/metrics.md` is checked against this table. */
export interface OwnMetricRow {
  /** Name after the prefix `azimuth_`. */
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** With `systemMetricsPrefix: promitor` it takes the name of Promitor's metric: the same after `promitor_`. */
  readonly promitor?: true;
  /** Upper bounds of a histogram's buckets. */
  readonly buckets?: readonly number[];
}

const itemLabels = ['metric_name', 'resource_group', 'resource_name', 'resource_type', 'subscription_id', 'tenant_id'];
const graphLabels = ['tenant_id', 'cloud', 'app_id', 'auth_mode'];
const armLabels = ['tenant_id', 'subscription_id', 'app_id'];

/** Own metrics (`interfaces.md` of the design, section 5). Labels never hold a path, a request id or a secret. */
export const ownMetrics = {
  buildInfo: {
    name: 'build_info',
    type: 'gauge',
    help: 'Always 1; the labels tell the version and the runtime.',
    labels: ['version', 'node_version'],
  },
  resourceInfo: {
    name: 'resource_info',
    type: 'gauge',
    help: 'Always 1; the labels tell the tags and properties of the resource that resourceLabels names.',
    labels: ['resource_uri'],
  },
  scrapeSuccess: {
    name: 'scrape_success',
    type: 'gauge',
    help: '1 when the last scrape of the metric and resource succeeded, else 0.',
    labels: itemLabels,
    promitor: true,
  },
  scrapeError: {
    name: 'scrape_error',
    type: 'gauge',
    help: '1 when the last scrape of the metric and resource failed, else 0.',
    labels: itemLabels,
    promitor: true,
  },
  scrapeFailures: {
    name: 'scrape_failures_total',
    type: 'counter',
    help: 'Failed scrapes by error code; the codes are explained in docs/errors.md.',
    labels: ['metric_name', 'resource_name', 'code'],
  },
  scrapeSkipped: {
    name: 'scrape_skipped_total',
    type: 'counter',
    help: 'Runs that were skipped because the run before them was still going.',
    labels: ['schedule'],
  },
  scrapeDuration: {
    name: 'scrape_duration_seconds',
    type: 'gauge',
    help: 'Duration of the last run of the schedule.',
    labels: ['schedule'],
  },
  scrapeLastSuccess: {
    name: 'scrape_last_success_timestamp_seconds',
    type: 'gauge',
    help: 'End of the last run of the schedule in which at least one metric of a resource succeeded.',
    labels: ['schedule'],
  },
  declarationInvalid: {
    name: 'declaration_invalid_metrics',
    type: 'gauge',
    help: '1 for every metric of the declaration that is left out because of an error.',
    labels: ['metric_name'],
  },
  azureRequests: {
    name: 'azure_requests_total',
    type: 'counter',
    help: 'Requests to Azure by API and by HTTP status or kind of failure.',
    labels: ['api', 'code'],
  },
  azureRequestDuration: {
    name: 'azure_request_duration_seconds',
    type: 'histogram',
    help: 'Time until an answer of Azure was read, failed ones included.',
    labels: ['api'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  },
  azureResponseBytes: {
    name: 'azure_response_bytes_total',
    type: 'counter',
    help: 'Size of the answers of Azure after decompression.',
    labels: ['api'],
  },
  azureRetries: {
    name: 'azure_retries_total',
    type: 'counter',
    help: 'Requests to Azure that repeated an earlier one after a failure.',
    labels: ['api'],
  },
  azureThrottled: {
    name: 'azure_throttled_total',
    type: 'counter',
    help: 'Answers of Azure that asked for fewer calls (429 and 529).',
    labels: ['api'],
  },
  azureWait: {
    name: 'azure_pace_wait_seconds_total',
    type: 'counter',
    help: 'Time that calls waited so as not to exceed the pace that Azure allows.',
    labels: ['api'],
  },
  batchSize: {
    name: 'batch_size',
    type: 'histogram',
    help: 'Resources of a batch call.',
    labels: [],
    promitor: true,
    buckets: [1, 2, 5, 10, 20, 30, 40, 50],
  },
  repairCalls: {
    name: 'repair_calls_total',
    type: 'counter',
    help: 'Calls that were spent on finding out which part of a refused call was to blame.',
    labels: [],
  },
  quarantined: {
    name: 'quarantined',
    type: 'gauge',
    help: 'Metrics of resources that are asked apart from others for a while, by the error code that led there.',
    labels: ['reason'],
  },
  plannedCalls: {
    name: 'planned_calls_per_hour',
    type: 'gauge',
    help: 'Calls that the plan makes in an average hour; compare with the rate of azimuth_azure_requests_total.',
    labels: ['api'],
  },
  ratelimitArm: {
    name: 'ratelimit_arm',
    type: 'gauge',
    help: 'Reads that Azure Resource Manager still allows, as its last answer said.',
    labels: armLabels,
    promitor: true,
  },
  ratelimitArmThrottled: {
    name: 'ratelimit_arm_throttled',
    type: 'gauge',
    help: '1 when the last answer of Azure Resource Manager was 429, else 0.',
    labels: armLabels,
    promitor: true,
  },
  ratelimitGraph: {
    name: 'ratelimit_resource_graph_remaining',
    type: 'gauge',
    help: 'Queries that Azure Resource Graph still allows in the current window, as its last answer said.',
    labels: graphLabels,
    promitor: true,
  },
  ratelimitGraphThrottled: {
    name: 'ratelimit_resource_graph_throttled',
    type: 'gauge',
    help: '1 when the last answer of Azure Resource Graph was 429, else 0.',
    labels: graphLabels,
    promitor: true,
  },
  discoveryResources: {
    name: 'discovery_group_resources',
    type: 'gauge',
    help: 'Resources in the list of the resource discovery group that is in force.',
    labels: ['group'],
  },
  discoveryAge: {
    name: 'discovery_group_age_seconds',
    type: 'gauge',
    help: 'Time since a whole answer last confirmed the list of the resource discovery group; since the start before the first.',
    labels: ['group'],
  },
  subscriptionInfo: {
    name: 'azure_landscape_subscription_info',
    type: 'gauge',
    help: 'Always 1; one series for every subscription that the identity sees.',
    labels: [
      'tenant_id',
      'subscription_id',
      'subscription_name',
      'quota_id',
      'spending_limit',
      'state',
      'authorization',
    ],
    promitor: true,
  },
  resourceGroupInfo: {
    name: 'azure_landscape_resource_group_info',
    type: 'gauge',
    help: 'Always 1; one series for every resource group that the identity sees.',
    labels: ['tenant_id', 'subscription_id', 'resource_group_name', 'provisioning_state', 'managed_by', 'region'],
    promitor: true,
  },
  series: {
    name: 'series',
    type: 'gauge',
    help: 'Series shown per metric.',
    labels: ['metric_name'],
  },
  seriesTruncated: {
    name: 'series_truncated',
    type: 'gauge',
    help: 'Resources of the metric whose last answer held as many series as the limit allows, so that some may be missing.',
    labels: ['metric_name'],
  },
  seriesDropped: {
    name: 'series_dropped_total',
    type: 'counter',
    help: 'Series that were not kept because seriesLimit was reached.',
    labels: ['metric_name'],
  },
  sampleAge: {
    name: 'sample_age_seconds',
    type: 'gauge',
    help: 'Age of the oldest value among the newest ones of the resources of a metric: end of its bucket to the run.',
    labels: ['metric_name'],
  },
  metricLag: {
    name: 'metric_lag_seconds',
    type: 'gauge',
    help: 'How late Azure delivers: time from the end of a bucket to the run that first saw it, the longest of all resources.',
    labels: ['resource_type', 'azure_metric'],
  },
  configInfo: {
    name: 'config_info',
    type: 'gauge',
    help: 'Always 1; the label is the hash of the configuration files in use.',
    labels: ['hash'],
  },
  sinkSamples: {
    name: 'sink_samples_total',
    type: 'counter',
    help: 'Samples by what became of them in a sink: sent, skipped (no value), refused by the receiver, replaced by newer ones, dropped.',
    labels: ['sink', 'outcome'],
  },
  sinkRequests: {
    name: 'sink_requests_total',
    type: 'counter',
    help: 'Attempts to send to the receiver of a sink: ok, retry (it may take them later), split (some of it is refused) or failed.',
    labels: ['sink', 'result'],
  },
  sinkQueueSamples: {
    name: 'sink_queue_samples',
    type: 'gauge',
    help: 'Samples that wait in the queue of a sink.',
    labels: ['sink'],
  },
  sinkLastSuccess: {
    name: 'sink_last_success_timestamp_seconds',
    type: 'gauge',
    help: 'When the receiver of a sink last took a request.',
    labels: ['sink'],
  },
  remoteWriteMissed: {
    name: 'remote_write_missed_buckets_total',
    type: 'counter',
    help: 'Buckets between two of a series that remote write did not send: late (no data within the lateness) or lost (older than the longest look-back when they could be asked for).',
    labels: ['reason'],
  },
  configReloadSuccessful: {
    name: 'config_last_reload_successful',
    type: 'gauge',
    help: '1 when the last attempt to load the configuration succeeded, else 0.',
    labels: [],
  },
  configReloadTimestamp: {
    name: 'config_last_reload_success_timestamp_seconds',
    type: 'gauge',
    help: 'When the configuration in use was loaded.',
    labels: [],
  },
} as const satisfies Record<string, OwnMetricRow>;

export type OwnMetric = keyof typeof ownMetrics;

/** Full name of an own metric under the configured prefix. */
export function ownMetricName(metric: OwnMetric, prefix: 'azimuth' | 'promitor'): string {
  const row: OwnMetricRow = ownMetrics[metric];
  return `${row.promitor === true ? prefix : 'azimuth'}_${row.name}`;
}
