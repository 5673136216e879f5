import type { PrometheusSinkConfig } from '../../core/runtime-config.ts';
import type { Place } from '../node.ts';
import { type Reader, reject, type Slot } from '../spec.ts';
import type { SinkValues } from './fields.ts';

type PrometheusValues = NonNullable<SinkValues['prometheusScrapingEndpoint']['value']>;

const prometheusDefaults: PrometheusSinkConfig = {
  baseUriPath: '/metrics',
  metricUnavailableValue: NaN,
  enableMetricTimestamps: false,
  metricTimestampSource: 'run',
  labelTransformation: 'None',
  systemMetricsPrefix: 'azimuth',
};

/**
 * The Prometheus endpoint. Without any sink it is there with its defaults (Promitor starts and then fails at every
 * call); undefined when other sinks are declared and this one is not.
 */
export function readPrometheus(sinks: SinkValues, reader: Reader): PrometheusSinkConfig | undefined {
  const { prometheusScrapingEndpoint: slot, ...others } = sinks;
  if (slot.value !== undefined) return prometheusFrom(slot.value, reader);
  const alone = Object.values(others).every((other) => !other.written);
  return slot.written || alone ? prometheusDefaults : undefined;
}

function prometheusFrom(values: PrometheusValues, reader: Reader): PrometheusSinkConfig {
  const path = values.baseUriPath.value.trim();
  const wrong = wrongPath(path);
  if (wrong !== undefined)
    reject(reader, 'AZ1018', values.baseUriPath.place, `\`baseUriPath\` ${wrong}.`, { found: path });
  return {
    baseUriPath: path.startsWith('/') ? path : `/${path}`,
    metricUnavailableValue: values.metricUnavailableValue.value,
    enableMetricTimestamps: values.enableMetricTimestamps.value,
    metricTimestampSource: values.metricTimestampSource.value,
    labelTransformation: values.labels.value.transformation.value,
    systemMetricsPrefix: values.systemMetricsPrefix.value,
  };
}

/** What is wrong with the path of the metrics; it is taken literally, and other routes keep theirs. */
function wrongPath(path: string): string | undefined {
  if (path === '') return 'must not be blank';
  if (!/^[\w.~/-]+$/.test(path)) return 'may hold letters, digits, and - . _ ~ / only';
  if (path === '/' || /^\/?(?:-|api\/(?:v1|v2|docs))(?:\/|$)/.test(path))
    return 'is taken: /, /-/, /api/v1, /api/v2 and /api/docs belong to other routes';
  return undefined;
}

/** Rules of sinks that go beyond single fields. */
export function checkSinks(sinks: SinkValues, reader: Reader): void {
  const { value: statsd, place } = sinks.statsd;
  if (statsd !== undefined && !statsd.host.written && !statsd.socketPath.written) {
    const message = 'Required field `host` is missing in `statsd`; a `socketPath` would do as well.';
    reject(reader, 'AZ1011', place, message);
  }
  if (statsd?.metricFormat.value === 'Geneva') {
    const { account, namespace } = statsd.geneva.value;
    requireForGeneva(account, 'account', reader);
    requireForGeneva(namespace, 'namespace', reader);
  }
  const mapping = sinks.atlassianStatuspage.value?.systemMetricMapping;
  if (mapping?.value?.length === 0) {
    reject(reader, 'AZ1209', mapping.place, '`systemMetricMapping` needs at least one entry.');
  }
  const ids = new Set<string>();
  for (const entry of mapping?.value ?? []) {
    const id = entry.value?.id;
    if (id?.value === undefined) continue;
    if (ids.has(id.value)) {
      reject(reader, 'AZ1209', id.place, `The id \`${id.value}\` is mapped more than once.`, { found: id.value });
    }
    ids.add(id.value);
  }
}

function requireForGeneva(slot: Slot<string | undefined>, name: string, reader: Reader): void {
  if (slot.value !== undefined || slot.broken) return;
  reject(
    reader,
    'AZ1011',
    slot.place,
    `Required field \`${name}\` is missing in \`geneva\`: \`metricFormat: Geneva\` needs it.`,
  );
}

/** Entries of the Statuspage mapping and what they name; checked against the declaration once that is read. */
export function mappedMetrics(sinks: SinkValues): readonly { readonly name: string; readonly place: Place }[] {
  const entries = sinks.atlassianStatuspage.value?.systemMetricMapping.value ?? [];
  return entries.flatMap((entry) => {
    const name = entry.value?.promitorMetricName;
    return name?.value === undefined ? [] : [{ name: name.value, place: name.place }];
  });
}
