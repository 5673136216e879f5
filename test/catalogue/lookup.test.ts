import { describe, expect, it } from 'vitest';
import { findResourceType, resourceTypeNames, resourceTypes } from '../../src/catalogue/lookup.ts';
import type { FieldRow, PathRow, ResourceTypeRow } from '../../src/catalogue/types.ts';
import { knownTypes } from './known-types.ts';

const pathText = ({ path, when }: PathRow): string => (when ? `${path} when ${when.field}=${when.is}` : path);

function fieldText(field: FieldRow): string {
  const values = [...(field.values ?? []), ...(field.refusedValues ?? [])];
  const value = values.length > 0 ? `=${values.join('|')}` : '';
  return `${field.name}${field.required ? '!' : ''}${value}${field.default === undefined ? '' : ` (${field.default})`}`;
}

function describeRow(row: ResourceTypeRow): string[] {
  return [
    row.name,
    row.discoverable ? row.source : `${row.source}, not discoverable`,
    row.armType ?? '-',
    row.paths.map(pathText).join(' ; '),
    row.instanceName,
    row.fields.map(fieldText).join(', '),
  ];
}

const labelsOf = (row: ResourceTypeRow): string[] => (row.labels ?? []).map(({ name, value }) => `${name}=${value}`);

describe('the catalogue', () => {
  it('holds the 56 agreed types, once each, ordered', () => {
    expect(resourceTypeNames).toHaveLength(56);
    expect(resourceTypeNames).toEqual(knownTypes.map(([name]) => name));
    expect(resourceTypes.map((row) => row.name)).toEqual(resourceTypeNames);
  });

  it.each(knownTypes)('describes %s as it is known', (...known) => {
    const row = findResourceType(known[0] ?? '');
    expect(row && describeRow(row)).toEqual(known);
  });

  it('finds types by exact case only', () => {
    expect(findResourceType('RedisCache')?.displayName).toBe('Azure Cache for Redis');
    expect(findResourceType('rediscache')).toBeUndefined();
    expect(findResourceType('NotSpecified')).toBeUndefined();
  });

  it('gives extra labels to these types only', () => {
    const labels = Object.fromEntries(
      resourceTypes.filter((row) => row.labels !== undefined).map((row) => [row.name, labelsOf(row)]),
    );
    expect(labels).toEqual({
      FunctionApp: ['slot_name={slotName}'],
      LogAnalytics: ['workspace_id={workspaceId}', 'workspace_name={workspaceName}'],
      SqlDatabase: ['server={serverName}', 'database={databaseName}'],
      SqlElasticPool: ['server={serverName}', 'elastic_pool={poolName}'],
      StorageQueue: ['queue_name={queueName}'],
      SynapseApacheSparkPool: ['workspace_name={workspaceName}', 'pool_name={poolName}'],
      SynapseSqlPool: ['workspace_name={workspaceName}', 'pool_name={poolName}'],
      SynapseWorkspace: ['workspace_name={workspaceName}'],
      WebApp: ['slot_name={slotName}'],
    });
  });

  it('knows entities of these types only', () => {
    const entities = resourceTypes
      .filter((row) => row.entity !== undefined)
      .map(({ name, entity }) => [
        name,
        entity?.fields.join('|'),
        entity?.dimension,
        entity?.label,
        entity?.withoutEntity,
      ]);
    expect(entities).toEqual([
      ['ApiManagement', 'locationName', 'Location', 'location', 'none'],
      ['AutomationAccount', 'runbookName', 'Runbook', 'runbook_name', 'none'],
      ['DataFactory', 'pipelineName', 'Name', 'pipeline_name', 'split'],
      ['DataShare', 'shareName', 'ShareName', 'share_name', 'split'],
      ['EventHubs', 'topicName', 'EntityName', 'entity_name', 'split'],
      ['ServiceBusNamespace', 'queueName|topicName', 'EntityName', 'entity_name', 'split'],
    ]);
  });

  it('refers only to fields that the row has', () => {
    for (const row of resourceTypes) {
      const names = new Set(row.fields.map((field) => field.name));
      const templates = [row.instanceName, ...row.paths.map(pathText), ...labelsOf(row)].join(' ');
      const used = [...templates.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
      const conditions = row.paths.flatMap((path) => path.when?.field ?? []);
      for (const field of [
        ...used,
        ...conditions,
        ...(row.entity?.fields ?? []),
        row.filterField ?? row.fields[0]?.name,
      ]) {
        expect(names, row.name).toContain(field);
      }
    }
  });

  it('carries what validation needs as data', () => {
    const refused = findResourceType('PostgreSql')?.fields.flatMap((field) => field.refusedValues ?? []);
    expect(refused).toEqual(['Arc']);
    expect(findResourceType('StorageQueue')?.metricNames).toEqual(['MessageCount', 'TimeSpentInQueue']);
    expect(findResourceType('StorageQueue')?.fields.find((field) => field.kind === 'secret')?.name).toBe('sasToken');
    expect(findResourceType('AutomationAccount')?.entity?.onlyForMetrics).toEqual(['TotalJob']);
    const limited = resourceTypes.filter((row) => row.entity?.maxDimensions === 1 && row.entity.refusesOwnDimension);
    expect(limited.map((row) => row.name)).toEqual(['EventHubs', 'ServiceBusNamespace']);
    expect(findResourceType('Generic')?.filterField).toBe('filter');
    expect(findResourceType('FunctionApp')?.kind).toEqual({ text: 'functionapp', contained: true });
    expect(findResourceType('WebApp')?.kind).toEqual({ text: 'functionapp', contained: false });
  });
});
