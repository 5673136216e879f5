import type { DiscoveryCriteria, DiscoveryGroup } from '../../core/discovery.ts';
import { readRe2 } from '../../core/re2.ts';
import type { Place } from '../node.ts';
import { type Reader, reject, type Slot } from '../spec.ts';
import { conditionProblem } from './condition.ts';
import type { CriteriaValues, DiscoveryValues, GroupValues } from './fields.ts';
import { distinctTexts } from './texts.ts';

/** A group of one file. */
export interface ReadGroup {
  readonly name: string;
  readonly namePlace: Place;
  /** Of the whole group: errors below it are its own. */
  readonly place: Place;
  /** Undefined when an error was reported. */
  readonly group: DiscoveryGroup | undefined;
  /** Subscriptions that its criteria name. */
  readonly subscriptions: readonly Slot<string>[];
}

/** The groups that a file defines, those with errors too; a group without a readable name is reported and left out. */
export function readGroups(slot: DiscoveryValues['resourceDiscoveryGroups'], reader: Reader): readonly ReadGroup[] {
  return (slot.value ?? []).flatMap(({ value, broken, place }) => {
    if (value !== undefined) return readGroup(value, broken, place, reader) ?? [];
    if (!broken) reject(reader, 'AZ1018', place, 'An entry of `resourceDiscoveryGroups` must not be blank.');
    return [];
  });
}

function readGroup(values: GroupValues, unread: boolean, place: Place, reader: Reader): ReadGroup | undefined {
  let broken = unread;
  const watched: Reader = {
    exactCase: reader.exactCase,
    report: (item) => {
      broken ||= item.severity === 'error';
      reader.report(item);
    },
  };
  const { include, exclude, query } = values.criteria.value;
  const subscriptions = distinctTexts(include.value.subscriptions, watched);
  const condition = query.value;
  const wrong = condition === undefined ? undefined : conditionProblem(condition);
  if (condition !== undefined && wrong !== undefined) {
    reject(watched, 'AZ1157', query.place, `\`query\` ${wrong}.`, { found: condition });
  }
  const armTypes = readArmTypes(values, watched);
  const wanted = readCriteria(include.value, subscriptions, watched);
  const unwanted = readCriteria(exclude.value, distinctTexts(exclude.value.subscriptions, watched), watched);
  const name = values.name.value;
  if (name === undefined) return undefined;
  const resourceType = values.type.value;
  const group: DiscoveryGroup | undefined =
    broken || resourceType === undefined
      ? undefined
      : {
          name,
          resourceType,
          armTypes,
          include: wanted,
          exclude: unwanted,
          ...(condition === undefined ? {} : { condition: condition.trim() }),
        };
  return { name, namePlace: values.name.place, place, group, subscriptions };
}

function readArmTypes({ type, armTypes }: GroupValues, reader: Reader): readonly string[] {
  const slots = distinctTexts(armTypes, reader);
  if (type.broken || armTypes.broken) return [];
  if (type.value !== 'Generic') {
    if (slots.length > 0) {
      const message = `\`armTypes\` is for \`type: Generic\` only; ${type.value} has its own.`;
      reject(reader, 'AZ1154', armTypes.place, message);
    }
    return [];
  }
  if (slots.length === 0) {
    const message = '`type: Generic` needs `armTypes`, such as `[Microsoft.Web/staticSites]`.';
    reject(reader, 'AZ1154', type.place, message);
  }
  for (const { value, place } of slots) {
    if (/^\w+(\.\w+)*(\/[\w.-]+)+$/.test(value.trim())) continue;
    const message = `\`${value}\` is not an ARM type: write provider and type, such as \`Microsoft.Web/staticSites\`.`;
    reject(reader, 'AZ1154', place, message, { found: value });
  }
  return slots.map(({ value }) => value.trim());
}

function readCriteria(
  values: CriteriaValues,
  subscriptions: readonly Slot<string>[],
  reader: Reader,
): DiscoveryCriteria {
  const names = distinctTexts(values.names, reader);
  for (const { value, place } of names) checkPattern(value, place, reader);
  const tags = (values.tags.value ?? []).map(({ name, value, place }) => {
    checkPattern(value, place, reader);
    return { name, pattern: value };
  });
  return {
    subscriptions: subscriptions.map(({ value }) => value.trim()),
    resourceGroups: distinctTexts(values.resourceGroups, reader).map(({ value }) => value.trim()),
    // People write `West Europe` as the portal does; Resource Graph knows `westeurope`.
    regions: distinctTexts(values.regions, reader).map(({ value }) => value.replace(/\s+/g, '').toLowerCase()),
    names: names.map(({ value }) => value),
    tags,
  };
}

function checkPattern(pattern: string, place: Place, reader: Reader): void {
  const reading = readRe2(pattern);
  if (reading.ok) return;
  reject(reader, 'AZ1153', place, `The pattern \`${pattern}\` ${reading.reason}.`, { found: pattern });
}
