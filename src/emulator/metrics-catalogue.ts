import type { Aggregation } from '../core/aggregation.ts';

/**
 * Metrics of one resource type that share everything but their names.
 * Source: Microsoft's generated reference of supported metrics, state of April 2025.
 */
export interface CatalogueRow {
  readonly type: string;
  readonly names: readonly string[];
  readonly unit: string;
  /** Default aggregation; the definitions offer the others too. */
  readonly aggregation: Aggregation;
  readonly dimensions?: readonly string[];
  /** Offered grains; minute and everything coarser unless given. */
  readonly grains?: readonly string[];
}

/** Every grain that Azure Monitor knows. */
export const allGrains = ['PT1M', 'PT5M', 'PT15M', 'PT30M', 'PT1H', 'PT6H', 'PT12H', 'P1D'] as const;

const hourly = ['PT1H', 'PT6H', 'PT12H', 'P1D'];
const untilHalfDay = ['PT1M', 'PT5M', 'PT15M', 'PT30M', 'PT1H', 'PT6H', 'PT12H'];
const cosmosLatency = ['PT1M', 'PT5M', 'PT1H', 'P1D'];
const api = ['GeoType', 'ApiName', 'Authentication'];
const apiAndTier = [...api, 'Tier'];
const responses = ['ResponseType', 'GeoType', 'ApiName', 'Authentication'];
const container = ['DatabaseName', 'CollectionName', 'Region'];
const requests = [...container, 'StatusCode', 'OperationType', 'Status', 'CapacityType', 'PriorityLevel'];
const latency = [...container, 'ConnectionMode', 'OperationType', 'PublicAPIType', 'APIType', 'IsExternal'];
const backend = ['Listener', 'BackendServer', 'BackendPool', 'BackendHttpSetting'];
const vault = ['ActivityType', 'ActivityName', 'StatusCode', 'StatusCodeClass'];
const traffic = ['FrontendIPAddress', 'FrontendPort', 'Direction', 'Protocol'];
const snat = ['FrontendIPAddress', 'BackendIPAddress', 'ProtocolType', 'IsAwaitingRemoval'];

const serviceBus = 'Microsoft.ServiceBus/namespaces';
const storage = 'Microsoft.Storage/storageAccounts';
const blobs = 'Microsoft.Storage/storageAccounts/blobServices';
const queues = 'Microsoft.Storage/storageAccounts/queueServices';
const machine = 'Microsoft.Compute/virtualMachines';
const cluster = 'Microsoft.ContainerService/managedClusters';
const database = 'Microsoft.Sql/servers/databases';
const cosmos = 'Microsoft.DocumentDB/databaseAccounts';
const redis = 'Microsoft.Cache/redis';
const site = 'Microsoft.Web/sites';
const gateway = 'Microsoft.Network/applicationGateways';
const hubs = 'Microsoft.EventHub/namespaces';
const keys = 'Microsoft.KeyVault/vaults';
const balancer = 'Microsoft.Network/loadBalancers';

function row(
  type: string,
  names: string,
  unit: string,
  aggregation: Aggregation,
  dimensions: readonly string[] = [],
  grains: readonly string[] = allGrains,
): CatalogueRow {
  return { type, names: names.split(', '), unit, aggregation, dimensions, grains };
}

/** The built-in metrics. A world adds to them and overrides them by type and name. */
export const metricsCatalogue: readonly CatalogueRow[] = [
  row(serviceBus, 'ActiveMessages, DeadletteredMessages, ScheduledMessages, Messages', 'Count', 'Average', [
    'EntityName',
  ]),
  row(serviceBus, 'Size', 'Bytes', 'Average', ['EntityName']),
  row(
    serviceBus,
    'IncomingMessages, OutgoingMessages, IncomingRequests, CompleteMessage, AbandonMessage',
    'Count',
    'Total',
    ['EntityName'],
  ),
  row(serviceBus, 'IncomingBytes, OutgoingBytes', 'Bytes', 'Total', ['EntityName']),
  row(serviceBus, 'SuccessfulRequests, ServerErrors, UserErrors', 'Count', 'Total', ['EntityName', 'OperationResult']),
  row(serviceBus, 'ThrottledRequests', 'Count', 'Total', ['EntityName', 'OperationResult', 'MessagingErrorSubCode']),
  row(serviceBus, 'ActiveConnections', 'Count', 'Total'),
  row(serviceBus, 'ConnectionsOpened, ConnectionsClosed', 'Count', 'Average', ['EntityName']),
  row(serviceBus, 'ServerSendLatency', 'MilliSeconds', 'Average', ['EntityName']),
  row(serviceBus, 'NamespaceCpuUsage, NamespaceMemoryUsage', 'Percent', 'Maximum', ['Replica']),

  row(storage, 'UsedCapacity', 'Bytes', 'Average', [], hourly),
  row(storage, 'Transactions', 'Count', 'Total', [...responses, 'TransactionType']),
  row(storage, 'Ingress, Egress', 'Bytes', 'Total', api),
  row(storage, 'SuccessE2ELatency, SuccessServerLatency', 'MilliSeconds', 'Average', api),
  row(storage, 'Availability', 'Percent', 'Average', api),
  row(blobs, 'BlobCapacity', 'Bytes', 'Average', ['BlobType', 'Tier'], hourly),
  row(blobs, 'BlobCount', 'Count', 'Average', ['BlobType', 'Tier'], hourly),
  row(blobs, 'ContainerCount', 'Count', 'Average', [], hourly),
  row(blobs, 'Transactions', 'Count', 'Total', [...responses, 'TransactionType', 'Tier']),
  row(blobs, 'Ingress, Egress', 'Bytes', 'Total', apiAndTier),
  row(blobs, 'SuccessE2ELatency, SuccessServerLatency', 'MilliSeconds', 'Average', apiAndTier),
  row(blobs, 'Availability', 'Percent', 'Average', apiAndTier),
  row(queues, 'QueueCapacity', 'Bytes', 'Average', [], hourly),
  row(queues, 'QueueCount, QueueMessageCount', 'Count', 'Average', [], hourly),
  row(queues, 'Transactions', 'Count', 'Total', [...responses]),
  row(queues, 'Ingress, Egress', 'Bytes', 'Total', api),
  row(queues, 'SuccessE2ELatency, SuccessServerLatency', 'MilliSeconds', 'Average', api),
  row(queues, 'Availability', 'Percent', 'Average', api),

  row(machine, 'Percentage CPU', 'Percent', 'Average'),
  row(machine, 'Available Memory Bytes', 'Bytes', 'Average'),
  row(machine, 'Network In Total, Network Out Total, Disk Read Bytes, Disk Write Bytes', 'Bytes', 'Total'),
  row(machine, 'Disk Read Operations/Sec, Disk Write Operations/Sec', 'CountPerSecond', 'Average'),
  row(machine, 'Data Disk Queue Depth', 'Count', 'Average', ['LUN']),
  row(machine, 'VmAvailabilityMetric', 'Count', 'Average'),

  row(
    cluster,
    'node_cpu_usage_percentage, node_memory_working_set_percentage, node_memory_rss_percentage',
    'Percent',
    'Maximum',
    ['node', 'nodepool'],
    untilHalfDay,
  ),
  row(cluster, 'node_disk_usage_percentage', 'Percent', 'Maximum', ['node', 'nodepool', 'device'], untilHalfDay),
  row(cluster, 'node_network_in_bytes, node_network_out_bytes', 'Bytes', 'Maximum', ['node', 'nodepool'], untilHalfDay),
  row(cluster, 'kube_pod_status_ready', 'Count', 'Total', ['namespace', 'pod', 'condition'], untilHalfDay),
  row(cluster, 'kube_pod_status_phase', 'Count', 'Total', ['phase', 'namespace', 'pod'], untilHalfDay),
  row(
    cluster,
    'kube_node_status_condition',
    'Count',
    'Total',
    ['condition', 'status', 'status2', 'node'],
    untilHalfDay,
  ),
  row(cluster, 'cluster_autoscaler_unschedulable_pods_count', 'Count', 'Total', [], untilHalfDay.slice(1)),

  row(
    database,
    'cpu_percent, dtu_consumption_percent, physical_data_read_percent, log_write_percent, workers_percent',
    'Percent',
    'Average',
  ),
  row(database, 'storage', 'Bytes', 'Average'),
  row(database, 'storage_percent', 'Percent', 'Average'),
  row(database, 'sessions_count', 'Count', 'Average'),
  row(database, 'deadlock', 'Count', 'Total'),
  row(database, 'connection_successful', 'Count', 'Total', ['SslProtocol', 'ValidatedDriverNameAndVersion']),
  row(database, 'connection_failed', 'Count', 'Total', ['Error', 'ValidatedDriverNameAndVersion']),

  row(cosmos, 'TotalRequests', 'Count', 'Count', [...requests, 'ConnectionMode', 'IsExternal']),
  row(cosmos, 'TotalRequestUnits', 'Count', 'Total', requests),
  row(
    cosmos,
    'NormalizedRUConsumption',
    'Percent',
    'Maximum',
    [...container, 'PartitionKeyRangeId', 'CollectionRid', 'PhysicalPartitionId', 'OfferOwnerRid'],
    cosmosLatency,
  ),
  row(cosmos, 'DataUsage', 'Bytes', 'Total', container, ['PT5M', 'PT15M', 'PT30M', 'PT1H']),
  row(cosmos, 'DocumentCount', 'Count', 'Total', container, ['PT5M', 'PT1H', 'P1D']),
  row(cosmos, 'ProvisionedThroughput', 'Count', 'Maximum', container, ['PT5M', 'PT1H', 'P1D']),
  row(cosmos, 'ServerSideLatencyDirect, ServerSideLatencyGateway', 'MilliSeconds', 'Average', latency, cosmosLatency),
  row(cosmos, 'ServiceAvailability', 'Percent', 'Minimum', ['IsExternal'], ['PT1H']),

  row(redis, 'percentProcessorTime, serverLoad, usedmemorypercentage', 'Percent', 'Maximum', ['ShardId']),
  row(redis, 'usedmemory, usedmemoryRss', 'Bytes', 'Maximum', ['ShardId']),
  row(redis, 'connectedclients, operationsPerSecond, totalkeys', 'Count', 'Maximum', ['ShardId']),
  row(
    redis,
    'cachehits, cachemisses, getcommands, setcommands, totalcommandsprocessed, evictedkeys, expiredkeys',
    'Count',
    'Total',
    ['ShardId'],
  ),
  row(redis, 'cachemissrate', 'Percent', 'Total', ['ShardId']),
  row(redis, 'cacheRead, cacheWrite', 'BytesPerSecond', 'Maximum', ['ShardId']),
  row(redis, 'errors', 'Count', 'Maximum', ['ShardId', 'ErrorType']),
  row(redis, 'allpercentprocessortime, allserverLoad, allusedmemorypercentage', 'Percent', 'Maximum', [
    'ShardId',
    'Port',
    'Primary',
  ]),
  row(redis, 'allusedmemory, allusedmemoryRss', 'Bytes', 'Maximum', ['ShardId', 'Port', 'Primary']),
  row(redis, 'allconnectedclients, alloperationsPerSecond, alltotalkeys', 'Count', 'Maximum', [
    'ShardId',
    'Port',
    'Primary',
  ]),

  row(site, 'Requests, Http2xx, Http4xx, Http5xx', 'Count', 'Total', ['Instance']),
  row(site, 'FunctionExecutionCount, FunctionExecutionUnits', 'Count', 'Total', ['Instance']),
  row(site, 'HttpResponseTime', 'Seconds', 'Average', ['Instance']),
  row(site, 'CpuTime', 'Seconds', 'Total', ['Instance']),
  row(site, 'MemoryWorkingSet', 'Bytes', 'Average', ['Instance']),
  row(site, 'BytesReceived, BytesSent', 'Bytes', 'Total', ['Instance']),
  row(site, 'HealthCheckStatus', 'Count', 'Average', ['Instance'], ['PT5M', 'PT1H', 'P1D']),
  row(site, 'FileSystemUsage', 'Bytes', 'Average', [], ['PT6H', 'PT12H', 'P1D']),

  row(gateway, 'TotalRequests, FailedRequests', 'Count', 'Total', ['BackendSettingsPool']),
  row(gateway, 'HealthyHostCount, UnhealthyHostCount', 'Count', 'Average', ['BackendSettingsPool']),
  row(gateway, 'ResponseStatus', 'Count', 'Total', ['HttpStatusGroup']),
  row(gateway, 'BackendResponseStatus', 'Count', 'Total', [...backend.slice(1), 'HttpStatusGroup']),
  row(
    gateway,
    'BackendLastByteResponseTime, BackendFirstByteResponseTime, BackendConnectTime',
    'MilliSeconds',
    'Average',
    backend,
  ),
  row(gateway, 'ApplicationGatewayTotalTime, ClientRtt', 'MilliSeconds', 'Average', ['Listener']),
  row(gateway, 'BytesReceived, BytesSent', 'Bytes', 'Total', ['Listener']),
  row(gateway, 'CurrentConnections', 'Count', 'Total'),
  row(gateway, 'CapacityUnits, ComputeUnits', 'Count', 'Average'),
  row(gateway, 'Throughput', 'BytesPerSecond', 'Average'),

  row(hubs, 'IncomingMessages, OutgoingMessages, IncomingRequests', 'Count', 'Total', ['EntityName']),
  row(hubs, 'IncomingBytes, OutgoingBytes', 'Bytes', 'Total', ['EntityName']),
  row(hubs, 'SuccessfulRequests, ThrottledRequests, ServerErrors, UserErrors, QuotaExceededErrors', 'Count', 'Total', [
    'EntityName',
    'OperationResult',
  ]),
  row(hubs, 'Size', 'Bytes', 'Average', ['EntityName']),
  row(hubs, 'ConnectionsOpened, ConnectionsClosed', 'Count', 'Maximum', ['EntityName']),
  row(hubs, 'NamespaceCpuUsage', 'Percent', 'Maximum', ['Replica']),

  row(keys, 'ServiceApiHit', 'Count', 'Count', ['ActivityType', 'ActivityName']),
  row(keys, 'ServiceApiLatency', 'MilliSeconds', 'Average', vault),
  row(keys, 'ServiceApiResult', 'Count', 'Count', vault),
  row(keys, 'Availability', 'Percent', 'Average', vault),
  row(keys, 'SaturationShoebox', 'Percent', 'Average', ['ActivityType', 'ActivityName', 'TransactionType']),

  row(balancer, 'VipAvailability', 'Count', 'Average', ['FrontendIPAddress', 'FrontendPort']),
  row(balancer, 'DipAvailability', 'Count', 'Average', [
    'ProtocolType',
    'BackendPort',
    'FrontendIPAddress',
    'FrontendPort',
    'BackendIPAddress',
  ]),
  row(balancer, 'ByteCount', 'Bytes', 'Total', traffic),
  row(balancer, 'PacketCount, SYNCount', 'Count', 'Total', traffic),
  row(balancer, 'SnatConnectionCount', 'Count', 'Total', ['FrontendIPAddress', 'BackendIPAddress', 'ConnectionState']),
  row(balancer, 'AllocatedSnatPorts, UsedSnatPorts', 'Count', 'Average', snat),
];
