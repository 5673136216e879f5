import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { requireProgram, requireRoot } from '../e2e/programs.ts';

/** Programs that build, run and copy images; each is a Debian package of its own name. */
const programs = ['buildah', 'podman', 'runc', 'skopeo', 'catatonit'] as const;

/** False on a machine that lacks one of the programs, or root's rights; with `CI=true` that is an error. */
export const canRunContainers = [...programs.map((name) => requireProgram(name)), requireRoot()].every(
  (found) => found !== undefined,
);

/** What the titles of the tests say. */
export const needsContainers = `(needs root and ${programs.join(', ')})`;

const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'azimuth-containers');

/**
 * Environment of the container programs: an image store of the tests' own, kept between runs because the base images
 * in it take time, so that the images of the machine's user are neither used nor touched. runc and the two limits,
 * because a machine that is itself a container has no rights to raise limits and crun does not start there.
 */
export function containerEnv(): Record<string, string> {
  const quoted = (name: string): string => JSON.stringify(join(folder, name));
  const storage = `[storage]\ndriver = "overlay"\ngraphroot = ${quoted('images')}\nrunroot = ${quoted('run')}\n`;
  const limits = 'default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]';
  return {
    CONTAINERS_STORAGE_CONF: settled('storage.conf', storage),
    CONTAINERS_CONF: settled('containers.conf', `[containers]\n${limits}\n[engine]\nruntime = "runc"\n`),
  };
}

/** Path of a file with the text. It is not written again, because another process may be reading it. */
function settled(name: string, text: string): string {
  const path = join(folder, name);
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return path;
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, text);
  return path;
}
