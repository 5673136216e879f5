import type { Declaration, MetricDefinition } from '../core/declaration.ts';

/**
 * The declaration with the very metrics of the one before where they did not change, so that others can go by identity.
 * Secrets compare alike as text, so that metrics that hold some are always taken from `next`.
 */
export function keepUnchanged(before: Declaration, next: Declaration): Declaration {
  const known = new Map(before.metrics.map((metric) => [metric.name, metric]));
  const metrics = next.metrics.map((metric) => {
    const old = known.get(metric.name);
    return old !== undefined && !holdsSecrets(metric) && JSON.stringify(old) === JSON.stringify(metric) ? old : metric;
  });
  return { ...next, metrics };
}

function holdsSecrets({ resources }: MetricDefinition): boolean {
  return resources.some(({ sasToken }) => sasToken !== undefined);
}
