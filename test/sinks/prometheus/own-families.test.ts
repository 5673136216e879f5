import { describe, expect, it } from 'vitest';
import { createExposition } from '../../../src/sinks/prometheus/exposition.ts';
import { createSeriesStore } from '../../../src/store/series-store.ts';

describe('families of Azimuth itself that are kept in a store', () => {
  it('have no timestamps and keep the case of their labels', async () => {
    const store = createSeriesStore({ perMetricLimit: 10, totalLimit: 10 });
    for (const name of ['scraped', 'own']) {
      store.replace({
        owner: name,
        family: { name, help: '' },
        labels: [['resource_name', 'Contoso']],
        dimensionLabels: [],
        series: [{ dimensionValues: [], value: 1 }],
        runMs: 5000,
        staleAtMs: Number.POSITIVE_INFINITY,
      });
    }
    const exposition = createExposition({
      store,
      ownMetrics: () => Promise.resolve(''),
      unavailableValue: Number.NaN,
      timestamps: 'run',
      labelTransformation: 'Lowercase',
      ownFamilies: new Set(['own']),
      now: () => 5000,
    });
    const chunks: Buffer[] = [];
    await exposition.serve(
      {},
      {
        destroyed: false,
        headersSent: false,
        writableNeedDrain: false,
        setHeader: () => undefined,
        removeHeader: () => undefined,
        write: (chunk) => chunks.push(Buffer.from(chunk)) > 0,
        end: () => undefined,
        destroy: () => undefined,
        on: () => undefined,
        off: () => undefined,
      },
    );
    expect(
      Buffer.concat(chunks)
        .toString()
        .split('\n')
        .filter((line) => !line.startsWith('#')),
    ).toEqual(['own{resource_name="Contoso"} 1', 'scraped{resource_name="contoso"} 1 5000', '']);
  });
});
