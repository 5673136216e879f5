/** A text and the number of pieces that show it. */
export interface PooledText {
  readonly text: string;
  uses: number;
}

export interface TextPool {
  /** The one object for this text; counts a use. */
  acquire(text: string): PooledText;
  /** Counts one more use of a text that is in use; spares the search for it. */
  share(pooled: PooledText): PooledText;
  /** Gives a use back; the text is forgotten with its last one. */
  release(pooled: PooledText): void;
  /** Number of distinct texts held. */
  size(): number;
}

/**
 * Holds each text once. Labels are the same for all metrics of a resource, dimension values for all metrics split
 * alike: at a million series they would otherwise be most of the memory. Uses are counted, so that texts of
 * resources that left do not stay.
 */
export function createTextPool(): TextPool {
  const pool = new Map<string, PooledText>();
  return {
    acquire(text) {
      let pooled = pool.get(text);
      if (!pooled) {
        pooled = { text, uses: 0 };
        pool.set(text, pooled);
      }
      pooled.uses += 1;
      return pooled;
    },
    share(pooled) {
      pooled.uses += 1;
      return pooled;
    },
    release(pooled) {
      pooled.uses -= 1;
      if (pooled.uses === 0) pool.delete(pooled.text);
    },
    size: () => pool.size,
  };
}
