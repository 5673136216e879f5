import { type Environment, variable } from './environment.ts';
import type { FileSystem } from './file-system.ts';

type FoundFolder =
  | { readonly ok: true; readonly folder: string }
  | { readonly ok: false; readonly folder: string; readonly message: string };

/**
 * The configuration folder: flag, AZIMUTH_CONFIG_FOLDER, PROMITOR_CONFIG_FOLDER, `/config` if it exists, `config`.
 * The first that is named counts; that it does not exist is an error and not a reason to look further.
 */
export function findFolder(flag: string | undefined, env: Environment, fileSystem: FileSystem): FoundFolder {
  const [folder, source] = chooseFolder(flag, env, fileSystem);
  if (fileSystem.isDirectory(folder)) return { ok: true, folder };
  const message = `The configuration folder \`${folder}\` (${source}) does not exist; name one with --config-folder or AZIMUTH_CONFIG_FOLDER.`;
  return { ok: false, folder, message };
}

function chooseFolder(flag: string | undefined, env: Environment, fileSystem: FileSystem): readonly [string, string] {
  if (flag !== undefined && flag.trim() !== '') return [flag, 'from --config-folder'];
  for (const name of ['AZIMUTH_CONFIG_FOLDER', 'PROMITOR_CONFIG_FOLDER']) {
    const folder = variable(env, name);
    if (folder !== undefined) return [folder, `from ${name}`];
  }
  return fileSystem.isDirectory('/config') ? ['/config', 'by default'] : ['config', 'by default'];
}
