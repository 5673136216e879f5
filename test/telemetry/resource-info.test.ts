import { describe, expect, it } from 'vitest';
import { parseLabelText } from '../../src/core/label-text.ts';
import { createSeriesStore } from '../../src/store/series-store.ts';
import { createResourceInfo } from '../../src/telemetry/resource-info.ts';

function bench() {
  const store = createSeriesStore({ perMetricLimit: Infinity, totalLimit: Infinity });
  const show = createResourceInfo(store, 'azimuth');
  const shown = () =>
    store.snapshot().flatMap(({ name, blocks }) =>
      blocks.flatMap(({ pieces }) =>
        pieces.map(({ labels, values }) => ({
          name,
          labels: Object.fromEntries(parseLabelText(labels.text)),
          values,
        })),
      ),
    );
  return { show, shown };
}

const series = (labels: Record<string, string>) => ({ name: 'azimuth_resource_info', labels, values: [1] });

describe('azimuth_resource_info', () => {
  it('has one series a resource, with its id and the labels that were looked up', () => {
    const { show, shown } = bench();
    const labels = [
      ['env', 'prod'],
      ['resource_uri', 'a tag'],
    ] as const;
    show(
      [
        { id: 'Sub/A', labels },
        { id: 'Sub/A', labels },
        { id: 'sub/none', labels: [] },
      ],
      1,
    );
    expect(shown()).toEqual([series({ resource_uri: 'Sub/A', env: 'prod' })]);
  });

  it('replaces the series when a label changes, and lets it leave with its resource', () => {
    const { show, shown } = bench();
    show(
      [
        { id: 'a', labels: [['env', 'prod']] },
        { id: 'b', labels: [['env', 'prod']] },
      ],
      1,
    );
    show([{ id: 'a', labels: [['env', 'test']] }], 2);
    expect(shown()).toEqual([series({ resource_uri: 'a', env: 'test' })]);
    show([{ id: 'a', labels: [] }], 3);
    expect(shown()).toEqual([]);
  });
});
