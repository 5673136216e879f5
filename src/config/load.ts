import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Declaration } from '../core/declaration.ts';
import type { RuntimeConfig } from '../core/runtime-config.ts';
import type { WebConfig } from '../core/web-config.ts';
import type { InvalidMetric, ReadDeclaration } from './declaration/declaration.ts';
import { declarationFiles, readDeclarationFiles } from './declaration/files.ts';
import { type ReadDiscovery, readDiscoveryFile } from './discovery/discovery.ts';
import type { Environment } from './environment.ts';
import type { FileSystem } from './file-system.ts';
import { findFolder } from './folder.ts';
import { onGrid } from './grid.ts';
import { orderProblems, type Problem, problem, startOf } from './problem.ts';
import { type ReadRuntime, readRuntime } from './runtime/runtime.ts';
import { type ReadWebConfig, readWebConfig } from './web/web-config.ts';
import { readYaml } from './yaml.ts';

const discoveryFile = 'resource-discovery-declaration.yaml';

export interface LoadInput {
  /** Value of `--config-folder`. */
  readonly folderFlag?: string;
  /** `--strict`: any error refuses to run. */
  readonly strict?: boolean;
  /** `--port`, before the file and the environment. */
  readonly port?: number;
  readonly env: Environment;
  readonly fileSystem: FileSystem;
  /** Names of Azimuth's own metrics, which no declared metric may take. */
  readonly reservedNames?: ReadonlySet<string>;
}

/** Why `run` must not start, and the exit code for it. */
interface Refusal {
  /** 2: configuration refused; 3: configuration folder missing; 4: required file missing. */
  readonly exitCode: 2 | 3 | 4;
  readonly message: string;
}

export interface LoadedConfiguration {
  readonly folder: string;
  /** Paths of the files that were looked at. */
  readonly files: readonly string[];
  /** Sixteen hexadecimal digits that change with the content of any of the files. */
  readonly hash: string;
  /** Files and folders whose changes matter: the files, those that may come, and the folder of a declaration. */
  readonly watched: readonly string[];
  /** In order of files and lines. */
  readonly problems: readonly Problem[];
  /** Undefined after an error in the runtime file. */
  readonly runtime?: RuntimeConfig;
  /** Undefined when the declaration as a whole cannot be trusted; holds the valid metrics otherwise. */
  readonly declaration?: Declaration;
  readonly invalidMetrics: readonly InvalidMetric[];
  /** How the endpoint is protected; undefined when nothing says so, or when what says so has errors. */
  readonly web?: WebConfig;
  /** Undefined when there is something to run. Warnings never refuse. */
  readonly refusal?: Refusal;
}

/**
 * Finds, reads and checks all files of the configuration. Never throws for anything that stands in them: every
 * problem of every file is returned, and `refusal` says whether `run` may start.
 */
export function loadConfiguration(input: LoadInput): LoadedConfiguration {
  const texts = new Map<string, string | undefined>();
  // Read once: what the hash tells is what was loaded, although a file may be written meanwhile.
  const readFile = (path: string): string | undefined => {
    if (!texts.has(path)) texts.set(path, input.fileSystem.readFile(path));
    return texts.get(path);
  };
  const read = loadFiles({ ...input, fileSystem: { ...input.fileSystem, readFile } });
  const contents = read.files.map((file) => [file, readFile(file) ?? null]);
  const hash = createHash('sha256').update(JSON.stringify(contents)).digest('hex').slice(0, 16);
  const optional = join(read.folder, discoveryFile);
  const declaration = read.runtime?.metricsDeclarationPath ?? optional;
  return { ...read, hash, watched: [...new Set([...read.files, optional, declaration])] };
}

/** What is read; hash and paths to watch follow from it. */
type ReadFiles = Omit<LoadedConfiguration, 'hash' | 'watched'>;

function loadFiles(input: LoadInput): ReadFiles {
  const { fileSystem, env } = input;
  const found = findFolder(input.folderFlag, env, fileSystem);
  if (!found.ok) {
    const missing = problem('error', 'AZ1008', { at: startOf(found.folder), path: '' }, found.message);
    return stopped(found.folder, [], [missing], { exitCode: 3, message: found.message });
  }
  const { folder } = found;
  const runtimePath = join(folder, 'runtime.yaml');
  const runtimeText = fileSystem.readFile(runtimePath);
  if (runtimeText === undefined) return missingFile(fileSystem, folder, [runtimePath], [], runtimePath, 'runtime file');
  const runtime = loadRuntime(runtimeText, runtimePath, input, folder);
  const discovery = loadDiscovery(folder, fileSystem);
  const webPath = runtime.runtime?.server.webConfigFile;
  const web = webPath === undefined ? undefined : readWebConfig(webPath, fileSystem);
  const declaration = declarationFiles(runtime.declarationPath, fileSystem);
  const files = [
    runtimePath,
    ...(declaration.length === 0 ? [runtime.declarationPath] : declaration),
    ...(discovery === undefined ? [] : [discovery.file]),
    ...(webPath === undefined ? [] : [webPath]),
  ];
  const problems = [...runtime.problems, ...(discovery?.read.problems ?? []), ...(web?.problems ?? [])];
  const texts = declaration.flatMap((file) => {
    const text = fileSystem.readFile(file);
    return text === undefined ? [] : [{ file, text }];
  });
  const unread = declaration.find((file) => texts.every((text) => text.file !== file));
  if (unread !== undefined || texts.length === 0) {
    return missingFile(fileSystem, folder, files, problems, unread ?? runtime.declarationPath, 'metrics declaration');
  }
  const written = readDeclarationFiles(texts, {
    env,
    ...(input.reservedNames === undefined ? {} : { reservedNames: input.reservedNames }),
    ...(discovery === undefined ? {} : { discovery: discovery.read }),
    agent: runtime.hasAgent,
  });
  const read: ReadDeclaration = {
    ...written,
    declaration: written.declaration && onGrid(written.declaration, runtime.runtime?.sinks),
  };
  problems.push(...read.problems, ...unmapped(runtime, read));
  return conclude(input, { folder, files, problems: orderProblems(problems, files) }, runtime, read, web);
}

function loadRuntime(text: string, file: string, input: LoadInput, folder: string): ReadRuntime {
  const { root, problems } = readYaml(text, file);
  // An empty runtime file is one in which everything has its default.
  const blank = problems.length === 1 && problems[0]?.code === 'AZ1003';
  const syntaxError = root === undefined && !blank;
  const read = readRuntime(root ?? { kind: 'map', entries: [], at: startOf(file) }, {
    folder,
    env: input.env,
    fileSystem: input.fileSystem,
  });
  // Whether it names a discovery agent is not known; that a group is missing would be a consequence.
  if (syntaxError) return { ...read, runtime: undefined, hasAgent: true, problems };
  const own = blank ? [] : problems;
  const refused = own.some((item) => item.severity === 'error');
  return { ...read, runtime: refused ? undefined : read.runtime, problems: [...own, ...read.problems] };
}

/** Undefined without the file, which is optional. */
function loadDiscovery(folder: string, fileSystem: FileSystem): { file: string; read: ReadDiscovery } | undefined {
  const file = join(folder, discoveryFile);
  const text = fileSystem.readFile(file);
  if (text === undefined) return undefined;
  const { root, problems } = readYaml(text, file);
  return { file, read: readDiscoveryFile(root, problems, { at: startOf(file), path: '' }) };
}

/** Statuspage mappings must name a metric with one resource (Promitor's rule). */
function unmapped(runtime: ReadRuntime, read: ReadDeclaration): readonly Problem[] {
  const { declaration } = read;
  if (declaration === undefined) return [];
  const invalid = new Set(read.invalidMetrics.map((item) => item.name));
  return runtime.mappedMetrics.flatMap(({ name, place }) => {
    // An invalid metric was reported; that it is missing follows from it.
    if (invalid.has(name)) return [];
    const metric = declaration.metrics.find((candidate) => candidate.name === name);
    if (metric?.resources.length === 1 && metric.resourceDiscoveryGroups.length === 0) return [];
    const message =
      metric === undefined
        ? `The metrics declaration has no metric \`${name}\`.`
        : metric.resourceDiscoveryGroups.length > 0
          ? `The metric \`${name}\` names resource discovery groups; a mapped metric must have one resource.`
          : `The metric \`${name}\` has ${metric.resources.length} resources; a mapped metric must have one.`;
    return [problem('error', 'AZ1209', place, message, { found: name })];
  });
}

function conclude(
  input: LoadInput,
  shared: { folder: string; files: readonly string[]; problems: readonly Problem[] },
  runtime: ReadRuntime,
  declaration: ReadDeclaration,
  web: ReadWebConfig | undefined,
): ReadFiles {
  const unprotected = web !== undefined && web.config === undefined;
  const refusal = unprotected ? openEndpoint : refuse(input, shared.problems, runtime, declaration);
  const { port } = input;
  const config = runtime.runtime;
  const served = config && port !== undefined ? { ...config, server: { ...config.server, httpPort: port } } : config;
  return {
    ...shared,
    ...(served === undefined ? {} : { runtime: served }),
    ...(declaration.declaration === undefined ? {} : { declaration: declaration.declaration }),
    invalidMetrics: declaration.invalidMetrics,
    ...(web?.config === undefined ? {} : { web: web.config }),
    ...(refusal === undefined ? {} : { refusal }),
  };
}

/** An endpoint that should be protected does not open unprotected. */
const openEndpoint: Refusal = {
  exitCode: 2,
  message:
    'The web configuration file has errors, and the endpoint does not open without it; mend them and start again.',
};

/** `run` starts unless nothing can be scraped, a file cannot be trusted, or `strict` is set. */
function refuse(
  input: LoadInput,
  problems: readonly Problem[],
  runtime: ReadRuntime,
  { declaration, invalidMetrics }: ReadDeclaration,
): Refusal | undefined {
  const refusal = (message: string): Refusal => ({ exitCode: 2, message });
  const errors = problems.filter((item) => item.severity === 'error').length;
  if (runtime.runtime === undefined || problems.some((item) => item.code === 'AZ1209')) {
    return refusal('The runtime configuration has errors; mend them and start again.');
  }
  if (declaration === undefined)
    return refusal('The metrics declaration cannot be used; mend its errors and start again.');
  if (declaration.metrics.length === 0 && invalidMetrics.length > 0) {
    return refusal('No metric of the declaration is valid; mend at least one and start again.');
  }
  if (errors > 0 && (input.strict || runtime.strict)) {
    return refusal('The configuration has errors, and strict mode starts with none only.');
  }
  return undefined;
}

function stopped(folder: string, files: readonly string[], problems: readonly Problem[], refusal: Refusal): ReadFiles {
  return { folder, files, problems: orderProblems(problems, files), invalidMetrics: [], refusal };
}

function missingFile(
  fileSystem: FileSystem,
  folder: string,
  files: readonly string[],
  problems: readonly Problem[],
  path: string,
  what: string,
): ReadFiles {
  const state = fileSystem.isDirectory(path)
    ? `is a folder${what === 'metrics declaration' ? ' without YAML files' : ''}`
    : fileSystem.exists(path)
      ? 'cannot be read'
      : 'does not exist';
  const message = `The ${what} ${state}: ${path}`;
  const missing = problem('error', 'AZ1007', { at: startOf(path), path: '' }, message);
  return stopped(folder, files, [...problems, missing], { exitCode: 4, message });
}
