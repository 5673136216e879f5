import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { helm } from '../../scripts/helm.ts';
import { freePort, root, until } from '../e2e/harness.ts';
import { requireProgram } from '../e2e/programs.ts';
import { attempt, type CommandResult, succeed } from './engine.ts';
import { buildFlags } from './image.ts';
import { canRunContainers, needsContainers } from './store.ts';

const registryProgram = requireProgram('docker-registry');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

/** What a release reads, copied, so that its files can be changed. */
function copyOfCheckout(folder: string): string {
  const copy = join(folder, 'checkout');
  mkdirSync(copy);
  const names = [
    'package.json',
    'package-lock.json',
    '.npmrc',
    '.dockerignore',
    'tsconfig.json',
    'tsconfig.build.json',
  ];
  const folders = ['bin', 'src', 'config', 'tools', 'charts', 'scripts'];
  for (const name of [...names, ...folders, 'Dockerfile', 'LICENSE', 'CHANGELOG.md'])
    cpSync(join(root, name), join(copy, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

const release = (checkout: string, ...args: readonly string[]): Promise<CommandResult> =>
  attempt(process.execPath, [join(checkout, 'scripts/release.ts'), ...args]);

describe.skipIf(!canRunContainers || registryProgram === undefined)(
  `a release to a registry on loopback ${needsContainers.replace(')', ', docker-registry)')}`,
  () => {
    let folder: string;
    let checkout: string;
    let registry: { readonly host: string; stop(): Promise<void> };
    let changelog: string;
    let released: { readonly version: string; readonly image: string; readonly chart: string };
    const out = (name: string): string => join(folder, 'out', name);

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'azimuth-release-'));
      checkout = copyOfCheckout(folder);
      registry = await startRegistry(folder);
      changelog = readFileSync(join(checkout, 'CHANGELOG.md'), 'utf8');
    });
    afterAll(async () => {
      await registry.stop();
      await attempt('buildah', ['manifest', 'rm', `${registry.host}/azimuth:${version}`]);
      rmSync(folder, { recursive: true, force: true });
    });

    it('is refused while the versions disagree, before anything is built', async () => {
      writeFileSync(join(checkout, 'CHANGELOG.md'), `${changelog}\n## 0.0.1\n`);
      const { code, stdout, stderr } = await release(checkout, '--registry', registry.host);
      expect(stderr).toBe(`release: the newest release of CHANGELOG.md is 0.0.1, but package.json has ${version}\n`);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    });

    it('is refused without a registry', async () => {
      const { code, stderr } = await release(checkout);
      expect(stderr).toBe('release: say where to push: --registry HOST[/PATH]\n');
      expect(code).toBe(1);
    });

    it('lints, packages, builds and pushes', async () => {
      writeFileSync(join(checkout, 'CHANGELOG.md'), changelog.replace('## Unreleased', `## ${version}`));
      const flags = (await buildFlags()).map((flag) => `--build-flag=${flag}`);
      const target = ['--registry', registry.host, '--plain-http', '--out', join(folder, 'out')];
      const result = await release(
        checkout,
        ...target,
        '--revision',
        'f00',
        '--source',
        'https://git.example',
        ...flags,
      );
      expect(result.stderr).toBe('');
      expect(result.code).toBe(0);
      released = JSON.parse(readFileSync(out('release.json'), 'utf8')) as typeof released;
      expect(released.version).toBe(version);
    });

    it('offers the image of its version for both architectures, and what is pulled is what was built', async () => {
      const inspect = async (reference: string, ...more: readonly string[]): Promise<Record<string, unknown>> =>
        JSON.parse(
          await succeed('skopeo', ['inspect', '--tls-verify=false', ...more, `docker://${reference}`]),
        ) as Record<string, unknown>;
      const tagged = `${registry.host}/azimuth:${version}`;
      const list = await inspect(tagged, '--raw');
      const manifests = list['manifests'] as { platform: { os: string; architecture: string }; digest: string }[];
      expect(manifests.map(({ platform }) => `${platform.os}/${platform.architecture}`).sort()).toEqual([
        'linux/amd64',
        'linux/arm64',
      ]);
      for (const { platform, digest } of manifests) {
        const pulled = await inspect(`${registry.host}/azimuth@${digest}`, `--override-arch=${platform.architecture}`);
        expect(pulled['Architecture']).toBe(platform.architecture);
        expect(pulled['Labels']).toMatchObject({
          'org.opencontainers.image.version': version,
          'org.opencontainers.image.revision': 'f00',
          'org.opencontainers.image.source': 'https://git.example',
        });
      }
      expect((await inspect(tagged))['Digest']).toBe(released.image.split('@')[1]);
    });

    it('runs as pulled, and its bill of materials is the one beside the chart', async () => {
      await succeed('podman', ['pull', '--quiet', '--tls-verify=false', released.image]);
      const flags = ['run', '--rm', '--network=none', '--no-healthcheck'];
      expect(await succeed('podman', [...flags, released.image, '--version'])).toBe(version);
      const read = [
        '--entrypoint=/nodejs/bin/node',
        released.image,
        '-p',
        'fs.readFileSync("/app/sbom.spdx.json","utf8")',
      ];
      const inside = JSON.parse(await succeed('podman', [...flags, ...read])) as { name: string };
      expect(inside.name).toBe(`azimuth@${version}`);
      expect(inside).toEqual(JSON.parse(readFileSync(out(`azimuth-${version}.spdx.json`), 'utf8')));
      await succeed('podman', ['rmi', '--force', released.image]);
    });

    it.each([3, 4] as const)('offers the chart: Helm %s pulls what was packaged', async (major) => {
      const target = join(folder, `pulled-${major}`);
      mkdirSync(target);
      const chart = `oci://${registry.host}/charts/azimuth`;
      await succeed(helm(major), ['pull', chart, '--version', version, '--plain-http', '--destination', target]);
      const name = `azimuth-${version}.tgz`;
      expect(readFileSync(join(target, name)).equals(readFileSync(out(name)))).toBe(true);
      const shown = await succeed(helm(major), ['show', 'chart', chart, '--version', version, '--plain-http']);
      expect(shown).toContain(`appVersion: ${version}\n`);
    });
  },
);

/** A registry on a free port of loopback, with its images in the folder. */
async function startRegistry(folder: string): Promise<{ readonly host: string; stop(): Promise<void> }> {
  const host = `127.0.0.1:${await freePort()}`;
  const config = join(folder, 'registry.json');
  const storage = { filesystem: { rootdirectory: join(folder, 'registry') } };
  writeFileSync(config, JSON.stringify({ version: 0.1, log: { level: 'error' }, storage, http: { addr: host } }));
  const child = spawn(registryProgram ?? '', ['serve', config], { stdio: 'ignore' });
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await until(
    () =>
      fetch(`http://${host}/v2/`).then(
        ({ status }) => status,
        () => 0,
      ),
    (status) => status === 200,
  );
  return {
    host,
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
