import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resourceTypeNames } from '../../src/catalogue/lookup.ts';
import { group, type Proof, prove, subscription, worldOf } from './in-process.ts';

/** A resource of the world, by the group that must find it: what follows `/providers/`, kind, and what is scraped of it. */
interface Found {
  readonly type: string;
  readonly path: string;
  readonly kind?: string;
  /** Path of the service that is scraped in place of the account. */
  readonly service?: string;
}

const found = (type: string, ...paths: readonly string[]): Found[] => paths.map((path) => ({ type, path }));
const site = (type: string, kind: string, ...paths: readonly string[]): Found[] =>
  paths.map((path) => ({ type, path: `Microsoft.Web/${path}`, kind }));
const account = 'Microsoft.Storage/storageAccounts/acc';

/** Every type that can be discovered, with names and kinds that look like those of another. Apart from the catalogue. */
const rows: readonly Found[] = [
  ...found('ApiManagement', 'Microsoft.ApiManagement/service/service'),
  ...found('AppPlan', 'Microsoft.Web/serverFarms/sites'),
  ...found('ApplicationGateway', 'Microsoft.Network/applicationGateways/gw'),
  ...found('ApplicationInsights', 'microsoft.insights/components/web'),
  ...found('AutomationAccount', 'Microsoft.Automation/automationAccounts/auto'),
  ...found('AzureFirewall', 'Microsoft.Network/azureFirewalls/fw'),
  { type: 'BlobStorage', path: account, service: 'blobServices/default' },
  ...found('Cdn', 'Microsoft.Cdn/profiles/cdn'),
  ...found('CognitiveServicesAccount', 'Microsoft.CognitiveServices/accounts/ai'),
  ...found('ContainerInstance', 'Microsoft.ContainerInstance/containerGroups/aci'),
  ...found('ContainerRegistry', 'Microsoft.ContainerRegistry/registries/acr'),
  ...found('CosmosDb', 'Microsoft.DocumentDB/databaseAccounts/cosmos'),
  ...found('DataExplorerCluster', 'Microsoft.Kusto/clusters/adx'),
  ...found('DataFactory', 'Microsoft.DataFactory/factories/adf'),
  ...found('DataShare', 'Microsoft.DataShare/accounts/share'),
  ...found('DeviceProvisioningService', 'Microsoft.Devices/provisioningServices/dps'),
  ...found('DnsZone', 'Microsoft.Network/dnszones/shop.example.com'),
  ...found('EventHubs', 'Microsoft.EventHub/namespaces/namespaces'),
  ...found('ExpressRouteCircuit', 'Microsoft.Network/expressRouteCircuits/er'),
  { type: 'FileStorage', path: account, service: 'fileServices/default' },
  ...found('FrontDoor', 'Microsoft.Network/frontdoors/fd'),
  ...site('FunctionApp', 'functionapp', 'sites/fn', 'sites/fn/slots/staging'),
  ...site('FunctionApp', 'FunctionApp,Linux', 'sites/web-fn'),
  ...found('Generic', 'Microsoft.Web/staticSites/pages'),
  ...found('IoTHub', 'Microsoft.Devices/IotHubs/hub'),
  ...found('KeyVault', 'Microsoft.KeyVault/vaults/vaults'),
  ...found('KubernetesService', 'Microsoft.ContainerService/managedClusters/aks'),
  ...found('LoadBalancer', 'Microsoft.Network/loadBalancers/kubernetes'),
  ...found('LogicApp', 'Microsoft.Logic/workflows/flow'),
  ...found('MariaDb', 'Microsoft.DBforMariaDB/servers/maria'),
  ...found('MongoCluster', 'Microsoft.DocumentDB/mongoClusters/mongo'),
  ...found('MonitorAutoscale', 'microsoft.insights/autoscalesettings/Auto-1'),
  ...found('MySql', 'Microsoft.DBforMySQL/servers/old', 'Microsoft.DBforMySQL/flexibleServers/old'),
  ...found('NatGateway', 'Microsoft.Network/natGateways/nat'),
  ...found('NetworkGateway', 'Microsoft.Network/virtualNetworkGateways/vpn'),
  ...found('NetworkInterface', 'Microsoft.Network/networkInterfaces/nic'),
  ...found('PostgreSql', 'Microsoft.DBforPostgreSQL/servers/pg', 'Microsoft.DBforPostgreSQL/flexibleServers/pg'),
  ...found('PowerBiDedicated', 'Microsoft.PowerBIDedicated/capacities/pbi'),
  ...found('PublicIpAddress', 'Microsoft.Network/publicIPAddresses/ip'),
  ...found('RedisCache', 'MICROSOFT.CACHE/Redis/One', 'Microsoft.Cache/redis/two'),
  ...found('RedisEnterpriseCache', 'Microsoft.Cache/redisEnterprise/one'),
  ...found('ServiceBusNamespace', 'Microsoft.ServiceBus/namespaces/sb'),
  ...found(
    'SqlDatabase',
    'Microsoft.Sql/servers/servers/databases/servers',
    'Microsoft.Sql/servers/sql/databases/master',
  ),
  ...found('SqlElasticPool', 'Microsoft.Sql/servers/sql/elasticPools/pool'),
  ...found('SqlManagedInstance', 'Microsoft.Sql/managedInstances/mi'),
  ...found('SqlServer', 'Microsoft.Sql/servers/sql', 'Microsoft.Sql/servers/servers'),
  { type: 'StorageAccount', path: account },
  ...found('SynapseApacheSparkPool', 'Microsoft.Synapse/workspaces/syn/bigDataPools/pool'),
  ...found('SynapseSqlPool', 'Microsoft.Synapse/workspaces/syn/sqlPools/pool'),
  ...found('SynapseWorkspace', 'Microsoft.Synapse/workspaces/syn'),
  ...found('TrafficManager', 'Microsoft.Network/trafficManagerProfiles/tm'),
  ...found('VirtualMachine', 'Microsoft.Compute/virtualMachines/vm'),
  ...found('VirtualMachineScaleSet', 'Microsoft.Compute/virtualMachineScaleSets/vmss'),
  ...found('VirtualNetwork', 'Microsoft.Network/virtualNetworks/vnet'),
  ...site('WebApp', 'app,linux', 'sites/web', 'sites/web/slots/Staging'),
  ...found('WebApp', 'Microsoft.Web/sites/functionapp'),
];

/** Nothing may find these. */
const traps: readonly string[] = [
  'Microsoft.Compute/virtualMachines/vm/extensions/vm',
  'Microsoft.Compute/virtualMachineScaleSets/vmss/virtualMachines/0',
  'Microsoft.Network/frontdoorWebApplicationFirewallPolicies/fd',
  'Microsoft.Network/privateDnsZones/shop.example.com',
  'Microsoft.Sql/managedInstances/mi/databases/db',
  'Microsoft.Cache/redisEnterprise/one/databases/default',
  'Microsoft.ServiceBus/namespaces/sb/queues/orders',
  'Microsoft.ApiManagement/service/service/apis/orders',
  'Other.Sql/servers/sql',
];

/** Type and name of a resource from its path: names stand between the parts of the type. */
function splitPath(path: string): { type: string; name: string } {
  const [provider = '', ...parts] = path.split('/');
  const pick = (rest: number): string => parts.filter((_, index) => index % 2 === rest).join('/');
  return { type: `${provider}/${pick(0)}`, name: pick(1) };
}

const scraped = ({ path, service }: Found): string => (service === undefined ? path : `${path}/${service}`);
const keyOf = (path: string): string =>
  `subscriptions/${subscription}/resourceGroups/${group}/providers/${path}`.toLowerCase();
const types = [...new Set(rows.map(({ type }) => type))];
/** The metric of a type: what it offers must not depend on the name that some types treat in a way of their own. */
const metricOf = (type: string): string => `found_${type.toLowerCase()}`;
/** Each resource has a value of its own, so that answers cannot be mixed up without being noticed. */
const paths = [...new Set([...rows.flatMap((row) => [row.path, scraped(row)]), ...traps])];
const numberOf = (path: string): number => 100 + paths.indexOf(path);

/** Dimensions by which metrics of the type are split when no part of the resource is declared. */
const splits: Readonly<Record<string, string>> = {
  DataFactory: 'Name',
  DataShare: 'ShareName',
  EventHubs: 'EntityName',
  ServiceBusNamespace: 'EntityName',
};

function dimensionsOf(path: string): { name: string; values: string[] }[] {
  const name = splits[rows.find((row) => row.path === path)?.type ?? ''];
  return name === undefined ? [] : [{ name, values: ['one'] }];
}

function kindOf(path: string): { kind?: string } {
  const kind = rows.find((row) => row.path === path)?.kind;
  return kind === undefined ? {} : { kind };
}

const world = worldOf({
  limits: { arm: 'none', resourceGraph: 'none' },
  resources: paths.map((path) => ({
    ...splitPath(path),
    ...kindOf(path),
    metrics: [
      { name: 'Probe', dimensions: dimensionsOf(path), generator: { kind: 'constant', value: numberOf(path) } },
    ],
  })),
});

const declaration = {
  resourceDiscoveryGroups: types.map((type) => ({
    name: `all ${type}`,
    type,
    ...(type === 'Generic' ? { armTypes: ['Microsoft.Web/staticsites'] } : {}),
  })),
  metrics: types.map((type) => ({
    name: metricOf(type),
    description: type,
    resourceType: type,
    azureMetricConfiguration: { metricName: 'Probe', aggregation: { type: 'Average' } },
    resourceDiscoveryGroups: [{ name: `ALL ${type}` }],
  })),
};

let proof: Proof;
let run: Awaited<ReturnType<Proof['run']>>;
beforeAll(async () => {
  proof = await prove({ world, declaration });
  await proof.discover();
  run = await proof.run();
});
afterAll(() => proof.close());

describe('every type that can be discovered', () => {
  it('has a row here', () => {
    const others = new Set(['LogAnalytics', 'StorageQueue']);
    expect([...types].sort()).toEqual(resourceTypeNames.filter((type) => !others.has(type)).sort());
    expect(types.length).toBeGreaterThanOrEqual(50);
  });

  it('is scraped once for each of its resources, and nothing fails', () => {
    expect(run).toEqual({ succeeded: rows.length, failed: 0 });
  });

  it.each(types)('%s', async (type) => {
    const lines = await proof.lines(metricOf(type));
    const seen = lines.map(({ labels, value }) => [labels['resource_uri']?.toLowerCase() ?? '', value] as const);
    const expected = rows
      .filter((row) => row.type === type)
      .map((row) => [keyOf(scraped(row)), numberOf(scraped(row))] as const);
    expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(expected));
    expect(seen).toHaveLength(expected.length);
  });
});
