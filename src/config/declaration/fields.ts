import { resourceTypeNames } from '../../catalogue/lookup.ts';
import { aggregations } from '../../core/aggregation.ts';
import { cloudNames } from '../../core/clouds.ts';
import { discoveryFields } from '../discovery/fields.ts';
import { object, type ValuesOf } from '../object.ts';
import { anyText, choice, cron, duration, integer, text, url } from '../scalars.ts';
import { defaulted, deferred, expected, list, optional, required, textMap } from '../spec.ts';

/** Names of the fields of `azureMetadata.endpoints`; `?` at the JSON Schema means the same as `optional` here. */
const endpoints = object({
  authenticationEndpoint: required(url(), 'Authority host that issues tokens.'),
  resourceManagerEndpoint: required(url(), 'Base URL of Azure Resource Manager.'),
  graphEndpoint: required(url(), 'Base URL of Microsoft Graph; not called by Azimuth.'),
  managementEndpoint: required(url(), 'Base URL of the classic management API; not called by Azimuth.'),
  storageEndpointSuffix: required(text(), 'Domain of storage accounts, such as `core.windows.net`.'),
  keyVaultSuffix: required(text(), 'Domain of key vaults; not called by Azimuth.'),
  metricsQueryAudience: required(url(), 'Base URL and token audience of metric calls for a single resource.'),
  metricsClientAudience: required(
    url(),
    'Token audience of batch calls; with the region before `metrics` also their base URL.',
  ),
  logAnalyticsEndpoint: optional(url(), 'Base URL and token audience of log queries; needed by LogAnalytics metrics.'),
  metricsDataPlaneEndpoint: optional(
    url({ placeholder: 'region' }),
    'Base URL of batch calls with `{region}`, when it does not follow from metricsClientAudience.',
  ),
  storageQueueEndpoint: optional(
    url({ placeholder: 'account' }),
    'Base URL of storage queues with `{account}`, when it does not follow from storageEndpointSuffix.',
  ),
});

const unsupportedCloud = {
  code: 'AZ1101',
  message: `The cloud is not supported; use ${cloudNames.join(', ')}.`,
} as const;

const azureMetadata = object({
  tenantId: required(text(), 'Microsoft Entra tenant.'),
  subscriptionId: required(text(), 'Default subscription of all resources.'),
  resourceGroupName: required(text(), 'Default resource group of all resources.'),
  cloud: defaulted(
    choice(cloudNames, { refused: { Germany: unsupportedCloud, Unspecified: unsupportedCloud } }),
    'Azure cloud; `Custom` takes its URLs from `endpoints`.',
    'Global',
  ),
  endpoints: optional(endpoints, 'URLs of a custom cloud.'),
});

const schedule = { schedule: required(cron(), 'Cron expression with five fields, or six with seconds first.') };

const limit = integer({ min: 1, max: 10_000, ignoreOthers: 'AZ1128' });
const limitAbout = 'Most series that Azure returns for one query, 1 to 10000.';

/** Additions to Promitor's declaration that say how fresh a value is and where buckets are laid. */
const freshnessFields = {
  delay: optional(duration({ zero: true }), 'Time after its end at which a bucket counts as complete; 00:01:00.'),
  maxAge: optional(duration(), 'Age up to which the newest bucket with a value is shown; derived from grain and lag.'),
  staleAfter: optional(
    duration(),
    'Time that a series outlives its last successful scrape; the longer of 3 periods and 15 minutes.',
  ),
  noData: optional(
    choice(['unavailableValue', 'absent', 'last']),
    'What is shown when Azure has no value: metricUnavailableValue, nothing, or the last value; unavailableValue.',
  ),
  alignment: optional(
    choice(['minute', 'grain']),
    'Buckets trail the minute of the scrape, or lie on the grid of the clock; minute.',
  ),
  metricNamespace: optional(text(), 'Metric namespace, when it is not that of the resource type.'),
  metricNames: optional(list(text()), 'Several Azure metric names in place of metricName.'),
} as const;

const aggregationType = choice(aggregations);
const types = optional(list(aggregationType), 'Several aggregations in place of type.');
const interval = duration();
const named = object({ name: optional(text(), 'Name of the dimension in Azure.') });

const azureMetricConfiguration = object({
  metricName: expected(text(), 'Name of the metric in Azure.'),
  limit: optional(limit, limitAbout),
  aggregation: required(
    object({
      type: expected(aggregationType, 'How Azure sums up the minutes of a bucket.'),
      interval: optional(interval, 'Length of a bucket (time grain).'),
      types,
    }),
    'How values are aggregated.',
  ),
  dimensions: optional(list(named), 'Dimensions by which the metric is split; each becomes a label.'),
  dimension: optional(named, 'Deprecated form of dimensions with a single entry.'),
  ...freshnessFields,
});

const logAnalyticsConfiguration = object({
  query: required(text(), 'Log query (KQL) that ends in `project result` and gives one row.'),
  aggregation: optional(
    object({ interval: optional(interval, 'Time span that the query covers.') }),
    'Time span of the query.',
  ),
});

const groups = list(object({ name: required(text(), 'Name of the resource discovery group.') }));

/** One entry of `metrics`. */
export const metricSpec = object({
  name: required(text(), 'Name in Prometheus.'),
  description: required(anyText(), 'HELP text in Prometheus.'),
  resourceType: required(
    choice(resourceTypeNames, {
      refused: { NotSpecified: { code: 'AZ1120', message: '`NotSpecified` is a placeholder; name a resource type.' } },
      listedIn: '`azimuth schema declaration` lists all types',
    }),
    'Type of the Azure resources.',
  ),
  labels: optional(textMap(), 'Labels of this metric.'),
  scraping: optional(
    object(schedule, { lenient: true }),
    'When the metric is scraped, if not at the default schedule.',
  ),
  azureMetricConfiguration: expected(
    azureMetricConfiguration,
    'Query of Azure Monitor; for all types but LogAnalytics.',
  ),
  logAnalyticsConfiguration: expected(logAnalyticsConfiguration, 'Log query; for LogAnalytics.'),
  resources: expected(list(deferred({ type: 'object' })), 'Resources to scrape; their fields depend on resourceType.'),
  resourceDiscoveryGroups: optional(groups, 'Resource discovery groups to scrape.'),
});

export type MetricValues = ValuesOf<typeof metricSpec.fields>;

const metricDefaults = object({
  aggregation: expected(
    object({ interval: defaulted(interval, 'Default length of a bucket.', 300_000, '00:05:00') }),
    'Default aggregation; without it every metric needs its own interval.',
  ),
  limit: optional(limit, limitAbout),
  labels: optional(textMap(), 'Labels of all metrics.'),
  scraping: required(object(schedule), 'Default schedule.'),
  azureMetricConfiguration: optional(
    object({ ...freshnessFields, aggregation: optional(object({ types }), 'Default aggregations.') }),
    'Defaults of what metrics may set below azureMetricConfiguration.',
  ),
});

export type DefaultValues = ValuesOf<typeof metricDefaults.fields>;

const resourceLabels = object({
  tags: optional(textMap(), 'Tags of resources by name, and the label that carries the value of each.'),
  properties: optional(textMap(), 'Properties of resources by path, such as `sku.name`, and the label of each.'),
  subscriptionName: optional(text(), 'Label that carries the display name of the subscription.'),
  as: defaulted(
    choice(['labels', 'info']),
    'On every series, or on one series `azimuth_resource_info` for each resource.',
    'labels',
  ),
});

export type ResourceLabelValues = ValuesOf<typeof resourceLabels.fields>;

/** The whole metrics declaration. */
export const declarationSpec = object(
  {
    version: required(choice(['v1'], { code: 'AZ1100' }), 'Version of the declaration.'),
    azureMetadata: required(azureMetadata, 'Tenant, default scope and cloud.'),
    metricDefaults: required(metricDefaults, 'Defaults of all metrics.'),
    metrics: required(list(deferred({})), 'Metrics to scrape.'),
    ...discoveryFields,
    resourceLabels: optional(resourceLabels, 'What Azure knows of resources and becomes labels.'),
  },
  { hints: { resourceCollections: 'its name is `resourceDiscoveryGroups`.' } },
);

export type MetadataValues = ValuesOf<typeof azureMetadata.fields>;
export type EndpointValues = ValuesOf<typeof endpoints.fields>;
