import { ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { type Outcome, ok } from '../../core/outcome.ts';
import type { OtlpSinkConfig } from '../../core/runtime-config.ts';
import type { Sink, Taken } from '../feed/ports.ts';
import { createEncoder } from './encode.ts';
import { createHttpTransport } from './http.ts';
import type { Transport } from './transport.ts';

export interface OtlpOptions {
  /** Version of this program. */
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Gauges to an OpenTelemetry collector. The gRPC library is loaded only when it is used. */
export async function openOtlpSink(config: OtlpSinkConfig, options: OtlpOptions): Promise<Sink> {
  if (config.protocol !== 'grpc') return createOtlpSink(config, options, createHttpTransport(config, options.now));
  const { createGrpcTransport } = await import('./grpc.ts');
  return createOtlpSink(config, options, createGrpcTransport(config));
}

function createOtlpSink(config: OtlpSinkConfig, { version }: OtlpOptions, transport: Transport): Sink {
  const encode = createEncoder({ resourceAttributes: config.resourceAttributes, version });
  return {
    *parts(batch) {
      for (const { bytes, samples, skipped } of encode(batch))
        yield { samples, skipped, send: async (signal) => read(await transport.send(bytes, signal), samples) };
    },
    close() {
      transport.close();
      return Promise.resolve();
    },
  };
}

/** A success may be a partial one; an answer that cannot be read is a full one, as for the official exporters. */
function read(outcome: Outcome<Uint8Array>, samples: number): Outcome<Taken> {
  if (outcome.kind !== 'ok') return outcome;
  const { rejectedDataPoints = 0, errorMessage } = partial(outcome.value) ?? {};
  const refused = Math.min(samples, Math.max(0, Number(rejectedDataPoints)));
  return ok({ refused, ...(errorMessage === undefined ? {} : { reason: errorMessage }) });
}

function partial(
  answer: Uint8Array,
): { readonly rejectedDataPoints?: number; readonly errorMessage?: string } | undefined {
  if (answer.length === 0) return undefined;
  try {
    return ProtobufMetricsSerializer.deserializeResponse(answer).partialSuccess;
  } catch {
    return undefined;
  }
}
