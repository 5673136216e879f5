import { execFileSync } from 'node:child_process';
import { attempt, succeed } from './engine.ts';

/** Arguments of `buildah bud` on a machine where nothing can be pulled and containers have no network of their own. */
const buildFlags: readonly string[] = [
  '--isolation=chroot',
  '--pull-never',
  '--network=host',
  '--layers',
  '--format=docker',
];

/** Builds the image of the checkout; `tag` is its whole name. */
export async function buildImage(tag: string, buildArgs: Readonly<Record<string, string>>): Promise<void> {
  await succeed('scripts/base-images.sh', []);
  const npm = (key: string): string => execFileSync('npm', ['config', 'get', key], { encoding: 'utf8' }).trim();
  const values = Object.entries({ npm_config_registry: npm('registry'), ...buildArgs });
  // The packages that `npm ci` has fetched already need not be fetched again.
  const cache = `--volume=${npm('cache')}:/root/.npm`;
  const args = values.map(([name, value]) => `--build-arg=${name}=${value}`);
  await succeed('buildah', ['bud', ...buildFlags, cache, ...args, `--tag=${tag}`, '.']);
}

/** Removes the image, and layers of builds that are a day old. */
export async function removeImage(tag: string): Promise<void> {
  await attempt('podman', ['rmi', '--force', tag]);
  await attempt('podman', ['image', 'prune', '--force', '--filter=until=24h']);
}
