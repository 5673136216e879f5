import type { FileSystem } from '../../../src/config/file-system.ts';

/** A file system of texts; a folder exists when a file lies in it. `reads` records what was asked for. */
export function memoryFiles(files: Readonly<Record<string, string>>): FileSystem & { readonly reads: string[] } {
  const reads: string[] = [];
  return {
    reads,
    readFile: (path) => {
      reads.push(path);
      return files[path];
    },
    exists: (path) => path in files,
    list: (path) => {
      const inside = Object.keys(files).filter((file) => file.startsWith(`${path}/`));
      return [...new Set(inside.map((file) => file.slice(path.length + 1).split('/')[0] ?? ''))].sort();
    },
    isDirectory: (path) => Object.keys(files).some((file) => file.startsWith(`${path}/`)),
  };
}
