import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Proof, prove, subscription, tenant, worldOf } from './in-process.ts';

const otherTenant = '99999999-9999-4999-8999-999999999999';
const otherSubscription = '88888888-8888-4888-8888-888888888888';

/** The same application, registered in both tenants. */
function identityIn(tenantId: string, subscriptionId: string) {
  return {
    name: `azimuth in ${tenantId}`,
    kind: 'servicePrincipal',
    clientId: '33333333-3333-3333-3333-333333333333',
    tenantId,
    // An application has an object of its own in every tenant.
    objectId: subscriptionId.replace(/^./, 'a'),
    secret: 'a secret of the test',
    roles: [{ role: 'Monitoring Reader', scope: `/subscriptions/${subscriptionId}` }],
  };
}

const cache = (name: string, subscriptionId: string, value: number) => ({
  type: 'Microsoft.Cache/Redis',
  name,
  subscription: subscriptionId,
  metrics: [{ name: 'Probe', generator: { kind: 'constant', value } }],
});

const world = worldOf({
  tenants: [{ id: tenant }, { id: otherTenant }],
  subscriptions: [{ id: subscription }, { id: otherSubscription, tenantId: otherTenant }],
  resourceGroups: [
    { name: 'contoso', subscription },
    { name: 'fabrikam', subscription: otherSubscription },
  ],
  identities: [identityIn(tenant, subscription), identityIn(otherTenant, otherSubscription)],
  resources: [cache('ours', subscription, 1), cache('theirs', otherSubscription, 2)],
});

const landscape = {
  tenantId: tenant,
  subscriptions: [subscription],
  additionalTenants: [{ tenantId: otherTenant, subscriptions: [otherSubscription] }],
};

describe.each(['single', 'batch'])('resources of another tenant in %s mode', (queryMode) => {
  let proof: Proof;
  beforeAll(async () => {
    proof = await prove({
      world,
      runtime: { azureMonitor: { integration: { queryMode } } },
      declaration: {
        azureLandscape: landscape,
        resourceDiscoveryGroups: [{ name: 'caches', type: 'RedisCache' }],
        metrics: [
          {
            name: 'probe',
            description: 'Probe',
            resourceType: 'RedisCache',
            azureMetricConfiguration: { metricName: 'Probe', aggregation: { type: 'Average' } },
            resourceDiscoveryGroups: [{ name: 'caches' }],
          },
        ],
      },
    });
    await proof.discover();
  });
  afterAll(() => proof.close());

  it('are scraped with a token of theirs, and say so', async () => {
    expect(await proof.run()).toEqual({ succeeded: 2, failed: 0 });
    const lines = await proof.lines('probe');
    const seen = lines.map(({ labels, value }) => [labels['instance_name'], labels['tenant_id'], value]);
    expect(seen.sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1))).toEqual([
      ['ours', tenant, 1],
      ['theirs', otherTenant, 2],
    ]);
    const status = await proof.lines('azimuth_scrape_success');
    expect(status.map(({ labels }) => labels['tenant_id'] ?? '').sort()).toEqual([tenant, otherTenant]);
    const quotas = await proof.lines('azimuth_ratelimit_resource_graph_remaining');
    expect(quotas.map(({ labels }) => labels['tenant_id'] ?? '').sort()).toEqual([tenant, otherTenant]);
  });
});
