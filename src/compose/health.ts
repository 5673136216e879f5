import type { Logger } from 'pino';
import type { Clock } from '../core/clock.ts';
import type { Declaration } from '../core/declaration.ts';
import { discoveryCheck, resourceGraphCheck } from '../promitor/discovery-checks.ts';
import type { HealthCheck, HealthFinding } from '../promitor/ports.ts';
import { overdue } from '../schedule/overdue.ts';
import type { ScheduleState } from '../schedule/ports.ts';
import { standingStill } from '../schedule/scheduler.ts';
import { type SelfCheckFinding, standstillMs } from '../schedule/self-check.ts';
import type { Concern } from '../status/ports.ts';
import type { ComposedDiscovery } from './discovery.ts';

export interface HealthInput {
  readonly clock: Pick<Clock, 'now'>;
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
  /** What is wrong now: data that is not fresh, log lines that are lost. */
  concerns(): readonly Concern[];
}

/** A concern as one line of text. */
export function concernText({ code, message }: Concern): string {
  return `${code}: ${message}`;
}

export function composeHealth(input: HealthInput): ComposedHealth {
  const stale = (): Concern[] => {
    const { clock, strideOf } = input;
    const states = input.states().filter(({ schedule }) => input.hasWork(schedule.cron));
    return overdue(states, { nowMs: clock.now(), strideOf }).flatMap((state) => {
      const { text, cron } = state.schedule;
      const sentence = `schedule ${text} has had no result ${since(state)}`;
      const reasons = input.reasons(cron);
      const messages = reasons.length === 0 ? [sentence] : reasons.map((reason) => `${sentence}: ${reason}`);
      return messages.map((message) => ({ code: 'AZ2080', message, schedule: cron }));
    });
  };
  const still = (): Concern[] =>
    standingStill(input.states(), input.clock.now(), standstillMs).map((state) => ({
      code: 'AZ2003',
      message: stillness(state),
      schedule: state.schedule.cron,
    }));
  const lostLog = (): Concern[] => {
    const failure = input.logFailure();
    return failure === undefined ? [] : [{ code: 'AZ2082', message: failure }];
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

function finding(fine: string, wrong: readonly Concern[]): HealthFinding {
  if (wrong.length === 0) return { status: 'Healthy', description: fine };
  return { status: 'Unhealthy', description: wrong.map(concernText).join('; ') };
}

function since({ lastSuccessMs }: ScheduleState): string {
  return lastSuccessMs === undefined ? 'yet' : `since ${new Date(lastSuccessMs).toISOString()}`;
}

/** Why a schedule counts as dead, for people. */
export function stillness(state: ScheduleState): string {
  const due = new Date(state.nextMs ?? 0).toISOString();
  return `schedule ${state.schedule.text} was due at ${due} and has not run; the scheduler stands still`;
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
    logger.error({ code: 'AZ2003', schedule }, `${stillness(state).replace('s', 'S')}.`);
  }
  for (const { schedule } of resumed)
    logger.info({ code: 'AZ2003', schedule: schedule.text }, `Schedule ${schedule.text} runs again.`);
}
