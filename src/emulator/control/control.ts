import type { ReceivedSample } from '../services/received.ts';
import type { World } from '../world/model.ts';
import type { TimeChange } from '../world-clock.ts';
import type { CallRecord } from './calls.ts';
import type { FaultRule } from './faults.ts';

/** Power over a running emulator; the HTTP control port offers the same. */
export interface Control {
  /** Counts by API, and the calls with their parameters. */
  calls(): { readonly counts: Readonly<Record<string, number>>; readonly calls: readonly CallRecord[] };
  clearCalls(): void;
  /** Values that data collection rules and status pages took, in order of arrival; at most the last 100,000. */
  received(): readonly ReceivedSample[];
  clearReceived(): void;
  /** Returns the id that removes the rule. */
  addFault(rule: FaultRule): string;
  /** Removes one rule, or all; false when there was none. */
  removeFault(id?: string): boolean;
  /** Replaces the whole world; rate limits start afresh. */
  setWorld(world: World): void;
  setTime(change: TimeChange): void;
  time(): { readonly now: string; readonly rate: number; readonly paused: boolean };
}
