import { cpus, hostname } from 'node:os';
import type { Logger } from 'pino';
import { nodeFileSystem, stampOf } from '../../config/file-system.ts';
import type { LoadedConfiguration } from '../../config/load.ts';
import { webConfigWatch } from '../../config/web/web-config.ts';
import type { RuntimeConfig } from '../../core/runtime-config.ts';
import { type Exporter, type ExporterInput, startExporter } from '../../exporter.ts';
import { configuredCapabilities } from '../../plan/plan.ts';
import { createPlanner } from '../../plan/planner.ts';
import { createReloader, type Reloader } from '../../reload.ts';
import { cronTicker } from '../../schedule/cron-ticker.ts';
import {
  type ApplicationInsights,
  createApplicationInsights,
  type DeliveryChange,
  type Post,
} from '../../telemetry/application-insights.ts';
import { realClock } from '../../telemetry/clock.ts';
import type { Command, CommandInput } from '../command.ts';
import { accept, load, loggerFor, type Runnable } from '../configuration.ts';
import { isSet } from '../options.ts';

export const runFlags = {
  strict: { type: 'boolean', help: 'refuse to start when anything in the configuration is wrong' },
  port: { type: 'string', value: 'N', help: 'port to listen on, before server.httpPort' },
} as const;

export const runCommand: Command = {
  name: 'run',
  summary: 'scrape on schedule and serve /metrics (the default command)',
  flags: runFlags,
  async run(input) {
    const loaded = load(input);
    const insights = insightsFor(input, loaded.runtime, (change) => tellDelivery(change, logger));
    const logger: Logger = loggerFor(input, loaded.runtime, insights);
    try {
      const runnable = accept(loaded, logger);
      if (typeof runnable === 'number') return runnable;
      return await serve(input, { loaded, load: () => load(input), adapt: (one) => one }, runnable, logger);
    } finally {
      await insights?.close(insightsGraceMs);
    }
  },
};

/** Part of the time to stop that is left to the last log events. */
const insightsGraceMs = 500;

function insightsFor(
  { version }: CommandInput,
  runtime: RuntimeConfig | undefined,
  onChange: (change: DeliveryChange) => void,
): ApplicationInsights | undefined {
  const config = runtime?.telemetry.applicationInsights;
  if (config === undefined) return undefined;
  const post: Post = async (url, body, signal) => {
    const headers = { 'content-type': 'application/x-json-stream' };
    const answer = await fetch(url, { method: 'POST', body, headers, signal });
    return { status: answer.status, text: await answer.text() };
  };
  return createApplicationInsights({ config, version, instance: hostname(), clock: realClock, post, onChange });
}

function tellDelivery(change: DeliveryChange, logger: Logger): void {
  const code = 'AZ2060';
  if (change.kind === 'failing') {
    logger.warn({ code }, `Log events do not reach Application Insights: ${change.reason}.`);
    return;
  }
  const lost = change.dropped === 0 ? 'none was lost' : `${change.dropped} were lost`;
  logger.info({ code }, `Log events reach Application Insights again; ${lost}.`);
}

/**
 * Why strict mode does not start a plan that exceeds the call budget. Regions are learned by the first run, so shared
 * calls are counted as if all resources were in one.
 */
function budgetRefusal({ runtime, declaration }: Runnable): string | undefined {
  const { callBudget, azureMonitor } = runtime;
  if (callBudget === undefined) return undefined;
  const capabilities = { defaultRegion: 'anywhere', ...configuredCapabilities(azureMonitor) };
  return createPlanner({ declaration, capabilities, version: () => 0, callBudget }).budget()?.refusal;
}

function protection({ web }: LoadedConfiguration, { server }: RuntimeConfig): Pick<ExporterInput, 'web' | 'rereadWeb'> {
  if (web === undefined || server.webConfigFile === undefined) return {};
  const reread = webConfigWatch(server.webConfigFile, nodeFileSystem);
  // What was read at the start is what later contents are compared with.
  reread();
  return { web, rereadWeb: reread };
}

/** How the files become what is served. */
export interface Served {
  readonly loaded: LoadedConfiguration;
  /** Loads the files again, in the same way. */
  readonly load: () => LoadedConfiguration;
  /** What is made of them before they are used. */
  readonly adapt: (runnable: Runnable) => Runnable;
}

/** Runs the exporter until a signal comes; changed files are put in force meanwhile. */
export async function serve(
  input: CommandInput,
  { loaded, load: loadAgain, adapt }: Served,
  found: Runnable,
  logger: Logger,
): Promise<number> {
  const stopSignal = input.io.stopSignal();
  const refusalOf = (runnable: Runnable): string | undefined =>
    isSet(input.given, 'strict') || runnable.runtime.strict ? budgetRefusal(runnable) : undefined;
  const refusal = refusalOf(found);
  if (refusal !== undefined) {
    logger.fatal({ code: 'AZ2020' }, refusal);
    return 2;
  }
  const started = adapt(found);
  const { runtime, declaration } = started;
  let reloader: Reloader | undefined;
  const reload = (why: string): Promise<readonly string[]> =>
    reloader?.reload(why) ?? Promise.resolve(['The program has not started yet.']);
  let exporter: Exporter;
  try {
    exporter = await startExporter({
      ...started,
      invalidMetrics: loaded.invalidMetrics.map(({ name }) => name),
      logger,
      clock: realClock,
      ticker: cronTicker,
      random: Math.random,
      version: input.version,
      cpus: cpus().length,
      logFailure: () => input.io.logFailure(),
      ...protection(loaded, runtime),
      reload: () => reload('POST /-/reload'),
      extras: () => (reloader === undefined ? {} : { configuration: reloader.view() }),
    });
  } catch (error) {
    // Anything that the system did not refuse is a defect, and its stack is wanted.
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    const { httpPort } = runtime.server;
    logger.fatal(
      { code: 'AZ2001', port: httpPort },
      `Port ${httpPort} cannot be listened on: ${error.message}. Free it, or set server.httpPort or --port.`,
    );
    return 1;
  }
  reloader = createReloader({
    exporter,
    loaded,
    started,
    load: loadAgain,
    adapt,
    refusal: refusalOf,
    stamp: stampOf,
    clock: realClock,
    logger,
  });
  const stopHearing = input.io.onHangUp(() => void reload('SIGHUP'));
  const metricsPath = runtime.prometheus?.baseUriPath;
  const forPrometheus = metricsPath === undefined ? '' : `, ${metricsPath} for Prometheus`;
  const scheme = loaded.web?.tls === undefined ? 'http' : 'https';
  logger.info(
    `Azimuth ${input.version} listens on port ${exporter.port}: ${scheme}://localhost:${exporter.port}/ for people${forPrometheus}.`,
  );
  logger.info(
    `${declaration.metrics.length} metrics are scraped, ${loaded.invalidMetrics.length} are left out because of errors.`,
  );
  const signal = await stopSignal;
  logger.info(`Stopping on ${signal}.`);
  reloader.stop();
  stopHearing();
  if (!(await exporter.stop())) logger.warn('A run did not end within the grace period and was abandoned.');
  return 0;
}
