import { metric, type RecommendedType } from './types.ts';

/** What watches, guards and automates. */
export const managementMetrics: readonly RecommendedType[] = [
  {
    type: 'KeyVault',
    prefix: 'azure_key_vault',
    metrics: [
      metric('ServiceApiHit', 'Count', 'Count', 'requests', 'Requests to the vault'),
      metric(
        'ServiceApiLatency',
        'Average',
        'MilliSeconds',
        'latency_milliseconds',
        'Time until a request is answered',
      ),
      metric('Availability', 'Average', 'Percent', 'availability_percent', 'Share of requests that the vault answered'),
      metric('SaturationShoebox', 'Average', 'Percent', 'saturation_percent', 'Use of what the vault can take'),
    ],
  },
  {
    type: 'ApplicationInsights',
    prefix: 'azure_application_insights',
    metrics: [
      metric('requests/count', 'Count', 'Count', 'requests', 'Requests'),
      metric('requests/failed', 'Count', 'Count', 'failed_requests', 'Requests that failed'),
      metric(
        'requests/duration',
        'Average',
        'MilliSeconds',
        'request_milliseconds',
        'Time until a request is answered',
      ),
      metric('exceptions/count', 'Count', 'Count', 'exceptions', 'Exceptions'),
      metric('dependencies/failed', 'Count', 'Count', 'failed_dependencies', 'Calls to other services that failed'),
    ],
  },
  {
    type: 'AutomationAccount',
    prefix: 'azure_automation',
    metrics: [metric('TotalJob', 'Total', 'Count', 'jobs', 'Jobs of runbooks')],
  },
  {
    type: 'MonitorAutoscale',
    prefix: 'azure_autoscale',
    metrics: [
      metric('ObservedCapacity', 'Average', 'Count', 'observed_capacity', 'Instances as last seen'),
      metric('ScaleActionsInitiated', 'Total', 'Count', 'scale_actions', 'Scale actions begun'),
    ],
  },
];
