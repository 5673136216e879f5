import type { TokenIdentity, TokenState } from '../../src/azure/ports.ts';
import type { CheckDeps } from '../../src/check/run-check.ts';
import type { MetricDefinition } from '../../src/core/declaration.ts';
import { createLimiter } from '../../src/core/limiter.ts';
import { type CodedError, type Outcome, ok } from '../../src/core/outcome.ts';
import { planScrape, singleCalls } from '../../src/plan/plan.ts';
import type { QueryMode } from '../../src/plan/types.ts';
import type { MetricsRequest } from '../../src/scrape/ports.ts';
import { createFakeClock } from '../fakes/clock.ts';
import { aDeclaration, aMetric } from '../fakes/declaration.ts';

export const subscription = '22222222-2222-2222-2222-222222222222';
export const clientId = '8b1f7d24-60a9-4c35-9e82-d3f05c7a164b';

/** A metric of caches in resource groups, by `group/name`. */
export function caches(name: string, ...places: readonly string[]): MetricDefinition {
  const resources = places.map((place) => {
    const [resourceGroupName = '', cacheName = ''] = place.split('/');
    return { subscriptionId: subscription, resourceGroupName, fields: { cacheName } };
  });
  return aMetric({ name, resourceType: 'RedisCache', resources, query: { metricNames: ['connectedclients'] } });
}

export function logs(...workspaces: readonly string[]): MetricDefinition {
  const resources = workspaces.map((workspaceName) => ({
    subscriptionId: subscription,
    resourceGroupName: 'logs',
    fields: { workspaceName, workspaceId: `id-of-${workspaceName}` },
  }));
  const query = { kind: 'logAnalytics', query: 'Heartbeat', intervalMs: 300_000 } as const;
  return { ...aMetric({ name: 'heartbeats', resourceType: 'LogAnalytics', resources }), query };
}

export const denied: CodedError = {
  code: 'AZ3403',
  message: 'no',
  said: { api: 'metrics', code: 'AuthorizationFailed' },
};

export interface FakeAzure extends CheckDeps {
  /** What was asked, in order. */
  readonly asked: string[];
  readonly requests: MetricsRequest[];
}

export interface FakeAnswers {
  readonly metrics: readonly MetricDefinition[];
  readonly queryMode?: QueryMode;
  readonly discovers?: boolean;
  readonly token?: Outcome<void>;
  readonly state?: () => TokenState;
  /** Error of a call, by its name in `asked`; everything else succeeds. */
  readonly fails?: (name: string) => CodedError | undefined;
  readonly resourcesInGraph?: number;
  /** Region of resources whose own is not known. */
  readonly defaultRegion?: string;
  /** What the token tells. */
  readonly identity?: TokenIdentity;
  /** Called before each answer. */
  readonly before?: (name: string) => void;
}

/** Everything that a check needs, answering at once and recording what was asked. Every cache is in westeurope. */
export function fakeAzure(answers: FakeAnswers): FakeAzure {
  const asked: string[] = [];
  const requests: MetricsRequest[] = [];
  const regions = new Map<string, string>();
  const queryMode = answers.queryMode ?? 'single';
  const answer = <T>(name: string, value: T): Promise<Outcome<T>> => {
    asked.push(name);
    answers.before?.(name);
    const error = answers.fails?.(name);
    return Promise.resolve(error === undefined ? ok(value) : { kind: 'failed', error });
  };
  const ready: TokenState = { kind: 'ready', sinceMs: 0, expiresMs: 1 };
  return {
    asked,
    requests,
    metrics: {
      query: (request) => {
        requests.push(request);
        const [resourceId = ''] = request.resourceIds;
        const short = resourceId
          .split('/')
          .slice(3)
          .filter((_, index) => index % 2 === 0);
        const value = { resources: [{ resourceId, region: 'westeurope', metrics: [] }] };
        return answer(`${request.mode} ${short[0] ?? ''}/${short.at(-1) ?? ''}`, value);
      },
    },
    logs: { query: ({ workspaceId }) => answer(`logs ${workspaceId}`, 1) },
    queues: { read: ({ queueName }) => answer(`queue ${queueName}`, 1) },
    token: {
      state: answers.state ?? (() => ready),
      identity: () => answers.identity,
      probe: () => {
        asked.push('token');
        return Promise.resolve(answers.token ?? ok(undefined));
      },
    },
    graph: { look: (ids) => answer(`graph ${ids.join()}`, answers.resourcesInGraph ?? 1) },
    clock: createFakeClock(),
    limiter: createLimiter(4),
    plan: () =>
      planScrape(aDeclaration(...answers.metrics), {
        ...singleCalls,
        queryMode,
        ...(answers.defaultRegion === undefined ? {} : { defaultRegion: answers.defaultRegion }),
        regionOf: (key) => regions.get(key),
      }),
    queryMode,
    discovers: answers.discovers ?? false,
    searched: [],
    learnRegion: (key, region) => void regions.set(key, region),
    tenantId: '11111111-1111-1111-1111-111111111111',
    configured: { clientId },
  };
}
