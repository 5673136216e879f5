import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { group, type Proof, prove, resourceUri, subscription, tenant, worldOf } from './in-process.ts';

let proof: Proof;
afterEach(() => proof.close());

const constant = (value: number) => ({ kind: 'constant', value });
const bus = 'Microsoft.ServiceBus/namespaces';

const world = worldOf({
  resources: [
    {
      type: bus,
      name: 'contoso-messaging',
      metrics: [
        {
          name: 'ActiveMessages',
          generator: constant(2.4),
          dimensions: [
            { name: 'EntityName', values: ['orders', 'Audit'] },
            { name: 'Instance_Name', values: ['node-0'] },
            { name: 'Error Code/kind', values: ['a "quoted" \\ back\nslash', 'größe'] },
          ],
        },
      ],
    },
    {
      type: 'Microsoft.Compute/virtualMachines',
      name: 'Idle-VM',
      metrics: [{ name: 'Percentage CPU', gaps: [{ every: 1, length: 1 }] }],
    },
    { type: 'Microsoft.Web/sites', name: 'shop', metrics: [{ name: 'Requests', generator: constant(1e12) }] },
  ],
});

function messages(changes: Readonly<Record<string, unknown>> = {}, dimensions: readonly string[] = []) {
  return {
    name: 'active_messages',
    description: 'Active messages per entity',
    resourceType: 'ServiceBusNamespace',
    azureMetricConfiguration: {
      metricName: 'ActiveMessages',
      aggregation: { type: 'Total' },
      dimensions: dimensions.map((name) => ({ name })),
    },
    resources: [{ namespace: 'contoso-messaging', queueName: 'orders' }],
    ...changes,
  };
}

const builtIn = {
  resource_group: group,
  subscription_id: subscription,
  resource_uri: resourceUri(`${bus}/contoso-messaging`),
  instance_name: 'contoso-messaging',
  entity_name: 'orders',
};

async function labelsOf(
  metric: object,
  more: { defaults?: Record<string, string>; transformation?: string } = {},
): Promise<Readonly<Record<string, string>>[]> {
  const metricDefaults = {
    aggregation: { interval: '00:05:00' },
    scraping: { schedule: '* * * * *' },
    ...(more.defaults === undefined ? {} : { labels: more.defaults }),
  };
  const labels = { transformation: more.transformation ?? 'None' };
  const runtime = { metricSinks: { prometheusScrapingEndpoint: { labels } } };
  proof = await prove({ world, declaration: { metricDefaults, metrics: [metric] }, runtime });
  await proof.run();
  return (await proof.lines('active_messages')).map((line) => line.labels);
}

describe('labels of a scraped metric', () => {
  it('are the built-in ones, those of the type and the tenant; the uri begins without a slash', async () => {
    expect(await labelsOf(messages())).toEqual([{ ...builtIn, tenant_id: tenant }]);
  });

  it('come from metric and defaults, the metric first', async () => {
    const labels = { tier: 'gold', Team: 'shop' };
    const defaults = { tier: 'silver', 'cost/centre': '42' };
    expect(await labelsOf(messages({ labels }), { defaults })).toEqual([
      { ...builtIn, tier: 'gold', team: 'shop', cost_centre: '42', tenant_id: tenant },
    ]);
  });

  it('of the resource win over those of metric and defaults, which is told for the metric', async () => {
    const labels = { Instance_Name: 'mine', entity_name: 'mine' };
    expect(await labelsOf(messages({ labels }), { defaults: { resource_group: 'mine' } })).toEqual([
      { ...builtIn, tenant_id: tenant },
    ]);
    const warnings = proof.log.filter(({ level }) => level === 'info').map(({ msg }) => String(msg));
    const about = (label: string): string[] => warnings.filter((line) => line.includes(label));
    expect(['instance_name', 'entity_name', 'resource_group'].map((label) => about(label).length)).toEqual([1, 1, 0]);
  });

  it('let a tenant_id of the declaration win', async () => {
    const [labels] = await labelsOf(messages(), { defaults: { tenant_id: 'Contoso' } });
    expect(labels?.['tenant_id']).toBe('Contoso');
  });

  it('rename a dimension that collides, and lose none of its values', async () => {
    const labels = { dimension_instance_name: 'mine' };
    expect(await labelsOf(messages({ labels }, ['Instance_Name']))).toEqual([
      { ...builtIn, dimension_instance_name: 'node-0', tenant_id: tenant },
    ]);
    expect(proof.log.map(({ msg }) => String(msg)).join('\n')).toContain('dimension_instance_name');
  });

  it('have legal names and the very values of the dimensions', async () => {
    const shown = await labelsOf(messages({}, ['Error Code/kind']));
    expect(shown.map((labels) => labels['error_code_kind'])).toEqual(['a "quoted" \\ back\nslash', 'größe']);
  });

  it('have values in lower case when that is asked for, and the names stay', async () => {
    const metric = messages({
      labels: { Tier: 'GOLD' },
      resources: [{ namespace: 'Contoso-Messaging' }],
    });
    const shown = await labelsOf(metric, { defaults: { team: 'Platform' }, transformation: 'Lowercase' });
    const lower = { ...builtIn, resource_uri: builtIn.resource_uri.toLowerCase(), tier: 'gold', team: 'platform' };
    expect(shown).toEqual(['orders', 'audit'].map((entity_name) => ({ ...lower, entity_name, tenant_id: tenant })));
  });
});

describe('the scrape endpoint', () => {
  it('reads as the golden text', async () => {
    const machine = {
      name: 'Vm_cpu',
      description: '',
      resourceType: 'VirtualMachine',
      azureMetricConfiguration: { metricName: 'Percentage CPU', aggregation: { type: 'Average' } },
      resources: [{ virtualMachineName: 'Idle-VM' }],
    };
    const site = {
      name: 'shop_requests',
      description: 'Requests of the "shop"\\ by day\nand by night',
      resourceType: 'WebApp',
      azureMetricConfiguration: {
        metricNames: ['Requests'],
        aggregation: { types: ['Total', 'Average'], interval: '00:01:00' },
      },
      resources: [{ webAppName: 'shop' }],
    };
    const queue = messages({ name: 'contoso_servicebus_active_messages', labels: { tier: 'messaging' } });
    const entities = messages(
      { name: 'Entities', resources: [{ namespace: 'contoso-messaging', topicName: 'audit' }] },
      ['Error Code/kind'],
    );
    const metricDefaults = {
      aggregation: { interval: '00:05:00' },
      scraping: { schedule: '* * * * *' },
      labels: { team: 'platform' },
    };
    const sink = { enableMetricTimestamps: true };
    proof = await prove({
      world,
      declaration: { metricDefaults, metrics: [machine, site, queue, entities] },
      runtime: { metricSinks: { prometheusScrapingEndpoint: sink } },
      scrapedOnly: true,
    });
    await proof.run();
    const golden = readFileSync(join(import.meta.dirname, '../golden/small-world.txt'), 'utf8');
    expect(await proof.text()).toBe(golden);
  });
});
