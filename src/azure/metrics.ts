import {
  bearerTokenAuthenticationPolicy,
  createPipelineFromOptions,
  createPipelineRequest,
} from '@azure/core-rest-pipeline';
import { MetricsClient, MetricsQueryClient } from '@azure/monitor-query';
import type { CloudEndpoints } from '../core/clouds.ts';
import { isoDuration } from '../core/duration.ts';
import { type Outcome, ok } from '../core/outcome.ts';
import { resourceKey } from '../core/resource-id.ts';
import type { MetricOffer, MetricsAnswer, MetricsRequest, MetricsSource } from '../scrape/ports.ts';
import { type Call, type CallContext, makeCall, refused } from './call.ts';
import type { ClientOptions, SdkCredential } from './clients.ts';
import { readDefinitions, readMetrics, resourceIdDimension } from './read-metrics.ts';
import { hostOf } from './text.ts';

const apiVersion = '2024-02-01';
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const regionName = /^[a-z0-9-]+$/;

export interface MetricsDeps {
  /** Whose token the calls carry. */
  readonly tenantId: string;
  readonly cloud: CloudEndpoints;
  readonly credential: SdkCredential;
  readonly clientOptions: ClientOptions;
  readonly context: CallContext;
}

/** Metrics of one resource and of a whole subscription through ARM, of up to 50 resources through the data plane. */
export function createMetricsSource(deps: MetricsDeps): MetricsSource {
  const { tenantId, cloud, credential, clientOptions, context } = deps;
  const single = new MetricsQueryClient(credential, {
    ...clientOptions,
    endpoint: cloud.resourceManager,
    audience: cloud.resourceManagerAudience,
  });
  const regional = new Map<string, MetricsClient>();
  const batchClient = (endpoint: string): MetricsClient => {
    const audience = cloud.metricsDataPlaneAudience;
    const client = regional.get(endpoint) ?? new MetricsClient(endpoint, credential, { ...clientOptions, audience });
    regional.set(endpoint, client);
    return client;
  };
  const subscription = createSubscriptionSender(deps);
  const armHost = hostOf(cloud.resourceManager);

  const calls: Record<MetricsRequest['mode'], (request: MetricsRequest) => QueryCall | string> = {
    single: (request) => ({
      info: { api: 'metrics', tenantId, subscriptionId: request.subscriptionId },
      host: armHost,
      subject: subjectOf(request),
      send: (abortSignal) => sendSingle(single, request, abortSignal),
    }),
    batch: (request) => {
      const region = normalRegion(request.region);
      const { namespace, subscriptionId } = request;
      if (region === undefined) return `the region "${request.region ?? ''}" is not the name of an Azure region`;
      if (namespace === undefined || namespace === '') return 'a batch needs a metric namespace';
      if (!guid.test(subscriptionId)) return `the subscription id "${subscriptionId}" is not a GUID`;
      const endpoint = cloud.metricsDataPlane.replaceAll('{region}', region);
      return {
        info: { api: 'batch', tenantId, subscriptionId, region },
        host: hostOf(endpoint),
        subject: subjectOf(request),
        send: (abortSignal) => sendBatch(batchClient(endpoint), request, namespace, abortSignal),
      };
    },
    subscription: (request) => {
      const region = normalRegion(request.region);
      if (region === undefined) return `the region "${request.region ?? ''}" is not the name of an Azure region`;
      return {
        info: { api: 'subscription', tenantId, subscriptionId: request.subscriptionId, region },
        host: armHost,
        subject: subjectOf(request),
        send: (signal) => subscription(request, region, signal),
      };
    },
  };

  return {
    query: (request, signal) => {
      const call = calls[request.mode](request);
      if (typeof call === 'string')
        return Promise.resolve(refused(`No request was made: ${call}; correct the declaration.`));
      return makeCall({ ...call, read: (answer) => readAnswer(answer, request) }, context, signal);
    },
    definitions: (resourceId, namespace, signal) => {
      const send = (abortSignal: AbortSignal): Promise<unknown> => {
        const options = { abortSignal, ...(namespace === undefined ? {} : { metricNamespace: namespace }) };
        return single.listMetricDefinitions(pathOf(resourceId), options).next();
      };
      const info = { api: 'definitions' as const, tenantId, ...subscriptionOf(resourceId) };
      const read = (answer: { body: string }): Outcome<MetricOffer[]> => ok(readDefinitions(answer.body));
      return makeCall({ info, host: armHost, subject: resourceKey(resourceId), send, read }, context, signal);
    },
  };
}

/** Queries about the same resources share their luck. */
function subjectOf({ mode, resourceIds, region = '', namespace = '' }: MetricsRequest): string {
  const [first = ''] = resourceIds;
  return mode === 'subscription' ? `${region} ${namespace}` : resourceKey(first);
}

type QueryCall = Omit<Call<MetricsAnswer>, 'read'>;

function readAnswer(
  answer: Parameters<Call<MetricsAnswer>['read']>[0],
  request: MetricsRequest,
): Outcome<MetricsAnswer> {
  const requestId = answer.header('x-ms-request-id');
  const resources = readMetrics(answer.body, request);
  return ok({ resources, ...(requestId === undefined ? {} : { requestId }) });
}

function sendSingle(client: MetricsQueryClient, request: MetricsRequest, abortSignal: AbortSignal): Promise<unknown> {
  return client.queryResource(pathOf(request.resourceIds[0] ?? ''), request.metricNames.map(metricParameter), {
    abortSignal,
    granularity: isoDuration(request.intervalMs),
    timespan: { startTime: new Date(request.startMs), endTime: new Date(request.endMs) },
    aggregations: aggregationsOf(request),
    top: request.limit,
    ...(request.filter === undefined ? {} : { filter: request.filter }),
    ...(request.namespace === undefined ? {} : { metricNamespace: request.namespace }),
  });
}

function sendBatch(
  client: MetricsClient,
  request: MetricsRequest,
  namespace: string,
  abortSignal: AbortSignal,
): Promise<unknown> {
  const ids = request.resourceIds.map((id) => `/${bare(id).replace(/^subscriptions\//i, 'subscriptions/')}`);
  return client.queryResources(ids, request.metricNames.map(metricParameter), namespace, {
    abortSignal,
    startTime: new Date(request.startMs),
    endTime: new Date(request.endMs),
    interval: isoDuration(request.intervalMs),
    aggregation: aggregationsOf(request).join(','),
    ...(request.filter === undefined ? {} : { filter: request.filter, top: request.limit }),
  });
}

/** No client of monitor-query has the subscription scope, so its request goes through a pipeline of the same kind. */
function createSubscriptionSender(deps: MetricsDeps) {
  const { cloud, credential, clientOptions } = deps;
  const pipeline = createPipelineFromOptions(clientOptions);
  const scopes = `${cloud.resourceManagerAudience}/.default`;
  pipeline.addPolicy(bearerTokenAuthenticationPolicy({ credential, scopes }));
  for (const { policy } of clientOptions.additionalPolicies) pipeline.addPolicy(policy, { afterPhase: 'Sign' });
  return (request: MetricsRequest, region: string, abortSignal: AbortSignal): Promise<unknown> => {
    const all = `Microsoft.ResourceId eq '*'`;
    const declared = request.filter ?? '';
    const named = declared.toLowerCase().includes(resourceIdDimension);
    const parameters = new URLSearchParams({
      'api-version': apiVersion,
      region,
      timespan: `${new Date(request.startMs).toISOString()}/${new Date(request.endMs).toISOString()}`,
      interval: isoDuration(request.intervalMs),
      metricnames: request.metricNames.map(metricParameter).join(','),
      aggregation: aggregationsOf(request).join(','),
      top: String(request.limit),
      $filter: named ? declared : [all, declared].filter((part) => part !== '').join(' and '),
      ...(request.namespace === undefined ? {} : { metricnamespace: request.namespace }),
    });
    const path = `subscriptions/${encodeURIComponent(request.subscriptionId)}/providers/Microsoft.Insights/metrics`;
    const url = `${cloud.resourceManager}/${path}?${parameters.toString().replaceAll('+', '%20')}`;
    return pipeline.sendRequest(unusedClient, createPipelineRequest({ url, abortSignal }));
  };
}

/** Requests end in the recorder's policy; nothing is ever sent from here. */
const unusedClient = { sendRequest: () => Promise.reject(new Error('the request was not recorded')) };

/** `None` is no aggregation that Azure computes; without any, Azure gives the metric's own. */
function aggregationsOf(request: MetricsRequest): ('Average' | 'Count' | 'Minimum' | 'Maximum' | 'Total')[] {
  return request.aggregations.filter((aggregation) => aggregation !== 'None');
}

/** A comma that belongs to a metric's name is written as `%2` (metrics API), encoded once more in transit. */
function metricParameter(name: string): string {
  return name.replaceAll(',', '%2');
}

function bare(id: string): string {
  return id.replace(/^\/+|\/+$/g, '');
}

/** The id as the SDK puts it into the path: no slash in front (it would double), every segment encoded. */
function pathOf(id: string): string {
  return bare(id).split('/').map(encodeURIComponent).join('/');
}

/** ARM's name of a location: lower case, no blanks. */
function normalRegion(region: string | undefined): string | undefined {
  const name = (region ?? '').toLowerCase().replaceAll(' ', '');
  return regionName.test(name) ? name : undefined;
}

function subscriptionOf(id: string): { subscriptionId?: string } {
  const subscriptionId = /^\/?subscriptions\/([^/]+)/i.exec(id)?.[1];
  return subscriptionId === undefined ? {} : { subscriptionId };
}
