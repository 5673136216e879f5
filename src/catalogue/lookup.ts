import { analyticsTypes } from './analytics.ts';
import { computeTypes } from './compute.ts';
import { databaseTypes } from './databases.ts';
import { managementTypes } from './management.ts';
import { messagingTypes } from './messaging.ts';
import { networkTypes } from './network.ts';
import { storageTypes } from './storage.ts';
import type { ResourceTypeRow } from './types.ts';
import { webTypes } from './web.ts';

/** All resource types, ordered by name. */
export const resourceTypes: readonly ResourceTypeRow[] = [
  ...analyticsTypes,
  ...computeTypes,
  ...databaseTypes,
  ...managementTypes,
  ...messagingTypes,
  ...networkTypes,
  ...storageTypes,
  ...webTypes,
].sort((a: ResourceTypeRow, b: ResourceTypeRow) => (a.name < b.name ? -1 : 1));

/** Values of `resourceType`, ordered. */
export const resourceTypeNames: readonly string[] = resourceTypes.map((row) => row.name);

const byName: ReadonlyMap<string, ResourceTypeRow> = new Map(resourceTypes.map((row) => [row.name, row]));

/** The row of a `resourceType`; exact case, as in Promitor's declaration. */
export function findResourceType(name: string): ResourceTypeRow | undefined {
  return byName.get(name);
}
