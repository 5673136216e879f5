import type { ResourceId } from '../core/resource-id.ts';
import { armTypeOf } from './describe.ts';
import { fitsKind } from './listed.ts';
import { resourceTypes } from './lookup.ts';
import type { PathRow, ResourceTypeRow } from './types.ts';

/** A resource id read backwards: its type, and the fields that a declaration would have for it. */
export interface ResourceMatch {
  readonly row: ResourceTypeRow;
  readonly subscriptionId: string;
  readonly resourceGroupName: string;
  /** Fields that the id spells, in its own case, and those that the choice of path implies (`type`, `slotName`). */
  readonly fields: Readonly<Record<string, string>>;
}

interface Candidate {
  readonly row: ResourceTypeRow;
  readonly path: PathRow;
}

const candidates: readonly Candidate[] = resourceTypes
  .filter((row) => row.armType !== undefined)
  .flatMap((row) => row.paths.map((path) => ({ row, path })));

const byType: ReadonlyMap<string, readonly Candidate[]> = Map.groupBy(candidates, ({ path }) =>
  armTypeOf(`/providers/${path.path}`).toLowerCase(),
);

/**
 * The row that a full ARM id belongs to, compared without case, with or without a leading slash. Web and function apps
 * share their ids; Azure's `kind` of the resource tells them apart. Undefined for ids of no row; `Generic` never wins.
 */
export function matchResourceType(armId: ResourceId, kind = ''): ResourceMatch | undefined {
  const scope = /^\/*subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/(.+?)\/*$/i.exec(armId);
  if (!scope) return undefined;
  const [, subscriptionId = '', resourceGroupName = '', path = ''] = scope;
  for (const candidate of byType.get(armTypeOf(`/providers/${path}`).toLowerCase()) ?? []) {
    if (candidate.row.kind !== undefined && !fitsKind(candidate.row.kind, kind)) continue;
    const fields = capture(candidate.path, path);
    if (fields !== undefined) return { row: candidate.row, subscriptionId, resourceGroupName, fields };
  }
  return undefined;
}

function capture(template: PathRow, path: string): Record<string, string> | undefined {
  const wanted = template.path.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const fields: Record<string, string> = template.when === undefined ? {} : { [template.when.field]: template.when.is };
  for (const [index, segment] of wanted.entries()) {
    const text = given[index] ?? '';
    const field = /^\{(\w+)\}$/.exec(segment)?.[1];
    if (field !== undefined) fields[field] = text;
    else if (segment.toLowerCase() !== text.toLowerCase()) return undefined;
  }
  return fields;
}
