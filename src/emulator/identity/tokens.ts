import type { Identity } from '../world/model.ts';

/** What a token says about its bearer. */
export interface Claims {
  readonly audience: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly objectId: string;
  /** Unix seconds. */
  readonly expires: number;
}

/**
 * An unsigned JWT with the claims that Azure's services look at. The emulator trusts whoever reaches it, so nothing
 * would be gained by a signature.
 */
export function mintToken(
  identity: Identity,
  audience: string,
  origin: string,
  hostMs: number,
  seconds: number,
): string {
  const issued = Math.floor(hostMs / 1_000);
  const payload = {
    aud: audience,
    iss: `${origin}/${identity.tenantId}/`,
    iat: issued,
    nbf: issued,
    exp: issued + seconds,
    appid: identity.clientId,
    oid: identity.objectId,
    sub: identity.objectId,
    tid: identity.tenantId,
    ver: '1.0',
  };
  return `${encode({ typ: 'JWT', alg: 'none' })}.${encode(payload)}.emulated`;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** Claims of a JWT, or undefined when the text is none. */
export function decodeJwt(token: string): Readonly<Record<string, unknown>> | undefined {
  const [, payload] = token.split('.');
  if (payload === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : undefined;
  } catch {
    return undefined;
  }
}

/** The claims of an access token, or undefined when it is none of the emulator's. */
export function readToken(token: string): Claims | undefined {
  const claims = decodeJwt(token);
  const text = (name: string): string | undefined => {
    const value = claims?.[name];
    return typeof value === 'string' ? value : undefined;
  };
  const expires = claims?.['exp'];
  const [audience, tenantId, clientId, objectId] = ['aud', 'tid', 'appid', 'oid'].map(text);
  if (audience === undefined || tenantId === undefined || typeof expires !== 'number') return undefined;
  if (clientId === undefined || objectId === undefined) return undefined;
  return { audience, tenantId, clientId, objectId, expires };
}

/** `https://host//.default` and `https://host/` name the same audience. */
export function audienceOf(scope: string): string {
  return scope.replace(/\/\.default$/, '').replace(/\/+$/, '');
}
