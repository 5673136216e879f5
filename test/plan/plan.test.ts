import { describe, expect, it } from 'vitest';
import { planScrape, singleCalls } from '../../src/plan/plan.ts';
import type { ScrapeItem } from '../../src/plan/types.ts';
import { aDeclaration, aMetric, aResource } from '../fakes/declaration.ts';

const tenant = '11111111-1111-1111-1111-111111111111';
const subscription = '22222222-2222-2222-2222-222222222222';

function onlyItem(...metrics: Parameters<typeof aDeclaration>): ScrapeItem {
  const items = planScrape(aDeclaration(...metrics)).groups.flatMap((group) => group.items);
  const [item] = items;
  if (item === undefined || items.length !== 1) throw new Error(`expected one item, got ${items.length}`);
  return item;
}

describe('planScrape', () => {
  it("turns the walkthrough's metric into one call with Promitor's labels", () => {
    const plan = planScrape(aDeclaration(aMetric()));
    expect(plan.groups).toHaveLength(1);
    expect(plan.groups[0]).toMatchObject({
      mode: 'single',
      subscriptionId: subscription,
      metrics: { metricNames: ['ActiveMessages'], filter: "EntityName eq 'orders'", limit: 10_000 },
    });
    const item = plan.groups[0]?.items[0];
    expect(item?.dimensions).toEqual([]);
    expect(item?.labels).toEqual([
      ['resource_group', 'contoso-prod'],
      ['subscription_id', subscription],
      [
        'resource_uri',
        `subscriptions/${subscription}/resourceGroups/contoso-prod/providers/Microsoft.ServiceBus/namespaces/contoso-messaging`,
      ],
      ['instance_name', 'contoso-messaging'],
      ['entity_name', 'orders'],
      ['tenant_id', tenant],
    ]);
  });

  it('adds what Azure tells of a resource after every declared label, and never in place of one', () => {
    const told: Record<string, string> = { team: 'tag', tenant_id: 'tag', entity_name: 'tag', dc: 'tag', env: 'prod' };
    const metric = aMetric({ labels: { team: 'declared' }, defaultLabels: { dc: 'default' } });
    const capabilities = { ...singleCalls, labelsOf: () => Object.entries(told) };
    const item = planScrape(aDeclaration(metric), capabilities).groups[0]?.items[0];
    expect(item?.labels.slice(4)).toEqual([
      ['entity_name', 'orders'],
      ['team', 'declared'],
      ['dc', 'default'],
      ['tenant_id', tenant],
      ['env', 'prod'],
    ]);
  });

  it('gives the same plan, ids included, for the same declaration', () => {
    expect(planScrape(aDeclaration(aMetric()))).toEqual(planScrape(aDeclaration(aMetric())));
  });

  it('scrapes a resource once that is declared twice in different case, and says so', () => {
    const resources = ['orders', 'Orders'].map((queueName) => aResource({ namespace: 'Contoso', queueName }));
    const plan = planScrape(aDeclaration(aMetric({ resources })));
    expect(plan.groups).toHaveLength(1);
    expect(plan.warnings).toEqual([{ metric: 'demo_queue_size', message: expect.stringContaining('more than once') }]);
  });

  it('asks for two queues of one namespace in one call, and keeps them apart', () => {
    const resources = ['orders', 'audit'].map((queueName) => aResource({ namespace: 'contoso', queueName }));
    const plan = planScrape(aDeclaration(aMetric({ resources })));
    expect(new Set(plan.groups.flatMap((group) => group.items.map((item) => item.id))).size).toBe(2);
    expect(plan.groups.map((group) => group.metrics?.filter)).toEqual([
      "EntityName eq 'audit' or EntityName eq 'orders'",
    ]);
  });

  it('lists each distinct schedule once', () => {
    const other = { text: '*/5 * * * *', cron: '0 */5 * * * *', periodMs: 300_000 };
    const spelled = { text: '0 * * ? * *', cron: '0 * * * * *', periodMs: 60_000 };
    const metrics = [aMetric(), aMetric({ name: 'b', schedule: other }), aMetric({ name: 'c', schedule: spelled })];
    expect(planScrape(aDeclaration(...metrics)).schedules.map(({ text }) => text)).toEqual([
      '* * * * *',
      '*/5 * * * *',
    ]);
  });

  it('splits metric names of one resource that know its entities under different dimensions', () => {
    const metric = aMetric({
      resourceType: 'DataFactory',
      resources: [aResource({ factoryName: 'f', pipelineName: 'p' })],
      query: { metricNames: ['ActivityFailedRuns', 'PipelineFailedRuns'], nameByMetric: true },
    });
    const filters = planScrape(aDeclaration(metric)).groups.map((group) => group.metrics?.filter);
    expect(new Set(filters)).toEqual(new Set(["Name eq 'p'", "PipelineName eq 'p'"]));
  });
});

describe('labels', () => {
  const inNamespace = { resources: [aResource({ namespace: 'contoso', queueName: 'orders' })] };

  it('let the first writer win: built-in, type, dimension, metric, default, tenant', () => {
    const item = onlyItem(
      aMetric({
        ...inNamespace,
        query: { dimensions: ['OperationResult'] },
        labels: { instance_name: 'mine', tier: 'gold', operationresult: 'no', tenant_id: 'custom' },
        defaultLabels: { tier: 'silver', team: 'platform', entity_name: 'no' },
      }),
    );
    const labels = Object.fromEntries(item.labels);
    expect(labels).toMatchObject({ instance_name: 'contoso', tier: 'gold', team: 'platform', entity_name: 'orders' });
    expect(labels['tenant_id']).toBe('custom');
    expect(item.dimensions).toEqual([{ name: 'OperationResult', label: 'operationresult' }]);
    expect(item.labels.map(([name]) => name)).toEqual([...new Set(item.labels.map(([name]) => name))]);
  });

  it('rename a dimension that collides, and warn once', () => {
    const metric = aMetric({
      resourceType: 'ApiManagement',
      resources: [
        aResource({ instanceName: 'apim', locationName: 'West Europe' }),
        aResource({ instanceName: 'two', locationName: 'x' }),
      ],
      query: { dimensions: ['Location', 'a-b', 'a_b'] },
    });
    const plan = planScrape(aDeclaration(metric));
    expect(plan.groups[0]?.items[0]?.dimensions.map(({ label }) => label)).toEqual([
      'dimension_location',
      'a_b',
      'dimension_a_b',
    ]);
    expect(plan.warnings.filter(({ message }) => message.includes('dimension_location'))).toHaveLength(1);
  });

  it('warn of a metric label that is ignored, and say nothing of a default label', () => {
    const metric = aMetric({ ...inNamespace, labels: { Entity_Name: 'x' }, defaultLabels: { subscription_id: 'x' } });
    expect(planScrape(aDeclaration(metric)).warnings.map(({ message }) => message)).toEqual([
      'label entity_name of the metric is ignored, because the resource sets it',
    ]);
  });

  it('are valid names whatever was declared', () => {
    const labels = { 'availabilityResult/name': 'a', '1st': 'b', 'größe.x': 'c' };
    const item = onlyItem(aMetric({ ...inNamespace, labels }));
    expect(item.labels.map(([name]) => name)).toEqual(
      expect.arrayContaining(['availabilityresult_name', '_1st', 'gr__e_x']),
    );
  });

  it('keep the declared name, where it is another, for sinks that have no rules for names', () => {
    const labels = { 'Cost-Center': 'a', team: 'b' };
    const resources = ['one', 'two'].map((accountName) => aResource({ accountName }));
    const query = { dimensions: ['GeoType', 'tier'] };
    const metric = aMetric({ resourceType: 'StorageAccount', labels, resources, query });
    const items = planScrape(aDeclaration(metric)).groups.flatMap((group) => group.items);
    expect([...(items[0]?.declaredNames ?? [])]).toEqual([
      ['geotype', 'GeoType'],
      ['cost_center', 'Cost-Center'],
    ]);
    expect(items[1]?.declaredNames).toBe(items[0]?.declaredNames);
  });
});
