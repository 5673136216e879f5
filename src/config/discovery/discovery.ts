import type { ResourceTypeRow } from '../../catalogue/types.ts';
import type { DiscoveryDeclaration } from '../../core/discovery.ts';
import type { Place, YamlNode } from '../node.ts';
import { isWithin, type Problem, problem } from '../problem.ts';
import { absent, type Reader, reject, type Slot } from '../spec.ts';
import { didYouMean, nearest } from '../suggest.ts';
import { type DiscoveryValues, discoverySpec, type LandscapeValues } from './fields.ts';
import { type ReadGroup, readGroups } from './groups.ts';
import { type Home, readLandscapes } from './landscape.ts';
import { distinctTexts } from './texts.ts';

/** What one file says of discovery. */
export interface ReadDiscovery {
  readonly landscape: Slot<LandscapeValues | undefined>;
  readonly groups: readonly ReadGroup[];
  readonly problems: readonly Problem[];
  /** The file as a whole could not be read, so that its groups are not known. */
  readonly unread: boolean;
}

/**
 * Reads `resource-discovery-declaration.yaml`. Keys and enums compare without case, as Promitor binds them. `root` is
 * undefined after a syntax error, which `problems` then holds.
 */
export function readDiscoveryFile(root: YamlNode | undefined, problems: readonly Problem[], at: Place): ReadDiscovery {
  const found: Problem[] = [...problems];
  const reader: Reader = { exactCase: false, report: (item) => found.push(item) };
  const slot = root === undefined ? undefined : discoverySpec.read(root, '', reader);
  if (slot?.value === undefined) return { landscape: absent(at), groups: [], problems: found, unread: true };
  const { version, ...values } = slot.value;
  if (version.value !== undefined && version.value.trim().toLowerCase() !== 'v1') {
    const message = `\`${version.value}\` is not a known \`version\`; the file is read as v1.`;
    reader.report(problem('warning', 'AZ1100', version.place, message, { found: version.value, suggestions: ['v1'] }));
  }
  return { ...readDiscovery(values, reader), problems: found, unread: false };
}

/** Groups and landscape of a file whose fields were read. */
export function readDiscovery(
  values: DiscoveryValues,
  reader: Reader,
): { readonly landscape: Slot<LandscapeValues | undefined>; readonly groups: readonly ReadGroup[] } {
  return { landscape: values.azureLandscape, groups: readGroups(values.resourceDiscoveryGroups, reader) };
}

/** What metrics may name, and what became of it. */
export interface GroupBook {
  /** By name in lower case. */
  readonly groups: ReadonlyMap<string, ReadGroup>;
  /** A discovery agent may know further groups. */
  readonly agent: boolean;
  /** Everything that was reported about groups and landscapes. */
  readonly problems: readonly Problem[];
  /** The discovery declaration could not be read, so that its groups are not known. */
  readonly unread: boolean;
}

/** The groups of both files together, by name in lower case; of two with one name, the first. */
export function bookGroups(all: readonly ReadGroup[], reader: Reader): ReadonlyMap<string, ReadGroup> {
  const groups = new Map<string, ReadGroup>();
  for (const group of all) {
    const key = group.name.toLowerCase();
    const earlier = groups.get(key);
    if (earlier === undefined) {
      groups.set(key, group);
      continue;
    }
    const message = `The resource discovery group \`${group.name}\` is already defined in ${lineOf(earlier.namePlace, group.namePlace)}; that one is used.`;
    reject(reader, 'AZ1150', group.namePlace, message, { found: group.name });
  }
  return groups;
}

/** `line 4`, with the name of the file when it is another one. */
function lineOf({ at }: Place, other: Place): string {
  return at.file === other.at.file ? `line ${at.line}` : `${at.file}, line ${at.line}`;
}

/** The declared groups and where they look; undefined without a usable group. */
export function declareDiscovery(
  landscapes: readonly Slot<LandscapeValues | undefined>[],
  groups: ReadonlyMap<string, ReadGroup>,
  home: Home,
  reader: Reader,
): DiscoveryDeclaration | undefined {
  const [first, second] = landscapes.filter((slot) => slot.written);
  if (first !== undefined && second !== undefined) {
    const message = `\`azureLandscape\` stands in ${lineOf(first.place, second.place)}, too; keep one of the two.`;
    reject(reader, 'AZ1156', second.place, message);
    return undefined;
  }
  const all = [...groups.values()];
  const slot = first ?? landscapes.at(-1);
  const read = slot === undefined ? undefined : readLandscapes(slot, home, all, reader);
  const usable = all.flatMap(({ group }) => group ?? []);
  return read === undefined || usable.length === 0 ? undefined : { landscapes: read, groups: usable };
}

/** The groups that a metric names, and the errors elsewhere that leave it without them. */
export interface NamedGroups {
  readonly names: readonly string[];
  readonly reasons: readonly Problem[];
}

/**
 * Checks the groups that a metric names. A group of another type than the metric's is kept: as in Promitor, the type
 * of what is found selects the query and the labels. Undefined for `row` means that the metric's type is not known.
 */
export function nameGroups(
  slots: readonly Slot<string | undefined>[],
  row: ResourceTypeRow | undefined,
  book: GroupBook,
  reader: Reader,
): NamedGroups {
  const reasons: Problem[] = [];
  const names = distinctTexts({ value: slots }, reader).map(({ value, place }) => {
    const known = book.groups.get(value.toLowerCase());
    if (row !== undefined && row.source !== 'metrics') {
      const message = `${row.name} cannot be discovered; list what is scraped under \`resources\`.`;
      reject(reader, 'AZ1152', place, message, { found: value });
    } else if (known === undefined) {
      if (book.unread) reasons.push(...book.problems.filter(isError));
      else if (!book.agent) refuseUnknown(value, place, book, reader);
    } else {
      const stops = stopsOf(known, book);
      reasons.push(...stops);
      if (stops.length === 0) warnAboutType(value, place, known, row, reader);
    }
    return value;
  });
  return { names, reasons };
}

/** Errors of the group itself, and of the landscape that every group needs. */
function stopsOf({ place }: ReadGroup, { problems }: GroupBook): readonly Problem[] {
  return problems.filter(
    (item) =>
      isError(item) &&
      (isWithin(item.path, 'azureLandscape') || (item.file === place.at.file && isWithin(item.path, place.path))),
  );
}

function isError(item: Problem): boolean {
  return item.severity === 'error';
}

function warnAboutType(
  name: string,
  place: Place,
  { group }: ReadGroup,
  row: ResourceTypeRow | undefined,
  reader: Reader,
): void {
  if (group === undefined || row === undefined || group.resourceType === row.name) return;
  const message = `The group \`${name}\` finds resources of type ${group.resourceType}, not ${row.name}; they are scraped as what they are.`;
  reader.report(problem('warning', 'AZ1155', place, message, { found: name }));
}

function refuseUnknown(name: string, place: Place, book: GroupBook, reader: Reader): void {
  const suggestions = nearest(
    name,
    [...book.groups.values()].map((group) => group.name),
  );
  const advice =
    didYouMean(suggestions) ||
    'define it under `resourceDiscoveryGroups`, here or in resource-discovery-declaration.yaml, or name a discovery agent with `resourceDiscovery.host` in runtime.yaml.';
  const message = `No resource discovery group \`${name}\` is defined; ${advice}`;
  reject(reader, 'AZ1151', place, message, { found: name, suggestions });
}
