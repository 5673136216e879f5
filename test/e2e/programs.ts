import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Path of a program of the machine, or undefined when it is missing: tests that need it are then skipped, with its
 * name in theirs. With `CI=true` nothing may be skipped, so there it is an error.
 */
export function requireProgram(name: string, packageName = name): string | undefined {
  const found = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isExecutable);
  return found ?? missing(`the program ${name}`, packageName);
}

/** Path of a Python whose given module can be imported, under the rule of {@link requireProgram}. */
export function requirePython(moduleName: string, packageName: string): string | undefined {
  // Debian's own interpreter, because Debian's packages are for it alone.
  const python = '/usr/bin/python3';
  const fits = spawnSync(python, ['-c', `import ${moduleName}`], { stdio: 'ignore' }).status === 0;
  return fits ? python : missing(`the Python module ${moduleName}`, packageName);
}

/** Defined when the process is root, under the rule of {@link requireProgram}. */
export function requireRoot(): true | undefined {
  if (process.getuid?.() === 0) return true;
  if (process.env['CI'] === 'true') throw new Error('these tests must run as root');
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function missing(what: string, packageName: string): undefined {
  if (process.env['CI'] === 'true') throw new Error(`${what} is missing; apt-get install ${packageName}`);
  return undefined;
}
