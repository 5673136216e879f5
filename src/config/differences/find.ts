import type { Environment } from '../environment.ts';
import type { FileSystem } from '../file-system.ts';
import type { LoadedConfiguration } from '../load.ts';
import { memberPath, type Place, type YamlNode } from '../node.ts';
import { startOf } from '../problem.ts';
import { applyOverrides } from '../runtime/overrides.ts';
import { readYaml } from '../yaml.ts';
import { surroundings } from './discovery.ts';
import { httpApi } from './http-api.ts';
import { scraping } from './scraping.ts';
import { settings } from './settings.ts';
import { sinks } from './sinks.ts';
import type { Condition, DifferenceRow, DifferenceSection, SourceKind } from './types.ts';

/** Every difference from Promitor, in the order of the page. */
export const differenceSections: readonly DifferenceSection[] = [
  ...settings,
  ...scraping,
  httpApi,
  sinks,
  ...surroundings,
];

/** A difference and a place of the configuration that it concerns. */
export interface FoundDifference {
  readonly id: string;
  readonly file: string;
  readonly line: number;
  /** Empty for the file as a whole. */
  readonly path: string;
  readonly promitor: string;
  readonly azimuth: string;
  readonly remedy: string;
}

interface Source {
  readonly kind: SourceKind;
  readonly root: YamlNode;
}

/** The differences that concern a configuration, in the order of the page; files are read once more, as they stand. */
export function findDifferences(
  loaded: Pick<LoadedConfiguration, 'files' | 'problems' | 'runtime'>,
  fileSystem: FileSystem,
  env: Environment,
): readonly FoundDifference[] {
  const sources = readSources(loaded, fileSystem, env);
  return differenceSections
    .flatMap(({ rows }) => rows)
    .flatMap((row) => placesOf(row, sources, loaded.problems).map((place) => found(row, place)));
}

function found({ id, promitor, azimuth, remedy }: DifferenceRow, { at, path }: Place): FoundDifference {
  return { id, file: at.file, line: at.line, path, promitor, azimuth, remedy };
}

function readSources(
  { files, runtime }: Pick<LoadedConfiguration, 'files' | 'runtime'>,
  fileSystem: FileSystem,
  env: Environment,
): readonly Source[] {
  return files
    .filter((file) => file !== runtime?.server.webConfigFile)
    .flatMap((file): Source[] => {
      const text = fileSystem.readFile(file);
      const kind = kindOf(file);
      const read = text === undefined ? undefined : readYaml(text, file).root;
      // A runtime file that is empty has all defaults.
      const root = read ?? { kind: 'map' as const, entries: [], at: startOf(file) };
      return text === undefined ? [] : [{ kind, root: kind === 'runtime' ? applyOverrides(root, env).root : root }];
    });
}

function kindOf(file: string): SourceKind {
  if (/(^|[\\/])runtime\.yaml$/.test(file)) return 'runtime';
  return /(^|[\\/])resource-discovery-declaration\.yaml$/.test(file) ? 'discovery' : 'declaration';
}

/** The first place of the first condition that holds; every place of conditions that list each. */
function placesOf(
  { when }: DifferenceRow,
  sources: readonly Source[],
  problems: LoadedConfiguration['problems'],
): readonly Place[] {
  const places = when.map((condition) => ({ each: 'each' in condition, found: holds(condition, sources, problems) }));
  const first = places.find(({ each, found }) => !each && found.length > 0)?.found.slice(0, 1) ?? [];
  return [...first, ...places.flatMap(({ each, found }) => (each ? found : []))];
}

function holds(
  condition: Condition,
  sources: readonly Source[],
  problems: LoadedConfiguration['problems'],
): readonly Place[] {
  const own = sources.filter(({ kind }) => kind === condition.in);
  if ('problem' in condition) {
    return problems
      .filter(({ code, file }) => code === condition.problem && kindOf(file) === condition.in)
      .map(({ file, line, column, path }) => ({ at: { file, line, column }, path }));
  }
  if ('absent' in condition) {
    return own
      .filter(({ root, kind }) => reached(root, condition.absent, kind).length === 0)
      .map(({ root }) => ({ at: root.at, path: '' }));
  }
  return own.flatMap(({ root, kind }) =>
    reached(root, condition.written, kind)
      .filter(({ node }) => fits(node, condition))
      .map(({ place }) => place),
  );
}

function fits(node: YamlNode, { is, atLeast, lacks }: Extract<Condition, { written: string }>): boolean {
  if (is !== undefined && !(node.kind === 'scalar' && is.test(node.text.trim()))) return false;
  const keys = node.kind === 'map' ? node.entries.map(({ key }) => key.toLowerCase()) : [];
  if (lacks !== undefined && (node.kind !== 'map' || keys.includes(lacks.toLowerCase()))) return false;
  const members = node.kind === 'list' ? node.items.length : keys.length;
  return atLeast === undefined || members >= atLeast;
}

interface Reached {
  readonly node: YamlNode;
  readonly place: Place;
}

/** The nodes that a path leads to. Keys of the declaration compare exactly, those of other files without case. */
function reached(root: YamlNode, path: string, kind: SourceKind): readonly Reached[] {
  const steps = path === '' ? [] : path.replaceAll('[]', '.[]').split('.');
  const same = (a: string, b: string): boolean =>
    b === '*' || (kind === 'declaration' ? a === b : a.toLowerCase() === b.toLowerCase());
  return steps.reduce<readonly Reached[]>(
    (nodes, step) =>
      nodes.flatMap(({ node, place }): Reached[] => {
        if (step === '[]') {
          return node.kind === 'list'
            ? node.items.map((item, index) => ({
                node: item,
                place: { at: item.at, path: memberPath(place.path, index) },
              }))
            : [];
        }
        return node.kind === 'map'
          ? node.entries
              .filter(({ key }) => same(key, step))
              .map(({ key, keyAt, value }) => ({
                node: value,
                place: { at: keyAt, path: memberPath(place.path, key) },
              }))
          : [];
      }),
    [{ node: root, place: { at: root.at, path: '' } }],
  );
}

/** Text of `azimuth validate --report-differences`. */
export function differencesAsText(differences: readonly FoundDifference[]): string {
  const parts = differences.map(({ id, file, line, path, promitor, azimuth, remedy }) =>
    [
      `${file}:${line}: ${id}${path === '' ? '' : ` (${path})`}`,
      `  Promitor ${promitor}.`,
      `  Azimuth ${azimuth}.`,
      `  Remedy: ${remedy}`,
    ].join('\n'),
  );
  const distinct = new Set(differences.map(({ id }) => id)).size;
  const total = `${distinct} difference${distinct === 1 ? '' : 's'} from Promitor in ${differences.length} place${differences.length === 1 ? '' : 's'}`;
  return `${[...parts, total].join('\n\n')}\n`;
}

/** Answer of `azimuth validate --report-differences --format json`. */
export function differencesAsJson(differences: readonly FoundDifference[]): string {
  return `${JSON.stringify({ differences }, null, 2)}\n`;
}
