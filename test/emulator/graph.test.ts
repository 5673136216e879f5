import { describe, expect, it } from 'vitest';
import { runQuery, type Table } from '../../src/emulator/graph/evaluate.ts';
import { QueryMeaningError } from '../../src/emulator/graph/functions.ts';
import { QuerySyntaxError } from '../../src/emulator/graph/lexer.ts';
import { parseQuery } from '../../src/emulator/graph/parser.ts';
import { tableOf } from '../../src/emulator/graph/tables.ts';
import { demoWorld, subscription } from './support.ts';

const world = demoWorld();
const view = { subscriptions: new Set([subscription]), readable: () => true };

function run(text: string): Table {
  const query = parseQuery(text);
  const table = tableOf(world, query.table, view);
  if (table === undefined) throw new Error(`no table ${query.table}`);
  return runQuery(query, table);
}

const names = (text: string): unknown[] =>
  run(`${text} | project name | order by name asc`).rows.map(({ name }) => name);

describe('Resource Graph queries', () => {
  it('answers the form that discovery groups use', () => {
    const table = run(`Resources
| where type =~ 'microsoft.servicebus/namespaces' or type =~ 'microsoft.web/sites'
| where subscriptionId =~ '${subscription.toUpperCase()}'
| where resourceGroup =~ 'RG-shop-weu'
| where location =~ 'WestEurope'
| where tags['team'] matches regex @'^(?i)SHOP$' or tags['env'] matches regex @'^(?i)none$'
| project subscriptionId, resourceGroup, type, name, kind
| order by subscriptionId asc, resourceGroup asc, type asc, name asc
| where kind !contains 'functionapp'`);
    expect(table.rows.map(({ name, kind }) => [name, kind])).toEqual([
      ['sb-shop-weu', ''],
      ['app-shop-weu', 'app,linux'],
    ]);
    expect([...table.columns]).toEqual(
      ['subscriptionId', 'resourceGroup', 'type', 'name', 'kind'].map((name) => [name, 'string']),
    );
  });

  it('answers the landscape queries', () => {
    const table = run(
      'ResourceContainers | where type == "microsoft.resources/subscriptions" | project tenantId, name, state=properties["state"]',
    );
    expect(table.rows).toEqual([{ tenantId: world.tenants[0]?.id, name: 'Shop demo', state: 'Enabled' }]);
    expect(table.columns.get('state')).toBe('object');
    const groups = "ResourceContainers | where type == 'microsoft.resources/subscriptions/resourcegroups'";
    expect(names(groups)).toEqual(['rg-shop-neu', 'rg-shop-weu']);
  });

  it.each([
    ["Resources | where type == 'microsoft.web/sites' and kind contains 'FUNCTION'", ['func-shop-weu']],
    ["Resources | where kind contains_cs 'FUNCTION'", []],
    ["Resources | where name startswith 'VM-' and not(name endswith 'neu')", ['vm-shop-weu']],
    ["Resources | where tags.team == 'data'", ['shop', 'sql-shop-weu']],
    ["Resources | where tags['none'] =~ 'x'", []],
    ["Resources | where isnotempty(tags['team']) and name in~ ('VM-shop-WEU', 'nothing')", ['vm-shop-weu']],
    ["Resources | where name !in ('vm-shop-neu') and name has 'vm'", ['vm-shop-weu']],
    [
      "Resources | where (name != 'a' or false) and tolower(tostring(properties['hardwareProfile'])) contains 'd2s'",
      ['vm-shop-weu'],
    ],
    [
      "resources // a comment\n| where name =~ 'KV-SHOP-WEU' | extend x = strcat(name, '-', 1) | where x == 'kv-shop-weu-1'",
      ['kv-shop-weu'],
    ],
    ["Resources | where name matches regex 'redis|^kv'", ['kv-shop-weu', 'redis-shop-weu']],
    ["Resources | where name matches regex '(?i)^(?:REDIS-[[:word:]-]+)$'", ['redis-shop-weu']],
    ["Resources | where name == '\\u006bv-shop-weu'", ['kv-shop-weu']],
  ])('%s', (query, expected) => {
    expect(names(query)).toEqual(expected);
  });

  it('counts, groups, sorts and cuts', () => {
    expect(run('Resources | count').rows).toEqual([{ Count: 13 }]);
    expect(run('Resources | summarize count() by location | order by count_').rows).toEqual([
      { location: 'westeurope', count_: 11 },
      { location: 'northeurope', count_: 2 },
    ]);
    expect(run('Resources | distinct resourceGroup').rows).toHaveLength(2);
    expect(run('Resources | top 2 by name asc | project name').rows).toEqual([
      { name: 'aks-shop-weu' },
      { name: 'app-shop-weu' },
    ]);
    expect(run('Resources | project name, id | project-away id | limit 1').rows).toEqual([{ name: 'sb-shop-weu' }]);
  });

  it.each([
    ['Resources | where type =~ ', 26, '<EOF>', '<expression>'],
    ['Resources | wher name', 12, 'wher', '<operator>'],
    ["Resources | where name == 'a' 'b'", 30, "'b'", '|'],
    ['Resources | take x', 17, 'x', '<number>'],
    ['Resources | where ?', 18, '?', '<operator>'],
  ])('says where %s goes wrong', (query, position, token, expected) => {
    try {
      parseQuery(query);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(QuerySyntaxError);
      if (error instanceof QuerySyntaxError) {
        expect([error.token.position, error.token.text, error.expected]).toEqual([position, token, expected]);
      }
    }
  });

  it.each([
    ['Resources | where colour == 1', 'InvalidQuery'],
    ['Resources | project name | where type == 1', 'InvalidQuery'],
    ['Resources | where magic(name)', 'UnknownFunction'],
    ["Resources | where name matches regex '['", 'InvalidQuery'],
    ["Resources | where name matches regex '(?=k)kv'", 'InvalidQuery'],
  ])('refuses what does not exist: %s', (query, code) => {
    expect(() => run(query)).toThrow(expect.objectContaining({ code, name: QueryMeaningError.name }));
  });
});
