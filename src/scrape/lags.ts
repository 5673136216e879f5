import { type Part, partKey } from './ask.ts';
import type { DataMemory } from './freshness.ts';
import type { ScrapeObserver } from './ports.ts';

/** The lag of each (resource type, Azure metric): the longest of its late items. */
export interface LagBook {
  /** Milliseconds; 0 when nothing is known. */
  typical(resourceType: string, metricName: string): number;
  /** Takes up what the memory holds of these parts. */
  note(parts: readonly Part[], memory: ReadonlyMap<string, DataMemory>): void;
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
  const entries = new Map<string, LagEntry>();
  const keyOf = (resourceType: string, metricName: string): string => `${resourceType} ${metricName.toLowerCase()}`;

  const entryOf = (resourceType: string, metricName: string): LagEntry => {
    const key = keyOf(resourceType, metricName);
    const entry = entries.get(key) ?? { resourceType, metricName, byPart: new Map(), typicalMs: 0, changed: false };
    entries.set(key, entry);
    return entry;
  };

  return {
    typical: (resourceType, metricName) => entries.get(keyOf(resourceType, metricName))?.typicalMs ?? 0,
    note(parts, memory) {
      for (const part of parts) {
        const entry = entryOf(part.item.resource.resourceType, part.metricName);
        const key = partKey(part);
        const lag = memory.get(key)?.lag;
        if (lag === undefined) entry.byPart.delete(key);
        else entry.byPart.set(key, lag.ms);
        entry.changed = true;
      }
    },
    publish(observe) {
      for (const entry of entries.values()) {
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
