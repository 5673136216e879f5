import type { CloudEndpoints } from '../../core/clouds.ts';
import type { Declaration, MetricDefinition } from '../../core/declaration.ts';
import type { DiscoveryDeclaration } from '../../core/discovery.ts';
import { seriesFamilies } from '../../core/family.ts';
import {
  bookGroups,
  declareDiscovery,
  type GroupBook,
  type ReadDiscovery,
  readDiscovery,
} from '../discovery/discovery.ts';
import type { Environment } from '../environment.ts';
import { memberPath, type Origin, type YamlNode } from '../node.ts';
import type { ValuesOf } from '../object.ts';
import { isWithin, type Problem, problem } from '../problem.ts';
import type { Reader } from '../spec.ts';
import { readCloud } from './cloud.ts';
import { declarationSpec } from './fields.ts';
import { readLabels } from './labels.ts';
import { type ReadMetric, readMetric } from './metric.ts';
import { readResourceLabels } from './resource-labels.ts';

/** A metric that is left out of the declaration, and why. */
export interface InvalidMetric {
  readonly name: string;
  readonly problems: readonly Problem[];
}

export interface ReadDeclaration {
  /** Undefined when the file as a whole cannot be trusted. */
  readonly declaration: Declaration | undefined;
  readonly invalidMetrics: readonly InvalidMetric[];
  readonly problems: readonly Problem[];
}

type Values = ValuesOf<typeof declarationSpec.fields>;

/** What stands outside of the declaration and matters to it. */
export interface DeclarationSurroundings {
  readonly env: Environment;
  /** Names of Azimuth's own metrics, which no declared metric may take. */
  readonly reservedNames?: ReadonlySet<string>;
  /** The discovery declaration, when there is one. */
  readonly discovery?: ReadDiscovery;
  /** A discovery agent is configured, which may know groups that no file defines. */
  readonly agent?: boolean;
}

/**
 * From YAML to the declaration: every field and rule of Promitor's v1 and Azimuth's additions, all problems at once.
 * An error within a metric, or in a default that it needs, leaves out that metric alone.
 */
export function readDeclaration(root: YamlNode, around: DeclarationSurroundings): ReadDeclaration {
  const problems: Problem[] = [];
  const reader: Reader = { exactCase: true, report: (item) => problems.push(item) };
  const { value: values } = declarationSpec.read(root, '', reader);
  if (values === undefined) return { declaration: undefined, invalidMetrics: [], problems };
  const metadata = values.azureMetadata.value;
  const cloud = metadata === undefined ? undefined : readCloud(metadata, reader);
  const { discovery, book } = readGroupBook(values, cloud, around, reader);
  const read = refuseCollisions(
    readMetrics(values, cloud, around.env, book, reader),
    around.reservedNames ?? new Set(),
  );
  const metrics = read.map((item) => item.metric).filter((metric) => metric !== undefined);
  const invalidMetrics = read
    .filter((item) => item.metric === undefined)
    .map((item) => ({ name: item.name, problems: whyInvalid(item, problems) }));
  const resourceLabels = values.resourceLabels.value && readResourceLabels(values.resourceLabels.value, reader);
  const stops = problems.some(stopsEverything);
  problems.push(...read.flatMap((item) => item.problems));
  const tenantId = metadata?.tenantId.value;
  const unusable = stops || cloud === undefined || tenantId === undefined;
  const optional = {
    ...(discovery === undefined ? {} : { discovery }),
    ...(resourceLabels === undefined ? {} : { resourceLabels }),
  };
  const declaration = unusable ? undefined : { tenantId, cloud, metrics, ...optional };
  return { declaration, invalidMetrics, problems };
}

/** Errors outside of metrics stop the program, but for defaults and groups that only some metrics need, and labels. */
function stopsEverything(item: Problem): boolean {
  const local = /^(metricDefaults\.(?!scraping)|resourceDiscoveryGroups|azureLandscape|resourceLabels)/.test(item.path);
  return item.severity === 'error' && !local;
}

function whyInvalid(item: ReadMetric, shared: readonly Problem[]): readonly Problem[] {
  const defaults = [...item.blamed].flatMap((path) =>
    shared.filter((candidate) => candidate.severity === 'error' && isWithin(candidate.path, path)),
  );
  return [...item.problems.filter((candidate) => candidate.severity === 'error'), ...defaults, ...item.withoutGroups];
}

/** Groups and landscapes of both files, for the declaration and for the metrics that name them. */
function readGroupBook(
  values: Values,
  cloud: CloudEndpoints | undefined,
  { discovery: file, agent = false }: DeclarationSurroundings,
  reader: Reader,
): { discovery: DiscoveryDeclaration | undefined; book: GroupBook } {
  const problems: Problem[] = [...(file?.problems ?? [])];
  const own: Reader = {
    exactCase: reader.exactCase,
    report: (item) => {
      problems.push(item);
      reader.report(item);
    },
  };
  const inside = readDiscovery(values, own);
  const groups = bookGroups([...(file?.groups ?? []), ...inside.groups], own);
  const metadata = values.azureMetadata.value;
  const home = {
    tenantId: metadata?.tenantId.value ?? '',
    subscriptionId: metadata?.subscriptionId.value ?? '',
    cloud: cloud?.name,
  };
  const landscapes = [...(file === undefined ? [] : [file.landscape]), inside.landscape];
  const discovery = declareDiscovery(landscapes, groups, home, own);
  return { discovery, book: { groups, agent, problems, unread: file?.unread ?? false } };
}

function readMetrics(
  values: Values,
  cloud: CloudEndpoints | undefined,
  env: Environment,
  groups: GroupBook,
  reader: Reader,
): readonly ReadMetric[] {
  const metadata = values.azureMetadata.value;
  const defaults = values.metricDefaults.value;
  const defaultLabels = defaults === undefined ? undefined : readLabels(defaults.labels, [], reader);
  const around = {
    defaults,
    defaultLabels: defaultLabels?.labels ?? {},
    subscriptionId: metadata?.subscriptionId.value ?? '',
    resourceGroupName: metadata?.resourceGroupName.value ?? '',
    // A cloud that could not be read was reported; what it lacks is no further mistake.
    hasLogAnalytics: cloud === undefined || cloud.logAnalytics !== undefined,
    env,
    groups,
  };
  const slots = values.metrics.value ?? [];
  if (slots.length === 0 && !values.metrics.broken) {
    reader.report(
      problem('warning', 'AZ1113', values.metrics.place, 'The declaration has no metrics; nothing is scraped.'),
    );
  }
  const read = slots.map((slot, index) => {
    const node: YamlNode = slot.value ?? { kind: 'scalar', text: '', plain: true, at: slot.place.at };
    const item = readMetric(node, memberPath('metrics', index), around);
    if (!defaultLabels?.broken) return item;
    return { ...item, metric: undefined, blamed: new Set([...item.blamed, 'metricDefaults.labels']) };
  });
  return read;
}

/** Of two metrics with one name, or with a family in common, the first is kept; Azimuth's own metrics keep theirs. */
function refuseCollisions(read: readonly ReadMetric[], reservedNames: ReadonlySet<string>): readonly ReadMetric[] {
  const names = new Map<string, { readonly at: Origin; times: number }>();
  const families = new Map<string, string | undefined>([...reservedNames].map((name) => [name, undefined]));
  return read.map((item) => {
    const first = names.get(item.name);
    if (first === undefined) names.set(item.name, { at: item.namePlace.at, times: 1 });
    else {
      first.times += 1;
      const same = first.at.file === item.namePlace.at.file;
      const where = same ? 'stands earlier in the file' : `stands in ${first.at.file}:${first.at.line}`;
      const message = `A metric with the name \`${item.name}\` ${where}; that one is used.`;
      const repeated = problem('error', 'AZ1111', item.namePlace, message, { found: item.name });
      // Three of a name are one mistake.
      return refuse(item, first.times === 2 ? [repeated] : []);
    }
    if (item.metric === undefined) return item;
    const taken = takeFamilies(item.metric, families);
    return taken === undefined ? item : refuse(item, [problem('error', 'AZ1112', item.namePlace, taken)]);
  });
}

function refuse(item: ReadMetric, added: readonly Problem[]): ReadMetric {
  const problems = [...item.problems, ...added.map((one) => ({ ...one, metric: item.name }))];
  return { ...item, metric: undefined, problems };
}

/** Books the families of a metric; returns what is wrong when one is taken. */
function takeFamilies(metric: MetricDefinition, families: Map<string, string | undefined>): string | undefined {
  const own = seriesFamilies(metric).map((family) => family.name);
  const twice = own.find((name, index) => own.indexOf(name) !== index);
  if (twice !== undefined) return `Two entries of \`metricNames\` would both be written as \`${twice}\`.`;
  const shared = own.find((name) => families.has(name));
  if (shared !== undefined) {
    const other = families.get(shared);
    if (other === undefined) return `\`${shared}\` is the name of one of Azimuth's own metrics; rename the metric.`;
    return `\`${metric.name}\` would write \`${shared}\`, which \`${other}\` writes already; rename one of them.`;
  }
  for (const name of own) families.set(name, metric.name);
  return undefined;
}
