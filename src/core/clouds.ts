/** Clouds of Promitor's declaration that can be scraped. */
export const cloudNames = ['Global', 'China', 'UsGov', 'Custom'] as const;

export type CloudName = (typeof cloudNames)[number];

/** Where a cloud answers. Every URL is without a trailing slash. */
export interface CloudEndpoints {
  readonly name: CloudName;
  /** Authority host that issues tokens. */
  readonly authority: string;
  /** Base URL of ARM; single-resource metric calls go here. */
  readonly resourceManager: string;
  /** Token audience of ARM calls. */
  readonly resourceManagerAudience: string;
  /** Base URL of the metrics data plane, with `{region}` where the region goes. */
  readonly metricsDataPlane: string;
  /** Token audience of the metrics data plane. */
  readonly metricsDataPlaneAudience: string;
  /** Base URL of the log query API without `/v1`; undefined when the cloud declares none. */
  readonly logAnalytics?: string;
  /** Token audience of log queries. */
  readonly logAnalyticsAudience?: string;
  /** Token scope of an Azure Monitor workspace's ingestion; undefined: that of the public cloud. */
  readonly workspaceScope?: string;
  /** Base URL of a storage account's queues, with `{account}` where the account goes. */
  readonly storageQueue: string;
}

/**
 * Endpoints of the public clouds: constants of the Azure SDKs (`AzureAuthorityHosts`, the audience enumerations of
 * the monitor packages). Promitor has no Log Analytics in China; the service's host is api.loganalytics.azure.cn.
 */
export const publicClouds: Readonly<
  Record<Exclude<CloudName, 'Custom'>, CloudEndpoints & { readonly workspaceScope: string }>
> = {
  Global: {
    name: 'Global',
    authority: 'https://login.microsoftonline.com',
    resourceManager: 'https://management.azure.com',
    resourceManagerAudience: 'https://management.azure.com',
    metricsDataPlane: 'https://{region}.metrics.monitor.azure.com',
    metricsDataPlaneAudience: 'https://metrics.monitor.azure.com',
    logAnalytics: 'https://api.loganalytics.io',
    logAnalyticsAudience: 'https://api.loganalytics.io',
    workspaceScope: 'https://monitor.azure.com//.default',
    storageQueue: 'https://{account}.queue.core.windows.net',
  },
  China: {
    name: 'China',
    authority: 'https://login.chinacloudapi.cn',
    resourceManager: 'https://management.chinacloudapi.cn',
    resourceManagerAudience: 'https://management.chinacloudapi.cn',
    metricsDataPlane: 'https://{region}.metrics.monitor.azure.cn',
    metricsDataPlaneAudience: 'https://metrics.monitor.azure.cn',
    logAnalytics: 'https://api.loganalytics.azure.cn',
    logAnalyticsAudience: 'https://api.loganalytics.azure.cn',
    workspaceScope: 'https://monitor.azure.cn//.default',
    storageQueue: 'https://{account}.queue.core.chinacloudapi.cn',
  },
  UsGov: {
    name: 'UsGov',
    authority: 'https://login.microsoftonline.us',
    resourceManager: 'https://management.usgovcloudapi.net',
    resourceManagerAudience: 'https://management.usgovcloudapi.net',
    metricsDataPlane: 'https://{region}.metrics.monitor.azure.us',
    metricsDataPlaneAudience: 'https://metrics.monitor.azure.us',
    logAnalytics: 'https://api.loganalytics.us',
    logAnalyticsAudience: 'https://api.loganalytics.us',
    workspaceScope: 'https://monitor.azure.us//.default',
    storageQueue: 'https://{account}.queue.core.usgovcloudapi.net',
  },
};
