import type { ErrorRow } from '../errors.ts';

/** Calls to Azure and what their answers mean (AZ3xxx). Where one HTTP status stands behind a code, the code ends in it. */
export const azureErrors = {
  AZ3001: {
    title: 'No answer within the deadline',
    remedy:
      'Check egress from the pod to the host named in the message; raise nothing unless Azure is known to be slow.',
  },
  AZ3002: {
    title: 'The connection failed',
    remedy: 'Check DNS, egress rules and proxies between the pod and the host named in the message.',
  },
  AZ3003: {
    title: 'The certificate of the host is not trusted',
    remedy:
      'Give the issuing certificate authority to the process through NODE_EXTRA_CA_CERTS, or remove the intercepting proxy.',
  },
  AZ3004: {
    title: 'The answer could not be read',
    remedy: 'Something between the pod and Azure cut or replaced the answer; the first bytes are in the debug log.',
  },
  AZ3005: {
    title: 'No access token could be obtained',
    remedy:
      'Follow the reason in the message: identity endpoint, client id, secret or certificate, federated credential.',
  },
  AZ3006: {
    title: 'The run ended before the answer came',
    remedy:
      'The run was stopped by shutdown or by its own period; a longer schedule period or fewer calls per run helps in the second case.',
  },
  AZ3007: {
    title: 'The host is not asked for the moment, because it did not answer many times in a row',
    remedy:
      'Mend what the message quotes: egress, DNS, certificate, or an outage of Azure. The host is probed by itself, at most a minute apart.',
  },
  AZ3010: {
    title: 'Azure returned an error for this metric only',
    remedy: 'Read the quoted text: usually the aggregation or interval is not offered for this metric.',
  },
  AZ3011: {
    title: 'The answer did not contain the resource or metric that was asked for',
    remedy: 'Check the spelling of the resource and metric; if both are right, report it with the request id.',
  },
  AZ3012: {
    title: 'The log query did not return exactly one row with a numeric column named result',
    remedy: 'End the query with a summarize and `project result`, so that it always yields one row.',
  },
  AZ3013: {
    title: 'The storage queue does not exist',
    remedy: 'Check accountName and queueName of the resource.',
  },
  AZ3014: {
    title: 'The cloud has no endpoint for log queries',
    remedy: 'Give azureMetadata.endpoints.logAnalyticsEndpoint, or take log metrics out of this declaration.',
  },
  AZ3015: {
    title: 'The request cannot be made from what was declared',
    remedy: 'Follow the reason in the message: an identifier, region or name has a form that Azure never accepts.',
  },
  AZ3040: {
    title: 'The resource provider Microsoft.Insights is not registered in the subscription',
    remedy: 'Run the `az provider register` line that the message gives; it takes some minutes.',
  },
  AZ3041: {
    title: 'The subscription belongs to another tenant than the identity',
    remedy: 'Correct azureMetadata.tenantId or subscriptionId, or use an identity of the tenant of the subscription.',
  },
  AZ3042: {
    title: 'Resource Graph shows no resources',
    remedy: 'Assign the role Reader on the subscriptions that are searched, if there is anything in them.',
  },
  AZ3020: {
    title: 'Resource Graph did not give a whole list',
    remedy:
      'Nothing to mend here unless it lasts: the list before it stays in force and the query is repeated. A condition that ends in summarize, distinct or take cannot be paged.',
  },
  AZ3021: {
    title: 'Resource Graph left subscriptions out',
    remedy: 'The identity sees more subscriptions than one query may have: list the ones that matter in the landscape.',
  },
  AZ3400: {
    title: 'Azure refused the request as wrong',
    remedy:
      'Read the quoted text: metric name, interval, aggregation or dimension does not exist for this resource type.',
  },
  AZ3401: {
    title: 'Azure did not accept the token',
    remedy:
      'Check tenantId and the identity; on the metrics data plane the role Monitoring Reader on the subscription is needed.',
  },
  AZ3403: {
    title: 'The identity may not read this scope',
    remedy:
      'Assign the role Monitoring Reader to the identity on the scope named in the message; azimuth check prints the command. A new assignment takes some minutes.',
  },
  AZ3404: {
    title: 'The resource does not exist',
    remedy: 'Remove it from the declaration, or correct its name, resourceGroupName or subscriptionId.',
  },
  AZ3413: {
    title: 'Azure refused the query as too large',
    remedy: 'It is asked in smaller parts by itself. If it stays, split by fewer dimensions or lower the limit.',
  },
  AZ3429: {
    title: 'Azure is throttling',
    remedy: 'Make fewer calls: longer schedules or fewer metrics. azimuth_ratelimit_arm tells what Azure still allows.',
  },
  AZ3500: {
    title: 'Azure failed on its side',
    remedy: 'Nothing to mend here; it is retried. If it lasts, open a support case with the request id.',
  },
} as const satisfies Record<`AZ3${number}`, ErrorRow>;
