import type { RequestListener } from 'node:http';
import { composeApp, hasWork, reasonsFor } from './compose/app.ts';
import { type Configured, type CoreInput, composeCore, type ExporterCore } from './compose/core.ts';
import { logSelfCheck, stillness } from './compose/health.ts';
import { formatProblem } from './config/problem.ts';
import type { ReadWebConfig } from './config/web/web-config.ts';
import { sleep } from './core/clock.ts';
import type { WebConfig } from './core/web-config.ts';
import { type HttpServer, listen } from './http/server.ts';
import { batchLimitPerHour, quotaRows, quotaWarnings } from './plan/quota.ts';
import { runsPerHour } from './plan/rate.ts';
import type { ScheduleEvent, ScheduleState, Ticker } from './schedule/ports.ts';
import { createScheduler, type Scheduler, standingStill } from './schedule/scheduler.ts';
import { createSelfCheck, standstillMs } from './schedule/self-check.ts';
import type { StatusExtras } from './status/ports.ts';
import { inLogContext } from './telemetry/log-context.ts';
import type { OwnRegistry } from './telemetry/registry.ts';

const housekeepingMs = 5_000;
/** Between two looks whether a token can be had at last; the token source itself paces what goes out. */
const tokenPauseMs = 1_000;
/** Part of the grace period that is left to answers that are being written. */
const httpGraceMs = 500;
/** Part of the grace period that is left to sinks for letting go of their sockets. */
const sinkCloseMs = 500;

export interface ExporterInput extends CoreInput {
  readonly ticker: Ticker;
  /** How the endpoint is protected. */
  readonly web?: WebConfig;
  /** Reads the protection anew, when its files have changed. */
  readonly rereadWeb?: () => ReadWebConfig | 'unchanged';
  /** Why log lines are lost; undefined while they are not. */
  readonly logFailure?: () => string | undefined;
  /** Loads the configuration anew: the problems that kept it from being used, none when it is in force. */
  readonly reload?: () => Promise<readonly string[]>;
  /** What the status page shows of the configuration, of discovery and of further sinks; asked at each view. */
  readonly extras?: () => StatusExtras;
}

/** The running exporter. */
export interface Exporter {
  /** Port that it listens on. */
  readonly port: number;
  /** Reasons why it is not ready; empty once every schedule has had a run with a result. */
  notReady(): readonly string[];
  /** Puts another configuration in force as a whole; see `ExporterCore.reconfigure`. */
  reconfigure(configured: Configured): Promise<void>;
  readonly registry: OwnRegistry;
  /** Aborts runs, finishes answers, closes connections. False when the grace period was too short for the runs. */
  stop(): Promise<boolean>;
}

/** Starts listening, then scraping. Rejects when the port cannot be had, with nothing left running. */
export async function startExporter(input: ExporterInput): Promise<Exporter> {
  const { runtime, clock, logger } = input;
  const core = composeCore(input);
  const stopping = new AbortController();
  const onDefect = (error: unknown): void => logger.error({ code: 'AZ2007', err: error }, 'The preflight crashed.');
  const scheduler = createScheduler({
    schedules: core.planner.current().schedules,
    ticker: input.ticker,
    clock,
    run: async (schedule, reason, signal) => {
      const result = await core.run(schedule.cron, reason, signal);
      core.startUpCheck.afterRun(stopping.signal).catch(onDefect);
      return result;
    },
    strideOf: ({ cron }) => core.planner.strideOf(cron),
    holdsBack: ({ cron }) => core.discovery()?.holdsBack(cron) ?? false,
    inRun: ({ text }, work) => inLogContext({ schedule: text, run: runId(input.random) }, work),
    observe: (event) => onSchedule(event, core, input),
  });
  const notReady = readiness(scheduler, core);
  const standing = (): string[] => standingStill(scheduler.states(), clock.now(), standstillMs).map(stillness);
  const selfCheck = createSelfCheck({ clock, states: () => scheduler.states(), everyMs: housekeepingMs });
  let web: WebConfig = input.web ?? openToAll;
  const appFor = (configured: Configured): RequestListener =>
    composeApp({ ...input, ...configured, core, scheduler, notReady, standing, web: () => web });
  let app = appFor(input);
  const server = await listen((request, response) => app(request, response), runtime.server.httpPort, web.tls).catch(
    async (error: unknown) => {
      await core.close();
      throw error;
    },
  );
  core.registry.set('buildInfo', { version: input.version, node_version: process.version }, 1);
  const stopHousekeeping = every(input, housekeepingMs, () => {
    core.expire();
    logSelfCheck(selfCheck(), logger);
    web = renewProtection(web, server, input);
  });
  const tellLimits = limitsTeller(core, input);
  tellLimits();
  core.start((cron) => {
    scheduler.runNow(cron);
    // Until its lists are there, a plan looks as if it fitted.
    void core.planner.prepare().then(tellLimits);
  });
  scheduler.start();
  if (core.planner.current().groups.some(({ mode }) => mode !== 'queue'))
    void scrapeOnceTokenComes(core, scheduler, input, stopping.signal);

  return {
    port: server.port,
    notReady,
    registry: core.registry,
    async reconfigure(configured) {
      const due = await core.reconfigure(configured);
      app = appFor(configured);
      scheduler.replace(core.planner.inForce().schedules, due);
      tellLimits();
    },
    async stop() {
      stopHousekeeping();
      stopping.abort();
      const [inTime] = await Promise.all([
        scheduler.stop(runtime.server.shutdownGraceMs),
        server.close(Math.min(httpGraceMs, runtime.server.shutdownGraceMs)),
        core.sinks?.stop(Math.max(0, runtime.server.shutdownGraceMs - sinkCloseMs)),
      ]);
      await core.close();
      return inTime;
    },
  };
}

/**
 * A pod's identity may be bound minutes after its start. Runs until then fail; once the first token comes, schedules
 * without a result run at once instead of waiting for their next tick, which may be an hour away.
 */
async function scrapeOnceTokenComes(
  core: ExporterCore,
  scheduler: Scheduler,
  { clock, logger }: ExporterInput,
  signal: AbortSignal,
): Promise<void> {
  let failed = false;
  for (;;) {
    const outcome = await core.azure.token.probe(signal);
    if (signal.aborted) return;
    if (outcome.kind === 'ok') break;
    failed = true;
    await sleep(clock, tokenPauseMs, signal);
  }
  if (!failed) return;
  logger.info('An access token was obtained.');
  scheduler.runMissing();
}

/** Warns of limits that the plan in force exceeds, of each once. */
function limitsTeller(core: ExporterCore, { runtime, logger }: ExporterInput): () => void {
  const { rateLimit } = runtime.azureMonitor;
  const told = new Set<string>();
  const tell = (code: 'AZ2020' | 'AZ2021', sentence: string): void => {
    if (!told.has(sentence)) logger.warn({ code }, sentence);
    told.add(sentence);
  };
  return () => {
    const rows = quotaRows(core.planner.inForce().groups, runsPerHour, { rateLimit, batchLimitPerHour });
    for (const sentence of quotaWarnings(rows)) tell('AZ2021', sentence);
    for (const sentence of core.planner.budget()?.sentences ?? []) tell('AZ2020', sentence);
  };
}

const openToAll: WebConfig = { users: new Map(), headers: {} };

/** Certificates are renewed and passwords rotated while the program runs; what cannot be used leaves things as they are. */
function renewProtection(web: WebConfig, server: HttpServer, { rereadWeb, logger }: ExporterInput): WebConfig {
  const read = rereadWeb?.() ?? 'unchanged';
  if (read === 'unchanged') return web;
  const { config } = read;
  const refused = (reason: string): WebConfig => {
    logger.error({ code: 'AZ2030' }, `The web configuration has changed and is not used: ${reason}`);
    return web;
  };
  if (config === undefined) return refused(read.problems.map(formatProblem).join('; '));
  if ((config.tls === undefined) !== (web.tls === undefined))
    return refused('TLS is switched on or off by a restart only.');
  try {
    if (config.tls !== undefined) server.renewTls(config.tls);
  } catch (error) {
    return refused(error instanceof Error ? error.message : String(error));
  }
  logger.info('The web configuration was read anew.');
  return config;
}

function every(input: Pick<CoreInput, 'clock'>, ms: number, work: () => void): () => void {
  let cancel: () => void = () => undefined;
  const arm = (): void => {
    cancel = input.clock.after(ms, () => {
      work();
      arm();
    });
  };
  arm();
  return () => cancel();
}

function onSchedule(event: ScheduleEvent, core: ExporterCore, { logger }: ExporterInput): void {
  core.metrics.schedule(event);
  core.status.schedule(event);
  const schedule = event.schedule.text;
  switch (event.kind) {
    case 'runFinished': {
      const { durationMs, succeeded, failed } = event;
      logger.debug({ schedule, durationMs, succeeded, failed }, `Run of schedule ${schedule} finished.`);
      return;
    }
    case 'runSkipped':
      logger.warn(
        { code: 'AZ2005', schedule },
        `A run of schedule ${schedule} was skipped, because the run before it is still going.`,
      );
      return;
    case 'runCrashed':
      logger.error({ code: 'AZ2004', schedule, err: event.error }, `A run of schedule ${schedule} crashed.`);
      return;
    default:
  }
}

/** Eight hexadecimal digits. */
function runId(random: () => number): string {
  return Math.floor(random() * 2 ** 32)
    .toString(16)
    .padStart(8, '0');
}

/**
 * Reasons why it is not ready; none any more once it was: a schedule that a reload brings must not take the pod out of
 * its service, and with it everything else that is shown.
 */
function readiness(scheduler: Scheduler, core: ExporterCore): () => readonly string[] {
  let ready = false;
  return () => {
    if (ready) return [];
    const reasons = scheduler.states().flatMap((state) => waitingFor(state, core));
    ready = reasons.length === 0;
    return reasons;
  };
}

function waitingFor(state: ScheduleState, core: ExporterCore): string[] {
  const { text, cron } = state.schedule;
  if (state.lastSuccessMs !== undefined || !hasWork(cron, core)) return [];
  const reasons = reasonsFor(cron, core);
  const waiting = `AZ2002: schedule ${text} has no result yet`;
  return reasons.length === 0 ? [waiting] : reasons.map((reason) => `${waiting}: ${reason}`);
}
