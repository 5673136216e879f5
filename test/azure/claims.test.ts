import { describe, expect, it } from 'vitest';
import { identityIn } from '../../src/azure/claims.ts';

const clientId = '8b1f7d24-60a9-4c35-9e82-d3f05c7a164b';
const objectId = '0b7ec701-60a9-4c35-9e82-d3f05c7a164b';
const tenantId = '11111111-1111-1111-1111-111111111111';

function token(claims: unknown): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256' })}.${part(claims)}.signature`;
}

describe('the identity in a token', () => {
  it.each([
    [
      { oid: objectId, appid: clientId, tid: tenantId, upn: 'x@y' },
      { kind: 'ServicePrincipal', clientId, objectId, tenantId },
    ],
    [
      { oid: objectId, azp: clientId },
      { kind: 'ServicePrincipal', clientId, objectId },
    ],
    [
      { oid: objectId, scp: 'user_impersonation' },
      { kind: 'User', objectId },
    ],
    [{ oid: '$(id)', appid: 7, tid: `${tenantId} --x` }, { kind: 'ServicePrincipal' }],
    [{}, { kind: 'ServicePrincipal' }],
  ])('%j', (claims, identity) => {
    expect(identityIn(token(claims))).toEqual(identity);
  });

  it.each(['', 'opaque', 'a.b.c', `a.${Buffer.from('null').toString('base64url')}.c`])('is unknown in %j', (text) => {
    expect(identityIn(text)).toBeUndefined();
  });
});
