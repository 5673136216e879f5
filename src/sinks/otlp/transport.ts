import type { Outcome } from '../../core/outcome.ts';

/** Carries export requests and gives back what the receiver answered; never throws, and ends when the signal aborts. */
export interface Transport {
  send(bytes: Uint8Array, signal: AbortSignal): Promise<Outcome<Uint8Array>>;
  close(): void;
}
