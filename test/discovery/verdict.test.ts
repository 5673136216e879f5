import { describe, expect, it } from 'vitest';
import type { DiscoveredResource, DiscoveryCriteria } from '../../src/core/discovery.ts';
import { judge } from '../../src/discovery/verdict.ts';
import { groupOf, resourceOf } from './agent/support.ts';

const nothing: DiscoveryCriteria = { subscriptions: [], resourceGroups: [], regions: [], names: [], tags: [] };

const cache: DiscoveredResource = {
  ...resourceOf('RedisCache'),
  name: 'cache-prod',
  region: 'westeurope',
  tags: { env: 'prod', Team: 'shop' },
};

function verdictOf(include: Partial<DiscoveryCriteria>, exclude: Partial<DiscoveryCriteria> = {}) {
  return judge(
    cache,
    groupOf('caches', 'RedisCache', { include: { ...nothing, ...include }, exclude: { ...nothing, ...exclude } }),
  );
}

describe('the verdict on a resource', () => {
  it('says what it fits', () => {
    expect(verdictOf({})).toEqual({ fits: true, reasons: ['the group takes all of its type'] });
    const criteria = { resourceGroups: ['other', 'NORTHWIND'], regions: ['WestEurope'], names: ['x', 'cache-.*'] };
    expect(verdictOf({ ...criteria, tags: [{ name: 'env', pattern: 'PROD|test' }] })).toEqual({
      fits: true,
      reasons: [
        'its resource group northwind is one of other, NORTHWIND',
        'its region westeurope is one of WestEurope',
        'its name cache-prod matches x or cache-.*',
        'its tag env is prod, which matches PROD|test',
      ],
    });
  });

  it('knows a slot by the name under which Azure lists it', () => {
    const id = 'subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/shop/slots/staging';
    const slot = { ...resourceOf('WebApp'), id, name: 'staging' };
    const group = groupOf('slots', 'WebApp', { include: { ...nothing, names: ['shop/.*'] } });
    expect(judge(slot, group)).toEqual({ fits: true, reasons: ['its name shop/staging matches shop/.*'] });
  });

  it('says everything that keeps it out', () => {
    const tags = [
      { name: 'env', pattern: 'pro' },
      { name: 'team', pattern: '.*' },
      { name: 'owner', pattern: '.*' },
    ];
    expect(verdictOf({ subscriptions: ['another'], regions: ['eastus', 'westus'], names: ['cache'], tags })).toEqual({
      fits: false,
      reasons: [
        'its subscription 6f9c2b74-2f0e-4c0b-8a43-1a0d3b7f4e22 is not one of another',
        'its region westeurope is not one of eastus, westus',
        'its name cache-prod does not match cache',
        'its tag env is prod, which does not match pro',
        'it has no tag team, but one spelled Team',
        'it has no tag owner',
      ],
    });
  });

  it('says what excludes it', () => {
    const exclude = {
      subscriptions: ['x'],
      resourceGroups: ['northwind'],
      regions: ['westeurope'],
      names: ['.*-prod', 'y'],
      tags: [
        { name: 'env', pattern: 'prod' },
        { name: 'none', pattern: '.*' },
      ],
    };
    expect(verdictOf({ names: ['cache.*'] }, exclude)).toEqual({
      fits: false,
      reasons: [
        'its resource group is northwind, which is excluded',
        'its region is westeurope, which is excluded',
        'its name matches .*-prod, which is excluded',
        'its tag env is prod, which is excluded',
      ],
    });
    expect(verdictOf({}, { names: ['other'] }).fits).toBe(true);
  });
});
