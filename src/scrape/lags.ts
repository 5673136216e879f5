import { partKey } from './ask.ts';
import type { FetchedPart } from './fetch.ts';
import type { ScrapeObserver } from './ports.ts';

/** The lag of each (resource type, Azure metric): the longest of its late items. */
export interface LagBook {
  /** Milliseconds; 0 when nothing is known. */
  typical(resourceType: string, metricName: string): number;
  /** Takes up what is known of these parts. */
  note(fetched: readonly Pick<FetchedPart, 'part' | 'memory'>[]): void;
  /** Recomputes and reports what changed since the last call; once per run, because it looks at every item. */
  publish(observe: ScrapeObserver): void;
}

interface LagEntry {
  readonly resourceType: string;
  readonly metricName: string;
  readonly byPart: Map<string, number>;
  typicalMs: number;
  changed: boolean;
}

export function createLagBook(): LagBook {
  const types = new Map<string, Map<string, LagEntry>>();

  const entryOf = (resourceType: string, metricName: string): LagEntry => {
    const entries = types.get(resourceType) ?? new Map<string, LagEntry>();
    types.set(resourceType, entries);
    const key = metricName.toLowerCase();
    const entry = entries.get(key) ?? { resourceType, metricName, byPart: new Map(), typicalMs: 0, changed: false };
    entries.set(key, entry);
    return entry;
  };

  return {
    typical: (resourceType, metricName) => types.get(resourceType)?.get(metricName.toLowerCase())?.typicalMs ?? 0,
    note(fetched) {
      for (const { part, memory } of fetched) {
        const entry = entryOf(part.item.resource.resourceType, part.metricName);
        const key = partKey(part);
        const lag = memory?.lag;
        if (lag === undefined) entry.byPart.delete(key);
        else entry.byPart.set(key, lag.ms);
        entry.changed = true;
      }
    },
    publish(observe) {
      for (const entry of [...types.values()].flatMap((entries) => [...entries.values()])) {
        if (!entry.changed) continue;
        entry.changed = false;
        if (entry.byPart.size === 0 && entry.typicalMs === 0) continue;
        let lagMs = 0;
        for (const ms of entry.byPart.values()) lagMs = Math.max(lagMs, ms);
        entry.typicalMs = lagMs;
        observe({ kind: 'lag', resourceType: entry.resourceType, metricName: entry.metricName, lagMs });
      }
    },
  };
}
