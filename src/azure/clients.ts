import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import type { TokenCredential } from '@azure/identity';

/** The credential that the SDK's clients are given. */
export type SdkCredential = TokenCredential;

/** Options that every SDK client gets: no retries of its own, our user agent, our recorder nearest to the wire. */
export interface ClientOptions {
  readonly retryOptions: { readonly maxRetries: 0 };
  readonly userAgentOptions: { readonly userAgentPrefix: string };
  readonly additionalPolicies: { policy: PipelinePolicy; position: 'perRetry' }[];
}
