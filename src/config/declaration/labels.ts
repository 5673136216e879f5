import { labelName } from '../../core/labels.ts';
import { problem } from '../problem.ts';
import { type Reader, reject, type Slot, type TextEntry } from '../spec.ts';

/** Labels that Azimuth sets on every series before any declared one; `tenant_id` yields to a declared label. */
const builtInLabels = ['resource_group', 'subscription_id', 'resource_uri', 'instance_name'];

/**
 * Checks a mapping of labels: names that Prometheus reserves are errors, names that have to be changed or that
 * collide are warnings. Returns the labels as declared; of two that become one name, the first.
 */
export function readLabels(
  slot: Slot<readonly TextEntry[] | undefined>,
  typeLabels: readonly string[],
  reader: Reader,
): { labels: Readonly<Record<string, string>>; broken: boolean } {
  const taken = new Map<string, string>();
  const labels: [string, string][] = [];
  let broken = slot.broken;
  for (const { name, value, place } of slot.value ?? []) {
    const safe = labelName(name);
    const earlier = taken.get(safe);
    if (safe.startsWith('__')) {
      const message = `The label name \`${name}\` begins with two underscores, which Prometheus keeps for itself.`;
      broken = reject(reader, 'AZ1115', place, message, { found: name }).broken;
      continue;
    }
    if (earlier !== undefined) {
      const message = `The labels \`${earlier}\` and \`${name}\` both become \`${safe}\`; the first is used.`;
      reader.report(problem('warning', 'AZ1116', place, message, { found: name }));
      continue;
    }
    taken.set(safe, name);
    labels.push([name, value]);
    warnAboutName(name, safe, typeLabels, { place, reader });
  }
  return { labels: Object.fromEntries(labels), broken };
}

/** Warns about a label that the series has anyway, or whose name has to be changed. */
export function warnAboutName(
  name: string,
  safe: string,
  ownLabels: readonly string[],
  { place, reader }: { place: TextEntry['place']; reader: Reader },
): void {
  if ([...builtInLabels, ...ownLabels].includes(safe)) {
    const message = `The label \`${name}\` is ignored where the series has its own \`${safe}\`.`;
    reader.report(problem('warning', 'AZ1117', place, message, { found: name }));
  } else if (safe !== promitorName(name)) {
    const message = `The label name \`${name}\` is not valid in Prometheus; it becomes \`${safe}\`.`;
    reader.report(problem('warning', 'AZ1114', place, message, { found: name, suggestions: [safe] }));
  }
}

/** What Promitor makes of a label name: a user of it expects no warning about that. */
function promitorName(name: string): string {
  return name.replaceAll('/', '_').toLowerCase();
}

/** Warns about dimensions whose label would hide one that the series has; they are shown as `dimension_<name>`. */
export function warnAboutDimensions(
  dimensions: readonly { readonly name: string; readonly place: TextEntry['place'] }[],
  typeLabels: readonly string[],
  reader: Reader,
): void {
  const fixed = [...builtInLabels, ...typeLabels];
  for (const { name, place } of dimensions) {
    const safe = labelName(name);
    if (!fixed.includes(safe)) continue;
    const message = `The dimension \`${name}\` is shown as label \`dimension_${safe}\`, because the series has its own \`${safe}\`.`;
    reader.report(problem('warning', 'AZ1133', place, message, { found: name }));
  }
}
