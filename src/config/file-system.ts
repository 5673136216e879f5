import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

/** The files that configuration needs; a parameter, so that tests have none. */
export interface FileSystem {
  /** Content as UTF-8 text; undefined when it cannot be read. */
  readFile(path: string): string | undefined;
  exists(path: string): boolean;
  isDirectory(path: string): boolean;
  /** Names in a folder, sorted; empty when it cannot be read. */
  list(path: string): readonly string[];
}

/** The files of the machine. */
export const nodeFileSystem: FileSystem = {
  readFile: (path) => {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return undefined;
    }
  },
  exists: (path) => existsSync(path),
  isDirectory: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
  list: (path) => {
    try {
      return readdirSync(path).sort();
    } catch {
      return [];
    }
  },
};

/** Changes whenever a file, or a file directly in a folder, is written or replaced, also through a symbolic link. */
export function stampOf(path: string): string {
  try {
    if (!nodeFileSystem.isDirectory(path)) return fileStamp(path);
    return [fileStamp(path), ...nodeFileSystem.list(path).map((name) => fileStamp(join(path, name)))].join('\n');
  } catch {
    return `${path} is not there`;
  }
}

function fileStamp(path: string): string {
  const { ino, size, mtimeMs } = statSync(path);
  return [realpathSync(path), ino, size, mtimeMs].join(' ');
}

/** A path of the configuration: relative ones start at the configuration folder. */
export function inFolder(folder: string, path: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}
