import { describe, expect, it } from 'vitest';
import { secret } from '../../src/core/secret.ts';
import { declarationShape } from '../../src/promitor/declaration-shape.ts';
import { aMetric, aResource } from '../fakes/declaration.ts';

const model = 'Promitor.Core.Scraping.Configuration.Model';
const typed = (name: string): string => `${model}.${name}, Promitor.Core.Scraping`;
const scope = { SubscriptionId: '22222222-2222-2222-2222-222222222222', ResourceGroupName: 'contoso-prod' };
const labelsType =
  'System.Collections.Generic.Dictionary`2[[System.String, System.Private.CoreLib],[System.String, System.Private.CoreLib]], System.Private.CoreLib';

function textOf(...metrics: Parameters<typeof declarationShape>[0]): string {
  return JSON.stringify(declarationShape(metrics));
}

describe('the metrics as Promitor shows them', () => {
  it('have their members in order, with the .NET type first in every object', () => {
    const metric = aMetric({
      labels: { team: 'orders' },
      resourceDiscoveryGroups: ['all-queues'],
      query: { dimensions: ['EntityName'], limit: 5 },
    });
    const expected = [
      {
        $type: typed('Metrics.MetricDefinition'),
        AzureMetricConfiguration: {
          $type: typed('AzureMetricConfiguration'),
          MetricName: 'ActiveMessages',
          Limit: 5,
          Dimensions: [{ $type: typed('MetricDimension'), Name: 'EntityName' }],
          Aggregation: { $type: typed('MetricAggregation'), Type: 'Total', Interval: '00:05:00' },
        },
        PrometheusMetricDefinition: {
          $type: typed('Metrics.PrometheusMetricDefinition'),
          Name: 'demo_queue_size',
          Description: 'Active messages',
          Labels: { $type: labelsType, team: 'orders' },
        },
        Scraping: { $type: typed('Scraping'), Schedule: '* * * * *' },
        ResourceType: 'ServiceBusNamespace',
        ResourceDiscoveryGroups: [{ $type: typed('Metrics.AzureResourceDiscoveryGroup'), Name: 'all-queues' }],
        Resources: [
          {
            $type:
              'Promitor.Core.Contracts.ResourceTypes.ServiceBusNamespaceResourceDefinition, Promitor.Core.Contracts',
            Namespace: 'contoso-messaging',
            QueueName: 'orders',
            TopicName: '',
            ResourceType: 'ServiceBusNamespace',
            ...scope,
            ResourceName: 'contoso-messaging',
            UniqueName: 'contoso-messaging-orders-',
          },
        ],
      },
    ];
    expect(textOf(metric)).toBe(JSON.stringify(expected));
  });

  it('show a log query beside a workspace that is named by its name', () => {
    const metric = aMetric({
      resourceType: 'LogAnalytics',
      resources: [aResource({ workspaceId: 'w1', workspaceName: 'logs' })],
    });
    const query = { kind: 'logAnalytics', query: 'T | project result', intervalMs: 7 * 86_400_000 } as const;
    const [shown] = declarationShape([{ ...metric, query }]);
    expect(Object.keys(shown ?? {}).slice(0, 2)).toEqual(['$type', 'LogAnalyticsConfiguration']);
    expect(shown?.['LogAnalyticsConfiguration']).toEqual({
      $type: typed('LogAnalyticsConfiguration'),
      Query: 'T | project result',
      Aggregation: { $type: typed('Aggregation'), Interval: '7.00:00:00' },
    });
    expect(shown?.['Resources']).toEqual([
      {
        $type: 'Promitor.Core.Contracts.ResourceTypes.LogAnalyticsResourceDefinition, Promitor.Core.Contracts',
        WorkspaceId: 'w1',
        WorkspaceName: 'logs',
        ResourceType: 'LogAnalytics',
        ...scope,
        ResourceName: 'logs',
        UniqueName: 'logs',
      },
    ]);
  });

  it('never show the SAS token of a storage queue', () => {
    const resource = {
      ...aResource({ accountName: 'stcontoso', queueName: 'orders' }),
      sasToken: secret(() => 'sv=marked'),
    };
    const metric = aMetric({ resourceType: 'StorageQueue', resources: [resource] });
    const text = textOf({ ...metric, query: { kind: 'storageQueue', metricName: 'MessageCount' } });
    expect(text).not.toContain('marked');
    expect(text).toContain(
      '"SasToken":{"$type":"Promitor.Core.Contracts.Secret, Promitor.Core.Contracts","RawValue":"***"},"AccountName":"stcontoso","QueueName":"orders"',
    );
    expect(text).toContain('"ResourceName":"stcontoso","UniqueName":"stcontoso-orders"');
  });

  it('keep the filter of a generic resource', () => {
    const resources = [aResource({ resourceUri: 'Microsoft.X/y/z', filter: "A eq 'b'" })];
    expect(declarationShape([aMetric({ resourceType: 'Generic', resources })])).toMatchObject([
      { Resources: [{ Filter: "A eq 'b'", ResourceUri: 'Microsoft.X/y/z', UniqueName: 'Microsoft.X/y/z' }] },
    ]);
  });

  it('tell what only Azimuth can declare in members of their own', () => {
    const query = {
      metricNames: ['A', 'B'],
      nameByMetric: true,
      aggregations: ['Average', 'Maximum'],
      nameByAggregation: true,
      metricNamespace: 'custom/ns',
      alignment: 'grain',
    } as const;
    expect(declarationShape([aMetric({ query })])).toMatchObject([
      {
        AzureMetricConfiguration: {
          MetricName: 'A',
          MetricNames: ['A', 'B'],
          Aggregation: { Type: 'Average', Types: ['Average', 'Maximum'] },
          MetricNamespace: 'custom/ns',
          Alignment: 'grain',
        },
      },
    ]);
  });
});
