import type { RequestListener } from 'node:http';
import type { WebConfig } from '../core/web-config.ts';
import { createDiscoveryApi } from '../discovery/agent/serve.ts';
import type { ExporterInput } from '../exporter.ts';
import { createApp } from '../http/app.ts';
import { declarationShape } from '../promitor/declaration-shape.ts';
import { healthReport } from '../promitor/health.ts';
import { runtimeShape } from '../promitor/runtime-shape.ts';
import type { Scheduler } from '../schedule/scheduler.ts';
import type { Hub } from '../sinks/hub/hub.ts';
import type { StatusExtras } from '../status/ports.ts';
import { levelControl } from '../telemetry/logger.ts';
import type { Configured, ExporterCore } from './core.ts';
import type { ComposedDiscovery } from './discovery.ts';
import { composeHealth, concernText } from './health.ts';

export interface AppInput extends Omit<ExporterInput, 'web'>, Configured {
  readonly core: ExporterCore;
  readonly scheduler: Scheduler;
  readonly notReady: () => readonly string[];
  /** Schedules whose ticks do not come, one sentence each. */
  readonly standing: () => readonly string[];
  /** The protection in force. */
  readonly web: () => WebConfig;
}

/** The routes under one configuration. */
export function composeApp(input: AppInput): RequestListener {
  const { core, scheduler, runtime, declaration, clock, logger, notReady, standing, web } = input;
  const discovery = core.discovery();
  const health = composeHealth({
    clock,
    freshness: runtime.healthCheck.scraperFreshness,
    states: () => scheduler.states(),
    strideOf: (cron) => core.planner.strideOf(cron),
    hasWork: (cron) => hasWork(cron, core),
    reasons: (cron) => reasonsFor(cron, core),
    discovery,
    declaration,
    logFailure: input.logFailure ?? (() => undefined),
  });
  return createApp({
    version: input.version,
    ...(runtime.prometheus === undefined ? {} : { metricsPath: runtime.prometheus.baseUriPath }),
    exposition: core.exposition(),
    unhealthy: () => standing().map((sentence) => `AZ2003: ${sentence}`),
    notReady,
    concerns: () => health.concerns().map(concernText),
    health: () => healthReport(health.checks(), () => performance.now()),
    runtime: () => runtimeShape(runtime),
    metricDeclaration: () => declarationShape(declaration.metrics),
    lifecycle: runtime.server.enableLifecycle ? lifecycleOf(input) : {},
    status: core.status.source({
      schedules: () => scheduler.states(),
      unhealthy: () => standing().map((message) => ({ code: 'AZ2003', message })),
      concerns: () => health.concerns(),
      ready: () => notReady().length === 0,
      extras: () => ({ ...discoveryRows(discovery, clock.now()), ...sinkRows(core.sinks), ...input.extras?.() }),
    }),
    now: () => clock.now(),
    users: () => web().users,
    headers: () => web().headers,
    ...(discovery === undefined || discovery.groups.length === 0
      ? {}
      : { discovery: createDiscoveryApi(discovery.groups, discovery.lists) }),
    onError: (error) => logger.error({ code: 'AZ2007', err: error }, 'A request could not be answered.'),
  });
}

function lifecycleOf({ logger, reload }: AppInput) {
  return { logLevel: levelControl(logger), ...(reload === undefined ? {} : { reload }) };
}

/** Discovery groups as the status page shows them. */
function discoveryRows(discovery: ComposedDiscovery | undefined, nowMs: number): StatusExtras {
  if (discovery === undefined) return {};
  const rows = discovery.lists.groups().map(({ name, resources, confirmedMs, problem }) => ({
    name,
    resources: resources.length,
    ...(confirmedMs === undefined ? {} : { ageSeconds: (nowMs - confirmedMs) / 1_000 }),
    ...(problem === undefined ? {} : { problem }),
  }));
  return { discovery: rows };
}

/** Sinks as the status page shows them. */
function sinkRows(sinks: Hub | undefined): StatusExtras {
  if (sinks === undefined) return {};
  const rows = sinks.states().map(({ name, queueSamples, lostSamples, failing }) => ({
    name,
    healthy: failing === undefined,
    queued: queueSamples,
    dropped: lostSamples,
    ...(failing === undefined ? {} : { problem: failing }),
  }));
  return { sinks: rows };
}

/** False for groups that are known to be empty, which leave nothing to wait for. */
export function hasWork(cron: string, core: ExporterCore): boolean {
  return core.planner.groups(cron).length > 0 || (core.discovery()?.waitingFor(cron) ?? []).length > 0;
}

/** Why runs of a schedule come to nothing. */
export function reasonsFor(cron: string, core: ExporterCore): string[] {
  const token = core.azure.token.state();
  if (token.kind === 'waiting') return [token.reason];
  return [...(core.discovery()?.waitingFor(cron) ?? []), ...core.log.problems(cron)];
}
