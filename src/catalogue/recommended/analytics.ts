import { metric, type RecommendedType } from './types.ts';

export const analyticsMetrics: readonly RecommendedType[] = [
  {
    type: 'DataFactory',
    prefix: 'azure_data_factory',
    metrics: [
      metric('PipelineSucceededRuns', 'Total', 'Count', 'pipeline_runs_succeeded', 'Runs of a pipeline that succeeded'),
      metric('PipelineFailedRuns', 'Total', 'Count', 'pipeline_runs_failed', 'Runs of a pipeline that failed'),
    ],
  },
  {
    type: 'DataExplorerCluster',
    prefix: 'azure_data_explorer',
    metrics: [
      metric('CPU', 'Average', 'Percent', 'cpu_percent', 'Processor use'),
      metric('CacheUtilization', 'Average', 'Percent', 'cache_percent', 'Use of the cache'),
      metric('IngestionUtilization', 'Average', 'Percent', 'ingestion_percent', 'Use of the ingestion capacity'),
      metric('QueryDuration', 'Average', 'MilliSeconds', 'query_milliseconds', 'Time until a query is answered'),
      metric('KeepAlive', 'Average', 'Count', 'keep_alive', '1 while the cluster answers queries'),
    ],
  },
  {
    type: 'SynapseWorkspace',
    prefix: 'azure_synapse',
    metrics: [
      metric('IntegrationPipelineRunsEnded', 'Total', 'Count', 'pipeline_runs', 'Runs of pipelines that ended'),
      metric(
        'BuiltinSqlPoolDataProcessedBytes',
        'Total',
        'Bytes',
        'sql_processed_bytes',
        'Data processed by queries of the serverless pool',
      ),
    ],
  },
  {
    type: 'SynapseSqlPool',
    prefix: 'azure_synapse_sql',
    metrics: [
      metric('CPUPercent', 'Maximum', 'Percent', 'cpu_percent', 'Processor use'),
      metric('MemoryUsedPercent', 'Maximum', 'Percent', 'memory_percent', 'Memory use'),
      metric('DWUUsedPercent', 'Maximum', 'Percent', 'dwu_percent', 'Use of the data warehouse units'),
      metric('QueuedQueries', 'Total', 'Count', 'queued_queries', 'Queries that wait'),
    ],
  },
  {
    type: 'CognitiveServicesAccount',
    prefix: 'azure_cognitive_services',
    metrics: [
      metric('TotalCalls', 'Total', 'Count', 'calls', 'Calls'),
      metric('TotalErrors', 'Total', 'Count', 'errors', 'Calls that failed'),
      metric('BlockedCalls', 'Total', 'Count', 'blocked_calls', 'Calls beyond the rate or quota'),
      metric('Latency', 'Average', 'MilliSeconds', 'latency_milliseconds', 'Time until a call is answered'),
    ],
  },
];
