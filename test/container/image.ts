import { attempt, succeed } from './engine.ts';

/**
 * Flags of `buildah bud` on a machine where no base image can be pulled and containers have no network of their own:
 * packages come from where the machine's npm gets them, and those that it has fetched already are not fetched again.
 */
export async function buildFlags(): Promise<string[]> {
  const registry = await succeed('npm', ['config', 'get', 'registry']);
  const cache = await succeed('npm', ['config', 'get', 'cache']);
  const machine = ['--isolation=chroot', '--pull-never', '--network=host'];
  return [...machine, `--build-arg=npm_config_registry=${registry}`, `--volume=${cache}:/root/.npm`];
}

/** Makes the base images and builds the image of the checkout; `tag` is its whole name. */
export async function buildImage(tag: string, buildArgs: Readonly<Record<string, string>>): Promise<void> {
  await succeed('scripts/base-images.sh', []);
  const args = Object.entries(buildArgs).map(([name, value]) => `--build-arg=${name}=${value}`);
  await succeed('buildah', [
    'bud',
    ...(await buildFlags()),
    '--layers',
    '--format=docker',
    ...args,
    `--tag=${tag}`,
    '.',
  ]);
}

/** Removes the image, and layers of builds that are a day old. */
export async function removeImage(tag: string): Promise<void> {
  await attempt('podman', ['rmi', '--force', tag]);
  await attempt('podman', ['image', 'prune', '--force', '--filter=until=24h']);
}
