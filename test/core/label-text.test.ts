import fc from 'fast-check';
import { expect, it } from 'vitest';
import { labelPairsText, lowerLabelText, oneByteText, parseLabelText } from '../../src/core/label-text.ts';

const names = fc.uniqueArray(fc.constantFrom('a', 'b_c', 'tenant_id', '_1'), { minLength: 1 });
const value = fc.string({
  unit: fc.constantFrom('a', 'Z', '"', '\\', '\n', ',', '=', 'é', 'Ü', '日', '😀', '\r', '\0'),
});

it('reads back as the labels that it was made from, descending by name', () => {
  fc.assert(
    fc.property(names, fc.array(value, { minLength: 4, maxLength: 4 }), (chosen, values) => {
      const labels = chosen.map((name, index) => [name, values[index] ?? ''] as const);
      const text = labelPairsText(labels);
      expect(parseLabelText(text)).toEqual([...labels].sort(([a], [b]) => (a < b ? 1 : -1)));
      expect(text).not.toContain('\n');
      const lower = labels.map(([name, one]) => [name, one.toLowerCase()] as const);
      expect(lowerLabelText(text)).toBe(labelPairsText(lower));
    }),
  );
});

it('is one character per byte of UTF-8', () => {
  expect(Buffer.from(oneByteText('ü日😀 a'), 'latin1').toString('utf8')).toBe('ü日😀 a');
  expect(Buffer.from(oneByteText('x\ud800y'), 'latin1').toString('utf8')).toBe('x\ufffdy');
});
