import type { PushSinksConfig, StatsdSinkConfig, StatuspageSinkConfig } from '../../core/runtime-config.ts';
import { secret } from '../../core/secret.ts';
import { ownVariable } from '../environment.ts';
import { inFolder } from '../file-system.ts';
import { type Reader, reject, type Slot } from '../spec.ts';
import type { Surroundings } from './authentication.ts';
import type { SinkValues } from './fields.ts';
import { readOtlp } from './otlp.ts';
import { readRemoteWrite } from './remote-write.ts';

type StatsdValues = NonNullable<SinkValues['statsd']['value']>;
type StatuspageValues = NonNullable<SinkValues['atlassianStatuspage']['value']>;

/** The sinks that are pushed to. What they lack is reported; then what is returned is not used. */
export function readPushSinks(sinks: SinkValues, around: Surroundings, reader: Reader): PushSinksConfig {
  const { statsd, openTelemetryCollector, atlassianStatuspage, prometheusRemoteWrite } = sinks;
  return {
    ...(statsd.value === undefined ? {} : { statsd: readStatsd(statsd.value, around) }),
    ...(openTelemetryCollector.value === undefined
      ? {}
      : { openTelemetryCollector: readOtlp(openTelemetryCollector.value, around, reader) }),
    ...(atlassianStatuspage.value === undefined
      ? {}
      : { atlassianStatuspage: readStatuspage(atlassianStatuspage.value, atlassianStatuspage, around, reader) }),
    ...(prometheusRemoteWrite.value === undefined
      ? {}
      : { prometheusRemoteWrite: readRemoteWrite(prometheusRemoteWrite.value, around, reader) }),
  };
}

function readStatsd(values: StatsdValues, around: Surroundings): StatsdSinkConfig {
  const { host, port, socketPath, socketFraming, metricPrefix, metricFormat, tags, geneva } = values;
  return {
    target:
      socketPath.value === undefined
        ? { kind: 'udp', host: host.value ?? '', port: port.value }
        : { kind: 'socket', path: inFolder(around.folder, socketPath.value), framing: socketFraming.value },
    ...(metricPrefix.value === undefined ? {} : { metricPrefix: metricPrefix.value }),
    format:
      metricFormat.value === 'Default'
        ? { kind: 'Default', tags: tags.value }
        : {
            kind: 'Geneva',
            account: geneva.value.account.value ?? '',
            namespace: geneva.value.namespace.value ?? '',
          },
    maxDatagramBytes: values.maxDatagramBytes.value,
  };
}

function readStatuspage(
  values: StatuspageValues,
  slot: Slot<unknown>,
  { env }: Surroundings,
  reader: Reader,
): StatuspageSinkConfig {
  const read = (): string | undefined => ownVariable(env, 'ATLASSIAN_STATUSPAGE_APIKEY');
  if (read() === undefined) {
    const message =
      'The Atlassian Statuspage sink needs an API key: set the environment variable AZIMUTH_ATLASSIAN_STATUSPAGE_APIKEY (PROMITOR_ATLASSIAN_STATUSPAGE_APIKEY works too).';
    reject(reader, 'AZ1207', slot.place, message);
  }
  return {
    pageId: values.pageId.value ?? '',
    apiKey: secret(() => read() ?? ''),
    apiUri: values.apiUri.value,
    mapping: (values.systemMetricMapping.value ?? []).flatMap(({ value: entry }) => {
      const id = entry?.id.value;
      const metricName = entry?.promitorMetricName.value;
      return id === undefined || metricName === undefined ? [] : [{ id, metricName }];
    }),
  };
}
