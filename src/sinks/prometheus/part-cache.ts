import type { BlockView } from '../../store/ports.ts';
import { type GzipPart, gzipPart } from './gzip.ts';
import type { Format } from './negotiate.ts';
import type { Render } from './render.ts';
import { type Section, sameSection } from './sections.ts';

/** A compressed section. */
export interface CachedPart extends GzipPart {
  /** Timestamps left out in it because they were too old. */
  readonly omitted: number;
}

export interface PartCache {
  /** The part if it is at hand and still right. */
  ready(section: Section, format: Format): CachedPart | undefined;
  /**
   * The part of a section, made now if need be; whoever asks meanwhile shares the work. The section after it is
   * begun as well, so that rendering goes on while the thread pool compresses.
   */
  makeAhead(sections: readonly Section[], index: number, format: Format): Promise<CachedPart> | undefined;
}

interface Entry {
  readonly section: Section;
  readonly validUntilMs: number;
  readonly promise: Promise<CachedPart>;
  part: CachedPart | undefined;
}

/**
 * Keeps compressed sections for as long as their blocks live: entries hang on the first block, which the store
 * replaces when anything in it changes, so nothing has to be thrown out by hand.
 */
export function createPartCache(render: Render, now: () => number): PartCache {
  const entries: Record<Format, WeakMap<BlockView, Entry>> = { text: new WeakMap(), openmetrics: new WeakMap() };

  const find = (section: Section, format: Format): Entry | undefined => {
    const key = section.blocks[0]?.block;
    const entry = key && entries[format].get(key);
    return entry && sameSection(entry.section, section) && now() <= entry.validUntilMs ? entry : undefined;
  };

  const start = (section: Section, format: Format): Entry => {
    const { bytes, release, omitted, validUntilMs } = render(section, format, now());
    const promise = gzipPart(bytes)
      .then((part) => ({ ...part, omitted }))
      .finally(release);
    const entry: Entry = { section, validUntilMs, promise, part: undefined };
    const key = section.blocks[0]?.block;
    if (key) entries[format].set(key, entry);
    promise.then(
      (part) => {
        entry.part = part;
      },
      () => {
        if (key && entries[format].get(key) === entry) entries[format].delete(key);
      },
    );
    return entry;
  };

  const make = (section: Section | undefined, format: Format): Promise<CachedPart> | undefined =>
    section && (find(section, format) ?? start(section, format)).promise;

  return {
    ready: (section, format) => find(section, format)?.part,
    makeAhead(sections, index, format) {
      const part = make(sections[index], format);
      void make(sections[index + 1], format);
      return part;
    },
  };
}
