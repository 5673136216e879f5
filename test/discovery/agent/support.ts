import type { DiscoveredResource, DiscoveryGroup } from '../../../src/core/discovery.ts';
import { rowNamed } from '../../../src/discovery/agent/wire.ts';
import type { Discovery } from '../../../src/discovery/ports.ts';

export const tenantId = '0d3a7c1e-5a52-4f3c-9a34-7f1f2d6c9b10';
export const subscriptionId = '6f9c2b74-2f0e-4c0b-8a43-1a0d3b7f4e22';

/** A resource of a type with every required field set, as Resource Graph would tell of it. */
export function resourceOf(resourceType: string, index = 0): DiscoveredResource {
  const row = rowNamed(resourceType);
  if (row === undefined) throw new Error(`no type ${resourceType}`);
  const fields: Record<string, string> = {};
  for (const { name, required, values } of row.fields) {
    if (values !== undefined) fields[name] = values[0] ?? '';
    else if (required) fields[name] = `${name.toLowerCase()}-${index}`;
    else if (name === 'slotName') fields[name] = 'production';
  }
  return { subscriptionId, resourceGroupName: 'northwind', fields, resourceType, tenantId, name: 'n', tags: {} };
}

const nothing = { subscriptions: [], resourceGroups: [], regions: [], names: [], tags: [] };

export function groupOf(name: string, resourceType: string, more: Partial<DiscoveryGroup> = {}): DiscoveryGroup {
  return { name, resourceType, armTypes: [], include: nothing, exclude: nothing, ...more };
}

/** Lists in force as given; a name without a list is known and not found yet. */
export function discoveryOf(lists: Readonly<Record<string, readonly DiscoveredResource[] | undefined>>): Discovery {
  return {
    resources: (name) => lists[name],
    groups: () =>
      Object.entries(lists).map(([name, resources]) => ({
        name,
        resources: resources ?? [],
        ...(resources === undefined ? {} : { confirmedMs: 1 }),
      })),
    version: () => 1,
  };
}
