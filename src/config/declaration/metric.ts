import { findResourceType } from '../../catalogue/lookup.ts';
import type { ResourceTypeRow } from '../../catalogue/types.ts';
import type { DeclaredResource, Freshness, MetricDefinition } from '../../core/declaration.ts';
import type { Schedule } from '../../core/schedule.ts';
import { type GroupBook, type NamedGroups, nameGroups } from '../discovery/discovery.ts';
import type { Environment } from '../environment.ts';
import { memberPath, type Place, type YamlNode } from '../node.ts';
import { type Problem, problem } from '../problem.ts';
import { type Reader, reject, type Slot } from '../spec.ts';
import { type DefaultValues, type MetricValues, metricSpec } from './fields.ts';
import { type MetricScope, member, metricScope } from './inherit.ts';
import { readLabels, warnAboutDimensions } from './labels.ts';
import { type ReadQuery, readAzureQuery, readLogQuery } from './query.ts';
import { readResource } from './resources.ts';

/** What all metrics of a file share. */
export interface MetricSurroundings {
  readonly defaults: DefaultValues | undefined;
  readonly defaultLabels: Readonly<Record<string, string>>;
  readonly subscriptionId: string;
  readonly resourceGroupName: string;
  /** False for a custom cloud without a Log Analytics endpoint. */
  readonly hasLogAnalytics: boolean;
  readonly env: Environment;
  readonly groups: GroupBook;
}

export interface ReadMetric {
  /** As declared, or its place such as `metrics[3]` when the name cannot be read. */
  readonly name: string;
  readonly namePlace: Place;
  /** Undefined when an error was reported. */
  readonly metric: MetricDefinition | undefined;
  readonly problems: readonly Problem[];
  /** Paths of refused defaults that the metric needs. */
  readonly blamed: ReadonlySet<string>;
  /** Errors elsewhere that leave the metric without a group that it names. */
  readonly withoutGroups: readonly Problem[];
}

/** Reads one entry of `metrics`; its problems carry its name. */
export function readMetric(node: YamlNode, path: string, around: MetricSurroundings): ReadMetric {
  const problems: Problem[] = [];
  const reader: Reader = { exactCase: true, report: (item) => problems.push(item) };
  const place = { at: node.at, path };
  const { scope, blamed } = metricScope(place, around.defaults, reader);
  const slot = metricSpec.read(node, path, reader);
  const name = slot.value?.name.value ?? path;
  if (slot.value === undefined && !slot.broken)
    reject(reader, 'AZ1018', place, 'An entry of `metrics` must not be blank.');
  const groups = readGroups(slot.value, around.groups, reader);
  const metric = slot.value === undefined ? undefined : buildMetric(slot.value, groups.names, scope, around);
  const broken = groups.reasons.length > 0 || problems.some((item) => item.severity === 'error');
  return {
    name,
    namePlace: slot.value?.name.place ?? place,
    metric: broken ? undefined : metric,
    problems: problems.map((item) => ({ ...item, metric: name })),
    blamed,
    withoutGroups: groups.reasons,
  };
}

function buildMetric(
  values: MetricValues,
  groups: readonly string[],
  scope: MetricScope,
  around: MetricSurroundings,
): MetricDefinition | undefined {
  const { reader, defaults } = scope;
  checkName(values.name, reader);
  const row = findResourceType(values.resourceType.value ?? '');
  const read = readQuery(values, row, scope, around);
  const typeLabels = (row?.labels ?? []).map((label) => label.name);
  warnAboutDimensions(read.dimensions, typeLabels, reader);
  const { labels } = readLabels(values.labels, typeLabels, reader);
  const resources = readResources(values, row, read, scope, around);
  if (isEmpty(values.resources) && isEmpty(values.resourceDiscoveryGroups)) {
    reject(
      reader,
      'AZ1123',
      scope.place,
      'The metric needs at least one entry in `resources` or `resourceDiscoveryGroups`.',
    );
  }
  const own = values.scraping.value?.schedule;
  const schedule = scope.inherit(
    own,
    member(defaults?.scraping, (value) => value.schedule),
  );
  const freshness = readFreshness(values, schedule.value, scope);
  const { name, description } = values;
  if (name.value === undefined || description.value === undefined || row === undefined) return undefined;
  if (read.query === undefined || schedule.value === undefined || freshness === undefined) return undefined;
  return {
    name: name.value,
    description: description.value,
    resourceType: row.name,
    labels,
    defaultLabels: around.defaultLabels,
    schedule: schedule.value,
    query: read.query,
    freshness,
    resources,
    resourceDiscoveryGroups: groups,
  };
}

/** Nothing was listed; a list that could not be read is not empty. */
function isEmpty(slot: Slot<readonly unknown[] | undefined>): boolean {
  return slot.value === undefined ? !slot.broken : slot.value.length === 0;
}

function checkName(name: Slot<string | undefined>, reader: Reader): void {
  if (name.value === undefined || /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name.value)) return;
  const valid = name.value.replace(/[^a-zA-Z0-9_:]/g, '_').replace(/^(?=\d)/, '_');
  const message = `\`${name.value}\` is not a metric name that Prometheus takes; did you mean \`${valid}\`?`;
  reject(reader, 'AZ1110', name.place, message, { found: name.value, suggestions: [valid] });
}

const unread: ReadQuery = { query: undefined, metricNames: [], dimensions: [] };

function readQuery(
  values: MetricValues,
  row: ResourceTypeRow | undefined,
  scope: MetricScope,
  around: MetricSurroundings,
): ReadQuery {
  const logs = row?.source === 'logs';
  const [wanted, other] = logs
    ? (['logAnalyticsConfiguration', 'azureMetricConfiguration'] as const)
    : (['azureMetricConfiguration', 'logAnalyticsConfiguration'] as const);
  if (row !== undefined && values[other].value !== undefined) {
    const message = `\`${other}\` is ignored: ${row.name} uses \`${wanted}\`.`;
    scope.reader.report(problem('warning', 'AZ1122', { at: scope.place.at, path: values[other].place.path }, message));
  }
  if (row !== undefined && values[wanted].value === undefined && !values[wanted].broken) {
    const at = { at: scope.place.at, path: values[wanted].place.path };
    reject(scope.reader, 'AZ1121', at, `\`${wanted}\` is missing: ${row.name} needs it.`);
  }
  if (logs && !around.hasLogAnalytics) {
    const message =
      'The custom cloud has no `logAnalyticsEndpoint` in `azureMetadata.endpoints`, which a log query needs.';
    reject(scope.reader, 'AZ1106', scope.place, message);
  }
  if (logs) {
    const { value } = values.logAnalyticsConfiguration;
    return value === undefined ? unread : readLogQuery(value, scope);
  }
  const { value } = values.azureMetricConfiguration;
  return value === undefined ? unread : readAzureQuery(value, row, scope);
}

function readResources(
  values: MetricValues,
  row: ResourceTypeRow | undefined,
  read: ReadQuery,
  scope: MetricScope,
  around: MetricSurroundings,
): readonly DeclaredResource[] {
  // Without a known type nothing can be said about the fields.
  if (row === undefined) return [];
  const shared = {
    subscriptionId: around.subscriptionId,
    resourceGroupName: around.resourceGroupName,
    env: around.env,
    metricNames: read.metricNames,
    dimensions: read.dimensions.map((dimension) => dimension.name),
  };
  return (values.resources.value ?? []).flatMap((slot, index) => {
    const path = memberPath(values.resources.place.path, index);
    const node: YamlNode = slot.value ?? { kind: 'scalar', text: '', plain: true, at: slot.place.at };
    const resource = readResource(node, path, row, shared, scope.reader);
    return resource === undefined ? [] : [resource];
  });
}

function readGroups(values: MetricValues | undefined, book: GroupBook, reader: Reader): NamedGroups {
  const slots = values?.resourceDiscoveryGroups.value ?? [];
  const names = slots.map((slot) => slot.value?.name ?? { ...slot, value: undefined });
  return nameGroups(names, findResourceType(values?.resourceType.value ?? ''), book, reader);
}

const minuteMs = 60_000;

function readFreshness(
  values: MetricValues,
  schedule: Schedule | undefined,
  scope: MetricScope,
): Freshness | undefined {
  const own = values.azureMetricConfiguration.value;
  const base = scope.defaults?.azureMetricConfiguration;
  const delay = scope.inherit(
    own?.delay,
    member(base, (value) => value.delay),
  );
  const maxAge = scope.inherit(
    own?.maxAge,
    member(base, (value) => value.maxAge),
  );
  const staleAfter = scope.inherit(
    own?.staleAfter,
    member(base, (value) => value.staleAfter),
  );
  const noData = scope.inherit(
    own?.noData,
    member(base, (value) => value.noData),
  );
  if ([delay, maxAge, staleAfter, noData].some((item) => item.broken) || schedule === undefined) return undefined;
  return {
    delayMs: delay.value ?? minuteMs,
    ...(maxAge.value === undefined ? {} : { maxAgeMs: maxAge.value }),
    staleAfterMs: staleAfter.value ?? Math.max(3 * schedule.periodMs, 15 * minuteMs),
    noData: noData.value ?? 'unavailableValue',
  };
}
