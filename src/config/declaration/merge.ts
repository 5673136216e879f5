import type { MapEntry, MapNode, YamlNode } from '../node.ts';
import { type Problem, problem } from '../problem.ts';

/** Keys whose lists are put one after another; of the others every file must say the same. */
const joined: ReadonlySet<string> = new Set(['metrics', 'resourceDiscoveryGroups']);

/**
 * The files of a folder as one declaration, in the order given. Metrics and groups of all files count. What concerns
 * the whole (`version`, `azureMetadata`, `metricDefaults`, …) may stand in any one file, or in several that agree;
 * where two disagree, the first is used and the other reported at its line.
 */
export function mergeDeclarations(roots: readonly MapNode[]): { readonly root: MapNode; readonly problems: Problem[] } {
  const entries = new Map<string, MapEntry>();
  const problems: Problem[] = [];
  for (const entry of roots.flatMap((root) => root.entries)) {
    const before = entries.get(entry.key);
    if (before === undefined) entries.set(entry.key, entry);
    else if (joined.has(entry.key) && before.value.kind === 'list' && entry.value.kind === 'list') {
      const items = [...before.value.items, ...entry.value.items];
      entries.set(entry.key, { ...before, value: { ...before.value, items } });
    } else if (!isSame(before.value, entry.value)) problems.push(conflict(before, entry));
  }
  const at = roots[0]?.at ?? { file: '', line: 1, column: 1 };
  return { root: { kind: 'map', entries: [...entries.values()], at }, problems };
}

function conflict(before: MapEntry, entry: MapEntry): Problem {
  const { file, line } = before.keyAt;
  const message = `\`${entry.key}\` says something else than in ${file}:${line}; that one is used. Keep it in one file.`;
  return problem('error', 'AZ1159', { at: entry.keyAt, path: entry.key }, message);
}

/** Equal in meaning: the same texts in the same order; where they stand, and quotes, do not matter. */
function isSame(a: YamlNode, b: YamlNode): boolean {
  return JSON.stringify(contentOf(a)) === JSON.stringify(contentOf(b));
}

function contentOf(node: YamlNode): unknown {
  if (node.kind === 'scalar') return node.text;
  if (node.kind === 'list') return node.items.map(contentOf);
  return Object.fromEntries(node.entries.map(({ key, value }) => [key, contentOf(value)]));
}
