import type { ResourceLabels } from '../../core/declaration.ts';
import { labelName } from '../../core/labels.ts';
import type { Place } from '../node.ts';
import { problem } from '../problem.ts';
import { type Reader, reject } from '../spec.ts';
import { didYouMean, nearest } from '../suggest.ts';
import type { ResourceLabelValues } from './fields.ts';
import { warnAboutName } from './labels.ts';

/** What Azure Resource Graph tells of every resource beside its tags: first names of a path. */
const members = [
  'extendedLocation',
  'identity',
  'kind',
  'location',
  'managedBy',
  'name',
  'plan',
  'properties',
  'sku',
  'type',
  'zones',
];

/** Reads `resourceLabels`; an entry with an error is reported and left out, the others stand. */
export function readResourceLabels(values: ResourceLabelValues, reader: Reader): ResourceLabels {
  const taken = new Map<string, string>();
  const take = (source: string, label: string, place: Place): string | undefined => {
    const name = readLabel(label, place, reader);
    if (name === undefined) return undefined;
    const earlier = taken.get(name);
    if (earlier === undefined) {
      taken.set(name, source);
      return name;
    }
    const message = `\`${earlier}\` and \`${source}\` both become the label \`${name}\`; the first is used.`;
    reader.report(problem('warning', 'AZ1116', place, message, { found: label }));
    return undefined;
  };
  const tags = (values.tags.value ?? []).flatMap(({ name: tag, value, place }) => {
    const label = take(tag, value, place);
    return label === undefined ? [] : [{ tag, label }];
  });
  const properties = (values.properties.value ?? []).flatMap(({ name: path, value, place }) => {
    if (!isPath(path, place, reader)) return [];
    const label = take(path, value, place);
    return label === undefined ? [] : [{ path, label }];
  });
  const { value: named, place } = values.subscriptionName;
  const subscriptionName = named === undefined ? undefined : take('subscriptionName', named, place);
  return {
    tags,
    properties,
    ...(subscriptionName === undefined ? {} : { subscriptionName }),
    as: values.as.value ?? 'labels',
  };
}

function readLabel(label: string, place: Place, reader: Reader): string | undefined {
  if (label.trim() === '') {
    reject(reader, 'AZ1018', place, 'The name of the label must not be blank.');
    return undefined;
  }
  const safe = labelName(label);
  if (safe.startsWith('__')) {
    const message = `The label name \`${label}\` begins with two underscores, which Prometheus keeps for itself.`;
    reject(reader, 'AZ1115', place, message, { found: label });
    return undefined;
  }
  warnAboutName(label, safe, ['tenant_id'], { place, reader });
  return safe;
}

function isPath(path: string, place: Place, reader: Reader): boolean {
  const [first = ''] = path.split('.');
  if (!/^\w+(\.[A-Za-z_]\w*)*$/.test(path)) {
    const message = `\`${path}\` is not the path of a property: write names joined by dots, such as \`sku.name\`.`;
    reject(reader, 'AZ1160', place, message, { found: path });
    return false;
  }
  if (members.includes(first)) return true;
  const suggestions = nearest(first, members);
  const advice = first === 'tags' ? 'tags stand under `tags`.' : didYouMean(suggestions);
  const message = `Resources have no \`${first}\`: a path begins with ${members.join(', ')}${advice === '' ? '.' : `; ${advice}`}`;
  reject(reader, 'AZ1160', place, message, { found: path, suggestions });
  return false;
}
