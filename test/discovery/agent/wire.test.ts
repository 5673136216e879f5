import { describe, expect, it } from 'vitest';
import { resourceTypes } from '../../../src/catalogue/lookup.ts';
import { fromWire, toWire } from '../../../src/discovery/agent/wire.ts';
import { contracts } from './contracts.ts';
import { resourceOf, subscriptionId, tenantId } from './support.ts';

const shared = ['ResourceType', 'SubscriptionId', 'ResourceGroupName', 'ResourceName', 'UniqueName'];

describe('a resource on the wire', () => {
  it('is known for all fifty types that Promitor discovers', () => {
    const discoverable = resourceTypes.filter((row) => row.discoverable).map((row) => row.name);
    const promitor = contracts.map(([type]) => type);
    expect(promitor).toHaveLength(50);
    expect(discoverable).toEqual(expect.arrayContaining(promitor));
  });

  it.each(contracts)('%s is a %s', (type, contract, members) => {
    const resource = resourceOf(type);
    const wire = toWire(resource);
    expect(Object.keys(wire)).toEqual(['$type', ...members, ...shared]);
    expect(wire['$type']).toBe(`Promitor.Core.Contracts.ResourceTypes.${contract}, Promitor.Core.Contracts`);
    const { name: _name, ...back } = fromWire(JSON.parse(JSON.stringify(wire)), tenantId) as typeof resource;
    const { name: _ours, ...given } = resource;
    expect(back).toEqual(given);
  });

  it.each([
    ['ServiceBusNamespace', { namespace: 'orders' }, 'orders', 'orders--'],
    ['DataFactory', { factoryName: 'etl' }, 'etl-', 'etl-'],
    ['WebApp', { webAppName: 'shop' }, 'shop', 'shop-production'],
    ['SqlDatabase', { serverName: 'sql', databaseName: 'shop' }, 'shop', 'sql-shop'],
    ['PostgreSql', { serverName: 'pg' }, 'pg-Single', 'pg-Single'],
    ['RedisCache', { cacheName: 'cache' }, 'cache', 'cache'],
  ])('%s %j is named %s, and %s where names must differ', (resourceType, fields, name, unique) => {
    const wire = toWire({ ...resourceOf(resourceType), fields });
    expect([wire['ResourceName'], wire['UniqueName']]).toEqual([name, unique]);
  });

  it('keeps empty texts out of the fields, and the own name of a child', () => {
    const slot = toWire({ ...resourceOf('WebApp'), fields: { webAppName: 'shop', slotName: 'staging' } });
    expect(fromWire(slot, tenantId)).toEqual({
      subscriptionId,
      resourceGroupName: 'northwind',
      fields: { webAppName: 'shop', slotName: 'staging' },
      resourceType: 'WebApp',
      tenantId,
      name: 'staging',
      tags: {},
    });
    expect(fromWire(toWire(resourceOf('ServiceBusNamespace')), tenantId)).toMatchObject({
      fields: { namespace: 'namespace-0' },
    });
  });

  it.each([
    [7, 'a resource is no object'],
    [{ ResourceType: 'Toaster' }, 'a resource has the type `Toaster`, which is not known'],
    [{ ResourceType: 'StorageQueue' }, 'a resource has the type `StorageQueue`, which is not known'],
    [{ ResourceType: 'RedisCache' }, 'a resource of type RedisCache has no SubscriptionId'],
    [{ ResourceType: 'RedisCache', SubscriptionId: 's' }, 'a resource of type RedisCache has no ResourceGroupName'],
    [
      { ResourceType: 'RedisCache', SubscriptionId: 's', ResourceGroupName: 'g', CacheName: '' },
      'a resource of type RedisCache has no CacheName',
    ],
    [
      { ResourceType: 'MySql', SubscriptionId: 's', ResourceGroupName: 'g', ServerName: 'm', Type: 'Simple' },
      'a resource of type MySql has the Type `Simple`, which is not known',
    ],
  ])('refuses %j in words', (value, words) => {
    expect(fromWire(value, tenantId)).toBe(words);
  });
});
