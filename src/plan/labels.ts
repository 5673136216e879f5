import type { MetricDefinition } from '../core/declaration.ts';
import { type LabelPair, labelName } from '../core/labels.ts';

/** Labels of an item, decided before any call: who wins is a matter of names alone. */
export interface LabelLayout {
  /** Labels with fixed values, without duplicates. */
  readonly labels: readonly LabelPair[];
  readonly dimensions: readonly { readonly name: string; readonly label: string }[];
  /** Labels whose declared name is another: `region_name` to `Region-Name`. */
  readonly declaredNames: ReadonlyMap<string, string>;
  /** What a reader should know: renamed dimensions, ignored labels. */
  readonly warnings: readonly string[];
}

/**
 * Lays out labels by Promitor's precedence: built-in, type, dimension, metric, default, `tenant_id`, and after them what
 * was looked up in Azure (a tag must never replace what stands in a dashboard); the first writer of a name wins. A dimension that collides is renamed `dimension_<name>` (Promitor loses its values), a metric label
 * that collides is ignored with a warning, a default label silently.
 */
export function layOutLabels(input: {
  readonly builtIn: readonly LabelPair[];
  readonly type: readonly LabelPair[];
  readonly dimensions: readonly { readonly name: string; readonly label: string }[];
  readonly metric: Pick<MetricDefinition, 'name' | 'labels' | 'defaultLabels'>;
  readonly tenantId: string;
  /** Tags and properties of the resource. */
  readonly resource?: readonly LabelPair[];
}): LabelLayout {
  const labels: LabelPair[] = [];
  const taken = new Set<string>();
  const warnings: string[] = [];
  const declaredNames = new Map<string, string>();
  const add = (name: string, value: string, declared = name): boolean => {
    if (taken.has(name)) return false;
    if (declared !== name) declaredNames.set(name, declared);
    taken.add(name);
    labels.push([name, value]);
    return true;
  };

  for (const [name, value] of [...input.builtIn, ...input.type]) add(name, value);
  const dimensions = input.dimensions.map(({ name, label }) => {
    const free = freeDimensionLabel(label, taken);
    taken.add(free);
    if (free === labelName(name) && free !== name) declaredNames.set(free, name);
    if (free !== label) warnings.push(`dimension ${name} is shown as label ${free}, because label ${label} is taken`);
    return { name, label: free };
  });
  for (const [name, value] of Object.entries(input.metric.labels)) {
    const label = labelName(name);
    if (!add(label, value, name))
      warnings.push(`label ${label} of the metric is ignored, because the resource sets it`);
  }
  for (const [name, value] of Object.entries(input.metric.defaultLabels)) add(labelName(name), value, name);
  add('tenant_id', input.tenantId);
  for (const [name, value] of input.resource ?? []) add(name, value);
  return { labels, dimensions, declaredNames, warnings };
}

/** The label itself when it is free, else `dimension_<label>`, else that with a number. */
function freeDimensionLabel(label: string, taken: ReadonlySet<string>): string {
  if (!taken.has(label)) return label;
  let candidate = `dimension_${label}`;
  for (let number = 2; taken.has(candidate); number += 1) candidate = `dimension_${label}_${number}`;
  return candidate;
}
