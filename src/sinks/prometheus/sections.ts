import type { BlockView, FamilyView } from '../../store/ports.ts';

/** Blocks at least this large stand alone, so that a change elsewhere never shifts them into other company. */
const aloneLines = 1024;

/** Small blocks of neighbouring families are joined up to this many lines: tiny parts compress badly. */
const sectionLines = 2048;

/** Blocks that are rendered, compressed and written as one. */
export interface Section {
  readonly blocks: readonly SectionBlock[];
}

export interface SectionBlock {
  readonly family: FamilyView;
  readonly block: BlockView;
  /** True for the family's first block, which carries its HELP and TYPE lines. */
  readonly first: boolean;
}

/** Cuts everything that is shown into sections, in order. */
export function toSections(families: readonly FamilyView[]): Section[] {
  const sections: SectionBlock[][] = [];
  let open: SectionBlock[] | undefined;
  let lines = 0;
  for (const family of families) {
    family.blocks.forEach((block, index) => {
      const entry = { family, block, first: index === 0 };
      if (!open || block.lines >= aloneLines || lines + block.lines > sectionLines) {
        open = [];
        lines = 0;
        sections.push(open);
      }
      open.push(entry);
      lines += block.lines;
    });
  }
  return sections.map((blocks) => ({ blocks }));
}

/** True when both sections hold the very same blocks of families that are described alike, and therefore the same text. */
export function sameSection(a: Section, b: Section): boolean {
  return (
    a.blocks.length === b.blocks.length &&
    a.blocks.every((entry, index) => {
      const other = b.blocks[index];
      return entry.block === other?.block && entry.first === other.first && entry.family.help === other.family.help;
    })
  );
}
