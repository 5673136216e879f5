import { type Clock, sleep } from '../core/clock.ts';
import type { ApplicationInsightsConfig } from '../core/runtime-config.ts';
import { envelopeOf } from './envelopes.ts';
import type { LogTarget } from './logger.ts';

/** Sends one request; the answer's status and text. Rejects when there is no answer. */
export type Post = (
  url: string,
  body: string,
  signal: AbortSignal,
) => Promise<{ readonly status: number; readonly text: string }>;

export interface ApplicationInsightsOptions {
  readonly config: ApplicationInsightsConfig;
  readonly version: string;
  /** Name of the pod or machine. */
  readonly instance: string;
  readonly clock: Clock;
  readonly post: Post;
  /** Told when sending begins to fail, and when it works again. */
  readonly onChange: (change: DeliveryChange) => void;
}

export type DeliveryChange =
  | { readonly kind: 'failing'; readonly reason: string }
  /** `dropped` events were lost since it began to fail. */
  | { readonly kind: 'working'; readonly dropped: number };

export interface ApplicationInsights extends LogTarget {
  /** Sends what waits, for at most `ms` milliseconds, and sends nothing afterwards. */
  close(ms: number): Promise<void>;
}

const mostWaiting = 5_000;
const mostInOne = 500;
const pauseMs = 2_000;
const longestPauseMs = 60_000;
const timeoutMs = 10_000;
/** Statuses after which the same events may be taken later (the service's own retry rules). */
const passing: ReadonlySet<number> = new Set([408, 429, 439, 500, 502, 503, 504]);

/**
 * Log events as traces and exceptions of Application Insights, posted to its ingestion endpoint (`/v2.1/track`). The
 * queue is bounded: when the service cannot be reached for long, the oldest events are dropped and counted.
 */
export function createApplicationInsights(options: ApplicationInsightsOptions): ApplicationInsights {
  const { config, clock } = options;
  const url = `${config.ingestionEndpoint.replace(/\/+$/, '')}/v2.1/track`;
  const queue: string[] = [];
  const closing = new AbortController();
  let dropped = 0;
  let failing = false;
  let pump: Promise<void> | undefined;

  const working = (): void => {
    if (!failing) return;
    failing = false;
    options.onChange({ kind: 'working', dropped });
    dropped = 0;
  };
  const fails = (reason: string): void => {
    if (!failing) options.onChange({ kind: 'failing', reason });
    failing = true;
  };

  /** True when the batch is done with: taken, or refused for good. */
  const send = async (batch: readonly string[], signal: AbortSignal): Promise<boolean> => {
    try {
      const bounded = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      const { status, text } = await options.post(url, batch.join('\n'), bounded);
      if (passing.has(status)) {
        fails(`it answered ${status}`);
        return false;
      }
      // 206: some were taken and some not; trying those again would bring the others twice.
      const taken = status === 200 ? batch.length : status === 206 ? acceptedIn(text) : 0;
      dropped += batch.length - taken;
      if (taken === batch.length) working();
      else fails(`it answered ${status} and refused ${batch.length - taken} of ${batch.length} events`);
      return true;
    } catch (error) {
      fails(error instanceof Error ? reasonOf(error) : String(error));
      return false;
    }
  };

  const run = async (): Promise<void> => {
    let waitMs = pauseMs;
    while (queue.length > 0 && !closing.signal.aborted) {
      await sleep(clock, waitMs, closing.signal);
      if (closing.signal.aborted) return;
      const batch = queue.slice(0, mostInOne);
      const done = await send(batch, closing.signal);
      if (done) queue.splice(0, batch.length);
      waitMs = done ? pauseMs : Math.min(waitMs * 2, longestPauseMs);
    }
  };

  return {
    level: config.level,
    write(line) {
      if (closing.signal.aborted) return;
      const envelope = envelopeOf(line, { iKey: config.instrumentationKey.reveal(), ...options });
      if (envelope === undefined) return;
      queue.push(envelope);
      if (queue.length > mostWaiting) {
        queue.shift();
        dropped += 1;
      }
      pump ??= run().finally(() => {
        pump = undefined;
      });
    },
    async close(ms) {
      closing.abort();
      await pump;
      const late = new AbortController();
      const cancel = clock.after(ms, () => late.abort());
      while (queue.length > 0 && !late.signal.aborted) {
        const batch = queue.splice(0, mostInOne);
        if (!(await send(batch, late.signal))) break;
      }
      cancel();
    },
  };
}

function acceptedIn(text: string): number {
  try {
    return Number((JSON.parse(text) as { itemsAccepted?: unknown }).itemsAccepted) || 0;
  } catch {
    return 0;
  }
}

function reasonOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message : error.message;
}
