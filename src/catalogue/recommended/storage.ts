import { hourly, metric, type RecommendedType } from './types.ts';

export const storageMetrics: readonly RecommendedType[] = [
  {
    type: 'StorageAccount',
    prefix: 'azure_storage',
    metrics: [
      hourly('UsedCapacity', 'Average', 'Bytes', 'used_capacity_bytes', 'Storage in use'),
      metric('Transactions', 'Total', 'Count', 'transactions', 'Requests to the account'),
      metric('Availability', 'Average', 'Percent', 'availability_percent', 'Share of requests that storage answered'),
      metric(
        'SuccessE2ELatency',
        'Average',
        'MilliSeconds',
        'latency_milliseconds',
        'Time that a successful request took, network included',
      ),
      metric('Ingress', 'Total', 'Bytes', 'ingress_bytes', 'Bytes written'),
      metric('Egress', 'Total', 'Bytes', 'egress_bytes', 'Bytes read'),
    ],
  },
];
