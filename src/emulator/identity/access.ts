import type { Refusal } from '../http/reply.ts';
import type { Request } from '../http/request.ts';
import type { State } from '../services/state.ts';
import type { Identity } from '../world/model.ts';
import { allows } from '../world/roles.ts';
import { audienceOf, type Claims, readToken } from './tokens.ts';

/** Services with audiences and refusals of their own. */
export type Plane = 'arm' | 'data' | 'logs' | 'ingestion';

const armAudiences = [
  'https://management.azure.com',
  'https://management.core.windows.net',
  'https://management.chinacloudapi.cn',
  'https://management.core.chinacloudapi.cn',
  'https://management.usgovcloudapi.net',
  'https://management.core.usgovcloudapi.net',
];
const dataAudiences = [
  'https://metrics.monitor.azure.com',
  'https://metrics.monitor.azure.cn',
  'https://metrics.monitor.azure.us',
];
const logAudiences = [
  'https://api.loganalytics.io',
  'https://api.loganalytics.azure.com',
  'https://api.loganalytics.azure.cn',
  'https://api.loganalytics.us',
];

const ingestionAudiences = ['https://monitor.azure.com', 'https://monitor.azure.cn', 'https://monitor.azure.us'];

/** Audiences by plane. The data plane takes ARM's too: packages disagree about which one to ask for. */
const audiences: Readonly<Record<Plane, readonly string[]>> = {
  arm: armAudiences,
  data: [...dataAudiences, ...armAudiences],
  logs: logAudiences,
  ingestion: ingestionAudiences,
};

/** Who calls, or why the token is not good enough. */
export function authenticate(request: Request, state: State, plane: Plane): Claims | Refusal {
  const header = request.headers['authorization'];
  if (header === undefined) {
    return unauthorized(state, plane, 401, {
      code: 'AuthenticationFailed',
      message: "Authentication failed. The 'Authorization' header is missing.",
      why: "The authentication failed because of missing 'Authorization' header.",
    });
  }
  const claims = /^Bearer /i.test(header) ? readToken(header.slice(7).trim()) : undefined;
  const status = plane === 'logs' ? 403 : 401;
  if (claims === undefined) {
    const message = 'The access token is invalid.';
    return unauthorized(state, plane, status, { code: 'InvalidAuthenticationToken', message, why: message });
  }
  if (claims.expires * 1_000 <= state.hostMs) {
    return unauthorized(state, plane, status, {
      code: plane === 'logs' ? 'InvalidAuthenticationToken' : 'ExpiredAuthenticationToken',
      message: `The access token expiry UTC time '${usTime(claims.expires * 1_000)}' is earlier than current UTC time '${usTime(state.hostMs)}'.`,
      why: 'The access token has expired.',
    });
  }
  const known = audiences[plane];
  const audience = audienceOf(claims.audience).toLowerCase();
  if (!known.includes(audience) && !audience.startsWith(state.origin.toLowerCase())) {
    const message = `The access token has been obtained for wrong audience or resource '${claims.audience}'. It should exactly match with one of the allowed audiences '${[state.origin, ...known].join("','")}'.`;
    return unauthorized(state, plane, status, { code: 'InvalidAuthenticationTokenAudience', message, why: message });
  }
  return claims;
}

function unauthorized(
  state: State,
  plane: Plane,
  status: number,
  { code, message, why }: { readonly code: string; readonly message: string; readonly why: string },
): Refusal {
  const tenant = state.index.world.tenants[0]?.id ?? 'common';
  const challenge = `Bearer authorization_uri="${state.origin}/${tenant}", error="invalid_token", error_description="${why}"`;
  const headers: Record<string, string> = plane === 'data' ? { 'x-ms-error-code': code } : {};
  return { status, code, message, headers: { ...headers, 'www-authenticate': challenge } };
}

/** `3/10/2026 8:00:03 AM`, the form in Azure's message. */
function usTime(ms: number): string {
  const date = new Date(ms);
  const hours = date.getUTCHours();
  const two = (part: number): string => String(part).padStart(2, '0');
  const clock = `${hours % 12 === 0 ? 12 : hours % 12}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  const day = `${date.getUTCMonth() + 1}/${date.getUTCDate()}/${date.getUTCFullYear()}`;
  return `${day} ${clock} ${hours < 12 ? 'AM' : 'PM'}`;
}

/** The identity behind a token, as the world has it now. */
function identityOf(state: State, claims: Claims): Identity | undefined {
  return state.index.world.identities.find(({ objectId }) => objectId === claims.objectId);
}

/** True when a role of the caller allows the action on the scope (an id with a leading slash). */
export function permitted(state: State, claims: Claims, action: string, scope: string): boolean {
  const wanted = scope.toLowerCase();
  const roles = identityOf(state, claims)?.roles ?? [];
  return roles.some(
    (role) =>
      (role.scope === '/' || wanted === role.scope || wanted.startsWith(`${role.scope}/`)) &&
      allows(role.actions, action),
  );
}

/** ARM's 403, which names the caller, the action and the scope. */
export function forbidden(claims: Claims, action: string, scope: string): Refusal {
  return {
    status: 403,
    code: 'AuthorizationFailed',
    message: `The client '${claims.clientId}' with object id '${claims.objectId}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
  };
}
