import { ValueType } from '@opentelemetry/api';
import { ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationTemporality, DataPointType, type GaugeMetricData } from '@opentelemetry/sdk-metrics';
import { parseLabelText } from '../../core/label-text.ts';
import type { FamilySamples, RunSamples } from '../feed/ports.ts';
import { rowsOf, type SampleRow } from '../feed/samples.ts';

type Attributes = Readonly<Record<string, string>>;

/** One request. */
export interface Request {
  readonly bytes: Uint8Array;
  readonly samples: number;
  /** Samples without a value. */
  readonly skipped: number;
}

export interface OtlpIdentity {
  readonly resourceAttributes: Attributes;
  readonly version: string;
}

/** Values of a request: near 1 MB with the labels of Azure resources. */
const requestSamples = 2_000;
/** Receivers of gRPC take 4 MB unless told otherwise. */
const requestBytes = 3_500_000;

/** A value of a family. */
interface Value {
  readonly family: FamilySamples;
  readonly point: GaugeMetricData['dataPoints'][number];
}

type Write = (values: readonly Value[]) => Uint8Array;

/** Writes batches as OTLP export requests. Attributes of labels are made once and kept as long as the store does. */
export function createEncoder({
  resourceAttributes,
  version,
}: OtlpIdentity): (batch: RunSamples) => Generator<Request> {
  const attributesOf = createAttributes();
  const resource = resourceFromAttributes({ 'service.version': version, ...resourceAttributes });
  const write: Write = (values) => serialize(resource, version, values);

  return function* encode(batch) {
    let values: Value[] = [];
    let skipped = 0;
    for (const row of rowsOf(batch)) {
      if (row.value === undefined) {
        skipped += 1;
        continue;
      }
      const { family, value } = row;
      const point = { startTime: unset, endTime: hrTime(row.timeMs), attributes: attributesOf(row), value };
      if (values.push({ family, point }) < requestSamples) continue;
      yield* split(values, skipped, write);
      values = [];
      skipped = 0;
    }
    if (values.length + skipped > 0) yield* split(values, skipped, write);
  };
}

/** The start of a gauge's value means nothing. */
const unset: [number, number] = [0, 0];

function hrTime(ms: number): [number, number] {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
}

/** Halves a request that is too large; a single value of any size goes as it is. */
function* split(values: readonly Value[], skipped: number, write: Write): Generator<Request> {
  const bytes = values.length === 0 ? new Uint8Array() : write(values);
  if (bytes.length <= requestBytes || values.length <= 1) {
    yield { bytes, samples: values.length, skipped };
    return;
  }
  const half = Math.ceil(values.length / 2);
  yield* split(values.slice(0, half), skipped, write);
  yield* split(values.slice(half), 0, write);
}

function serialize(resource: Resource, version: string, values: readonly Value[]): Uint8Array {
  const metrics = [...Map.groupBy(values, ({ family }) => family)].map(
    ([{ name, help }, own]): GaugeMetricData => ({
      descriptor: { name, description: help, unit: '', valueType: ValueType.DOUBLE },
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
      dataPointType: DataPointType.GAUGE,
      dataPoints: own.map(({ point }) => point),
    }),
  );
  const scopeMetrics = [{ scope: { name: 'azimuth', version }, metrics }];
  const bytes = ProtobufMetricsSerializer.serializeRequest({ resource, scopeMetrics });
  if (bytes === undefined) throw new Error('the request was not written');
  return bytes;
}

/**
 * Attributes of a sample under the declared names of its labels: made once for the shared labels of a slot, whose
 * text object is the same in every run; those of dimensions are added for each series.
 */
function createAttributes(): (row: SampleRow) => Attributes {
  const shared = new WeakMap<
    object,
    { readonly names: ReadonlyMap<string, string>; readonly attributes: Attributes }
  >();
  const read = (text: string, names: ReadonlyMap<string, string>): Attributes =>
    Object.fromEntries(parseLabelText(text).map(([name, value]) => [names.get(name) ?? name, value]));
  return ({ family: { declaredNames: names }, labels, dimensions }) => {
    let known = shared.get(labels);
    if (known?.names !== names) {
      known = { names, attributes: read(labels.text, names) };
      shared.set(labels, known);
    }
    return dimensions === '' ? known.attributes : { ...known.attributes, ...read(dimensions, names) };
  };
}
