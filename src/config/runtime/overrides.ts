import type { Environment } from '../environment.ts';
import { isNothing, type ListNode, type MapEntry, type MapNode, type Origin, type YamlNode } from '../node.ts';
import { type Problem, problem } from '../problem.ts';

/** A value from the environment and the keys and indexes that lead to its place in `runtime.yaml`. */
interface Override {
  readonly name: string;
  readonly path: readonly string[];
  readonly text: string;
}

const prefix = /^(AZIMUTH|PROMITOR)_YAML_OVERRIDE_(.+)$/i;

/**
 * Lays environment overrides over the runtime file: `AZIMUTH_YAML_OVERRIDE_a__b`, before `PROMITOR_YAML_OVERRIDE_a__b`,
 * names without case, list items by index (Promitor's rule). Values keep the name of the variable as their position.
 */
export function applyOverrides(
  root: YamlNode,
  env: Environment,
): { readonly root: YamlNode; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  let result = root;
  for (const override of overridesOf(env)) {
    const place = { at: originOf(override.name), path: override.path.join('.') };
    if (override.path.some((key) => key === '')) {
      const message = `The name \`${override.name}\` has an empty level; levels are joined by two underscores.`;
      problems.push(problem('error', 'AZ1220', place, message, { found: override.name }));
      continue;
    }
    const set = setAt(result, override.path, override);
    if (set !== undefined) result = set;
    else {
      const message = `\`${override.name}\` names an item of a list; write its index, at most the length of the list.`;
      problems.push(problem('error', 'AZ1220', place, message, { found: override.name }));
    }
  }
  return { root: result, problems: [...problems, ...lookAlikes(env)] };
}

function originOf(name: string): Origin {
  return { file: `environment ${name}`, line: 1, column: 1 };
}

/** In order of names, so that list items are appended in order; of two for one place, Azimuth's own. */
function overridesOf(env: Environment): readonly Override[] {
  const chosen = new Map<string, Override>();
  for (const name of Object.keys(env).sort()) {
    const [, , path] = prefix.exec(name) ?? [];
    const text = env[name];
    if (path === undefined || text === undefined) continue;
    const key = path.toLowerCase();
    // Names are sorted, so that AZIMUTH_ comes before PROMITOR_.
    if (!chosen.has(key)) chosen.set(key, { name, path: path.split('__'), text });
  }
  return [...chosen.values()].sort((a, b) => comparePaths(a.path, b.path));
}

function comparePaths(a: readonly string[], b: readonly string[]): number {
  for (const [index, key] of a.entries()) {
    const difference = key.localeCompare(b[index] ?? '', 'en', { numeric: true, sensitivity: 'base' });
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** The node with the value at the path; undefined when the path names a list item that cannot be. */
function setAt(node: YamlNode | undefined, path: readonly string[], override: Override): YamlNode | undefined {
  const at = originOf(override.name);
  const [key, ...rest] = path;
  if (key === undefined) return { kind: 'scalar', text: override.text, plain: false, at };
  const index = /^\d{1,6}$/.test(key) ? Number(key) : undefined;
  const vacant = node === undefined || isNothing(node) || node.kind === 'scalar';
  if (node?.kind === 'list' || (vacant && index !== undefined)) {
    const list: ListNode = node?.kind === 'list' ? node : { kind: 'list', items: [], at };
    return index === undefined || index > list.items.length ? undefined : setItem(list, index, rest, override);
  }
  const map: MapNode = node?.kind === 'map' ? node : { kind: 'map', entries: [], at };
  return setMember(map, key, rest, override);
}

function setItem(list: ListNode, index: number, rest: readonly string[], override: Override): YamlNode | undefined {
  const value = setAt(list.items[index], rest, override);
  if (value === undefined) return undefined;
  return { ...list, items: [...list.items.slice(0, index), value, ...list.items.slice(index + 1)] };
}

function setMember(map: MapNode, key: string, rest: readonly string[], override: Override): YamlNode | undefined {
  const same = (entry: MapEntry): boolean => entry.key.toLowerCase() === key.toLowerCase();
  const existing = map.entries.find(same);
  const value = setAt(existing?.value, rest, override);
  if (value === undefined) return undefined;
  if (existing !== undefined) {
    return { ...map, entries: map.entries.map((entry) => (entry === existing ? { ...entry, value } : entry)) };
  }
  return { ...map, entries: [...map.entries, { key, keyAt: originOf(override.name), value }] };
}

/** Promitor also takes `PROMITOR_server__httpPort`; Azimuth says so instead of passing over it in silence. */
function lookAlikes(env: Environment): readonly Problem[] {
  return Object.keys(env)
    .filter((name) => /^(AZIMUTH|PROMITOR)_(?!YAML_OVERRIDE_).*__/i.test(name))
    .sort()
    .map((name) => {
      const right = name.replace(/^[A-Z]+_/i, 'AZIMUTH_YAML_OVERRIDE_');
      const message = `\`${name}\` has no effect; to override a value of the runtime file, name it \`${right}\`.`;
      return problem('warning', 'AZ1221', { at: originOf(name), path: '' }, message, { suggestions: [right] });
    });
}
