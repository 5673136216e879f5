import { LogsQueryClient } from '@azure/monitor-query';
import type { CloudEndpoints } from '../core/clouds.ts';
import type { LogsSource } from '../scrape/ports.ts';
import { type CallContext, makeCall } from './call.ts';
import type { ClientOptions, SdkCredential } from './clients.ts';
import { readLogValue } from './read-logs.ts';
import { hostOf } from './text.ts';

export interface LogsDeps {
  readonly cloud: CloudEndpoints;
  readonly credential: SdkCredential;
  readonly clientOptions: ClientOptions;
  readonly context: CallContext;
}

/** Log Analytics workspaces. A cloud without that service fails the metric that asks for it, and nothing else. */
export function createLogsSource({ cloud, credential, clientOptions, context }: LogsDeps): LogsSource {
  const endpoint = cloud.logAnalytics;
  if (endpoint === undefined) {
    const message = `Cloud ${cloud.name} has no Log Analytics endpoint, so log queries cannot run; give azureMetadata.endpoints.logAnalyticsEndpoint.`;
    return { query: () => Promise.resolve({ kind: 'failed', error: { code: 'AZ3014', message } }) };
  }
  const audience = cloud.logAnalyticsAudience ?? endpoint;
  const client = new LogsQueryClient(credential, { ...clientOptions, endpoint, audience });
  return {
    query: (request, signal) =>
      makeCall<number | null>(
        {
          info: { api: 'logs' },
          host: hostOf(endpoint),
          subject: request.workspaceId,
          send: (abortSignal) => {
            const timespan = { startTime: new Date(request.startMs), endTime: new Date(request.endMs) };
            const serverTimeoutInSeconds = Math.ceil(context.callTimeoutMs / 1000);
            return client.queryWorkspace(request.workspaceId, request.query, timespan, {
              abortSignal,
              serverTimeoutInSeconds,
            });
          },
          read: (answer) => readLogValue(answer, request.workspaceId),
        },
        context,
        signal,
      ),
  };
}
