import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parse } from './parse.ts';
import { nowMs, openmetrics, setup, slot } from './setup.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('"', '\\', '\n', 'n', '{', '}', ',', '=', '$', '&', 'ü', '\u2028', '\r', '\0', '\ud800'),
  }),
);

const number = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(0.1 + 0.2, 5e-324, 1.7976931348623157e308, 1e21, 1e-7),
);

const slots = fc.array(
  fc.record({
    family: fc.constantFrom('a', 'b', 'b_total', 'C'),
    shared: text,
    help: text,
    rows: fc.uniqueArray(fc.record({ one: text, two: text, value: fc.option(number, { nil: null }) }), {
      selector: (row) => `${row.one.toWellFormed()}|${row.two.toWellFormed()}`.toLowerCase(),
      maxLength: 5,
    }),
  }),
  { maxLength: 8 },
);

it('reads back as what was written, in both formats, compressed or not', async () => {
  await fc.assert(
    fc.asyncProperty(slots, fc.constantFrom('text/plain', openmetrics), async (written, accept) => {
      const { store, scrape } = setup({ unavailableValue: -5, timestamps: 'bucket' });
      const expected: string[] = [];
      written.forEach(({ family, shared, help, rows }, index) => {
        const series = rows.map(({ one, two, value }) => ({ dimensionValues: [one, two], value, bucketEndMs: nowMs }));
        const labels = [
          ['owner', String(index)],
          ['shared', shared],
        ] as const;
        store.replace(
          slot({
            owner: String(index),
            family: { name: family, help },
            labels,
            dimensionLabels: ['one', 'two'],
            series,
          }),
        );
        for (const { one, two, value } of rows) {
          const label = {
            owner: String(index),
            shared: shared.toWellFormed(),
            one: one.toWellFormed(),
            two: two.toWellFormed(),
          };
          expected.push(line(family, label, value ?? -5));
        }
      });
      const plain = await scrape({ accept });
      expect(await scrape({ accept, acceptEncoding: 'gzip' })).toBe(plain);
      const parsed = parse(plain === '' ? '\n' : plain);
      const shown = parsed.samples.map((one) => line(one.name, one.labels, one.value));
      expect(shown.sort()).toEqual(expected.sort());
      expect(new Set(parsed.types.map(([name]) => name)).size).toBe(parsed.types.length);
      expect(parsed.ends).toBe(accept === openmetrics ? 1 : 0);
    }),
    { numRuns: 150 },
  );
});

function line(name: string, labels: Record<string, string>, value: number): string {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  // Both spell minus zero as zero.
  return JSON.stringify([name, sorted, String(value)]);
}
