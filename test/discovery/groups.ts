import type { DiscoveryCriteria, DiscoveryGroup } from '../../src/core/discovery.ts';

const none: DiscoveryCriteria = { subscriptions: [], resourceGroups: [], regions: [], names: [], tags: [] };

export interface GroupParts extends Omit<Partial<DiscoveryGroup>, 'include' | 'exclude'> {
  readonly include?: Partial<DiscoveryCriteria>;
  readonly exclude?: Partial<DiscoveryCriteria>;
}

/** A group without criteria, but for the parts given. */
export function aGroup(resourceType: string, { include, exclude, ...parts }: GroupParts = {}): DiscoveryGroup {
  return {
    name: 'group',
    resourceType,
    armTypes: [],
    include: { ...none, ...include },
    exclude: { ...none, ...exclude },
    ...parts,
  };
}
