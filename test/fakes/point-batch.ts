import { ok } from '../../src/core/outcome.ts';
import type { RemoteWriteSinkConfig } from '../../src/core/runtime-config.ts';
import type { RunSamples, Sink } from '../../src/sinks/feed/ports.ts';
import { labelsOf, rowsOf } from '../../src/sinks/feed/samples.ts';
import type { PointBatch, SeriesPoints } from '../../src/sinks/remote-write/ports.ts';

/** A configuration of remote write with every default. */
export function remoteWriteConfig(changes: Partial<RemoteWriteSinkConfig> & { readonly url: string }) {
  const config: RemoteWriteSinkConfig = {
    protocol: '1.0',
    externalLabels: [],
    headers: [],
    authentication: { kind: 'none' },
    tls: {},
    resumeFromMs: 3_600_000,
    queueSamples: 500_000,
    shards: 1,
    samplesPerRequest: 2_000,
    timeoutMs: 30_000,
    ...changes,
  };
  return config;
}

/** Lets a sink of buckets take what a run shows, each value a series of one sample. */
export function fromRuns(sink: Sink<PointBatch>): Sink {
  return {
    *parts(batch: RunSamples) {
      const points: SeriesPoints[] = [];
      let skipped = 0;
      for (const row of rowsOf(batch)) {
        if (row.value === undefined) skipped += 1;
        else {
          const { name, help } = row.family;
          const series = { name, help, labels: labelsOf(row), dimensions: [] };
          points.push({ series, times: [row.timeMs], values: [row.value] });
        }
      }
      if (skipped > 0) yield { samples: 0, skipped, send: () => Promise.resolve(ok({ refused: 0 })) };
      yield* sink.parts({ ...batch, points, delivered: () => undefined });
    },
    close: () => sink.close(),
  };
}
