import {
  bearerTokenAuthenticationPolicy,
  createHttpHeaders,
  createPipelineFromOptions,
  createPipelineRequest,
} from '@azure/core-rest-pipeline';
import type { CloudEndpoints } from '../core/clouds.ts';
import { ok } from '../core/outcome.ts';
import { type CallContext, makeCall } from './call.ts';
import type { ClientOptions, SdkCredential } from './clients.ts';
import type { GraphProbe } from './ports.ts';
import { asArray, parseBody } from './shape.ts';
import { hostOf } from './text.ts';

const apiVersion = '2021-03-01';

export interface GraphDeps {
  readonly cloud: CloudEndpoints;
  readonly credential: SdkCredential;
  readonly clientOptions: ClientOptions;
  readonly context: CallContext;
}

/** The smallest query that Resource Graph answers only to those who may read something. */
export function createGraphProbe({ cloud, credential, clientOptions, context }: GraphDeps): GraphProbe {
  const pipeline = createPipelineFromOptions(clientOptions);
  const scopes = `${cloud.resourceManagerAudience}/.default`;
  pipeline.addPolicy(bearerTokenAuthenticationPolicy({ credential, scopes }));
  for (const { policy } of clientOptions.additionalPolicies) pipeline.addPolicy(policy, { afterPhase: 'Sign' });
  const url = `${cloud.resourceManager}/providers/Microsoft.ResourceGraph/resources?api-version=${apiVersion}`;
  const headers = createHttpHeaders({ 'content-type': 'application/json' });
  return {
    look: (subscriptionIds, signal) => {
      const scope = subscriptionIds.length === 0 ? {} : { subscriptions: subscriptionIds };
      // Without a format the service takes one or the other; the specification and the guide disagree about which.
      const options = { resultFormat: 'objectArray', $top: 1 };
      const body = JSON.stringify({ ...scope, query: 'resources | project id | limit 1', options });
      return makeCall<number>(
        {
          info: { api: 'resourceGraph' },
          host: hostOf(cloud.resourceManager),
          subject: 'resource graph',
          send: (abortSignal) =>
            pipeline.sendRequest(
              unusedClient,
              createPipelineRequest({ url, method: 'POST', headers, body, abortSignal }),
            ),
          read: (answer) => ok(asArray(parseBody(answer.body)['data'], 'data').length),
        },
        context,
        signal,
      );
    },
  };
}

/** Requests end in the recorder's policy; nothing is ever sent from here. */
const unusedClient = { sendRequest: () => Promise.reject(new Error('the request was not recorded')) };
