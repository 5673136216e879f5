import { describe, expect, it } from 'vitest';
import { sameSection, toSections } from '../../../src/sinks/prometheus/sections.ts';
import type { FamilyView } from '../../../src/store/ports.ts';

function family(name: string, ...lines: number[]): FamilyView {
  return { name, help: '', blocks: lines.map((count) => ({ lines: count, pieces: [] })) };
}

const shape = (families: FamilyView[]) =>
  toSections(families).map((section) => section.blocks.map((one) => `${one.family.name}${one.block.lines}`));

describe('toSections', () => {
  it('joins small families, and leaves large blocks alone', () => {
    expect(shape([family('a', 20), family('b', 30), family('c', 2048, 1500, 10), family('d', 5)])).toEqual([
      ['a20', 'b30'],
      ['c2048'],
      ['c1500', 'c10', 'd5'],
    ]);
  });

  it('starts a new section when the next block does not fit', () => {
    expect(shape([family('a', 1000), family('b', 1000), family('c', 49)])).toEqual([['a1000', 'b1000'], ['c49']]);
  });

  it('marks the first block of each family', () => {
    const sections = toSections([family('a', 10, 20), family('b', 5)]);
    expect(sections.flatMap((section) => section.blocks.map((one) => one.first))).toEqual([true, false, true]);
  });
});

describe('sameSection', () => {
  it('tells sections apart by their blocks and headers', () => {
    const one = family('a', 10, 20);
    const [section = { blocks: [] }] = toSections([one]);
    const again = toSections([one])[0] ?? section;
    expect(again).not.toBe(section);
    expect(sameSection(section, again)).toBe(true);
    expect(sameSection(section, { blocks: section.blocks.slice(1) })).toBe(false);
    const described = section.blocks.map((block) => ({
      ...block,
      family: { ...block.family, help: 'Described anew' },
    }));
    expect(sameSection(section, { blocks: described })).toBe(false);
    expect(sameSection(section, toSections([family('a', 10, 20)])[0] ?? section)).toBe(false);
    expect(sameSection(section, { blocks: section.blocks.map((block) => ({ ...block, first: !block.first })) })).toBe(
      false,
    );
  });
});
