import { AsyncLocalStorage } from 'node:async_hooks';

/** What every log line carries that is written inside of some work. */
export interface LogContext {
  /** Cron expression of the schedule, as declared. */
  readonly schedule?: string;
  /** Tells one run of a schedule from another. */
  readonly run?: string;
  /** Id of the query group, as `azimuth plan` prints it. */
  readonly queryGroup?: string;
}

/** Not a parameter, because the lines are written where nobody knows of schedules: deep in the calls to Azure. */
const current = new AsyncLocalStorage<LogContext>();

/** Does the work; its log lines, and those of whatever it awaits, carry the fields beside those of outer work. */
export function inLogContext<T>(fields: LogContext, work: () => T): T {
  return current.run({ ...current.getStore(), ...fields }, work);
}

/** Fields of the work that is going on; a new object each time. */
export function logContext(): LogContext {
  return { ...current.getStore() };
}
