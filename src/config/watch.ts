import type { Clock } from '../core/clock.ts';

export interface WatchOptions {
  /** Files and folders to look at; asked anew each time, because a reload may name others. */
  readonly paths: () => readonly string[];
  /** What changes when the file does; see `stampOf`. */
  readonly stamp: (path: string) => string;
  readonly clock: Clock;
  /** Called when something has changed and has then been still for one look. */
  readonly onChange: () => void;
}

/** Looks are cheap; two of them make the time until a change is noticed. */
const everyMs = 2_000;

/**
 * Watches by looking: notifications of the system miss changes on network volumes, and the swap of the symbolic link
 * by which Kubernetes replaces all files of a ConfigMap at once. A file that is still being written is waited for.
 * The returned function stops it.
 */
export function watchFiles({ paths, stamp, clock, onChange }: WatchOptions): () => void {
  const look = (): string => paths().map(stamp).join('\n');
  let settled = look();
  let before = settled;
  let cancel: () => void = () => undefined;
  const arm = (): void => {
    cancel = clock.after(everyMs, () => {
      const now = look();
      if (now !== settled && now === before) {
        settled = now;
        onChange();
      }
      before = now;
      arm();
    });
  };
  arm();
  return () => cancel();
}
