import type { TokenIdentity } from './ports.ts';

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Who a token is for, by the claims that name the identity (Entra: `oid`, `appid` or `azp`, `tid`); nothing else of the
 * token is looked at but whether it was given for a person (`scp`). Undefined when the text is no JWT.
 */
export function identityIn(token: string): TokenIdentity | undefined {
  const claims = claimsOf(token);
  if (claims === undefined) return undefined;
  // Ids end up in command lines for people to run: what is no GUID is not shown.
  const id = (...names: string[]): string | undefined =>
    names.map((name) => claims[name]).find((value): value is string => typeof value === 'string' && guid.test(value));
  const [clientId, objectId, tenantId] = [id('appid', 'azp'), id('oid'), id('tid')];
  return {
    kind: claims['scp'] === undefined ? 'ServicePrincipal' : 'User',
    ...(clientId === undefined ? {} : { clientId }),
    ...(objectId === undefined ? {} : { objectId }),
    ...(tenantId === undefined ? {} : { tenantId }),
  };
}

function claimsOf(token: string): Readonly<Record<string, unknown>> | undefined {
  const [, payload = ''] = token.split('.');
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    return typeof claims === 'object' && claims !== null ? { ...claims } : undefined;
  } catch {
    return undefined;
  }
}
