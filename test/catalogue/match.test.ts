import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeResource } from '../../src/catalogue/describe.ts';
import { resourceTypes } from '../../src/catalogue/lookup.ts';
import { matchResourceType } from '../../src/catalogue/match.ts';
import type { ResourceTypeRow } from '../../src/catalogue/types.ts';
import { declared } from './resources.ts';

const scope = '/subscriptions/sub-1/resourceGroups/contoso-prod/providers';
const name = fc.stringMatching(/^[a-z][a-z0-9 _.-]{0,10}[a-z0-9]$/).filter((text) => text !== 'production');

function anyResource(row: ResourceTypeRow): fc.Arbitrary<Record<string, string>> {
  const fields = row.fields.map((field): [string, fc.Arbitrary<string>] => [
    field.name,
    field.values === undefined ? name : fc.constantFrom(...field.values),
  ]);
  return fc.record(Object.fromEntries(fields));
}

describe('matchResourceType', () => {
  const rows = resourceTypes.filter((row) => row.armType !== undefined);

  it.each(rows.map((row) => [row.name, row] as const))('reads ids of %s back', (_, row) => {
    fc.assert(
      fc.property(anyResource(row), fc.boolean(), (fields, upper) => {
        const { id } = describeResource(row, declared(fields));
        const match = matchResourceType(
          upper ? `/${id.toUpperCase()}` : id,
          row.kind?.contained ? 'FunctionApp,linux' : 'app',
        );
        expect(match?.row.name).toBe(row.name);
        const again = describeResource(row, declared(match?.fields ?? {})).id;
        expect(again.toLowerCase()).toBe(id.toLowerCase());
      }),
      { numRuns: 20 },
    );
  });

  it.each([
    ['Microsoft.Sql/servers/S/databases/D', 'SqlDatabase', { serverName: 'S', databaseName: 'D' }],
    ['microsoft.sql/SERVERS/S', 'SqlServer', { serverName: 'S' }],
    ['Microsoft.Sql/servers/providers/databases/D', 'SqlDatabase', { serverName: 'providers', databaseName: 'D' }],
    ['Microsoft.DBforMySQL/flexibleServers/m', 'MySql', { serverName: 'm', type: 'Flexible' }],
    ['Microsoft.Web/sites/w', 'WebApp', { webAppName: 'w', slotName: 'production' }],
    ['Microsoft.Web/sites/w/slots/blue', 'WebApp', { webAppName: 'w', slotName: 'blue' }],
    ['Microsoft.Storage/storageAccounts/a/blobServices/default', 'BlobStorage', { accountName: 'a' }],
  ])('finds %s', (path, type, fields) => {
    const match = matchResourceType(`${scope}/${path}`);
    expect(match?.row.name).toBe(type);
    expect(match?.fields).toEqual(fields);
    expect([match?.subscriptionId, match?.resourceGroupName]).toEqual(['sub-1', 'contoso-prod']);
  });

  it.each([
    `${scope}/Microsoft.Unknown/things/t`,
    `${scope}/Microsoft.Storage/storageAccounts/a/blobServices/other`,
    `${scope}/Microsoft.Storage/storageAccounts/a/tableServices/default`,
    `${scope}/Microsoft.Cache/Redis`,
    '/subscriptions/sub-1',
    '',
  ])('knows no row for %j', (id) => {
    expect(matchResourceType(id)).toBeUndefined();
  });
});
