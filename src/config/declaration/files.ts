import { join } from 'node:path';
import type { FileSystem } from '../file-system.ts';
import type { MapNode } from '../node.ts';
import type { Problem } from '../problem.ts';
import { readYaml } from '../yaml.ts';
import { type DeclarationSurroundings, type ReadDeclaration, readDeclaration } from './declaration.ts';
import { mergeDeclarations } from './merge.ts';

/** Files of the configuration folder that are no metrics declaration, should it be that folder. */
const others: ReadonlySet<string> = new Set(['runtime.yaml', 'resource-discovery-declaration.yaml']);

/**
 * The files of a declaration: the file itself, or the YAML files of a folder by name. Folders in it are left out, and so is
 * what is hidden; in a ConfigMap that is what the links lead to.
 */
export function declarationFiles(path: string, fileSystem: FileSystem): readonly string[] {
  if (!fileSystem.isDirectory(path)) return [path];
  return fileSystem
    .list(path)
    .filter((name) => /^[^.].*\.ya?ml$/i.test(name) && !others.has(name))
    .map((name) => join(path, name))
    .filter((file) => !fileSystem.isDirectory(file));
}

/** Reads the files as one declaration. One that is no YAML, or contradicts another, makes the whole unusable. */
export function readDeclarationFiles(
  files: readonly { readonly file: string; readonly text: string }[],
  around: DeclarationSurroundings,
): ReadDeclaration {
  const read = files.map(({ file, text }) => readYaml(text, file));
  const syntax: Problem[] = read.flatMap(({ problems }) => [...problems]);
  const roots = read.map(({ root }) => root).filter((root) => root !== undefined);
  if (roots.length < files.length) return { declaration: undefined, invalidMetrics: [], problems: syntax };
  const mappings = roots.filter((root): root is MapNode => root.kind === 'map');
  const merged = mappings.length > 1 ? mergeDeclarations(mappings) : undefined;
  // A file that is no mapping is told so where the declaration is read.
  const root = roots.find(({ kind }) => kind !== 'map') ?? merged?.root ?? roots[0];
  if (root === undefined) return { declaration: undefined, invalidMetrics: [], problems: syntax };
  const declaration = readDeclaration(root, around);
  const outer = [...syntax, ...(merged?.problems ?? [])];
  const refused = outer.some((item) => item.severity === 'error');
  return {
    ...declaration,
    declaration: refused ? undefined : declaration.declaration,
    problems: [...outer, ...declaration.problems],
  };
}
