/** One way to declare a resource of a type, and what must come of it. */
export interface TypeRow {
  readonly type: string;
  readonly fields: Readonly<Record<string, string>>;
  /** What follows `/providers/` in the id that is asked for. */
  readonly path: string;
  readonly instance: string;
  /** Azure's metric name; `Probe` unless the type treats the name in a way of its own. */
  readonly metric?: string;
  /** Dimensions that the metric has in Azure, with their values. */
  readonly offers?: Readonly<Record<string, readonly string[]>>;
  /** Dimensions of the declaration. */
  readonly dimensions?: readonly string[];
  readonly filter?: string;
  /** Labels of each series beyond those that every series has; one series without any unless given. */
  readonly series?: readonly Readonly<Record<string, string>>[];
}

const entities = { EntityName: ['orders', 'audit'] };
const entityAndResult = { ...entities, OperationResult: ['Success', 'Throttled'] };

function row(
  type: string,
  fields: Readonly<Record<string, string>>,
  path: string,
  instance: string,
  more: Omit<TypeRow, 'type' | 'fields' | 'path' | 'instance'> = {},
): TypeRow {
  return { type, fields, path, instance, ...more };
}

/**
 * Every type that reads Azure Monitor metrics, with all of its forms. Facts from Promitor's documentation and code,
 * written out apart from the catalogue.
 */
export const typeRows: readonly TypeRow[] = [
  row('ApiManagement', { instanceName: 'apim' }, 'Microsoft.ApiManagement/service/apim', 'apim'),
  row(
    'ApiManagement',
    { instanceName: 'apim-eu', locationName: 'West Europe' },
    'Microsoft.ApiManagement/service/apim-eu',
    'apim-eu',
    {
      offers: { Location: ['West Europe', 'North Europe'] },
      filter: "Location eq 'West Europe'",
      series: [{ location: 'West Europe' }],
    },
  ),
  row('AppPlan', { appPlanName: 'plan' }, 'Microsoft.Web/serverfarms/plan', 'plan'),
  row(
    'ApplicationGateway',
    { applicationGatewayName: 'gateway' },
    'Microsoft.Network/applicationGateways/gateway',
    'gateway',
  ),
  row('ApplicationInsights', { name: 'insights' }, 'Microsoft.Insights/components/insights', 'insights', {
    offers: { 'availabilityResult/name': ['ping', 'login'] },
    dimensions: ['availabilityResult/name'],
    filter: "availabilityResult/name eq '*'",
    series: [{ availabilityresult_name: 'ping' }, { availabilityresult_name: 'login' }],
  }),
  row(
    'AutomationAccount',
    { accountName: 'automation' },
    'Microsoft.Automation/automationAccounts/automation',
    'automation',
  ),
  row(
    'AutomationAccount',
    { accountName: 'automation-jobs', runbookName: 'nightly' },
    'Microsoft.Automation/automationAccounts/automation-jobs',
    'automation-jobs',
    {
      metric: 'TotalJob',
      offers: { Runbook: ['nightly', 'hourly'] },
      filter: "Runbook eq 'nightly'",
      series: [{ runbook_name: 'nightly' }],
    },
  ),
  row('AzureFirewall', { azureFirewallName: 'firewall' }, 'Microsoft.Network/azureFirewalls/firewall', 'firewall'),
  row('BlobStorage', { accountName: 'blobs' }, 'Microsoft.Storage/storageAccounts/blobs/blobServices/default', 'blobs'),
  row('Cdn', { cdnName: 'cdn' }, 'Microsoft.Cdn/profiles/cdn', 'cdn'),
  row(
    'CognitiveServicesAccount',
    { cognitiveServicesAccountName: 'speech' },
    'Microsoft.CognitiveServices/accounts/speech',
    'speech',
  ),
  row('ContainerInstance', { containerGroup: 'batch' }, 'Microsoft.ContainerInstance/containerGroups/batch', 'batch'),
  row('ContainerRegistry', { registryName: 'images' }, 'Microsoft.ContainerRegistry/registries/images', 'images'),
  row('CosmosDb', { dbName: 'cosmos' }, 'Microsoft.DocumentDB/databaseAccounts/cosmos', 'cosmos'),
  row('DataExplorerCluster', { clusterName: 'kusto' }, 'Microsoft.Kusto/clusters/kusto', 'kusto'),
  row('DataFactory', { factoryName: 'factory' }, 'Microsoft.DataFactory/factories/factory', 'factory-', {
    metric: 'PipelineFailedRuns',
    offers: { Name: ['import', 'export'] },
    filter: "Name eq '*'",
    series: [{ name: 'import' }, { name: 'export' }],
  }),
  row('DataFactory', { factoryName: 'factory-a' }, 'Microsoft.DataFactory/factories/factory-a', 'factory-a-', {
    metric: 'ActivityFailedRuns',
    offers: { PipelineName: ['import', 'export'] },
    dimensions: ['ActivityType'],
    filter: "PipelineName eq '*'",
    series: [{ pipelinename: 'import' }, { pipelinename: 'export' }],
  }),
  row(
    'DataFactory',
    { factoryName: 'factory-b', pipelineName: 'import' },
    'Microsoft.DataFactory/factories/factory-b',
    'factory-b-import',
    {
      metric: 'PipelineSucceededRuns',
      offers: { Name: ['import', 'export'] },
      filter: "Name eq 'import'",
      series: [{ pipeline_name: 'import' }],
    },
  ),
  row(
    'DataFactory',
    { factoryName: 'factory-c', pipelineName: 'import' },
    'Microsoft.DataFactory/factories/factory-c',
    'factory-c-import',
    {
      metric: 'ActivitySucceededRuns',
      offers: { PipelineName: ['import', 'export'] },
      filter: "PipelineName eq 'import'",
      series: [{ pipeline_name: 'import' }],
    },
  ),
  row('DataShare', { accountName: 'shares' }, 'Microsoft.DataShare/accounts/shares', 'shares-', {
    metric: 'SucceededShareSynchronizations',
    offers: { ShareName: ['sales', 'stock'] },
    filter: "ShareName eq '*'",
    series: [{ share_name: 'sales' }, { share_name: 'stock' }],
  }),
  row(
    'DataShare',
    { accountName: 'shares-b', shareName: 'sales' },
    'Microsoft.DataShare/accounts/shares-b',
    'shares-b-sales',
    {
      metric: 'ShareSubscriptionCount',
      offers: { ShareSubscriptionName: ['sales', 'stock'] },
      filter: "ShareSubscriptionName eq 'sales'",
      series: [{ share_name: 'sales' }],
    },
  ),
  row(
    'DeviceProvisioningService',
    { deviceProvisioningServiceName: 'devices' },
    'Microsoft.Devices/provisioningServices/devices',
    'devices',
  ),
  row('DnsZone', { zoneName: 'contoso.com' }, 'Microsoft.Network/dnszones/contoso.com', 'contoso.com'),
  row('EventHubs', { namespace: 'hubs' }, 'Microsoft.EventHub/namespaces/hubs', 'hubs', {
    offers: entityAndResult,
    dimensions: ['OperationResult'],
    filter: "EntityName eq '*'",
    series: [{ entity_name: 'orders' }, { entity_name: 'audit' }],
  }),
  row('EventHubs', { namespace: 'hubs-a', topicName: 'orders' }, 'Microsoft.EventHub/namespaces/hubs-a', 'hubs-a', {
    offers: entities,
    filter: "EntityName eq 'orders'",
    series: [{ entity_name: 'orders' }],
  }),
  row(
    'ExpressRouteCircuit',
    { expressRouteCircuitName: 'circuit' },
    'Microsoft.Network/expressRouteCircuits/circuit',
    'circuit',
  ),
  row('FileStorage', { accountName: 'files' }, 'Microsoft.Storage/storageAccounts/files/fileServices/default', 'files'),
  row('FrontDoor', { name: 'door' }, 'Microsoft.Network/frontdoors/door', 'door'),
  row('FunctionApp', { functionAppName: 'functions' }, 'Microsoft.Web/sites/functions', 'functions', {
    series: [{ slot_name: 'production' }],
  }),
  row(
    'FunctionApp',
    { functionAppName: 'functions', slotName: 'staging' },
    'Microsoft.Web/sites/functions/slots/staging',
    'functions',
    { series: [{ slot_name: 'staging' }] },
  ),
  row(
    'Generic',
    { resourceUri: 'Microsoft.Search/searchServices/search' },
    'Microsoft.Search/searchServices/search',
    'Microsoft.Search/searchServices/search',
  ),
  row(
    'Generic',
    { resourceUri: 'Microsoft.SignalRService/SignalR/chat', filter: "Endpoint eq 'client' or Endpoint eq 'server'" },
    'Microsoft.SignalRService/SignalR/chat',
    'Microsoft.SignalRService/SignalR/chat',
    {
      offers: { Endpoint: ['client', 'server', 'admin'] },
      filter: "Endpoint eq 'client' or Endpoint eq 'server'",
      series: [{ endpoint: 'client' }, { endpoint: 'server' }],
    },
  ),
  row(
    'Generic',
    { resourceUri: 'Microsoft.SignalRService/SignalR/talk', filter: "Endpoint eq 'client'" },
    'Microsoft.SignalRService/SignalR/talk',
    'Microsoft.SignalRService/SignalR/talk',
    {
      offers: { Endpoint: ['client', 'server'], Hub: ['a', 'b'] },
      dimensions: ['Hub'],
      filter: "Endpoint eq 'client' and Hub eq '*'",
      series: [{ hub: 'a' }, { hub: 'b' }],
    },
  ),
  row('IoTHub', { ioTHubName: 'hub' }, 'Microsoft.Devices/IotHubs/hub', 'hub'),
  row('KeyVault', { vaultName: 'vault' }, 'Microsoft.KeyVault/vaults/vault', 'vault'),
  row(
    'KubernetesService',
    { clusterName: 'cluster' },
    'Microsoft.ContainerService/managedClusters/cluster',
    'cluster',
    {
      offers: { condition: ['Ready'], node: ['a', 'b'] },
      dimensions: ['condition', 'node'],
      filter: "condition eq '*' and node eq '*'",
      series: [
        { condition: 'Ready', node: 'a' },
        { condition: 'Ready', node: 'b' },
      ],
    },
  ),
  row('LoadBalancer', { loadBalancerName: 'balancer' }, 'Microsoft.Network/loadBalancers/balancer', 'balancer'),
  row('LogicApp', { workflowName: 'flow' }, 'Microsoft.Logic/workflows/flow', 'flow'),
  row('MariaDb', { serverName: 'maria' }, 'Microsoft.DBforMariaDB/servers/maria', 'maria'),
  row('MongoCluster', { clusterName: 'mongo' }, 'Microsoft.DocumentDB/mongoClusters/mongo', 'mongo'),
  row(
    'MonitorAutoscale',
    { autoscaleSettingsName: 'autoscale' },
    'Microsoft.Insights/autoscalesettings/autoscale',
    'autoscale',
  ),
  row('MySql', { serverName: 'mysql', type: 'Single' }, 'Microsoft.DBforMySQL/servers/mysql', 'mysql-Single'),
  row(
    'MySql',
    { serverName: 'mysql', type: 'Flexible' },
    'Microsoft.DBforMySQL/flexibleServers/mysql',
    'mysql-Flexible',
  ),
  row('NatGateway', { natGatewayName: 'nat' }, 'Microsoft.Network/natGateways/nat', 'nat'),
  row('NetworkGateway', { networkGatewayName: 'vpn' }, 'Microsoft.Network/virtualNetworkGateways/vpn', 'vpn'),
  row('NetworkInterface', { networkInterfaceName: 'nic' }, 'Microsoft.Network/networkInterfaces/nic', 'nic'),
  row('PostgreSql', { serverName: 'postgres' }, 'Microsoft.DBforPostgreSQL/servers/postgres', 'postgres-Single'),
  row(
    'PostgreSql',
    { serverName: 'postgres', type: 'Flexible' },
    'Microsoft.DBforPostgreSQL/flexibleServers/postgres',
    'postgres-Flexible',
  ),
  row(
    'PostgreSql',
    { serverName: 'postgres', type: 'Hyperscale' },
    'Microsoft.DBforPostgreSQL/serverGroupsv2/postgres',
    'postgres-Hyperscale',
  ),
  row('PowerBiDedicated', { capacityName: 'reports' }, 'Microsoft.PowerBIDedicated/capacities/reports', 'reports'),
  row('PublicIpAddress', { publicIpAddressName: 'ip' }, 'Microsoft.Network/publicIPAddresses/ip', 'ip'),
  row('RedisCache', { cacheName: 'redis' }, 'Microsoft.Cache/Redis/redis', 'redis'),
  row('RedisEnterpriseCache', { cacheName: 'enterprise' }, 'Microsoft.Cache/RedisEnterprise/enterprise', 'enterprise'),
  row('ServiceBusNamespace', { namespace: 'bus' }, 'Microsoft.ServiceBus/namespaces/bus', 'bus', {
    offers: entities,
    filter: "EntityName eq '*'",
    series: [{ entity_name: 'orders' }, { entity_name: 'audit' }],
  }),
  row(
    'ServiceBusNamespace',
    { namespace: 'bus-a', queueName: 'orders' },
    'Microsoft.ServiceBus/namespaces/bus-a',
    'bus-a',
    {
      offers: entityAndResult,
      dimensions: ['OperationResult'],
      filter: "EntityName eq 'orders' and OperationResult eq '*'",
      series: [
        { entity_name: 'orders', operationresult: 'Success' },
        { entity_name: 'orders', operationresult: 'Throttled' },
      ],
    },
  ),
  row(
    'ServiceBusNamespace',
    { namespace: 'bus-b', topicName: 'audit' },
    'Microsoft.ServiceBus/namespaces/bus-b',
    'bus-b',
    { offers: entities, filter: "EntityName eq 'audit'", series: [{ entity_name: 'audit' }] },
  ),
  row('SqlDatabase', { serverName: 'sql', databaseName: 'shop' }, 'Microsoft.Sql/servers/sql/databases/shop', 'shop', {
    series: [{ server: 'sql', database: 'shop' }],
  }),
  row(
    'SqlElasticPool',
    { serverName: 'sql', poolName: 'pool' },
    'Microsoft.Sql/servers/sql/elasticPools/pool',
    'pool',
    { series: [{ server: 'sql', elastic_pool: 'pool' }] },
  ),
  row('SqlManagedInstance', { instanceName: 'managed' }, 'Microsoft.Sql/managedInstances/managed', 'managed'),
  row('SqlServer', { serverName: 'sql' }, 'Microsoft.Sql/servers/sql', 'sql'),
  row('StorageAccount', { accountName: 'account' }, 'Microsoft.Storage/storageAccounts/account', 'account'),
  row(
    'SynapseApacheSparkPool',
    { workspaceName: 'synapse', poolName: 'spark' },
    'Microsoft.Synapse/workspaces/synapse/bigDataPools/spark',
    'spark',
    { series: [{ workspace_name: 'synapse', pool_name: 'spark' }] },
  ),
  row(
    'SynapseSqlPool',
    { workspaceName: 'synapse', poolName: 'dw' },
    'Microsoft.Synapse/workspaces/synapse/sqlPools/dw',
    'dw',
    { series: [{ workspace_name: 'synapse', pool_name: 'dw' }] },
  ),
  row('SynapseWorkspace', { workspaceName: 'synapse' }, 'Microsoft.Synapse/workspaces/synapse', 'synapse', {
    series: [{ workspace_name: 'synapse' }],
  }),
  row('TrafficManager', { name: 'traffic' }, 'Microsoft.Network/trafficmanagerprofiles/traffic', 'traffic'),
  row('VirtualMachine', { virtualMachineName: 'vm' }, 'Microsoft.Compute/virtualMachines/vm', 'vm'),
  row('VirtualMachineScaleSet', { scaleSetName: 'scale' }, 'Microsoft.Compute/virtualMachineScaleSets/scale', 'scale'),
  row('VirtualNetwork', { virtualNetworkName: 'net' }, 'Microsoft.Network/virtualNetworks/net', 'net'),
  row('WebApp', { webAppName: 'web' }, 'Microsoft.Web/sites/web', 'web', { series: [{ slot_name: 'production' }] }),
  row('WebApp', { webAppName: 'web', slotName: 'blue' }, 'Microsoft.Web/sites/web/slots/blue', 'web', {
    series: [{ slot_name: 'blue' }],
  }),
];
