/** One value as a receiver understood it. */
export interface ReceivedSample {
  readonly name: string;
  readonly value: number;
  /** Milliseconds since the epoch; undefined where the protocol has no time. */
  readonly timeMs?: number;
  /** Labels, where the protocol has them. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** How a receiver answers. */
export type Manner = 'well' | 'busy' | 'refuses' | 'hangs';

/** The far end of a sink on loopback. */
export interface Receiver {
  readonly samples: ReceivedSample[];
  manner: Manner;
  /** Requests so far, whatever came of them. */
  requests: number;
  close(): Promise<void>;
}
