import { describe, expect, it } from 'vitest';
import { createCollector } from '../../../src/sinks/feed/collector.ts';
import type { RunSamples } from '../../../src/sinks/feed/ports.ts';
import type { SlotWrite } from '../../../src/store/ports.ts';
import { createSeriesStore } from '../../../src/store/series-store.ts';

const stores = (perMetricLimit = 100) => createSeriesStore({ perMetricLimit, totalLimit: 1_000 });

function slot(owner: string, values: readonly (number | null)[], changes: Partial<SlotWrite> = {}): SlotWrite {
  return {
    owner,
    family: { name: 'requests', help: 'Requests' },
    labels: [['instance_name', owner]],
    dimensionLabels: ['zone'],
    series: values.map((value, zone) => ({ dimensionValues: [`${zone}`], value, bucketEndMs: 60_000 })),
    runMs: 90_000,
    staleAtMs: 900_000,
    ...changes,
  };
}

const contents = ({ families }: RunSamples) =>
  families.map(({ name, origin, pieces }) => [name, origin, pieces.map(({ labels, values }) => [labels.text, values])]);

describe('what a run wrote', () => {
  it('is gathered as the store shows it, once', () => {
    const store = stores();
    const collector = createCollector();
    const watched = collector.watch(store);
    watched.replace(slot('a', [1, null]));
    watched.replace(slot('b', [3]));
    const taken = collector.take(90_000);
    expect(contents(taken)).toEqual([
      [
        'requests',
        'scraped',
        [
          ['instance_name="a"', [1, null]],
          ['instance_name="b"', [3]],
        ],
      ],
    ]);
    expect(taken).toMatchObject({ runMs: 90_000, samples: 3 });
    expect(collector.take(90_000)).toMatchObject({ samples: 0, families: [] });
  });

  it('holds no series that a limit keeps out, and none twice that differ only in case', () => {
    const collector = createCollector();
    const limited = collector.watch(stores(2));
    expect(limited.replace(slot('a', [1, 2, 3]))).toBe(1);
    expect(collector.take(0).samples).toBe(2);
    const merged = collector.watch(stores());
    merged.replace(
      slot('a', [], {
        series: [
          { dimensionValues: ['North'], value: 1, bucketEndMs: 60_000 },
          { dimensionValues: ['north'], value: 2, bucketEndMs: 120_000 },
        ],
      }),
    );
    const [family] = collector.take(0).families;
    expect(family?.pieces.map(({ values }) => values)).toEqual([[2]]);
  });

  it('stays as it was when the store goes on', () => {
    const collector = createCollector();
    const watched = collector.watch(stores());
    watched.replace(slot('a', [1]));
    const taken = collector.take(0);
    watched.replace(slot('a', [2]));
    watched.remove('a');
    expect(contents(taken)).toEqual([['requests', 'scraped', [['instance_name="a"', [1]]]]]);
  });

  it('is kept apart by the declared names of its labels', () => {
    const names = new Map([['zone', 'Zone']]);
    const collector = createCollector();
    const watched = collector.watch(stores());
    watched.replace(slot('a', [1], { declaredNames: names }));
    watched.replace(slot('b', [1]));
    expect(collector.take(0).families.map(({ declaredNames }) => [...declaredNames])).toEqual([[['zone', 'Zone']], []]);
  });

  it('has own metrics once, with their newest value', () => {
    const store = stores();
    const collector = createCollector();
    const family = { name: 'azimuth_scrape_success', help: 'Success' };
    const status = (value: number): SlotWrite => slot('x', [value], { family, dimensionLabels: [] });
    store.replace(status(0));
    collector.item(family, 'x', store);
    store.replace(status(1));
    collector.item(family, 'x', store);
    const limit = { name: 'azimuth_ratelimit_arm', help: 'Reads' };
    collector.gauge(limit, [['app_id', 'one']], 11_999);
    collector.gauge(limit, [['app_id', 'one']], 11_998);
    expect(contents(collector.take(0))).toEqual([
      ['azimuth_scrape_success', 'item', [['instance_name="x"', [1]]]],
      ['azimuth_ratelimit_arm', 'azure', [['app_id="one"', [11_998]]]],
    ]);
  });
});
