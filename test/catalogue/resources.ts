import { findResourceType } from '../../src/catalogue/lookup.ts';
import type { ResourceTypeRow } from '../../src/catalogue/types.ts';
import type { DeclaredResource } from '../../src/core/declaration.ts';

/** The row of a type that the test knows to exist. */
export function rowOf(name: string): ResourceTypeRow {
  const row = findResourceType(name);
  if (row === undefined) throw new Error(`no type ${name}`);
  return row;
}

export function declared(fields: Record<string, string>): DeclaredResource {
  return { subscriptionId: 'sub-1', resourceGroupName: 'contoso-prod', fields };
}
