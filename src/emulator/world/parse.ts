import { parse as parseYaml } from 'yaml';
import type { z } from 'zod';
import { resourceKey } from '../../core/resource-id.ts';
import { uuidOf } from '../hash.ts';
import { parseDuration } from '../iso-time.ts';
import type { Identity, MetricPatch, Resource, ResourceGroup, Subscription, Workspace, World } from './model.ts';
import { actionsOfRole, knownRoles } from './roles.ts';
import { type MetricFile, type WorldFile, worldSchema } from './schema.ts';

/** A world, or everything that is wrong with its file, one sentence each, with the place in the file. */
export type ParsedWorld = { readonly world: World } | { readonly problems: readonly string[] };

/**
 * Reads a world file, YAML or JSON. Never throws: text that is no YAML is a problem too.
 */
export function parseWorld(text: string): ParsedWorld {
  let document: unknown;
  try {
    document = parseYaml(text);
  } catch (error) {
    return {
      problems: [`The world file is not valid YAML: ${error instanceof Error ? error.message : String(error)}`],
    };
  }
  const parsed = worldSchema.safeParse(document ?? {});
  if (!parsed.success) return { problems: parsed.error.issues.flatMap(problemOf) };
  const problems: string[] = [];
  const world = resolveWorld(parsed.data, problems);
  return problems.length > 0 ? { problems } : { world };
}

function problemOf(issue: z.core.$ZodIssue): string[] {
  const place = pathText(issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${place === '' ? key : `${place}.${key}`}: there is no such key here.`);
  }
  return [`${place === '' ? 'The world file' : place}: ${issue.message}.`];
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}

function resolveWorld(file: WorldFile, problems: string[]): World {
  const tenantId = file.tenants[0]?.id ?? '';
  const subscriptions = file.subscriptions.map(
    (one): Subscription => ({ ...one, id: one.id.toLowerCase(), tenantId: (one.tenantId ?? tenantId).toLowerCase() }),
  );
  const resourceGroups = groupsOf(file, subscriptions, problems);
  const resources = file.resources.flatMap((one, index) =>
    resourcesOf(one, `resources[${index}]`, { file, groups: resourceGroups, problems }),
  );
  findTwins(resources, problems);
  return {
    seed: file.seed,
    tenants: file.tenants.map((tenant) => ({ ...tenant, id: tenant.id.toLowerCase() })),
    regions: file.regions,
    identities: file.identities.map((one, index) => identityOf(one, `identities[${index}]`, tenantId, problems)),
    subscriptions,
    resourceGroups,
    resources,
    workspaces: file.workspaces.flatMap((one, index) => workspaceOf(one, `workspaces[${index}]`, resources, problems)),
    queues: file.queues,
    statuspages: file.statuspages,
    metrics: new Map(
      Object.entries(file.metrics).map(([type, list]) => [
        type.toLowerCase(),
        list.map((metric, index) => metricPatch(metric, `metrics.${type}[${index}]`, problems)),
      ]),
    ),
    limits: limitsOf(file.limits),
    variants: {
      ...file.variants,
      crossResourceTypes: file.variants.crossResourceTypes?.map((type) => type.toLowerCase()),
    },
    tokens: file.tokens,
  };
}

function limitsOf(limits: WorldFile['limits']): World['limits'] {
  const orNone = <T>(limit: T | 'none'): T | undefined => (limit === 'none' ? undefined : limit);
  return {
    arm: orNone(limits.arm),
    batch: orNone(limits.batch),
    definitions: orNone(limits.definitions),
    resourceGraph: orNone(limits.resourceGraph),
    logs: orNone(limits.logs),
  };
}

function groupsOf(file: WorldFile, subscriptions: readonly Subscription[], problems: string[]): ResourceGroup[] {
  return file.resourceGroups.map((group, index) => {
    const place = `resourceGroups[${index}]`;
    const subscriptionId = (group.subscription ?? subscriptions[0]?.id ?? '').toLowerCase();
    if (!subscriptions.some((one) => one.id === subscriptionId)) {
      problems.push(`${place}.subscription: the world has no subscription ${subscriptionId}.`);
    }
    const region = group.region ?? file.regions[0] ?? '';
    checkRegion(region, `${place}.region`, file.regions, problems);
    return { name: group.name, subscriptionId, region, tags: group.tags };
  });
}

function checkRegion(region: string, place: string, regions: readonly string[], problems: string[]): void {
  if (region === 'global' || regions.includes(region)) return;
  problems.push(`${place}: "${region}" is not one of the regions of this world (${regions.join(', ')}).`);
}

interface Surroundings {
  readonly file: WorldFile;
  readonly groups: readonly ResourceGroup[];
  readonly problems: string[];
}

function resourcesOf(entry: WorldFile['resources'][number], place: string, around: Surroundings): Resource[] {
  const { file, groups, problems } = around;
  const group = groups.find(
    (one) =>
      (entry.resourceGroup === undefined || one.name.toLowerCase() === entry.resourceGroup.toLowerCase()) &&
      (entry.subscription === undefined || one.subscriptionId === entry.subscription.toLowerCase()),
  );
  if (group === undefined) {
    problems.push(`${place}.resourceGroup: the world has no resource group "${entry.resourceGroup ?? ''}" there.`);
    return [];
  }
  const region = entry.region ?? group.region;
  checkRegion(region, `${place}.region`, file.regions, problems);
  const metrics = entry.metrics.map((metric, index) => metricPatch(metric, `${place}.metrics[${index}]`, problems));
  const dimensions = new Map(Object.entries(entry.dimensions).map(([name, values]) => [name.toLowerCase(), values]));
  return namesOf(entry, place, problems).flatMap((name) => {
    const id = armId(entry.type, name, group);
    if (id === undefined) {
      const parts = entry.type.split('/').length - 1;
      problems.push(`${place}.name: "${name}" needs ${parts} part(s) divided by "/", as the type ${entry.type} has.`);
      return [];
    }
    return {
      id,
      key: resourceKey(id),
      type: entry.type,
      name,
      subscriptionId: group.subscriptionId,
      resourceGroup: group.name,
      region,
      ...(entry.kind === undefined ? {} : { kind: entry.kind }),
      tags: entry.tags,
      properties: entry.properties,
      metrics,
      dimensions,
    };
  });
}

function namesOf(entry: WorldFile['resources'][number], place: string, problems: string[]): string[] {
  if (entry.count === undefined) return [entry.name];
  if (!entry.name.includes('{n}')) problems.push(`${place}.name: with count, write {n} where the number goes.`);
  return Array.from({ length: entry.count }, (_, index) => entry.name.replaceAll('{n}', String(index)));
}

/** ARM id of a resource; undefined when name and type have different numbers of parts. */
function armId(type: string, name: string, group: ResourceGroup): string | undefined {
  const [provider = '', ...types] = type.split('/');
  const names = name.split('/');
  if (types.length === 0 || types.length !== names.length) return undefined;
  const path = types.map((part, index) => `${part}/${names[index] ?? ''}`).join('/');
  return `/subscriptions/${group.subscriptionId}/resourceGroups/${group.name}/providers/${provider}/${path}`;
}

function findTwins(resources: readonly Resource[], problems: string[]): void {
  const seen = new Set<string>();
  for (const resource of resources) {
    if (seen.has(resource.key)) problems.push(`resources: ${resource.id} is declared twice.`);
    seen.add(resource.key);
  }
}

function metricPatch(metric: MetricFile, place: string, problems: string[]): MetricPatch {
  const { lag, dimensions, ...rest } = metric;
  const patch: MetricPatch = {
    ...rest,
    ...(lag === undefined ? {} : { lagMs: parseDuration(lag) ?? 0 }),
    ...(dimensions === undefined ? {} : { dimensions: dimensions.map(dimensionRow) }),
  };
  const combinations = (patch.dimensions ?? []).reduce((product, one) => product * one.values.length, 1);
  if (combinations > 100_000) {
    problems.push(`${place}.dimensions: ${combinations} combinations of values; at most 100000 are possible.`);
  }
  return patch;
}

type DimensionFile = NonNullable<MetricFile['dimensions']>[number];

function dimensionRow({ name, values }: DimensionFile): { name: string; values: readonly string[] } {
  if (!('prefix' in values)) return { name, values };
  return { name, values: Array.from({ length: values.count }, (_, index) => `${values.prefix}${index}`) };
}

function identityOf(
  entry: WorldFile['identities'][number],
  place: string,
  tenantId: string,
  problems: string[],
): Identity {
  const { objectId, resourceId, secret, certificate, ...rest } = entry;
  return {
    name: rest.name,
    kind: rest.kind,
    tenantId: (rest.tenantId ?? tenantId).toLowerCase(),
    clientId: rest.clientId.toLowerCase(),
    objectId: (objectId ?? uuidOf(`object|${rest.clientId}`)).toLowerCase(),
    secretExpired: rest.secretExpired,
    ...(resourceId === undefined ? {} : { resourceId }),
    ...(secret === undefined ? {} : { secret }),
    ...(certificate === undefined ? {} : { certificate }),
    federated: rest.federated.map(({ subject, issuer }) => ({ subject, ...(issuer === undefined ? {} : { issuer }) })),
    roles: rest.roles.map(({ role, scope, actions }, index) => {
      const allowed = actions ?? actionsOfRole(role);
      if (allowed === undefined) {
        problems.push(
          `${place}.roles[${index}].role: "${role}" is not a built-in role here (${knownRoles.join(', ')}); give its actions.`,
        );
      }
      const full = `/${resourceKey(scope)}`;
      return { role, scope: full, actions: (allowed ?? []).map((action) => action.toLowerCase()) };
    }),
  };
}

function workspaceOf(
  entry: WorldFile['workspaces'][number],
  place: string,
  resources: readonly Resource[],
  problems: string[],
): Workspace[] {
  const wanted = entry.resource.toLowerCase();
  const resource = resources.find(
    (one) => one.type.toLowerCase() === 'microsoft.operationalinsights/workspaces' && one.name.toLowerCase() === wanted,
  );
  if (resource === undefined) {
    problems.push(`${place}.resource: the world has no Log Analytics workspace named "${entry.resource}".`);
    return [];
  }
  const declared = resource.properties['customerId'];
  const queries = entry.queries.map(({ pattern, ...query }, index) => {
    const expression = pattern === undefined ? undefined : regularExpression(pattern);
    if (pattern !== undefined && expression === undefined) {
      problems.push(`${place}.queries[${index}].pattern: "${pattern}" is not a regular expression.`);
    }
    return { ...query, ...(expression === undefined ? {} : { pattern: expression }) };
  });
  const customerId = typeof declared === 'string' ? declared.toLowerCase() : uuidOf(resource.key);
  return [{ customerId, resource, queries }];
}

function regularExpression(source: string): RegExp | undefined {
  try {
    return new RegExp(source, 'is');
  } catch {
    return undefined;
  }
}
