import { gunzipSync } from 'node:zlib';
import { createExposition, type ExpositionOptions } from '../../../src/sinks/prometheus/exposition.ts';
import type { SlotWrite } from '../../../src/store/ports.ts';
import { createSeriesStore } from '../../../src/store/series-store.ts';
import { FakeResponse } from './fake-response.ts';

export const nowMs = 1_767_225_600_000;

export function slot(part: Partial<SlotWrite>): SlotWrite {
  return {
    owner: 'owner',
    family: { name: 'family', help: 'Help' },
    labels: [['resource_group', 'rg']],
    dimensionLabels: [],
    series: [{ dimensionValues: [], value: 1, bucketEndMs: nowMs - 60_000 }],
    runMs: nowMs,
    staleAtMs: nowMs + 900_000,
    ...part,
  };
}

/** A store and its exposition, with a clock that is set by hand. */
export function setup(options: Partial<ExpositionOptions> = {}) {
  const store = createSeriesStore({ perMetricLimit: 1_000_000, totalLimit: 1_000_000 });
  const clock = { ms: nowMs };
  const exposition = createExposition({
    store,
    ownMetrics: () => Promise.resolve(''),
    unavailableValue: Number.NaN,
    timestamps: 'none',
    labelTransformation: 'None',
    now: () => clock.ms,
    ...options,
  });
  const scrape = async (headers: { accept?: string; acceptEncoding?: string } = {}): Promise<string> => {
    const response = new FakeResponse();
    await exposition.serve(headers, response);
    if (!response.ended) throw new Error('The answer was not ended.');
    const body = response.body();
    const length = response.headers['content-length'];
    if (length !== undefined && length !== body.length) throw new Error(`Length ${length}, sent ${body.length}.`);
    return (response.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString();
  };
  return { store, clock, exposition, scrape };
}

export const openmetrics = 'application/openmetrics-text';
