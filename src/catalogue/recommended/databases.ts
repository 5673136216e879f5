import { hourly, metric, type RecommendedMetric, type RecommendedType } from './types.ts';

/** What single, flexible and distributed servers have in common. */
const server: readonly RecommendedMetric[] = [
  metric('cpu_percent', 'Average', 'Percent', 'cpu_percent', 'Processor use'),
  metric('memory_percent', 'Average', 'Percent', 'memory_percent', 'Memory use'),
  metric('storage_percent', 'Average', 'Percent', 'storage_percent', 'Storage use'),
  metric('active_connections', 'Average', 'Count', 'active_connections', 'Connections that are open'),
];

const redis: readonly RecommendedMetric[] = [
  metric('serverLoad', 'Maximum', 'Percent', 'server_load_percent', 'Share of time in which the server was busy'),
  metric('usedmemorypercentage', 'Maximum', 'Percent', 'used_memory_percent', 'Memory use'),
  metric('connectedclients', 'Maximum', 'Count', 'connected_clients', 'Clients that are connected'),
  metric('cachehits', 'Total', 'Count', 'cache_hits', 'Keys that were found'),
  metric('cachemisses', 'Total', 'Count', 'cache_misses', 'Keys that were not found'),
  metric('evictedkeys', 'Total', 'Count', 'evicted_keys', 'Keys that were evicted for want of memory'),
];

export const databaseMetrics: readonly RecommendedType[] = [
  {
    type: 'SqlDatabase',
    prefix: 'azure_sql_database',
    excludeNames: ['master'],
    metrics: [
      metric('cpu_percent', 'Average', 'Percent', 'cpu_percent', 'Processor use'),
      metric('physical_data_read_percent', 'Average', 'Percent', 'data_io_percent', 'Use of the data input and output'),
      metric('log_write_percent', 'Average', 'Percent', 'log_io_percent', 'Use of the log input and output'),
      metric('storage', 'Maximum', 'Bytes', 'storage_bytes', 'Data space in use'),
      metric('storage_percent', 'Maximum', 'Percent', 'storage_percent', 'Share of the data space in use'),
      metric('workers_percent', 'Average', 'Percent', 'workers_percent', 'Share of the workers in use'),
      metric('deadlock', 'Total', 'Count', 'deadlocks', 'Deadlocks'),
      metric('connection_failed', 'Total', 'Count', 'failed_connections', 'Connections that failed in the system'),
    ],
  },
  {
    type: 'SqlElasticPool',
    prefix: 'azure_sql_pool',
    metrics: [
      metric('cpu_percent', 'Average', 'Percent', 'cpu_percent', 'Processor use'),
      metric('storage_percent', 'Average', 'Percent', 'storage_percent', 'Share of the data space in use'),
      metric('workers_percent', 'Average', 'Percent', 'workers_percent', 'Share of the workers in use'),
      metric('sessions_percent', 'Average', 'Percent', 'sessions_percent', 'Share of the sessions in use'),
    ],
  },
  {
    type: 'SqlManagedInstance',
    prefix: 'azure_sql_instance',
    metrics: [
      metric('avg_cpu_percent', 'Average', 'Percent', 'cpu_percent', 'Processor use'),
      metric('storage_space_used_mb', 'Average', 'Count', 'storage_used_megabytes', 'Storage in use'),
      metric('reserved_storage_mb', 'Average', 'Count', 'storage_reserved_megabytes', 'Storage that is reserved'),
    ],
  },
  {
    type: 'CosmosDb',
    prefix: 'azure_cosmos_db',
    metrics: [
      metric('TotalRequests', 'Count', 'Count', 'requests', 'Requests'),
      metric('TotalRequestUnits', 'Total', 'Count', 'request_units', 'Request units that were consumed'),
      metric(
        'NormalizedRUConsumption',
        'Maximum',
        'Percent',
        'request_units_percent',
        'Highest use of the request units of a partition',
      ),
      metric('DataUsage', 'Total', 'Bytes', 'data_bytes', 'Data stored'),
      hourly('ServiceAvailability', 'Average', 'Percent', 'availability_percent', 'Availability of the account'),
    ],
  },
  {
    type: 'MongoCluster',
    prefix: 'azure_mongo',
    metrics: [
      metric('CpuPercent', 'Average', 'Percent', 'cpu_percent', 'Processor use'),
      metric('MemoryPercent', 'Average', 'Percent', 'memory_percent', 'Memory use'),
      metric('StoragePercent', 'Average', 'Percent', 'storage_percent', 'Storage use'),
    ],
  },
  { type: 'PostgreSql', prefix: 'azure_postgresql', metrics: server },
  { type: 'MySql', prefix: 'azure_mysql', metrics: server },
  { type: 'MariaDb', prefix: 'azure_mariadb', metrics: server },
  { type: 'RedisCache', prefix: 'azure_redis', metrics: redis },
  { type: 'RedisEnterpriseCache', prefix: 'azure_redis_enterprise', metrics: redis },
];
