import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { helm } from './helm.ts';
import { versionProblems } from './release-versions.ts';

/**
 * Makes a release: chart and image of one version, checked, packaged and pushed to a registry.
 *
 *   node scripts/release.ts --registry HOST[/PATH] [--plain-http] [--out FOLDER] [--source URL] [--revision ID]
 *                           [--platform LIST] [--build-flag FLAG]...
 *
 * The image goes to REGISTRY/azimuth, the chart to REGISTRY/charts/azimuth. Beside the packaged chart, the folder gets
 * the bill of materials and `release.json` with the digests. Wants buildah, and to be logged in to the registry.
 */
const root = resolve(import.meta.dirname, '..');
const chart = 'charts/azimuth';
const { values: given } = parseArgs({
  options: {
    registry: { type: 'string' },
    'plain-http': { type: 'boolean', default: false },
    out: { type: 'string', default: 'dist/release' },
    source: { type: 'string', default: '' },
    revision: { type: 'string', default: '' },
    platform: { type: 'string', default: 'linux/amd64,linux/arm64' },
    'build-flag': { type: 'string', multiple: true, default: [] },
  },
});
const { registry } = given;
if (registry === undefined) fail('say where to push: --registry HOST[/PATH]');
const out = resolve(root, given.out);
mkdirSync(out, { recursive: true });

const version = agreedVersion();
step('lint and render the chart with Helm 3 and 4');
for (const major of [3, 4] as const) {
  run(helm(major), ['lint', '--strict', chart]);
  run(helm(major), ['template', 'azimuth', chart, '--namespace', 'monitoring']);
}
step('package the chart');
run(helm(4), ['package', chart, '--destination', out]);
step(`build the image for ${given.platform}`);
const image = `${registry}/azimuth:${version}`;
buildImage(image);
writeFileSync(join(out, `azimuth-${version}.spdx.json`), billOfMaterials(image));
step(`push to ${registry}`);
const imageDigest = pushImage(image);
const chartDigest = pushChart();
const released = {
  version,
  image: `${registry}/azimuth@${imageDigest}`,
  chart: `${registry}/charts/azimuth@${chartDigest}`,
};
writeFileSync(join(out, 'release.json'), `${JSON.stringify(released, undefined, 2)}\n`);
step(`released ${released.image} and ${released.chart}`);

/** The version that every file has; ends the program when one has another. */
function agreedVersion(): string {
  const { version: packageVersion } = JSON.parse(text('package.json')) as { version: string };
  const about = parse(text(`${chart}/Chart.yaml`)) as { version: string; appVersion: string };
  const problems = versionProblems({
    packageVersion,
    chartVersion: about.version,
    appVersion: about.appVersion,
    changelog: text('CHANGELOG.md'),
  });
  if (problems.length > 0) fail(problems.join('\n'));
  return packageVersion;
}

/** Builds a list of images, one for each platform. Layers are not reused: buildah takes those of another platform. */
function buildImage(name: string): void {
  const architecture = run('buildah', ['info', '--format', '{{.host.arch}}']);
  const revision = given.revision === '' ? run('git', ['rev-parse', 'HEAD']) : given.revision;
  const buildArgs = {
    BUILDPLATFORM: `linux/${architecture}`,
    VERSION: version,
    REVISION: revision,
    SOURCE: given.source,
  };
  const args = Object.entries(buildArgs).map(([key, value]) => `--build-arg=${key}=${value}`);
  const platforms = [`--platform=${given.platform}`, `--manifest=${name}`, '--layers=false', '--format=docker'];
  run('buildah', ['bud', ...given['build-flag'], ...platforms, ...args, '.']);
}

/** The list of packages that the build wrote into the image. */
function billOfMaterials(name: string): string {
  const container = run('buildah', ['from', '--pull-never', name]);
  try {
    return readFileSync(join(run('buildah', ['mount', container]), 'app/sbom.spdx.json'), 'utf8');
  } finally {
    run('buildah', ['rm', container]);
  }
}

/** Digest of what was pushed. */
function pushImage(name: string): string {
  const file = join(out, 'image.digest');
  const tls = `--tls-verify=${!given['plain-http']}`;
  run('buildah', ['manifest', 'push', '--all', tls, `--digestfile=${file}`, name, `docker://${name}`]);
  return readFileSync(file, 'utf8').trim();
}

/** Digest of what was pushed, which Helm tells on standard error. */
function pushChart(): string {
  const flags = given['plain-http'] ? ['--plain-http'] : [];
  const packed = join(out, `azimuth-${version}.tgz`);
  const { stdout, stderr } = spawn(helm(4), ['push', packed, `oci://${registry}/charts`, ...flags]);
  const said = `${stdout}${stderr}`;
  return /sha256:[0-9a-f]{64}/.exec(said)?.[0] ?? fail(`helm push names no digest: ${said}`);
}

function text(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** Standard output of a program that must succeed, trimmed. */
function run(program: string, args: readonly string[]): string {
  return spawn(program, args).stdout.trim();
}

/** Runs a program in the checkout. What it complains of when it fails is shown, and ends the release. */
function spawn(program: string, args: readonly string[]): { readonly stdout: string; readonly stderr: string } {
  const { status, error, stdout, stderr } = spawnSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (status === 0) return { stdout, stderr };
  return fail(`${program} ${args.join(' ')} failed: ${error?.message ?? ''}\n${stdout}${stderr}`);
}

function step(what: string): void {
  process.stdout.write(`release: ${what}\n`);
}

function fail(why: string): never {
  process.stderr.write(`${why.trim().replace(/^/gm, 'release: ')}\n`);
  process.exit(1);
}
