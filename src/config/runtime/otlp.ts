import type { OtlpSinkConfig } from '../../core/runtime-config.ts';
import { type Secret, secret } from '../../core/secret.ts';
import { type Environment, variable } from '../environment.ts';
import type { Origin } from '../node.ts';
import { type Reader, reject, type Slot } from '../spec.ts';
import type { Surroundings } from './authentication.ts';
import type { SinkValues } from './fields.ts';
import { secretFile } from './secret-file.ts';

type OtlpValues = NonNullable<SinkValues['openTelemetryCollector']['value']>;

const defaultTimeoutMs = 10_000;

/** A standard variable: `OTEL_EXPORTER_OTLP_METRICS_<name>` goes before `OTEL_EXPORTER_OTLP_<name>`. */
interface Variable {
  readonly name: string;
  readonly value: string;
}

/**
 * The OpenTelemetry sink. What the file says goes before the standard variables, the one for metrics before the
 * general one, both before the defaults of the specification.
 */
export function readOtlp(values: OtlpValues, around: Surroundings, reader: Reader): OtlpSinkConfig {
  const { env } = around;
  const file = (slot: Slot<string | undefined>, name: string): Secret | undefined =>
    otelFile(slot, otelVariable(env, name), around, reader);
  const ca = file(values.certificateFilePath, 'CERTIFICATE');
  const certificate = file(values.clientCertificateFilePath, 'CLIENT_CERTIFICATE');
  const key = file(values.clientKeyFilePath, 'CLIENT_KEY');
  return {
    collectorUri: values.collectorUri.value ?? '',
    protocol: values.protocol.value ?? oneOf(env, 'PROTOCOL', ['grpc', 'http/protobuf'], reader) ?? 'grpc',
    compression: values.compression.value ?? oneOf(env, 'COMPRESSION', ['none', 'gzip'], reader) ?? 'none',
    timeoutMs: values.timeout.value ?? timeoutOf(env, reader) ?? defaultTimeoutMs,
    headers: headersOf(values, env, reader),
    tls: {
      ...(ca === undefined ? {} : { ca }),
      ...(certificate === undefined ? {} : { certificate }),
      ...(key === undefined ? {} : { key }),
    },
    resourceAttributes: resourceAttributes(env, reader),
  };
}

function otelVariable(env: Environment, name: string): Variable | undefined {
  for (const full of [`OTEL_EXPORTER_OTLP_METRICS_${name}`, `OTEL_EXPORTER_OTLP_${name}`]) {
    const value = variable(env, full);
    if (value !== undefined) return { name: full, value: value.trim() };
  }
  return undefined;
}

function originOf(name: string): Origin {
  return { file: `environment ${name}`, line: 1, column: 1 };
}

function refuse(reader: Reader, name: string, message: string): undefined {
  reject(reader, 'AZ1222', { at: originOf(name), path: '' }, message);
}

function oneOf<const V extends string>(
  env: Environment,
  name: string,
  allowed: readonly V[],
  reader: Reader,
): V | undefined {
  const given = otelVariable(env, name);
  const value = allowed.find((candidate) => candidate === given?.value.toLowerCase());
  if (given === undefined || value !== undefined) return value;
  return refuse(
    reader,
    given.name,
    `\`${given.value}\` is not a valid ${given.name}: allowed are ${allowed.join(', ')}.`,
  );
}

function timeoutOf(env: Environment, reader: Reader): number | undefined {
  const given = otelVariable(env, 'TIMEOUT');
  if (given === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(given.value)) return Number(given.value);
  return refuse(reader, given.name, `${given.name} must be a number of milliseconds, not \`${given.value}\`.`);
}

/** Headers by name in lower case; the file before the variable for metrics, that before the general one. */
function headersOf(values: OtlpValues, env: Environment, reader: Reader): OtlpSinkConfig['headers'] {
  const headers = new Map<string, Secret>();
  for (const name of ['OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_METRICS_HEADERS'])
    for (const [key, value] of pairs(name, variable(env, name), reader))
      headers.set(
        key.toLowerCase(),
        secret(() => value),
      );
  for (const { name, value } of values.headers.value ?? [])
    headers.set(
      name.toLowerCase(),
      secret(() => value),
    );
  return [...headers].map(([name, value]) => ({ name, value }));
}

function resourceAttributes(env: Environment, reader: Reader): Record<string, string> {
  const name = 'OTEL_RESOURCE_ATTRIBUTES';
  const service = variable(env, 'OTEL_SERVICE_NAME');
  return {
    'service.name': 'azimuth',
    ...Object.fromEntries(pairs(name, variable(env, name), reader)),
    ...(service === undefined ? {} : { 'service.name': service }),
  };
}

/** `key=value,key=value` with percent-encoded values, as the OpenTelemetry specification writes lists. */
function pairs(name: string, text: string | undefined, reader: Reader): [string, string][] {
  return (text ?? '')
    .split(',')
    .filter((part) => part.trim() !== '')
    .flatMap((part): [string, string][] => {
      const at = part.indexOf('=');
      const key = part.slice(0, at).trim();
      try {
        if (at > 0 && key !== '') return [[key, decodeURIComponent(part.slice(at + 1).trim())]];
      } catch {
        // What is wrong with it is said below; the text itself may be a secret.
      }
      refuse(reader, name, `${name} must be a list such as \`key=value,other=value\` with percent-encoded values.`);
      return [];
    });
}

function otelFile(
  slot: Slot<string | undefined>,
  fallback: Variable | undefined,
  around: Surroundings,
  reader: Reader,
): Secret | undefined {
  if (slot.value !== undefined || fallback === undefined) return secretFile(slot, around, reader);
  return secretFile({ value: fallback.value, place: { at: originOf(fallback.name), path: '' } }, around, reader);
}
