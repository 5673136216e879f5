import type { Clock } from '../core/clock.ts';
import type { CodedError, Outcome } from '../core/outcome.ts';
import type { RawAnswer } from './answer.ts';
import type { Limit } from './bucket.ts';
import { type Circuit, createCircuit, verdictOf } from './circuit.ts';
import { createPace, type Pace, type PacedCall } from './pace.ts';
import type { PaceState } from './ports.ts';
import { createRetryBudget, type RetryBudget } from './retry-budget.ts';
import { graphNews, quotaNews } from './throttle.ts';

/** A call as the gate sees it. */
interface GatedCall extends PacedCall {
  readonly host: string;
}

/** What came of an attempt that was let out. */
interface Settled {
  /** Whether the request left for the wire. */
  readonly sent: boolean;
  readonly answer?: RawAnswer;
  readonly outcome: Outcome<unknown>;
}

/** Leave to make one attempt; `settle` must be called once. */
export interface Admission {
  readonly waitedMs: number;
  settle(settled: Settled): void;
}

/** Decides when an attempt may go out: pace of the quotas, circuit of the host, budget of retries. */
export interface Gate {
  /** Leave to make an attempt, an error when there is none, or undefined when `signal` aborts with nothing to blame. */
  admit(call: GatedCall, signal: AbortSignal): Promise<Admission | CodedError | undefined>;
  /** Counts a call before its first attempt. */
  count(host: string): void;
  /** Takes a retry from the host's budget; false: none is left. */
  mayRetry(host: string): boolean;
  state(): PaceState[];
}

interface Host {
  readonly circuit: Circuit;
  readonly budget: RetryBudget;
}

/** `reads`: limit of the resource manager per subscription. */
export function createGate(clock: Clock, reads?: Limit): Gate {
  const pace: Pace = createPace(clock, reads);
  const hosts = new Map<string, Host>();
  const hostOf = (name: string): Host => {
    const host = hosts.get(name) ?? { circuit: createCircuit(name, clock), budget: createRetryBudget(clock) };
    hosts.set(name, host);
    return host;
  };
  return {
    admit: async (call, signal) => {
      const startMs = clock.now();
      const turn = await pace.turn(call, signal);
      if (turn === undefined) return endedInLine(call, pace.hurdle(call));
      const pass = await hostOf(call.host).circuit.enter(call.subject, signal);
      if (pass === undefined || 'code' in pass) {
        turn.giveBack();
        return pass;
      }
      return {
        waitedMs: clock.now() - startMs,
        settle: ({ sent, answer, outcome }) => {
          const news = call.api === 'resourceGraph' ? graphNews : quotaNews;
          if (answer !== undefined) turn.answered(news(answer, clock.now()));
          else if (!sent) turn.giveBack();
          pass.settle(verdictOf(outcome));
        },
      };
    },
    count: (host) => hostOf(host).budget.call(),
    mayRetry: (host) => hostOf(host).budget.retry(),
    state: () => pace.state(),
  };
}

/** Why the run ended before a call had its turn. */
function endedInLine(call: GatedCall, hurdle: PaceState | undefined): CodedError | undefined {
  if (hurdle === undefined) return undefined;
  const { subscription, tenant, region, waiting, ratePerSecond, blockedUntilMs } = hurdle;
  const owner = tenant === undefined ? `subscription ${subscription}` : `the identity in tenant ${tenant}`;
  const quota = `${owner}${region === undefined ? '' : ` in ${region}`}`;
  const advice =
    tenant === undefined
      ? 'use longer schedules, batching, or fewer metrics'
      : 'use fewer resource discovery groups or a longer interval';
  if (blockedUntilMs !== undefined) {
    const until = new Date(blockedUntilMs).toISOString();
    const message = `${call.host} throttles ${quota} and asked for no calls before ${until}, but the run ended first; ${advice}.`;
    return { code: 'AZ3429', message };
  }
  const pace = `${waiting + 1} calls stand in line for ${quota} at ${ratePerSecond.toFixed(1)} a second`;
  const message = `The run ended before the call to ${call.host} had its turn: ${pace}; ${advice}.`;
  return { code: 'AZ3006', message };
}
