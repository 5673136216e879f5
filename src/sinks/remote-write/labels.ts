import type { LabelPair } from '../../core/labels.ts';
import type { SeriesIdentity } from './ports.ts';

const byName = ([a]: LabelPair, [b]: LabelPair): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * All labels of a series in the order of their names, as the protocol wants them, without empty ones, which mean the
 * same as none. External labels stand back behind the series' own. The sorted labels of an item are kept as long as
 * the plan keeps the item.
 */
export function createLabelList(externalLabels: readonly LabelPair[]): (series: SeriesIdentity) => LabelPair[] {
  const sorted = new WeakMap<readonly LabelPair[], readonly LabelPair[]>();
  const sharedOf = ({ labels }: SeriesIdentity): readonly LabelPair[] => {
    const known = sorted.get(labels);
    if (known !== undefined) return known;
    const all = new Map([...externalLabels, ...labels]);
    const shared = [...all].filter(([, value]) => value !== '').sort(byName);
    sorted.set(labels, shared);
    return shared;
  };
  return (series) => {
    const own: LabelPair[] = [['__name__', series.name], ...series.dimensions.filter(([, value]) => value !== '')];
    const shared = sharedOf(series);
    const list: LabelPair[] = [];
    let at = 0;
    for (const label of own.sort(byName)) {
      while (at < shared.length && byName(shared[at] ?? label, label) < 0) list.push(shared[at++] ?? label);
      // A dimension goes before an external label of the same name.
      if (shared[at]?.[0] === label[0]) at += 1;
      list.push(label);
    }
    return [...list, ...shared.slice(at)];
  };
}
