import type { Logger } from 'pino';
import type { ComposedDiscovery } from './compose-discovery.ts';
import type { Clock } from './core/clock.ts';
import type { Declaration } from './core/declaration.ts';
import { discoveryCheck, resourceGraphCheck } from './promitor/discovery-checks.ts';
import type { HealthCheck, HealthFinding } from './promitor/ports.ts';
import { overdue } from './schedule/overdue.ts';
import type { ScheduleState } from './schedule/ports.ts';
import { standingStill } from './schedule/scheduler.ts';
import { type SelfCheckFinding, standstillMs } from './schedule/self-check.ts';

export interface HealthInput {
  readonly clock: Pick<Clock, 'now'>;
  /** Start of the process, milliseconds since the epoch. */
  readonly startMs: number;
  /** False leaves the freshness of data out (`healthCheck.enableScraperFreshnessHealthCheck`). */
  readonly freshness: boolean;
  readonly states: () => readonly ScheduleState[];
  readonly strideOf: (cron: string) => number;
  /** Whether the schedule has anything to ask. */
  readonly hasWork: (cron: string) => boolean;
  /** Why runs of the schedule have no result, in words. */
  readonly reasons: (cron: string) => readonly string[];
  readonly discovery: Pick<ComposedDiscovery, 'lists' | 'groups'> | undefined;
  readonly declaration: Pick<Declaration, 'discovery'>;
  /** Why log lines are lost; undefined while they are not. */
  readonly logFailure: () => string | undefined;
}

/** The program's health as looks at what is in memory. */
export interface ComposedHealth {
  /** Entries of Promitor's health report. */
  checks(): readonly HealthCheck[];
  /** What is wrong now, one sentence each: data that is not fresh, log lines that are lost. */
  concerns(): readonly string[];
}

export function composeHealth(input: HealthInput): ComposedHealth {
  const stale = (): string[] => {
    const { clock, startMs, strideOf } = input;
    const states = input.states().filter(({ schedule }) => input.hasWork(schedule.cron));
    return overdue(states, { nowMs: clock.now(), startMs, strideOf }).flatMap((state) => {
      const sentence = `AZ2080: schedule ${state.schedule.text} has had no result ${since(state)}`;
      const reasons = input.reasons(state.schedule.cron);
      return reasons.length === 0 ? [sentence] : reasons.map((reason) => `${sentence}: ${reason}`);
    });
  };
  const still = (): string[] => standingStill(input.states(), input.clock.now(), standstillMs).map(stillness);
  const lostLog = (): string[] => {
    const failure = input.logFailure();
    return failure === undefined ? [] : [`AZ2082: ${failure}`];
  };
  const freshness: HealthCheck = {
    name: 'Promitor Scraper Data Freshness',
    check: () => finding('Every schedule has had a result in time.', [...still(), ...stale()]),
  };
  const log: HealthCheck = { name: 'Azimuth Log', check: () => finding('The log is written.', lostLog()) };
  const { discovery, declaration } = input;
  return {
    checks: () => [
      ...(input.freshness ? [freshness] : []),
      ...(discovery === undefined ? [] : [discoveryCheck(discovery.lists)]),
      ...(discovery === undefined || declaration.discovery === undefined || discovery.groups.length === 0
        ? []
        : [resourceGraphCheck(declaration.discovery, discovery.lists)]),
      // Shown while it fails only, so that the report is Promitor's otherwise.
      ...(lostLog().length === 0 ? [] : [log]),
    ],
    concerns: () => [...stale(), ...lostLog()],
  };
}

function finding(fine: string, wrong: readonly string[]): HealthFinding {
  if (wrong.length === 0) return { status: 'Healthy', description: fine };
  return { status: 'Unhealthy', description: wrong.join('; ') };
}

function since({ lastSuccessMs }: ScheduleState): string {
  return lastSuccessMs === undefined ? 'yet' : `since ${new Date(lastSuccessMs).toISOString()}`;
}

/** Why a schedule counts as dead, for people. */
export function stillness(state: ScheduleState): string {
  const due = new Date(state.nextMs ?? 0).toISOString();
  return `AZ2003: schedule ${state.schedule.text} was due at ${due} and has not run; the scheduler stands still`;
}

/** Logs what the self-check found; each finding is a change, so each is one line. */
export function logSelfCheck({ stoodStillMs, stopped, resumed }: SelfCheckFinding, logger: Logger): void {
  if (stoodStillMs !== undefined) {
    const seconds = Math.round(stoodStillMs / 1_000);
    logger.warn(
      { code: 'AZ2081', seconds },
      `The process stood still for ${seconds} s; nothing was asked or answered.`,
    );
  }
  for (const state of stopped) {
    const schedule = state.schedule.text;
    logger.error({ code: 'AZ2003', schedule }, `${stillness(state).replace('AZ2003: s', 'S')}.`);
  }
  for (const { schedule } of resumed)
    logger.info({ code: 'AZ2003', schedule: schedule.text }, `Schedule ${schedule.text} runs again.`);
}
