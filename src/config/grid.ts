import type { Declaration } from '../core/declaration.ts';
import type { RuntimeConfig } from '../core/runtime-config.ts';

/** Remote write delivers each bucket once, so with it all of them lie on the clock's grid, whatever is declared. */
export function onGrid(declaration: Declaration, sinks: RuntimeConfig['sinks'] | undefined): Declaration {
  if (sinks?.prometheusRemoteWrite === undefined) return declaration;
  const metrics = declaration.metrics.map((metric) =>
    metric.query.kind === 'azureMonitor'
      ? { ...metric, query: { ...metric.query, alignment: 'grain' as const } }
      : metric,
  );
  return { ...declaration, metrics };
}
