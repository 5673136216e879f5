import { Counter, collectDefaultMetrics, Gauge, Histogram, type OpenMetricsContentType, Registry } from 'prom-client';
import { type OwnMetric, type OwnMetricRow, ownMetricName, ownMetrics } from './own-metrics.ts';

/** Own metrics in both exposition formats, and the means to change them. */
export interface OwnRegistry {
  /** Exposition text of the own metrics. */
  text(format: 'text' | 'openmetrics'): Promise<string>;
  /** Names in use; a declared metric must not take one of them. */
  names(): ReadonlySet<string>;
  set(metric: OwnMetric, labels: Readonly<Record<string, string>>, value: number): void;
  add(metric: OwnMetric, labels: Readonly<Record<string, string>>, value?: number): void;
  observe(metric: OwnMetric, labels: Readonly<Record<string, string>>, value: number): void;
  /** Forgets one combination of labels. */
  drop(metric: OwnMetric, labels: Readonly<Record<string, string>>): void;
  /** Stops collecting and forgets everything. */
  close(): void;
}

/** Gauges of prom-client whose names end in `_total`, which `promtool check metrics` objects to. */
const unfit = /^nodejs_active_/;

export interface RegistryOptions {
  readonly prefix: 'azimuth' | 'promitor';
  /** Own metrics that somebody else renders (per resource and metric they are too many for prom-client). */
  readonly elsewhere: ReadonlySet<OwnMetric>;
  /** False leaves out metrics of process and runtime. */
  readonly runtime: boolean;
}

export function createOwnRegistry(options: RegistryOptions): OwnRegistry {
  const text = new Registry();
  const openMetrics = new Registry<OpenMetricsContentType>();
  openMetrics.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  const registers = [text, openMetrics] as Registry[];
  const gauges = new Map<string, Gauge>();
  const counters = new Map<string, Counter>();
  const histograms = new Map<string, Histogram>();

  for (const [key, row] of Object.entries<OwnMetricRow>(ownMetrics)) {
    if (options.elsewhere.has(key as OwnMetric)) continue;
    const name = ownMetricName(key as OwnMetric, options.prefix);
    const common = { name, help: row.help, labelNames: row.labels, registers };
    if (row.type === 'gauge') gauges.set(key, new Gauge(common));
    else if (row.type === 'counter') counters.set(key, new Counter(common));
    else histograms.set(key, new Histogram({ ...common, buckets: [...(row.buckets ?? [])] }));
  }
  if (options.runtime) addRuntimeMetrics(text, openMetrics);

  return {
    async text(format) {
      const printed = await (format === 'text' ? text.metrics() : openMetrics.metrics());
      // prom-client's spelling of a value that is none is not that of the formats.
      return printed.replace(/ Nan$/gm, ' NaN');
    },
    names: () => new Set(text.getMetricsAsArray().map((metric) => metric.name)),
    set: (metric, labels, value) => gauges.get(metric)?.set(labels, value),
    add: (metric, labels, value = 1) => counters.get(metric)?.inc(labels, value),
    observe: (metric, labels, value) => histograms.get(metric)?.observe(labels, value),
    drop: (metric, labels) => (gauges.get(metric) ?? counters.get(metric))?.remove(labels),
    close() {
      text.clear();
      openMetrics.clear();
    },
  };
}

/** Every name that an own metric can take, under either prefix. */
export function reservedNames(): ReadonlySet<string> {
  const names = new Set<string>();
  for (const prefix of ['azimuth', 'promitor'] as const) {
    const registry = createOwnRegistry({ prefix, elsewhere: new Set(), runtime: true });
    for (const name of registry.names()) names.add(name);
    registry.close();
  }
  return names;
}

function addRuntimeMetrics(text: Registry, openMetrics: Registry<OpenMetricsContentType>): void {
  const all = new Registry();
  collectDefaultMetrics({ register: all });
  for (const { name } of all.getMetricsAsArray()) {
    const metric = all.getSingleMetric(name);
    if (metric === undefined || unfit.test(name)) continue;
    text.registerMetric(metric);
    openMetrics.registerMetric(metric);
  }
}
