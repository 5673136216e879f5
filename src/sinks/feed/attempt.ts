import { type Clock, sleep } from '../../core/clock.ts';
import type { CodedError, Outcome } from '../../core/outcome.ts';
import type { Part, Taken } from './ports.ts';

/**
 * Sends a part once. Ends at the deadline or when `signal` aborts, even if the sink does not: a sink that hangs must
 * not hold up what comes after.
 */
export async function attempt(
  part: Part,
  around: { readonly clock: Clock; readonly deadlineMs: number; readonly name: string },
  signal: AbortSignal,
): Promise<Outcome<Taken>> {
  const end = new AbortController();
  const forward = (): void => end.abort();
  signal.addEventListener('abort', forward, { once: true });
  try {
    const error: CodedError = {
      code: 'AZ4002',
      message: `The receiver of sink ${around.name} did not answer within ${around.deadlineMs / 1000} s.`,
    };
    const deadline = sleep(around.clock, around.deadlineMs, end.signal).then(
      (): Outcome<Taken> => ({ kind: 'retry', error }),
    );
    return await Promise.race([part.send(end.signal), deadline]);
  } finally {
    end.abort();
    signal.removeEventListener('abort', forward);
  }
}
