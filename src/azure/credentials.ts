import type { HttpClient } from '@azure/core-rest-pipeline';
import {
  ClientCertificateCredential,
  ClientSecretCredential,
  DefaultAzureCredential,
  ManagedIdentityCredential,
  type TokenCredential,
  WorkloadIdentityCredential,
} from '@azure/identity';
import type { CloudEndpoints } from '../core/clouds.ts';
import type { AuthenticationConfig } from '../core/runtime-config.ts';
import { readCertificate } from './certificate.ts';

export interface CredentialDeps {
  readonly cloud: CloudEndpoints;
  readonly tenantId: string;
  readonly authentication: AuthenticationConfig;
  readonly httpClient: HttpClient;
  readonly userAgent: string;
}

type Options = ReturnType<typeof commonOptions>;

type Builder = (deps: CredentialDeps, options: Options) => TokenCredential | Promise<TokenCredential>;

const builders: Record<AuthenticationConfig['mode'], Builder> = {
  ServicePrincipal: servicePrincipal,
  UserAssignedManagedIdentity: managedIdentity,
  SystemAssignedManagedIdentity: (deps, options) => {
    const { identityId: _ignored, ...authentication } = deps.authentication;
    return managedIdentity({ ...deps, authentication }, options);
  },
  WorkloadIdentity: workloadIdentity,
  SdkDefault: ({ authentication: { identityId } }, options) =>
    new DefaultAzureCredential({
      ...options,
      ...(identityId === undefined ? {} : { managedIdentityClientId: identityId }),
    }),
};

/**
 * The SDK's credential for the declared way of signing in. Made anew for every acquisition: a credential keeps its
 * own cache and, after one 429 or 5xx of the token endpoint, refuses to try for a minute; and a rotated secret or
 * certificate is picked up. Throws with a reason for people when something is missing.
 */
export async function buildCredential(deps: CredentialDeps): Promise<TokenCredential> {
  return builders[deps.authentication.mode](deps, commonOptions(deps));
}

function commonOptions({ cloud, httpClient, userAgent }: CredentialDeps) {
  return {
    authorityHost: cloud.authority,
    // The discovery endpoint of the public cloud knows nothing of a custom authority and may be out of reach.
    disableInstanceDiscovery: cloud.name === 'Custom',
    httpClient,
    retryOptions: { maxRetries: 0 },
    userAgentOptions: { userAgentPrefix: userAgent },
  };
}

async function servicePrincipal(deps: CredentialDeps, options: Options): Promise<TokenCredential> {
  const { tenantId, authentication } = deps;
  const { clientSecret, certificateFilePath, certificatePassword } = authentication;
  const clientId = required(authentication.identityId, 'no client id is configured: set authentication.identityId');
  if (certificateFilePath !== undefined) {
    const certificate = await readCertificate(certificateFilePath, certificatePassword?.reveal() ?? '');
    return new ClientCertificateCredential(tenantId, clientId, { certificate }, options);
  }
  const secret = required(
    clientSecret?.reveal(),
    'the client secret is empty: set AZIMUTH_AUTH_APPKEY or the secret file',
  );
  return new ClientSecretCredential(tenantId, clientId, secret, options);
}

/**
 * The managed identity of the machine or pod. Where a federated token file is configured too, the SDK would quietly
 * use workload identity on a connection of its own; doing the same openly keeps deadline and diagnosis.
 */
function managedIdentity(deps: CredentialDeps, options: Options): TokenCredential {
  const { identityId, federatedTokenFile } = deps.authentication;
  if (identityId !== undefined && federatedTokenFile !== undefined) return workloadIdentity(deps, options);
  return identityId === undefined
    ? new ManagedIdentityCredential(options)
    : new ManagedIdentityCredential(identityId, options);
}

/** Client id, tenant and file fall back to the `AZURE_*` variables, which the SDK reads when they are not given. */
function workloadIdentity({ tenantId, authentication }: CredentialDeps, options: Options): TokenCredential {
  const { identityId, fallbackTenantId, federatedTokenFile } = authentication;
  return new WorkloadIdentityCredential({
    ...options,
    ...(identityId === undefined ? {} : { clientId: identityId }),
    tenantId: tenantId || (fallbackTenantId ?? ''),
    ...(federatedTokenFile === undefined ? {} : { tokenFilePath: federatedTokenFile }),
  });
}

function required(value: string | undefined, otherwise: string): string {
  if (value === undefined || value === '') throw new Error(otherwise);
  return value;
}
