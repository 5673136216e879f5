import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { SeriesValue, SlotWrite } from '../../src/store/ports.ts';
import { createSeriesStore } from '../../src/store/series-store.ts';

type Step =
  | { readonly kind: 'replace'; readonly slot: SlotWrite }
  | { readonly kind: 'remove'; readonly owner: string }
  | { readonly kind: 'expire'; readonly nowMs: number };

const owner = fc.constantFrom('a', 'b', 'c');
const family = fc.constantFrom('one', 'two');
const time = fc.integer({ min: 0, max: 20 });

const series = fc.array(
  fc.record({
    dimensionValues: fc.tuple(fc.constantFrom('x', 'X', 'y', 'z', 'é', 'É', 'q"\n\\')),
    value: fc.option(fc.double(), { nil: null }),
    bucketEndMs: fc.integer({ min: 0, max: 3 }),
  }),
  { maxLength: 9 },
);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .record({ owner, family, series, staleAtMs: time, repeat: fc.constantFrom(1, 1, 1, 1, 1, 400) })
      .map(({ owner, family, series, staleAtMs, repeat }): Step => {
        // Some slots large enough to cross the bounds of blocks and pieces.
        const many = Array.from({ length: repeat }, (_, copy) =>
          series.map((row) => (repeat > 1 ? { ...row, dimensionValues: [`${row.dimensionValues[0]}${copy}`] } : row)),
        ).flat();
        const labels = [['owner', owner]] as const;
        const help = '';
        const slot = { owner, family: { name: family, help }, labels, dimensionLabels: ['d'], series: many };
        return { kind: 'replace', slot: { ...slot, runMs: 0, staleAtMs } };
      }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), owner }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('expire' as const), nowMs: time }) },
);

/** What the store should do, in the plainest way. */
class Model {
  readonly slots = new Map<string, { owner: string; family: string; series: SeriesValue[]; staleAtMs: number }>();

  readonly perMetric: number;
  readonly total: number;

  constructor(options: { readonly perMetricLimit: number; readonly totalLimit: number }) {
    this.perMetric = options.perMetricLimit;
    this.total = options.totalLimit;
  }

  replace(slot: SlotWrite): number {
    const id = `${slot.owner}/${slot.family.name}`;
    const before = this.slots.get(id)?.series ?? [];
    this.slots.delete(id);
    const newest = new Map<string, SeriesValue>();
    for (const row of slot.series) {
      const known = newest.get(keyOf(row));
      if (!known || (row.bucketEndMs ?? 0) > (known.bucketEndMs ?? 0)) newest.set(keyOf(row), row);
    }
    const merged = [...newest.values()];
    const room = Math.min(this.perMetric - this.count(slot.family.name), this.total - this.count());
    let kept = merged;
    if (merged.length > room) {
      const old = before.map(keyOf);
      const shown = merged.filter((row) => old.includes(keyOf(row)));
      kept = [...shown, ...merged.filter((row) => !shown.includes(row))].slice(0, room);
    }
    const { owner, staleAtMs } = slot;
    if (kept.length > 0) this.slots.set(id, { owner, family: slot.family.name, series: kept, staleAtMs });
    return merged.length - kept.length;
  }

  leave(gone: (slot: { owner: string; staleAtMs: number }) => boolean): string[] {
    const owners = new Set<string>();
    for (const [id, slot] of this.slots) {
      if (!gone(slot)) continue;
      this.slots.delete(id);
      owners.add(slot.owner);
    }
    return [...owners].sort();
  }

  count(family?: string): number {
    return [...this.slots.values()].reduce(
      (sum, slot) => sum + (family === undefined || slot.family === family ? slot.series.length : 0),
      0,
    );
  }
}

function keyOf(row: SeriesValue): string {
  return row.dimensionValues.join().toLowerCase();
}

it('does what a plain model does, for any sequence of writes, removals and expiries', () => {
  const limits = fc.record({ perMetricLimit: fc.constantFrom(3, 6, 10_000), totalLimit: fc.constantFrom(5, 20_000) });
  fc.assert(
    fc.property(limits, fc.array(step, { maxLength: 20 }), (options, steps) => {
      const store = createSeriesStore(options);
      const model = new Model(options);
      for (const current of steps) {
        if (current.kind === 'replace') expect(store.replace(current.slot)).toBe(model.replace(current.slot));
        else if (current.kind === 'remove') {
          const owners = model.leave((slot) => slot.owner === current.owner);
          expect(store.remove(current.owner)).toBe(owners.length > 0);
        } else {
          const owners = model.leave((slot) => slot.staleAtMs <= current.nowMs);
          expect(store.expire(current.nowMs).sort()).toEqual(owners);
        }
      }
      for (const name of ['one', 'two']) {
        for (const id of ['a', 'b', 'c']) {
          const expected = model.slots.get(`${id}/${name}`)?.series ?? [];
          expect(JSON.stringify(store.read(id, name))).toBe(JSON.stringify(expected));
        }
        expect(store.counts().get(name) ?? 0).toBe(model.count(name));
        const blocks = store.snapshot().find((view) => view.name === name)?.blocks ?? [];
        const shown = blocks.flatMap((block) => block.pieces).flatMap((piece) => piece.values);
        expect(shown).toHaveLength(model.count(name));
        expect(blocks.reduce((sum, block) => sum + block.lines, 0)).toBe(shown.length);
      }
    }),
    { numRuns: 100 },
  );
});
