/** Where a text stands. Lines and columns count from 1; for a value from the environment `file` names the variable. */
export interface Origin {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * YAML after syntax and before meaning. Scalars keep their raw text, as Promitor reads them: `00:05:00`, `1.10` and
 * `yes` mean what the field makes of them.
 */
export type YamlNode = ScalarNode | MapNode | ListNode;

interface ScalarNode {
  readonly kind: 'scalar';
  readonly text: string;
  /** Written without quotes, so that `null` and `~` may mean nothing at all. */
  readonly plain: boolean;
  readonly at: Origin;
}

export interface MapNode {
  readonly kind: 'map';
  readonly entries: readonly MapEntry[];
  readonly at: Origin;
}

export interface MapEntry {
  readonly key: string;
  readonly keyAt: Origin;
  readonly value: YamlNode;
}

export interface ListNode {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
  readonly at: Origin;
}

/** A position in a file and in the configuration (`metrics[3].resources[0].namespace`). */
export interface Place {
  readonly at: Origin;
  readonly path: string;
}

/** Path of a member; the root has the empty path. */
export function memberPath(path: string, member: string | number): string {
  if (typeof member === 'number') return `${path}[${member}]`;
  return path === '' ? member : `${path}.${member}`;
}

/** True for a scalar that stands for "nothing here": blank, `~` or `null` without quotes. */
export function isNothing(node: YamlNode): boolean {
  return node.kind === 'scalar' && node.plain && /^(~|null)?$/i.test(node.text.trim());
}
