import { describe, expect, it } from 'vitest';
import { manifests, only } from './support/helm.ts';
import { environmentOf, loadFromPod, podOf } from './support/pod.ts';

const clientId = '5e8a2f90-13c7-4db4-a6f2-91b7c0d4e835';
const tenantId = 'c8819874-9e56-4e3f-b1a8-1c0325138f27';
const tokenFile = '/var/run/secrets/azure/tokens/azure-identity-token';

/** The credential that the container would build, its secrets revealed. */
function credential(name: string): Readonly<Record<string, unknown>> {
  const { runtime } = loadFromPod(name);
  if (runtime === undefined) throw new Error(`${name} is refused`);
  const { clientSecret, certificatePassword, ...rest } = runtime.authentication;
  return {
    ...rest,
    ...(clientSecret === undefined ? {} : { clientSecret: clientSecret.reveal() }),
    ...(certificatePassword === undefined ? {} : { certificatePassword: certificatePassword.reveal() }),
  };
}

const identityLabels = (name: string) =>
  Object.fromEntries(
    Object.entries(podOf(manifests(name)).metadata.labels).filter(([key]) => /^(aadpodid|azure)/.test(key)),
  );

describe('the identities', () => {
  it('service principal: the key goes into a Secret and from there into the environment', () => {
    expect(credential('minimal')).toEqual({
      mode: 'ServicePrincipal',
      identityId: clientId,
      clientSecret: 'minimal-secret',
    });
    expect(JSON.stringify(only(manifests('minimal'), 'ConfigMap'))).not.toContain('minimal-secret');
  });

  it("service principal: Promitor's deprecated names of id and key", () => {
    expect(credential('promitor')).toMatchObject({ identityId: clientId, clientSecret: 'old-style-secret' });
  });

  it('service principal: a Secret that exists', () => {
    expect(credential('existing-secret')).toMatchObject({ identityId: clientId, clientSecret: 'from-the-vault' });
    expect(manifests('existing-secret').filter(({ kind }) => kind === 'Secret')).toEqual([]);
  });

  it('a managed identity asks nothing of a Secret that exists', () => {
    expect(podOf(manifests('nothing')).spec.containers[0].env).toBeUndefined();
  });

  it('service principal: a file from a volume', () => {
    expect(loadFromPod('secret-file').runtime?.authentication.clientSecret).toBeDefined();
    expect(environmentOf('secret-file')).not.toHaveProperty('AZIMUTH_AUTH_APPKEY');
  });

  it('service principal: a certificate from a mounted Secret, with its password', () => {
    expect(credential('certificate')).toEqual({
      mode: 'ServicePrincipal',
      identityId: clientId,
      certificateFilePath: '/certificate/principal.pfx',
      certificatePassword: 'pfx-password',
    });
    expect(podOf(manifests('certificate')).spec.volumes).toContainEqual({
      name: 'certificate',
      secret: { secretName: 'shop-certificate' },
    });
  });

  it('workload identity: account and pod are marked for the webhook, which brings the token', () => {
    expect(only(manifests('workload-identity'), 'ServiceAccount').metadata.annotations).toEqual({
      'azure.workload.identity/client-id': clientId,
      'azure.workload.identity/tenant-id': tenantId,
    });
    expect(identityLabels('workload-identity')).toEqual({ 'azure.workload.identity/use': 'true' });
    expect(credential('workload-identity')).toEqual({
      mode: 'WorkloadIdentity',
      identityId: clientId,
      fallbackTenantId: tenantId,
      federatedTokenFile: tokenFile,
    });
  });

  it('workload identity: without the webhook the chart mounts the token', () => {
    const name = 'workload-identity-projected';
    expect(identityLabels(name)).toEqual({});
    expect(podOf(manifests(name)).spec.volumes).toContainEqual({
      name: 'identity-token',
      projected: {
        sources: [
          {
            serviceAccountToken: {
              path: 'azure-identity-token',
              audience: 'api://AzureADTokenExchange',
              expirationSeconds: 3600,
            },
          },
        ],
      },
    });
    expect(environmentOf(name)).toEqual({
      AZURE_CLIENT_ID: clientId,
      AZURE_TENANT_ID: tenantId,
      AZURE_FEDERATED_TOKEN_FILE: tokenFile,
    });
    expect(credential(name)).toMatchObject({ mode: 'WorkloadIdentity', federatedTokenFile: tokenFile });
  });

  it('AAD Pod Identity: the label that its binding selects', () => {
    expect(identityLabels('pod-identity')).toEqual({ aadpodidbinding: 'shop-monitoring' });
    expect(credential('pod-identity')).toEqual({ mode: 'UserAssignedManagedIdentity', identityId: clientId });
    expect(manifests('pod-identity').filter(({ kind }) => kind.startsWith('Azure'))).toEqual([]);
  });

  it('AAD Pod Identity: objects for a managed identity, for this namespace alone', () => {
    const objects = manifests('pod-identity-managed');
    const identity = only(objects, 'AzureIdentity');
    expect(identity.metadata.annotations).toEqual({ 'aadpodidentity.k8s.io/Behavior': 'namespaced' });
    expect(identity['spec']).toEqual({
      type: 0,
      clientID: clientId,
      resourceID:
        '/subscriptions/0f9d7fea-99e8-4768-8672-06a28514f77e/resourcegroups/shop/providers/Microsoft.ManagedIdentity/userAssignedIdentities/monitoring',
    });
    expect(only(objects, 'AzureIdentityBinding')['spec']).toEqual({
      azureIdentity: identity.metadata.name,
      selector: 'shop-monitoring',
    });
  });

  it('AAD Pod Identity: objects for a service principal', () => {
    const identity = only(manifests('pod-identity-principal'), 'AzureIdentity');
    expect(identity.metadata.annotations).toBeUndefined();
    expect(identity['spec']).toEqual({
      type: 1,
      clientID: clientId,
      tenantID: tenantId,
      clientPassword: { name: 'shop-principal', namespace: 'identities' },
    });
  });

  it('identity of the node: past an installed AAD Pod Identity', () => {
    const objects = manifests('node-identity');
    expect(credential('node-identity')).toEqual({ mode: 'SystemAssignedManagedIdentity' });
    const { podLabels } = only(objects, 'AzurePodIdentityException')['spec'] as { podLabels: object };
    expect(podOf(objects).metadata.labels).toMatchObject(podLabels);
  });

  it('default chain of the SDK, with the webhook and a tenant of its own', () => {
    expect(identityLabels('sdk-default')).toEqual({ 'azure.workload.identity/use': 'true' });
    expect(environmentOf('sdk-default')).toMatchObject({ AZURE_TENANT_ID: '7d2b1c44-0000-4c5e-9f0b-0d2c55aa1e11' });
    expect(credential('sdk-default')).toMatchObject({ mode: 'SdkDefault' });
  });
});

describe('the network policy', () => {
  interface Rule {
    readonly ports?: readonly { readonly port: number; readonly protocol: string }[];
    readonly to?: readonly unknown[];
  }
  const egress = (name: string) => {
    const { egress: rules } = only(manifests(name), 'NetworkPolicy')['spec'] as { egress: readonly Rule[] };
    return rules.flatMap(({ ports = [], to }) =>
      ports.map(({ port, protocol }) => `${protocol} ${port}${to === undefined ? '' : ` ${JSON.stringify(to)}`}`),
    );
  };
  const identityEndpoint = 'TCP 80 [{"ipBlock":{"cidr":"169.254.169.254/32"}}]';

  it('lets out names, Azure and the identity endpoint', () => {
    expect(egress('node-identity')).toEqual(['UDP 53', 'TCP 53', 'TCP 443', identityEndpoint]);
  });

  it('lets out the sinks and the discovery agent that are on', () => {
    expect(egress('everything')).toEqual([
      'UDP 53',
      'TCP 53',
      'TCP 443',
      identityEndpoint,
      'UDP 9125',
      'TCP 4317',
      'TCP 8443',
      'TCP 8889',
    ]);
  });
});
