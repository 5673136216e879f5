import { routeAuthority } from '../identity/authority.ts';
import { routeBatch } from '../services/batch.ts';
import { routeDefinitions, routeNamespaces } from '../services/definitions.ts';
import { routeIngestion } from '../services/ingestion.ts';
import { routeLandscape } from '../services/landscape.ts';
import { routeLogs } from '../services/logs.ts';
import { routeMetrics } from '../services/metrics.ts';
import { routeQueue } from '../services/queues.ts';
import { routeResourceGraph } from '../services/resource-graph.ts';
import type { Routed } from '../services/state.ts';
import { routeStatuspage } from '../services/statuspage.ts';
import { routeSubscriptionMetrics } from '../services/subscription-metrics.ts';
import type { Request } from './request.ts';

/** All services behind the TLS port, told apart by path; queues come last because any two segments may name one. */
export function routeAzure(request: Request): Routed | undefined {
  return (
    routeBatch(request) ??
    routeResourceGraph(request) ??
    routeLogs(request) ??
    routeIngestion(request) ??
    routeStatuspage(request) ??
    routeInsights(request) ??
    routeAuthority(request) ??
    routeLandscape(request) ??
    routeQueue(request)
  );
}

/** `{resource id}/providers/Microsoft.Insights/{kind}`; provider and kind compare without case. */
function routeInsights(request: Request): Routed | undefined {
  const { segments } = request;
  const [provider, name, kind] = segments.slice(-3).map((part) => part.toLowerCase());
  const owner = segments.slice(0, -3);
  if (provider !== 'providers' || name !== 'microsoft.insights') return undefined;
  if (owner[0]?.toLowerCase() !== 'subscriptions' || owner.length < 2) return undefined;
  if (kind === 'metrics') {
    return owner.length === 2 ? routeSubscriptionMetrics(request, owner[1] ?? '') : routeMetrics(request, owner);
  }
  if (kind === 'metricdefinitions') return routeDefinitions(request, owner);
  return kind === 'metricnamespaces' ? routeNamespaces(request, owner) : undefined;
}
