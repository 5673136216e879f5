import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupQuery } from '../../src/discovery/query.ts';
import { runQuery, type Table } from '../../src/emulator/graph/evaluate.ts';
import { parseQuery } from '../../src/emulator/graph/parser.ts';
import { tableOf } from '../../src/emulator/graph/tables.ts';
import { worldOf } from '../emulator/support.ts';
import { aGroup, type GroupParts } from './groups.ts';

const one = '0c9f1d52-7a41-4f0e-9b36-5d2f8e61a7c4';
const two = '1c9f1d52-7a41-4f0e-9b36-5d2f8e61a7c4';

/** Vaults that differ in one thing each, and sites of every kind. */
const world = worldOf(`
tenants: [{id: b71e4c08-2d95-4c6a-8f13-6a0e9d37c251, name: Test}]
regions: [westeurope, northeurope]
subscriptions: [{id: ${one}, name: One}, {id: ${two}, name: Two}]
resourceGroups:
  - {name: RG-Shop, subscription: ${one}}
  - {name: rg-data, subscription: ${one}, region: northeurope}
  - {name: rg-shop, subscription: ${two}}
resources:
  - {type: Microsoft.KeyVault/vaults, name: kv-prod, resourceGroup: RG-Shop, subscription: ${one}, tags: {env: Prod, team: shop}}
  - {type: Microsoft.KeyVault/vaults, name: kv-staging, resourceGroup: RG-Shop, subscription: ${one}, tags: {env: staging, team: data}}
  - {type: Microsoft.KeyVault/vaults, name: kv-preprod, resourceGroup: rg-data, subscription: ${one}, tags: {env: preprod, team: shop}}
  - {type: Microsoft.KeyVault/vaults, name: kv-empty, resourceGroup: rg-data, subscription: ${one}, tags: {env: ''}}
  - {type: Microsoft.KeyVault/vaults, name: KV-Bare, resourceGroup: rg-shop, subscription: ${two}}
  - {type: Microsoft.KeyVault/vaults, name: kv-quote, resourceGroup: rg-shop, subscription: ${two}, tags: {"it's": "O'Brien\\\\"}}
  - {type: Microsoft.Web/sites, name: web, resourceGroup: RG-Shop, subscription: ${one}, kind: 'app,linux'}
  - {type: Microsoft.Web/sites/slots, name: web/blue, resourceGroup: RG-Shop, subscription: ${one}, kind: 'app,linux'}
  - {type: microsoft.web/SITES, name: func, resourceGroup: RG-Shop, subscription: ${one}, kind: 'FunctionApp,linux'}
  - {type: Microsoft.Web/sites/slots, name: func/green, resourceGroup: RG-Shop, subscription: ${one}, kind: functionapp}
  - {type: Microsoft.Storage/storageAccounts, name: general, resourceGroup: rg-data, subscription: ${one}, kind: StorageV2}
  - {type: Microsoft.Storage/storageAccounts, name: blocks, resourceGroup: rg-data, subscription: ${one}, kind: BlockBlobStorage}
  - {type: Microsoft.Storage/storageAccounts, name: files, resourceGroup: rg-data, subscription: ${one}, kind: FileStorage}
`);
const view = { subscriptions: new Set([one, two]), readable: () => true };

function run(type: string, parts: GroupParts = {}): Table {
  const query = parseQuery(groupQuery(aGroup(type, parts)));
  const table = tableOf(world, query.table, view);
  if (table === undefined) throw new Error(`no table ${query.table}`);
  return runQuery(query, table);
}

const found = (type: string, parts: GroupParts = {}): unknown[] => run(type, parts).rows.map(({ name }) => name);
const vaults = (parts: GroupParts): unknown[] => found('KeyVault', parts);
const all = ['kv-prod', 'kv-staging', 'kv-empty', 'kv-preprod', 'KV-Bare', 'kv-quote'];

describe('the query of a group', () => {
  it('is this text', () => {
    const group = aGroup('WebApp', {
      include: {
        subscriptions: ['s'],
        resourceGroups: ['a', "b'"],
        regions: ['westeurope'],
        names: ['x.*', 'y'],
        tags: [{ name: 'env', pattern: 'a|\\d' }],
      },
      exclude: { regions: ['uksouth'], tags: [{ name: 'old', pattern: 'yes' }] },
      condition: 'true // always',
    });
    expect(groupQuery(group, ['properties'])).toBe(`resources
| where type in~ ('Microsoft.Web/sites', 'Microsoft.Web/sites/slots') and kind !contains 'functionapp'
| where subscriptionId in~ ('s')
| where resourceGroup in~ ('a', 'b\\'')
| where location in~ ('westeurope')
| where name matches regex '(?i)^(?:x.*)$' or name matches regex '(?i)^(?:y)$'
| where isnotnull(tags['env']) and tostring(tags['env']) matches regex '(?i)^(?:a|\\\\d)$'
| where not(location in~ ('uksouth') or (isnotnull(tags['old']) and tostring(tags['old']) matches regex '(?i)^(?:yes)$'))
| where (
true // always
)
| project id, name, type, kind, location, resourceGroup, subscriptionId, tags, properties
| order by id asc`);
  });

  it('gives the columns that rows are read from, and one resource a row', () => {
    const table = run('KeyVault');
    expect([...table.columns.keys()]).toEqual([
      'id',
      'name',
      'type',
      'kind',
      'location',
      'resourceGroup',
      'subscriptionId',
      'tags',
    ]);
    expect(table.rowIdentity).toBe(true);
  });

  it('takes everything of its type without criteria, ordered', () => {
    expect(vaults({})).toEqual(all);
  });

  it('takes what fits every tag, and not one of them', () => {
    const include = {
      tags: [
        { name: 'env', pattern: '.*' },
        { name: 'team', pattern: 'SHOP' },
      ],
    };
    expect(vaults({ include })).toEqual(['kv-prod', 'kv-preprod']);
  });

  it('anchors both sides of an alternative', () => {
    expect(vaults({ include: { tags: [{ name: 'env', pattern: 'staging|prod' }] } })).toEqual([
      'kv-prod',
      'kv-staging',
    ]);
    expect(vaults({ include: { tags: [{ name: 'env', pattern: '^prod$|stag.*' }] } })).toEqual([
      'kv-prod',
      'kv-staging',
    ]);
  });

  it('tells an empty tag from none, and compares the name of a tag exactly', () => {
    expect(vaults({ include: { tags: [{ name: 'env', pattern: '' }] } })).toEqual(['kv-empty']);
    expect(vaults({ include: { tags: [{ name: 'env', pattern: '.*' }] } })).toHaveLength(4);
    expect(vaults({ include: { tags: [{ name: 'ENV', pattern: '.*' }] } })).toEqual([]);
  });

  it('compares subscriptions, resource groups and regions without case; several are alternatives', () => {
    expect(vaults({ include: { resourceGroups: ['RG-SHOP'] } })).toEqual(all.filter((name) => !/empty|pre/.test(name)));
    expect(vaults({ include: { resourceGroups: ['rg-shop', 'RG-Data'] } })).toEqual(all);
    expect(vaults({ include: { resourceGroups: ['rg-shop'], subscriptions: [two.toUpperCase()] } })).toEqual([
      'KV-Bare',
      'kv-quote',
    ]);
    expect(vaults({ include: { regions: ['NorthEurope', 'uksouth'] } })).toEqual(['kv-empty', 'kv-preprod']);
  });

  it('matches whole names', () => {
    expect(vaults({ include: { names: ['kv-p', 'KV-STAG.*', 'kv-bare'] } })).toEqual(['kv-staging', 'KV-Bare']);
  });

  it('leaves out what fits any value of any kind', () => {
    const exclude = {
      regions: ['northeurope'],
      names: ['kv-bare'],
      tags: [
        { name: 'env', pattern: 'stag.*' },
        { name: 'none', pattern: '.*' },
      ],
    };
    expect(vaults({ exclude })).toEqual(['kv-prod', 'kv-quote']);
  });

  it('joins a condition with and, whatever it holds', () => {
    expect(
      vaults({
        condition: "name == 'kv-prod' or tags.team == 'data' // or more",
        include: { regions: ['westeurope'] },
      }),
    ).toEqual(['kv-prod', 'kv-staging']);
  });

  it.each([
    ['WebApp', ['web', 'web/blue']],
    ['FunctionApp', ['func/green', 'func']],
    ['StorageAccount', ['blocks', 'files', 'general']],
    ['BlobStorage', ['blocks', 'general']],
    ['FileStorage', ['files', 'general']],
  ])('knows the kinds of %s', (type, names) => {
    expect(found(type)).toEqual(names);
  });

  it('takes several ARM types, each by its own rule', () => {
    const service = (name: string): string => `Microsoft.Storage/storageAccounts/${name}Services`;
    const names = found('Generic', { armTypes: ['microsoft.keyvault/VAULTS', service('table')] });
    expect(names).toHaveLength(all.length + 1);
    expect(names).toEqual(expect.arrayContaining([...all, 'general']));
    expect(found('Generic', { armTypes: [service('queue'), service('file')] })).toEqual(['files', 'general']);
  });

  it('puts every text into the query as a text', () => {
    expect(vaults({ include: { tags: [{ name: "it's", pattern: "o'brien\\\\" }] } })).toEqual(['kv-quote']);
    expect(vaults({ include: { resourceGroups: ["x') or true or name in~ ('"] } })).toEqual([]);
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 20 }),
        fc.constantFrom("'", '\\', '\n', '"', '|', ''),
        (text, odd) => {
          const value = `${text}${odd}`;
          const parts = { include: { resourceGroups: [value, 'rg-data'], tags: [{ name: value, pattern: '.*' }] } };
          expect(vaults(parts)).toEqual([]);
          expect(vaults({ exclude: { resourceGroups: [value] } })).toEqual(all);
        },
      ),
      { numRuns: 200 },
    );
  });
});
