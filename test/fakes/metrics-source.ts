import type { DataPoint } from '../../src/core/aggregation.ts';
import { type Outcome, ok } from '../../src/core/outcome.ts';
import type { MetricOffer, MetricsAnswer, MetricsRequest, MetricsSource } from '../../src/scrape/ports.ts';

/** A bucket's value, or undefined for a bucket without data. */
export type BucketValue = (bucket: { readonly startMs: number; readonly endMs: number }) => number | undefined;

export interface FakeSeries {
  readonly dimensions?: Readonly<Record<string, string>>;
  readonly value: BucketValue;
}

/** Answers like Azure: buckets from the query's start, only `timeStamp` where there is no data. Records its calls. */
export interface FakeMetricsSource extends MetricsSource {
  readonly requests: MetricsRequest[];
  readonly definitionReads: string[];
  /** Replaces the answer of every query while it returns something. */
  intercept?: ((request: MetricsRequest) => Outcome<MetricsAnswer> | undefined) | undefined;
}

export function createFakeMetricsSource(
  seriesOf: (resourceId: string, metricName: string) => readonly FakeSeries[],
  offers: readonly MetricOffer[] = [],
): FakeMetricsSource {
  const source: FakeMetricsSource = {
    requests: [],
    definitionReads: [],
    query(request) {
      source.requests.push(request);
      const intercepted = source.intercept?.(request);
      if (intercepted !== undefined) return Promise.resolve(intercepted);
      return Promise.resolve(
        ok({
          resources: request.resourceIds.map((resourceId) => ({
            resourceId: `/${resourceId.toUpperCase()}`,
            metrics: request.metricNames.map((name) => ({
              name,
              series: seriesOf(resourceId, name).map((series) => ({
                dimensions: series.dimensions ?? {},
                points: pointsOf(request, series.value),
              })),
            })),
          })),
        }),
      );
    },
    definitions(resourceId) {
      source.definitionReads.push(resourceId);
      return Promise.resolve(ok([...offers]));
    },
  };
  return source;
}

function pointsOf(request: MetricsRequest, value: BucketValue): DataPoint[] {
  const points: DataPoint[] = [];
  for (let startMs = request.startMs; startMs < request.endMs; startMs += request.intervalMs) {
    const number = value({ startMs, endMs: startMs + request.intervalMs });
    const timeStamp = new Date(startMs).toISOString().replace('.000Z', 'Z');
    points.push(number === undefined ? { timeStamp } : { timeStamp, total: number, average: number });
  }
  return points;
}
