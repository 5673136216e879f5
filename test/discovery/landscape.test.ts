import { describe, expect, it } from 'vitest';
import { landscapeInfos } from '../../src/discovery/landscape.ts';

const [subscriptions, groups] = landscapeInfos;

describe('metrics about the landscape', () => {
  it('tell of subscriptions what Promitor tells', () => {
    const row = {
      id: '/subscriptions/s',
      name: 'Shop',
      tenantId: 't',
      subscriptionId: 's',
      properties: {
        state: 'Enabled',
        authorizationSource: 'RoleBased',
        subscriptionPolicies: { quotaId: 'PayAsYouGo_2014-09-01', spendingLimit: 'Off' },
      },
    };
    expect(subscriptions?.labelsOf(row, 'other')).toEqual({
      tenant_id: 't',
      subscription_id: 's',
      subscription_name: 'Shop',
      quota_id: 'PayAsYouGo_2014-09-01',
      spending_limit: 'Off',
      state: 'Enabled',
      authorization: 'RoleBased',
    });
  });

  it('tell of resource groups what Promitor tells, and n/a of what is blank', () => {
    const row = { name: 'rg', subscriptionId: 's', location: '', managedBy: ' ', properties: null };
    expect(groups?.labelsOf(row, 't')).toEqual({
      tenant_id: 't',
      subscription_id: 's',
      resource_group_name: 'rg',
      provisioning_state: 'n/a',
      managed_by: 'n/a',
      region: 'n/a',
    });
  });

  it('are looked up as often as in Promitor', () => {
    expect(landscapeInfos.map(({ metric, everyMs }) => [metric, everyMs / 60_000])).toEqual([
      ['subscriptionInfo', 60],
      ['resourceGroupInfo', 15],
    ]);
  });
});
