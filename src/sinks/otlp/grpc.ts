import { ChannelCredentials, Client, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { type Outcome, ok } from '../../core/outcome.ts';
import type { OtlpSinkConfig } from '../../core/runtime-config.ts';
import { createRenewal, type RevealedTls } from '../http/agent.ts';
import { unreachable } from '../http/post.ts';
import type { Transport } from './transport.ts';

const path = '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export';
/** grpc-js's number of gzip. */
const gzip = 2;

/** Codes after which the specification lets a client try again. */
const passing: ReadonlySet<status> = new Set([
  status.CANCELLED,
  status.DEADLINE_EXCEEDED,
  status.ABORTED,
  status.OUT_OF_RANGE,
  status.UNAVAILABLE,
  status.DATA_LOSS,
]);

/** OTLP over gRPC. The channel connects by itself, again and again, at most 20 s apart. */
export function createGrpcTransport(config: OtlpSinkConfig): Transport {
  const { protocol, host } = new URL(config.collectorUri);
  const renewed = createRenewal(config.tls);
  const connect = ({ ca, cert, key }: RevealedTls): Client =>
    new Client(
      addressOf(host, protocol),
      protocol === 'https:'
        ? ChannelCredentials.createSsl(pem(ca), pem(key), pem(cert))
        : ChannelCredentials.createInsecure(),
      {
        'grpc.max_reconnect_backoff_ms': 20_000,
        ...(config.compression === 'gzip' ? { 'grpc.default_compression_algorithm': gzip } : {}),
      },
    );
  let client: Client | undefined;
  const current = (): Client => {
    const texts = renewed();
    if (client !== undefined && texts === undefined) return client;
    const next = connect(texts ?? {});
    client?.close();
    client = next;
    return next;
  };

  const call = (to: Client, bytes: Uint8Array, signal: AbortSignal): Promise<Outcome<Uint8Array>> =>
    new Promise((resolve) => {
      const metadata = new Metadata();
      for (const { name, value } of config.headers) metadata.set(name, value.reveal());
      const same = (buffer: Buffer): Buffer => buffer;
      const request = to.makeUnaryRequest(path, same, same, Buffer.from(bytes), metadata, {}, (error, answer) => {
        signal.removeEventListener('abort', cancel);
        resolve(error === null ? ok(answer ?? new Uint8Array()) : failureOf(error, config));
      });
      const cancel = (): void => request.cancel();
      signal.addEventListener('abort', cancel, { once: true });
    });

  return {
    async send(bytes, signal) {
      try {
        return await call(current(), bytes, signal);
      } catch (error) {
        // A file of a certificate that is half written.
        return unreachable(config.collectorUri, error);
      }
    },
    close: () => client?.close(),
  };
}

function pem(text: string | undefined): Buffer | null {
  return text === undefined ? null : Buffer.from(text);
}

function addressOf(host: string, protocol: string): string {
  return /:\d+$/.test(host) ? host : `${host}:${protocol === 'https:' ? 443 : 80}`;
}

/** An exhausted resource passes only if the server says so in its details; otherwise the request itself is too large. */
function mayPass(error: ServiceError): boolean {
  if (error.code === status.RESOURCE_EXHAUSTED) return error.metadata.get('grpc-status-details-bin').length > 0;
  return passing.has(error.code);
}

function failureOf(error: ServiceError, { collectorUri, headers }: OtlpSinkConfig): Outcome<never> {
  const said = headers
    .map(({ value }) => value.reveal())
    .filter((value) => value !== '')
    .reduce((all, value) => all.replaceAll(value, '***'), error.details);
  const reason = `gRPC ${status[error.code]}: ${said}`;
  if (!mayPass(error)) {
    return { kind: 'failed', error: { code: 'AZ4004', message: `${collectorUri} refused samples with ${reason}` } };
  }
  const code = error.code === status.UNAVAILABLE ? 'AZ4001' : 'AZ4003';
  const what = code === 'AZ4001' ? 'cannot be reached or is not ready' : 'does not take samples for now';
  return { kind: 'retry', error: { code, message: `${collectorUri} ${what}, ${reason}` } };
}
