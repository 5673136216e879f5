import { isAlias, isMap, isScalar, isSeq, Scalar } from 'yaml';
import { type MapEntry, memberPath, type Origin, type Place, type YamlNode } from './node.ts';
import { type Problem, type ProblemCode, problem } from './problem.ts';

/** More nodes than this, counted with every alias written out, would stall the program: about 100,000 metrics. */
const mostNodes = 3_000_000;
const deepestNesting = 60;

interface State {
  readonly place: (offset: number) => Origin;
  readonly problems: Problem[];
  /** Undefined while the anchored value is still being read. */
  readonly anchors: Map<string, YamlNode | undefined>;
  /** Nodes of each value with aliases written out. */
  readonly sizes: Map<YamlNode, number>;
}

/** Turns the parser's nodes into ours; `root` is undefined after an error that leaves holes. */
export function convertTree(
  contents: unknown,
  place: (offset: number) => Origin,
): { root: YamlNode | undefined; problems: readonly Problem[] } {
  const state: State = { place, problems: [], anchors: new Map(), sizes: new Map() };
  const root = convert(contents, state, { at: place(0), path: '' }, 0);
  if ((state.sizes.get(root) ?? 1) > mostNodes) {
    fail(state, 'AZ1005', { at: root.at, path: '' }, 'Aliases of aliases multiply to more values than can be read.');
  }
  const broken = state.problems.some((item) => item.code !== 'AZ1002');
  return { root: broken ? undefined : root, problems: state.problems };
}

function fail(state: State, code: ProblemCode, place: Place, message: string, found?: string): void {
  state.problems.push(problem('error', code, place, message, found === undefined ? {} : { found }));
}

function convert(node: unknown, state: State, outer: Place, depth: number): YamlNode {
  const at = offsetOf(node) === undefined ? outer.at : state.place(offsetOf(node) ?? 0);
  const here: Place = { at, path: outer.path };
  if (isAlias(node)) return resolve(node.source, state, here);
  const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
  if (anchor !== undefined) state.anchors.set(anchor, undefined);
  const made = depth > deepestNesting ? tooDeep(state, here) : build(node, state, here, depth);
  if (anchor !== undefined) state.anchors.set(anchor, made);
  state.sizes.set(made, sizeOf(made, state));
  return made;
}

function tooDeep(state: State, here: Place): YamlNode {
  fail(state, 'AZ1001', here, `The file is nested more than ${deepestNesting} levels deep.`);
  return blank(here.at);
}

function build(node: unknown, state: State, here: Place, depth: number): YamlNode {
  if (isMap(node)) return { kind: 'map', entries: entriesOf(node.items, state, here, depth), at: here.at };
  if (isSeq(node)) {
    const items = node.items.map((item, index) =>
      convert(item, state, { at: here.at, path: memberPath(here.path, index) }, depth + 1),
    );
    return { kind: 'list', items, at: here.at };
  }
  if (isScalar(node)) {
    return {
      kind: 'scalar',
      text: typeof node.value === 'string' ? node.value : '',
      plain: node.type === Scalar.PLAIN || node.value === null,
      at: here.at,
    };
  }
  return blank(here.at);
}

function entriesOf(
  pairs: readonly { readonly key: unknown; readonly value: unknown }[],
  state: State,
  here: Place,
  depth: number,
): readonly MapEntry[] {
  const entries = new Map<string, MapEntry>();
  for (const pair of pairs) {
    const keyNode = convert(pair.key, state, here, depth + 1);
    if (keyNode.kind !== 'scalar') {
      fail(state, 'AZ1001', { at: keyNode.at, path: here.path }, 'A key must be a text.');
      continue;
    }
    const key = keyNode.text;
    const path = memberPath(here.path, key);
    const first = entries.get(key);
    if (first !== undefined) {
      const message = `The key \`${key}\` was already given in line ${first.keyAt.line}.`;
      fail(state, 'AZ1002', { at: keyNode.at, path }, message, key);
      continue;
    }
    entries.set(key, {
      key,
      keyAt: keyNode.at,
      value: convert(pair.value, state, { at: keyNode.at, path }, depth + 1),
    });
  }
  return [...entries.values()];
}

function resolve(name: string, state: State, here: Place): YamlNode {
  const target = state.anchors.get(name);
  if (target !== undefined) return target;
  const message = state.anchors.has(name)
    ? 'An alias stands inside the value that it repeats.'
    : 'No anchor with the name of this alias stands before it.';
  fail(state, 'AZ1005', here, message);
  return blank(here.at);
}

function sizeOf(node: YamlNode, state: State): number {
  if (node.kind === 'scalar') return 1;
  const members = node.kind === 'map' ? node.entries.map((entry) => entry.value) : node.items;
  return members.reduce((sum, member) => sum + (state.sizes.get(member) ?? 1), 1);
}

function blank(at: Origin): YamlNode {
  return { kind: 'scalar', text: '', plain: true, at };
}

function offsetOf(node: unknown): number | undefined {
  if (isAlias(node) || isScalar(node) || isMap(node) || isSeq(node)) return node.range?.[0];
  return undefined;
}
