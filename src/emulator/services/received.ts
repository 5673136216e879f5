/** One value that a receiver of the emulator took. */
export interface ReceivedSample {
  /** Immutable id of the data collection rule, or id of the status page. */
  readonly receiver: string;
  /** Name of the family, or id of the system metric. */
  readonly name: string;
  /** Without the name; empty on a status page. */
  readonly labels: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly timeMs: number;
  readonly value: number;
}

/** What was sent to the receivers of the emulator, in order of arrival. */
export interface Received {
  add(samples: readonly ReceivedSample[]): void;
  /** The latest; the oldest are forgotten beyond the capacity. */
  samples(): readonly ReceivedSample[];
  clear(): void;
}

export function createReceived(capacity: number): Received {
  let kept: ReceivedSample[] = [];
  return {
    add(samples) {
      for (const sample of samples) kept.push(sample);
      if (kept.length > capacity * 2) kept = kept.slice(-capacity);
    },
    samples: () => kept.slice(-capacity),
    clear() {
      kept = [];
    },
  };
}
