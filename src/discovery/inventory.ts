import { armTypesOf } from '../catalogue/describe.ts';
import { findResourceType } from '../catalogue/lookup.ts';
import { matchResourceType } from '../catalogue/match.ts';
import { recommendedTypes } from '../catalogue/recommended/lookup.ts';
import type { RecommendedType } from '../catalogue/recommended/types.ts';
import type { Landscape } from '../core/discovery.ts';
import { type Outcome, ok } from '../core/outcome.ts';
import type { GraphRow, GraphSource } from './ports.ts';

/** Resources for which metrics are recommended. */
export interface Inventory {
  /** Types that exist, ordered by name, with how many of each. */
  readonly types: readonly { readonly type: RecommendedType; readonly count: number }[];
  /** Resources of ARM types for which nothing is recommended, by type in lower case. */
  readonly others: ReadonlyMap<string, number>;
}

const everything = 'resources\n| project id, type, kind\n| order by id asc';

/** What exists in the landscapes, in one query a tenant. */
export async function takeInventory(
  landscapes: readonly Landscape[],
  graph: GraphSource,
  signal: AbortSignal,
): Promise<Outcome<Inventory>> {
  const rows: GraphRow[] = [];
  for (const { tenantId, subscriptions } of landscapes) {
    const outcome = await graph.query({ tenantId, subscriptions, query: everything }, signal);
    if (outcome.kind !== 'ok') return outcome;
    rows.push(...outcome.value);
  }
  return ok(countTypes(rows));
}

function countTypes(rows: readonly GraphRow[]): Inventory {
  const counts = new Map<string, number>();
  const others = new Map<string, number>();
  const recommended = new Map(recommendedTypes.map((one) => [one.type, one]));
  for (const row of rows) {
    const text = (column: string): string => (typeof row[column] === 'string' ? row[column] : '');
    const name = matchResourceType(text('id'), text('kind'))?.row.name;
    const [counted, key] = name !== undefined && recommended.has(name) ? [counts, name] : [others, text('type')];
    counted.set(key, (counted.get(key) ?? 0) + 1);
  }
  const types = [...recommended.values()].flatMap((type) => {
    const count = counts.get(type.type) ?? 0;
    return count === 0 ? [] : [{ type, count }];
  });
  return { types, others };
}

/** ARM types of a recommended type, in the catalogue's spelling. */
export function armTypesOfRecommended({ type }: RecommendedType): readonly string[] {
  const row = findResourceType(type);
  return row === undefined ? [] : armTypesOf(row);
}
