import type { Clock } from '../core/clock.ts';
import { abortReason } from './failures.ts';

/** The time that a call may take. It runs only between `run` and `pause`: standing in line is not the host's fault. */
export interface Deadline {
  /** Aborts when the time is over or the caller's signal aborts; the reason is one of `abortReason`. */
  readonly signal: AbortSignal;
  run(): void;
  pause(): void;
  remainingMs(): number;
  close(): void;
}

/** A deadline of `totalMs` milliseconds that also ends with `ended`; it starts paused. */
export function createDeadline(clock: Clock, totalMs: number, ended: AbortSignal): Deadline {
  const stop = new AbortController();
  const onEnd = (): void => stop.abort(abortReason.stopped);
  if (ended.aborted) onEnd();
  ended.addEventListener('abort', onEnd, { once: true });
  let leftMs = totalMs;
  let running: { readonly sinceMs: number; readonly cancel: () => void } | undefined;

  const remainingMs = (): number => leftMs - (running === undefined ? 0 : clock.now() - running.sinceMs);
  const pause = (): void => {
    leftMs = remainingMs();
    running?.cancel();
    running = undefined;
  };
  return {
    signal: stop.signal,
    run: () => {
      running ??= { sinceMs: clock.now(), cancel: clock.after(leftMs, () => stop.abort(abortReason.deadline)) };
    },
    pause,
    remainingMs,
    close: () => {
      pause();
      ended.removeEventListener('abort', onEnd);
    },
  };
}
