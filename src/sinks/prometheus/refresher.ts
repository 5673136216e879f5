import type { SeriesSnapshots } from '../../store/ports.ts';
import type { Format } from './negotiate.ts';
import type { PartCache } from './part-cache.ts';
import { toSections } from './sections.ts';

/** A format that nobody asked for in this time is no longer prepared. */
const forgetMs = 600_000;

export interface Refresher {
  /** Notes that a client asked for this format, compressed. */
  asked(format: Format): void;
  refresh(): Promise<void>;
}

/** Compresses ahead of scrapes, in the formats that clients ask for. */
export function createRefresher(store: SeriesSnapshots, cache: PartCache, now: () => number): Refresher {
  const lastAsked = new Map<Format, number>();
  let current: Promise<void> | undefined;
  let queued: Promise<void> | undefined;

  const wanted = (): Format[] => {
    const formats = [...lastAsked].filter(([, ms]) => now() - ms <= forgetMs).map(([format]) => format);
    // Before the first scrape: OpenMetrics, which Prometheus likes best.
    return formats.length > 0 ? formats : ['openmetrics'];
  };

  const pass = async (): Promise<void> => {
    const sections = toSections(store.snapshot());
    for (const format of wanted()) {
      for (const [index, section] of sections.entries()) {
        if (!cache.ready(section, format)) await cache.makeAhead(sections, index, format);
      }
    }
  };

  const refresh = (): Promise<void> => {
    if (!current) {
      current = pass().finally(() => {
        current = undefined;
      });
      return current;
    }
    // The pass under way may have read the store before this caller wrote: it needs one more.
    queued ??= current
      .catch(() => undefined)
      .then(() => {
        queued = undefined;
        return refresh();
      });
    return queued;
  };

  return { asked: (format) => lastAsked.set(format, now()), refresh };
}
