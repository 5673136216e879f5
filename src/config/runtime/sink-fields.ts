import { type Fields, type ObjectSpec, object, section } from '../object.ts';
import { choice, duration, integer, text, url } from '../scalars.ts';
import { defaulted, list, optional, required, textMap } from '../spec.ts';

const port = integer({ min: 1, max: 65_535 });

/** `metricSinks.statsd`: Promitor's fields, and tags, socket and size of datagrams as additions. */
export const statsd = object({
  host: optional(text(), 'Host of the StatsD server; needed unless socketPath is set.'),
  port: defaulted(port, 'UDP port of the StatsD server.', 8125),
  socketPath: optional(text(), 'Path of a Unix stream socket of the StatsD server, in place of host and port.'),
  socketFraming: defaulted(
    choice(['newline', 'length']),
    'How messages on the socket are told apart: by line ends (StatsD), or by their length before them (Datadog agent).',
    'newline',
  ),
  metricPrefix: optional(text(), 'Put before every name.'),
  metricFormat: defaulted(choice(['Default', 'Geneva']), 'Format of the datagrams.', 'Default'),
  tags: defaulted(choice(['none', 'dogstatsd']), 'Whether labels are sent as tags, in the form of DogStatsD.', 'none'),
  maxDatagramBytes: defaulted(
    integer({ min: 64, max: 65_507 }),
    'Most bytes of a datagram; values share one up to this.',
    1432,
  ),
  geneva: section(
    object({
      account: optional(text(), 'Geneva account; needed by the format Geneva.'),
      namespace: optional(text(), 'Geneva namespace; needed by the format Geneva.'),
    }),
    'Names of the format Geneva.',
  ),
});

/** `metricSinks.openTelemetryCollector`: Promitor has `collectorUri` alone. */
export const openTelemetryCollector = object({
  collectorUri: required(url({ plainHttp: true }), 'URL of the collector.'),
  protocol: optional(
    choice(['grpc', 'http/protobuf']),
    'OTLP over gRPC or HTTP; OTEL_EXPORTER_OTLP_PROTOCOL, else grpc.',
  ),
  compression: optional(choice(['none', 'gzip']), 'OTEL_EXPORTER_OTLP_COMPRESSION, else none.'),
  timeout: optional(duration(), 'Longest that a request may take; OTEL_EXPORTER_OTLP_TIMEOUT, else 10 s.'),
  headers: optional(textMap(), 'Headers of every request; those of OTEL_EXPORTER_OTLP_HEADERS beside them.'),
  certificateFilePath: optional(
    text(),
    'PEM of the authorities that are trusted; OTEL_EXPORTER_OTLP_CERTIFICATE, else those of the process.',
  ),
  clientCertificateFilePath: optional(text(), 'PEM of the client certificate; OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE.'),
  clientKeyFilePath: optional(text(), 'PEM of its key; OTEL_EXPORTER_OTLP_CLIENT_KEY.'),
});

/** `metricSinks.atlassianStatuspage`: Promitor's fields, and the address of the API. */
export const atlassianStatuspage = object({
  pageId: required(text(), 'Id of the status page.'),
  systemMetricMapping: required(
    list(
      object({
        id: required(text(), 'Id of the system metric on the page.'),
        promitorMetricName: required(text(), 'Name of a metric of the declaration.'),
      }),
    ),
    'Which metric goes to which id.',
  ),
  apiUri: defaulted(url(), 'Base URL of the Statuspage API.', 'https://api.statuspage.io/v1'),
});

/** `metricSinks.prometheusRemoteWrite`. `identity`: the fields of `authentication`, which its own identity has too. */
export function prometheusRemoteWriteWith<F extends Fields>(identity: ObjectSpec<F>) {
  return object({
    url: required(url({ plainHttp: true, query: true }), 'URL that takes remote write.'),
    protocol: defaulted(choice(['1.0', '2.0']), 'Version of the protocol.', '1.0'),
    externalLabels: optional(textMap(), 'Labels of every series that has none of the name.'),
    headers: optional(textMap(), 'Headers of every request.'),
    authentication: section(
      object({
        basic: optional(
          object({
            username: required(text(), 'User name.'),
            passwordFilePath: optional(text(), 'File with the password; else AZIMUTH_REMOTE_WRITE_PASSWORD.'),
          }),
          'User name and password.',
        ),
        bearer: optional(
          object({ tokenFilePath: optional(text(), 'File with the token; else AZIMUTH_REMOTE_WRITE_TOKEN.') }),
          'A token that is given.',
        ),
        entra: optional(
          object({
            scope: optional(text(), 'Scope of the token; that of an Azure Monitor workspace in the declared cloud.'),
            identity: optional(identity, 'Identity towards the workspace; the one of `authentication` unless given.'),
          }),
          'Microsoft Entra, for an Azure Monitor workspace.',
        ),
      }),
      'How Azimuth authenticates to the receiver; one of them.',
    ),
    certificateFilePath: optional(text(), 'PEM of the authorities that are trusted; those of the process.'),
    clientCertificateFilePath: optional(text(), 'PEM of the client certificate.'),
    clientKeyFilePath: optional(text(), 'PEM of its key.'),
    lateness: optional(
      duration({ zero: true }),
      'How long a bucket without data holds later ones back; three grains and the learned lag.',
    ),
    resumeFrom: defaulted(duration(), 'How far back to begin without knowing what was delivered.', 3_600_000, '1h'),
    stateFolder: optional(text(), 'Folder that keeps how far deliveries came, over restarts.'),
    timeout: defaulted(duration(), 'Longest that a request may take.', 30_000, '30s'),
    queue: section(
      object({
        maxSamples: defaulted(integer({ min: 1_000, max: 5_000_000 }), 'Most samples that wait.', 500_000),
        samplesPerRequest: defaulted(integer({ min: 1, max: 50_000 }), 'Most samples of a request.', 2_000),
        shards: defaulted(integer({ min: 1, max: 50 }), 'Queues that are delivered at the same time.', 1),
      }),
      'Bounds.',
    ),
  });
}
