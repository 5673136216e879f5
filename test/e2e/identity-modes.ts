import { generate } from 'selfsigned';
import { expect } from 'vitest';
import { clientIds, tenant } from './landscape.ts';

/** Secret of the service principal. */
export const secret = 'a-secret-of-the-principal';

/** Certificate of the service principal: for the world, and with its key for the exporter. */
export interface Certificate {
  readonly cert: string;
  readonly pem: string;
}

export async function makeCertificate(): Promise<Certificate> {
  const made = await generate([{ name: 'commonName', value: 'principal' }], { keySize: 2048, algorithm: 'sha256' });
  return { cert: made.cert, pem: `${made.private}\n${made.cert}` };
}

/** One way to authenticate, and the request for a token that shows it. */
export interface Mode {
  readonly name: string;
  /** `authentication` of the runtime file. */
  readonly authentication: object;
  readonly env?: Record<string, string>;
  /** Further files of the configuration folder by name. */
  readonly others?: (certificate: Certificate) => Record<string, string>;
  /** The token request that the emulator must have seen. */
  readonly asked: { readonly path: string; readonly parameters: object };
}

const assertion = [
  { alg: 'none' },
  { sub: 'system:serviceaccount:monitoring:azimuth', iss: 'https://cluster.example', exp: 4_102_444_800 },
  {},
]
  .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  .join('.');
const tokenPath = `/${tenant}/oauth2/v2.0/token`;
const identityPath = '/metadata/identity/oauth2/token';
/** Every mode of `authentication.mode`, with each source of its secret. */
export const modes: readonly Mode[] = [
  {
    name: 'ServicePrincipal with a secret from the environment',
    authentication: { mode: 'ServicePrincipal', identityId: clientIds.principal },
    env: { AZIMUTH_AUTH_APPKEY: secret },
    asked: { path: tokenPath, parameters: { client_id: clientIds.principal, client_secret: '***' } },
  },
  {
    name: "ServicePrincipal with Promitor's variables",
    authentication: { mode: 'ServicePrincipal' },
    env: { PROMITOR_AUTH_APPID: clientIds.principal, PROMITOR_AUTH_APPKEY: secret },
    asked: { path: tokenPath, parameters: { client_id: clientIds.principal, client_secret: '***' } },
  },
  {
    name: 'ServicePrincipal with a secret from a file',
    authentication: {
      mode: 'ServicePrincipal',
      identityId: clientIds.principal,
      secretFilePath: '.',
      secretFileName: 'secret',
    },
    others: () => ({ secret: `${secret}\n` }),
    asked: { path: tokenPath, parameters: { client_id: clientIds.principal, client_secret: '***' } },
  },
  {
    name: 'ServicePrincipal with a certificate',
    authentication: {
      mode: 'ServicePrincipal',
      identityId: clientIds.principal,
      certificateFilePath: 'principal.pem',
    },
    others: ({ pem }) => ({ 'principal.pem': pem }),
    asked: { path: tokenPath, parameters: { client_id: clientIds.principal, client_assertion: '***' } },
  },
  {
    name: 'SystemAssignedManagedIdentity',
    authentication: { mode: 'SystemAssignedManagedIdentity' },
    asked: { path: identityPath, parameters: { 'api-version': expect.any(String) } },
  },
  {
    name: 'UserAssignedManagedIdentity',
    authentication: { mode: 'UserAssignedManagedIdentity', identityId: clientIds.exporter },
    asked: { path: identityPath, parameters: { client_id: clientIds.exporter } },
  },
  {
    name: 'WorkloadIdentity',
    authentication: {
      mode: 'WorkloadIdentity',
      identityId: clientIds.exporter,
      federatedTokenFile: 'token',
    },
    others: () => ({ token: assertion }),
    asked: { path: tokenPath, parameters: { client_id: clientIds.exporter, client_assertion: '***' } },
  },
  {
    name: 'SdkDefault with the variables of a service principal',
    authentication: { mode: 'SdkDefault' },
    env: { AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: clientIds.principal, AZURE_CLIENT_SECRET: secret },
    asked: { path: tokenPath, parameters: { client_id: clientIds.principal } },
  },
];
