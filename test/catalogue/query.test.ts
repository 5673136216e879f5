import { describe, expect, it } from 'vitest';
import { describeQuery } from '../../src/catalogue/describe.ts';
import { declared, rowOf } from './resources.ts';

interface Case {
  readonly type: string;
  readonly fields: Record<string, string>;
  readonly metric?: string;
  readonly dimensions?: readonly string[];
  readonly filter: string | undefined;
  readonly labels: readonly string[];
}

const queue = { namespace: 'n', queueName: 'orders' };
const generic = 'Microsoft.X/ys/z';

const cases: readonly Case[] = [
  { type: 'RedisCache', fields: { cacheName: 'c' }, filter: undefined, labels: [] },
  {
    type: 'RedisCache',
    fields: { cacheName: 'c' },
    dimensions: ['ShardId', 'availabilityResult/name'],
    filter: "ShardId eq '*' and availabilityResult/name eq '*'",
    labels: ['shardid', 'availabilityresult_name'],
  },
  {
    type: 'RedisCache',
    fields: { cacheName: 'c' },
    dimensions: ['ShardId', 'shardid'],
    filter: "ShardId eq '*'",
    labels: ['shardid'],
  },
  // Promitor fails here (issue 2432, D2): an entity without any dimension.
  { type: 'ServiceBusNamespace', fields: queue, filter: "EntityName eq 'orders'", labels: [] },
  {
    type: 'ServiceBusNamespace',
    fields: queue,
    dimensions: ['OperationResult'],
    filter: "EntityName eq 'orders' and OperationResult eq '*'",
    labels: ['operationresult'],
  },
  {
    type: 'ServiceBusNamespace',
    fields: { namespace: 'n' },
    dimensions: ['OperationResult'],
    filter: "EntityName eq '*'",
    labels: ['entity_name'],
  },
  { type: 'EventHubs', fields: { namespace: 'n' }, filter: "EntityName eq '*'", labels: ['entity_name'] },
  { type: 'EventHubs', fields: { namespace: 'n', topicName: "o'b" }, filter: "EntityName eq 'o''b'", labels: [] },
  { type: 'DataFactory', fields: { factoryName: 'f' }, filter: "Name eq '*'", labels: ['name'] },
  {
    type: 'DataFactory',
    fields: { factoryName: 'f' },
    metric: 'activityfailedruns',
    filter: "PipelineName eq '*'",
    labels: ['pipelinename'],
  },
  {
    type: 'DataFactory',
    fields: { factoryName: 'f', pipelineName: 'p' },
    metric: 'ActivitySucceededRuns',
    filter: "PipelineName eq 'p'",
    labels: [],
  },
  {
    type: 'DataFactory',
    fields: { factoryName: 'f', pipelineName: 'p' },
    metric: 'PipelineFailedRuns',
    dimensions: ['FailureType'],
    filter: "Name eq 'p' and FailureType eq '*'",
    labels: ['failuretype'],
  },
  { type: 'DataShare', fields: { accountName: 'a' }, filter: "ShareName eq '*'", labels: ['share_name'] },
  {
    type: 'DataShare',
    fields: { accountName: 'a' },
    metric: 'ShareSubscriptionCount',
    filter: "ShareSubscriptionName eq '*'",
    labels: ['share_name'],
  },
  // Promitor fails here too (D3).
  { type: 'DataShare', fields: { accountName: 'a', shareName: 's' }, filter: "ShareName eq 's'", labels: [] },
  { type: 'ApiManagement', fields: { instanceName: 'i' }, filter: undefined, labels: [] },
  {
    type: 'ApiManagement',
    fields: { instanceName: 'i' },
    dimensions: ['Location'],
    filter: "Location eq '*'",
    labels: ['location'],
  },
  {
    type: 'ApiManagement',
    fields: { instanceName: 'i', locationName: 'West Europe' },
    dimensions: ['location', 'Hostname'],
    filter: "Location eq 'West Europe' and Hostname eq '*'",
    labels: ['location', 'hostname'],
  },
  { type: 'AutomationAccount', fields: { accountName: 'a' }, filter: undefined, labels: [] },
  { type: 'AutomationAccount', fields: { accountName: 'a', runbookName: 'r' }, filter: "Runbook eq 'r'", labels: [] },
  { type: 'Generic', fields: { resourceUri: generic }, dimensions: ['A'], filter: "A eq '*'", labels: ['a'] },
  {
    type: 'Generic',
    fields: { resourceUri: generic, filter: "EntityName ne 'x and y' or EntityName ne 'z'" },
    dimensions: ['entityname', 'Tier'],
    filter: "EntityName ne 'x and y' or EntityName ne 'z' and Tier eq '*'",
    labels: ['entityname', 'tier'],
  },
  {
    type: 'Generic',
    fields: { resourceUri: generic, filter: "A sw 'b'" },
    filter: "A sw 'b'",
    labels: [],
  },
];

describe('describeQuery', () => {
  it.each(cases)('$type $fields $metric $dimensions', ({ type, fields, metric, dimensions, filter, labels }) => {
    const query = describeQuery(rowOf(type), declared(fields), metric ?? 'SomeMetric', dimensions ?? []);
    expect(query.filter).toBe(filter);
    expect(query.dimensions.map((dimension) => dimension.label)).toEqual(labels);
    expect('filter' in query).toBe(filter !== undefined);
  });

  it('keeps the spelling of dimension names for the query', () => {
    const row = rowOf('ServiceBusNamespace');
    expect(describeQuery(row, declared({ namespace: 'n' }), 'Messages', []).dimensions).toEqual([
      { name: 'EntityName', label: 'entity_name' },
    ]);
    expect(describeQuery(row, declared(queue), 'Messages', ['OperationResult']).dimensions).toEqual([
      { name: 'OperationResult', label: 'operationresult' },
    ]);
  });
});
