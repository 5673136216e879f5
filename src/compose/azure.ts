import { type Azure, createAzure } from '../azure/azure.ts';
import type { CheckDeps } from '../check/run-check.ts';
import type { Clock } from '../core/clock.ts';
import { createLimiter } from '../core/limiter.ts';
import type { RuntimeConfig } from '../core/runtime-config.ts';
import type { Planner } from '../plan/planner.ts';
import type { Knowledge } from '../scrape/knowledge.ts';
import type { MetricsIdentity, ScrapeMetrics } from '../telemetry/scrape-metrics.ts';
import type { Configured, CoreInput } from './core.ts';

const probesAtOnce = 8;

/** Azure for as long as the program runs. */
export function connectAzure(
  { runtime, declaration, clock, logger, random, version }: CoreInput,
  metrics: ScrapeMetrics,
): Azure {
  return createAzure({
    cloud: declaration.cloud,
    tenantId: declaration.tenantId,
    authentication: runtime.authentication,
    clock,
    random,
    userAgent: `App/Azimuth/${version}`,
    rateLimit: runtime.azureMonitor.rateLimit,
    observer: {
      request: (event) => {
        metrics.azure(event);
        const { api, code, durationMs, attempt, requestId } = event;
        // Who gave the call up says why.
        if (code === 'aborted') return;
        logger.debug({ api, code, durationMs, attempt, requestId }, `Azure was asked (${api}): ${code}.`);
      },
      log: ({ api, requestId, message }) => logger.debug({ api, requestId }, message),
    },
  });
}

/** What rate-limit metrics tell of who asks. */
export function identityOf({ runtime, declaration }: CoreInput): MetricsIdentity {
  const { name } = declaration.cloud;
  return {
    tenantId: declaration.tenantId,
    appId: appIdOf(runtime),
    cloud: name === 'UsGov' ? 'US Government' : name,
    authMode: runtime.authentication.mode,
  };
}

/** What `azimuth check` and the preflight need. */
export function checkDepsOf(
  { runtime, declaration }: Configured,
  { clock, azure, planner, knowledge }: { clock: Clock; azure: Azure; planner: Planner; knowledge: Knowledge },
): CheckDeps {
  const { identityId } = runtime.authentication;
  return {
    metrics: azure.metrics,
    logs: azure.logs,
    queues: azure.queues,
    token: azure.token,
    graph: azure.graphProbe,
    clock,
    limiter: createLimiter(probesAtOnce),
    plan: () => planner.current(),
    queryMode: runtime.azureMonitor.queryMode,
    discovers: declaration.metrics.some(({ resourceDiscoveryGroups }) => resourceDiscoveryGroups.length > 0),
    searched: declaration.discovery?.landscapes[0]?.subscriptions ?? [],
    learnRegion: (key, region) => knowledge.learnRegion(key, region),
    tenantId: declaration.tenantId,
    configured: identityId === undefined ? {} : { clientId: identityId },
  };
}

/** Label `app_id` of the rate-limit metrics, in Promitor's words. */
function appIdOf(runtime: RuntimeConfig): string {
  const { mode, identityId } = runtime.authentication;
  if (mode === 'SystemAssignedManagedIdentity') return 'system-assigned-identity';
  if (mode === 'SdkDefault') return 'default-azure-credentials';
  return identityId ?? 'externally-configured-user-assigned-identity';
}
