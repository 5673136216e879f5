import { describe, expect, it } from 'vitest';
import { armTypeOf, armTypesOf, describeResource } from '../../src/catalogue/describe.ts';
import { declared, rowOf } from './resources.ts';

const scope = 'subscriptions/sub-1/resourceGroups/contoso-prod/providers';

describe('describeResource', () => {
  it.each([
    ['RedisCache', { cacheName: 'Orders' }, 'Microsoft.Cache/Redis/Orders', 'Orders'],
    ['SqlDatabase', { serverName: 's', databaseName: 'd' }, 'Microsoft.Sql/servers/s/databases/d', 'd'],
    ['BlobStorage', { accountName: 'a' }, 'Microsoft.Storage/storageAccounts/a/blobServices/default', 'a'],
    ['MySql', { serverName: 'm', type: 'Single' }, 'Microsoft.DBforMySQL/servers/m', 'm-Single'],
    ['MySql', { serverName: 'm', type: 'Flexible' }, 'Microsoft.DBforMySQL/flexibleServers/m', 'm-Flexible'],
    ['PostgreSql', { serverName: 'p' }, 'Microsoft.DBforPostgreSQL/servers/p', 'p-Single'],
    [
      'PostgreSql',
      { serverName: 'p', type: 'Hyperscale' },
      'Microsoft.DBforPostgreSQL/serverGroupsv2/p',
      'p-Hyperscale',
    ],
    ['WebApp', { webAppName: 'w' }, 'Microsoft.Web/sites/w', 'w'],
    ['WebApp', { webAppName: 'w', slotName: 'production' }, 'Microsoft.Web/sites/w', 'w'],
    ['WebApp', { webAppName: 'w', slotName: 'Production' }, 'Microsoft.Web/sites/w/slots/Production', 'w'],
    ['FunctionApp', { functionAppName: 'f', slotName: 'blue' }, 'Microsoft.Web/sites/f/slots/blue', 'f'],
    ['DataFactory', { factoryName: 'f' }, 'Microsoft.DataFactory/factories/f', 'f-'],
    ['DataFactory', { factoryName: 'f', pipelineName: 'p' }, 'Microsoft.DataFactory/factories/f', 'f-p'],
    ['DataShare', { accountName: 'a' }, 'Microsoft.DataShare/accounts/a', 'a-'],
    ['Generic', { resourceUri: 'Microsoft.X/ys/z' }, 'Microsoft.X/ys/z', 'Microsoft.X/ys/z'],
    ['Generic', { resourceUri: '/Microsoft.X/ys/z/' }, 'Microsoft.X/ys/z', '/Microsoft.X/ys/z/'],
    ['StorageQueue', { accountName: 'a', queueName: 'q' }, 'Microsoft.Storage/storageAccounts/a/queueServices', 'a'],
  ])('gives %s %j its id and instance name', (type, fields, path, instanceName) => {
    const described = describeResource(rowOf(type), declared(fields));
    expect(described.id).toBe(`${scope}/${path}`);
    expect(described.instanceName).toBe(instanceName);
  });

  it('puts the effective resource group into the id of a Log Analytics workspace', () => {
    const fields = { workspaceId: 'w-1', workspaceName: 'logs' };
    expect(describeResource(rowOf('LogAnalytics'), declared(fields))).toEqual({
      id: `${scope}/Microsoft.OperationalInsights/workspaces/logs/Overview`,
      instanceName: 'logs',
      labels: [
        ['workspace_id', 'w-1'],
        ['workspace_name', 'logs'],
      ],
    });
  });

  it('leaves names as they were declared', () => {
    const { id } = describeResource(rowOf('KeyVault'), declared({ vaultName: 'a b%$&' }));
    expect(id).toBe(`${scope}/Microsoft.KeyVault/vaults/a b%$&`);
  });

  it.each([
    ['RedisCache', { cacheName: 'c' }, []],
    ['SqlElasticPool', { serverName: 's', poolName: 'p' }, ['server=s', 'elastic_pool=p']],
    ['WebApp', { webAppName: 'w' }, ['slot_name=production']],
    ['WebApp', { webAppName: 'w', slotName: 'blue' }, ['slot_name=blue']],
    ['ServiceBusNamespace', { namespace: 'n' }, []],
    ['ServiceBusNamespace', { namespace: 'n', topicName: 't' }, ['entity_name=t']],
    ['ServiceBusNamespace', { namespace: 'n', queueName: 'q', topicName: 't' }, ['entity_name=q']],
    ['EventHubs', { namespace: 'n', topicName: 't' }, ['entity_name=t']],
    ['ApiManagement', { instanceName: 'i', locationName: 'West Europe' }, ['location=West Europe']],
    ['ApiManagement', { instanceName: 'i' }, []],
    ['AutomationAccount', { accountName: 'a', runbookName: 'r' }, ['runbook_name=r']],
    ['DataFactory', { factoryName: 'f', pipelineName: 'p' }, ['pipeline_name=p']],
    ['DataShare', { accountName: 'a', shareName: 's' }, ['share_name=s']],
  ])('labels %s %j', (type, fields, labels) => {
    const described = describeResource(rowOf(type), declared(fields));
    expect(described.labels.map(([name, value]) => `${name}=${value}`)).toEqual(labels);
  });

  it('leaves out a label whose field is not declared', () => {
    const { labels } = describeResource(rowOf('SqlDatabase'), declared({ serverName: 's' }));
    expect(labels).toEqual([['server', 's']]);
  });
});

describe('ARM types', () => {
  it('are read from an id, whatever its variant', () => {
    expect(armTypeOf(`${scope}/Microsoft.Sql/servers/s/databases/d`)).toBe('Microsoft.Sql/servers/databases');
    expect(armTypeOf(`/${scope}/microsoft.web/sites/w/slots/blue`)).toBe('microsoft.web/sites/slots');
    expect(armTypeOf(`${scope}/A.B/cs/c/providers/D.E/fs/f`)).toBe('D.E/fs');
    expect(armTypeOf('subscriptions/sub-1')).toBe('');
  });

  it('of a row are those of its paths', () => {
    expect(armTypesOf(rowOf('WebApp'))).toEqual(['Microsoft.Web/sites', 'Microsoft.Web/sites/slots']);
    expect(armTypesOf(rowOf('PostgreSql'))).toEqual([
      'Microsoft.DBforPostgreSQL/servers',
      'Microsoft.DBforPostgreSQL/flexibleServers',
      'Microsoft.DBforPostgreSQL/serverGroupsv2',
    ]);
    expect(armTypesOf(rowOf('BlobStorage'))).toEqual(['Microsoft.Storage/storageAccounts/blobServices']);
    expect(armTypesOf(rowOf('Generic'))).toEqual([]);
  });
});
