import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { armTypeOf, describeResource } from '../../src/catalogue/describe.ts';
import { listedForms } from '../../src/catalogue/listed.ts';
import { resourceTypes } from '../../src/catalogue/lookup.ts';
import type { ResourceTypeRow } from '../../src/catalogue/types.ts';
import type { GraphRow } from '../../src/discovery/ports.ts';
import { readRows } from '../../src/discovery/rows.ts';
import { rowOf } from '../catalogue/resources.ts';
import { aGroup } from './groups.ts';

const scope = '/subscriptions/Sub-1/resourceGroups/RG-Shop/providers';

/** A row of Resource Graph: the type in lower case, and the group too. */
function graphRow(path: string, more: GraphRow = {}): GraphRow {
  const id = `${scope}/${path}`;
  return {
    id,
    name: path.split('/').at(-1) ?? '',
    type: armTypeOf(id).toLowerCase(),
    kind: '',
    location: 'westeurope',
    resourceGroup: 'rg-shop',
    subscriptionId: 'Sub-1',
    tags: null,
    ...more,
  };
}

/** Type, path as Resource Graph lists it, fields, and where they differ: kind, and the path that is scraped. */
type Case = readonly [
  type: string,
  path: string,
  fields: Record<string, string>,
  more?: { readonly kind?: string; readonly scraped?: string; readonly armTypes?: readonly string[] },
];

const single = (type: string, armType: string, field: string, name: string): Case => [
  type,
  `${armType}/${name}`,
  { [field]: name },
];
const account = 'Microsoft.Storage/storageAccounts/acc';

/** Written out apart from the catalogue, with names that look like something else. */
const cases: readonly Case[] = [
  single('ApiManagement', 'Microsoft.ApiManagement/service', 'instanceName', 'service'),
  single('AppPlan', 'Microsoft.Web/serverfarms', 'appPlanName', 'ASP-Plan'),
  single('ApplicationGateway', 'Microsoft.Network/applicationGateways', 'applicationGatewayName', 'gw'),
  single('ApplicationInsights', 'Microsoft.Insights/components', 'name', 'components'),
  single('AutomationAccount', 'Microsoft.Automation/automationAccounts', 'accountName', 'auto'),
  single('AzureFirewall', 'Microsoft.Network/azureFirewalls', 'azureFirewallName', 'fw'),
  ['BlobStorage', account, { accountName: 'acc' }, { scraped: `${account}/blobServices/default`, kind: 'StorageV2' }],
  single('Cdn', 'Microsoft.Cdn/profiles', 'cdnName', 'cdn'),
  single('CognitiveServicesAccount', 'Microsoft.CognitiveServices/accounts', 'cognitiveServicesAccountName', 'ai'),
  single('ContainerInstance', 'Microsoft.ContainerInstance/containerGroups', 'containerGroup', 'aci'),
  single('ContainerRegistry', 'Microsoft.ContainerRegistry/registries', 'registryName', 'acr'),
  single('CosmosDb', 'Microsoft.DocumentDB/databaseAccounts', 'dbName', 'cosmos'),
  single('DataExplorerCluster', 'Microsoft.Kusto/clusters', 'clusterName', 'adx'),
  single('DataFactory', 'Microsoft.DataFactory/factories', 'factoryName', 'adf'),
  single('DataShare', 'Microsoft.DataShare/accounts', 'accountName', 'share'),
  single('DeviceProvisioningService', 'Microsoft.Devices/provisioningServices', 'deviceProvisioningServiceName', 'dps'),
  single('DnsZone', 'Microsoft.Network/dnszones', 'zoneName', 'shop.example.com'),
  single('EventHubs', 'Microsoft.EventHub/namespaces', 'namespace', 'eh'),
  single('ExpressRouteCircuit', 'Microsoft.Network/expressRouteCircuits', 'expressRouteCircuitName', 'er'),
  ['FileStorage', account, { accountName: 'acc' }, { scraped: `${account}/fileServices/default`, kind: 'FileStorage' }],
  single('FrontDoor', 'Microsoft.Network/frontdoors', 'name', 'fd'),
  ['FunctionApp', 'Microsoft.Web/sites/f', { functionAppName: 'f', slotName: 'production' }, { kind: 'functionapp' }],
  [
    'FunctionApp',
    'Microsoft.Web/sites/slots/slots/Slots',
    { functionAppName: 'slots', slotName: 'Slots' },
    { kind: 'FunctionApp,Linux' },
  ],
  ['Generic', 'A.B/cs/c/ds/d', { resourceUri: 'A.B/cs/c/ds/d' }, { armTypes: ['a.b/CS/ds'] }],
  [
    'Generic',
    account,
    { resourceUri: `${account}/queueServices/default` },
    { scraped: `${account}/queueServices/default`, armTypes: ['Microsoft.Storage/storageAccounts/queueServices'] },
  ],
  [
    'Generic',
    account,
    { resourceUri: `${account}/tableServices/default` },
    { scraped: `${account}/tableServices/default`, armTypes: ['microsoft.storage/STORAGEACCOUNTS/tableservices'] },
  ],
  single('IoTHub', 'Microsoft.Devices/IotHubs', 'ioTHubName', 'hub'),
  single('KeyVault', 'Microsoft.KeyVault/vaults', 'vaultName', 'vaults'),
  single('KubernetesService', 'Microsoft.ContainerService/managedClusters', 'clusterName', 'aks'),
  single('LoadBalancer', 'Microsoft.Network/loadBalancers', 'loadBalancerName', 'kubernetes'),
  single('LogicApp', 'Microsoft.Logic/workflows', 'workflowName', 'logic'),
  single('MariaDb', 'Microsoft.DBforMariaDB/servers', 'serverName', 'maria'),
  single('MongoCluster', 'Microsoft.DocumentDB/mongoClusters', 'clusterName', 'mongo'),
  single('MonitorAutoscale', 'Microsoft.Insights/autoscalesettings', 'autoscaleSettingsName', 'Auto created (x) #1'),
  ['MySql', 'Microsoft.DBforMySQL/servers/m', { serverName: 'm', type: 'Single' }],
  ['MySql', 'Microsoft.DBforMySQL/flexibleServers/m', { serverName: 'm', type: 'Flexible' }],
  single('NatGateway', 'Microsoft.Network/natGateways', 'natGatewayName', 'nat'),
  single('NetworkGateway', 'Microsoft.Network/virtualNetworkGateways', 'networkGatewayName', 'vpn'),
  single('NetworkInterface', 'Microsoft.Network/networkInterfaces', 'networkInterfaceName', 'nic'),
  ['PostgreSql', 'Microsoft.DBforPostgreSQL/servers/p', { serverName: 'p', type: 'Single' }],
  ['PostgreSql', 'Microsoft.DBforPostgreSQL/flexibleServers/p', { serverName: 'p', type: 'Flexible' }],
  ['PostgreSql', 'Microsoft.DBforPostgreSQL/serverGroupsv2/p', { serverName: 'p', type: 'Hyperscale' }],
  single('PowerBiDedicated', 'Microsoft.PowerBIDedicated/capacities', 'capacityName', 'pbi'),
  single('PublicIpAddress', 'Microsoft.Network/publicIPAddresses', 'publicIpAddressName', 'ip'),
  single('RedisCache', 'Microsoft.Cache/Redis', 'cacheName', 'redis'),
  single('RedisEnterpriseCache', 'Microsoft.Cache/RedisEnterprise', 'cacheName', 'redise'),
  single('ServiceBusNamespace', 'Microsoft.ServiceBus/namespaces', 'namespace', 'sb'),
  [
    'SqlDatabase',
    'Microsoft.Sql/servers/Servers/databases/servers',
    { serverName: 'Servers', databaseName: 'servers' },
  ],
  ['SqlDatabase', 'Microsoft.Sql/servers/providers/databases/d', { serverName: 'providers', databaseName: 'd' }],
  ['SqlElasticPool', 'Microsoft.Sql/servers/s/elasticPools/p', { serverName: 's', poolName: 'p' }],
  single('SqlManagedInstance', 'Microsoft.Sql/managedInstances', 'instanceName', 'mi'),
  single('SqlServer', 'Microsoft.Sql/servers', 'serverName', 'databases'),
  ['StorageAccount', account, { accountName: 'acc' }, { kind: 'BlockBlobStorage' }],
  [
    'SynapseApacheSparkPool',
    'Microsoft.Synapse/workspaces/workspaces/bigDataPools/p',
    { workspaceName: 'workspaces', poolName: 'p' },
  ],
  ['SynapseSqlPool', 'Microsoft.Synapse/workspaces/w/sqlPools/p', { workspaceName: 'w', poolName: 'p' }],
  single('SynapseWorkspace', 'Microsoft.Synapse/workspaces', 'workspaceName', 'syn'),
  single('TrafficManager', 'Microsoft.Network/trafficmanagerprofiles', 'name', 'tm'),
  single('VirtualMachine', 'Microsoft.Compute/virtualMachines', 'virtualMachineName', 'vm'),
  single('VirtualMachineScaleSet', 'Microsoft.Compute/virtualMachineScaleSets', 'scaleSetName', 'vmss'),
  single('VirtualNetwork', 'Microsoft.Network/virtualNetworks', 'virtualNetworkName', 'vnet'),
  ['WebApp', 'Microsoft.Web/sites/w', { webAppName: 'w', slotName: 'production' }, { kind: 'app,linux' }],
  ['WebApp', 'Microsoft.Web/sites/w/slots/blue', { webAppName: 'w', slotName: 'blue' }, { kind: 'app' }],
];

describe('rows of Resource Graph', () => {
  it('are tested for every type that can be discovered', () => {
    const discoverable = resourceTypes.filter(({ source }) => source === 'metrics').map(({ name }) => name);
    expect(discoverable).toHaveLength(54);
    expect([...new Set(cases.map(([type]) => type))]).toEqual(discoverable);
  });

  it.each(cases.map(([type, path, fields, more = {}]) => ({ type, path, fields, more })))(
    'finds $type: $path',
    ({ type, path, fields, more }) => {
      const group = aGroup(type, { armTypes: more.armTypes ?? [] });
      const row = graphRow(path, { kind: more.kind ?? '', tags: { env: 'prod' } });
      const { resources, unreadable } = readRows([row], group, 'tenant');
      expect(unreadable).toEqual([]);
      expect(resources).toEqual([
        {
          resourceType: type,
          tenantId: 'tenant',
          subscriptionId: 'Sub-1',
          resourceGroupName: 'rg-shop',
          fields,
          id: `${scope}/${more.scraped ?? path}`.slice(1),
          name: path.split('/').at(-1),
          region: 'westeurope',
          tags: { env: 'prod' },
        },
      ]);
      const [found] = resources;
      expect(found && describeResource(rowOf(type), found).id.toLowerCase()).toBe(found?.id?.toLowerCase());
    },
  );

  it('may be several resources each', () => {
    const armTypes = ['blobServices', 'fileServices', 'tableServices'].map(
      (one) => `Microsoft.Storage/storageAccounts/${one}`,
    );
    const rows = [
      graphRow(account),
      graphRow('Microsoft.Storage/storageAccounts/blocks', { kind: 'BlockBlobStorage' }),
    ];
    const { resources } = readRows(rows, aGroup('Generic', { armTypes }), 'tenant');
    expect(resources.map(({ fields }) => fields['resourceUri'])).toEqual([
      `${account}/blobServices/default`,
      `${account}/fileServices/default`,
      `${account}/tableServices/default`,
      'Microsoft.Storage/storageAccounts/blocks/blobServices/default',
    ]);
  });

  it('give the resource group as their column spells it', () => {
    const row = graphRow('Microsoft.Cache/Redis/one', { resourceGroup: 'rg-Column' });
    const { resources } = readRows([row], aGroup('RedisCache'), 't');
    expect(resources.map(({ resourceGroupName }) => resourceGroupName)).toEqual(['rg-Column']);
  });

  it('that differ only in case are one resource', () => {
    const row = graphRow('Microsoft.Cache/Redis/one');
    const upper = { ...row, id: String(row['id']).toUpperCase() };
    expect(readRows([row, upper], aGroup('RedisCache'), 't').resources.map(({ name }) => name)).toEqual(['one']);
  });

  it('fall back to what the id says, and take what is not a text for nothing', () => {
    const bare = { id: `${scope}/Microsoft.Cache/Redis/one`, type: 'microsoft.cache/redis', tags: { a: 'x', b: 1 } };
    expect(readRows([bare], aGroup('RedisCache'), 't').resources).toEqual([
      {
        resourceType: 'RedisCache',
        tenantId: 't',
        subscriptionId: 'Sub-1',
        resourceGroupName: 'rg-shop',
        fields: { cacheName: 'one' },
        id: `${scope}/Microsoft.Cache/Redis/one`.slice(1),
        name: 'one',
        tags: { a: 'x' },
      },
    ]);
  });

  it('reports what cannot be read, and keeps the rest', () => {
    const rows = [
      graphRow('Microsoft.Web/sites/good', { kind: 'app' }),
      graphRow('Microsoft.Web/sites/func', { kind: 'functionapp' }),
      graphRow('Microsoft.Web/sites/w/slots/blue/extra', { type: 'microsoft.web/sites/slots', kind: 'app' }),
      graphRow('Microsoft.Web/sites/w/slots/a/b/c', { type: 'microsoft.web/sites/slots', kind: 'app' }),
      { id: '/subscriptions/Sub-1/providers/Microsoft.Web/sites/x', type: 'microsoft.web/sites' },
      { type: 'microsoft.web/sites' },
      {},
    ];
    const { resources, unreadable } = readRows(rows, aGroup('WebApp'), 't');
    expect(resources.map(({ name }) => name)).toEqual(['good']);
    expect(unreadable.map(({ id, reason }) => [id.split('/').at(-1), reason])).toEqual([
      ['func', 'Its type `microsoft.web/sites` (kind `functionapp`) is not one of WebApp.'],
      ['extra', 'Its id is not that of a resource in a resource group.'],
      ['c', 'Its id does not have the form of WebApp.'],
      ['x', 'Its id is not that of a resource in a resource group.'],
      ['', 'Its id is not that of a resource in a resource group.'],
      ['', 'Its id is not that of a resource in a resource group.'],
    ]);
  });
});

const word = fc.constantFrom('a', 'A-1', 'servers', 'providers', 'slots', 'default', 'x.y_z', 'production1', 'Überall');

function anyResource(row: ResourceTypeRow): fc.Arbitrary<Record<string, string>> {
  const inPath = row.fields.filter(({ name }) =>
    row.paths.some(({ path, when }) => path.includes(`{${name}}`) || when?.field === name),
  );
  return fc.record(
    Object.fromEntries(
      inPath.map(({ name, values }) => [name, values === undefined ? word : fc.constantFrom(...values)]),
    ),
  );
}

describe('every resource that can be described', () => {
  const rows = resourceTypes.filter(({ source, armType }) => source === 'metrics' && armType !== undefined);

  it.each(rows.map((row) => [row.name, row] as const))('is read back from its row: %s', (type, row) => {
    fc.assert(
      fc.property(anyResource(row), word, fc.boolean(), (fields, resourceGroupName, upper) => {
        const { id } = describeResource(row, { subscriptionId: 'sub', resourceGroupName, fields });
        const [form] = listedForms(row);
        const listed = id.slice(0, id.length - (form?.suffix.length ?? 0));
        const item = {
          id: `/${upper ? listed.toUpperCase() : listed}`,
          type: armTypeOf(listed).toLowerCase(),
          kind: row.kind?.contained ? 'functionapp' : '',
          resourceGroup: resourceGroupName.toLowerCase(),
          subscriptionId: 'sub',
        };
        const { resources, unreadable } = readRows([item], aGroup(type), 'tenant');
        expect(unreadable).toEqual([]);
        const [found] = resources;
        expect(found && describeResource(row, found).id.toLowerCase()).toBe(id.toLowerCase());
      }),
      { numRuns: 40 },
    );
  });
});
